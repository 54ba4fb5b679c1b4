"""Delivered value: what customers get, less what it takes: money, time, energy and worry.

After Kotler, "Marketing Management": customer delivered value is total value less total cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from crmctl.analytics.answers import (
    EVIDENCE,
    Answer,
    Form,
    Row,
    by_customer,
    latest,
    mean,
    remarks,
    told,
)
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_

COLUMNS = (
    Column("n", "n", "integer"),
    Column("benefit", N_("Benefit"), "mean"),
    Column("cost", N_("What it takes"), "mean"),
    Column("value", N_("Delivered value"), "mean"),
    Column("ratio", N_("Benefit by cost"), "mean"),
    EVIDENCE,
)


def delivered_value(
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    benefit: str = "benefit",
    cost: str = "cost",
    by: Grouping | None = None,
) -> ModelResult:
    """Benefit and cost of each customer, or group, on the scale of the form; their difference and
    ratio, which are None where one side is not measured or nothing was paid.

    `benefit` and `cost` are dimensions. The last questionnaire of each respondent counts; in groups
    `n` counts customers, else respondents.
    """
    found = by_customer(latest(answers))
    first = Column("customer", N_("Customer"), "ref") if by is None else by.column
    rows: list[Row] = []
    for key, customers in parted(found, lambda one: one, by, *_themselves(by)).items():
        each = [one for customer in customers for one in found[customer]]
        gain, price = (
            mean(mean(one.given[item] for item in part if item in one.given) for one in each)
            for part in (form.dimensions[benefit], form.dimensions[cost])
        )
        row = {first.name: key[-1], "n": len(each if by is None else customers)}
        row |= {"benefit": told(gain), "cost": told(price), "value": None, "ratio": None}
        if gain is not None and price is not None:
            row |= {"value": told(gain - price), "ratio": told(gain / price) if price else None}
        rows.append({**row, "evidence": sorted(one.id for one in each)})
    notes = [*remarks(len(found), 0, form), *several(found, by)]
    columns = (first, *COLUMNS)
    return ModelResult("delivered-value", as_of, {}, len(found), columns, rows, notes)


def _themselves(by: Grouping | None) -> tuple[Callable[[str], str], ...]:
    """What else tells customers apart: each by itself where there is no grouping."""
    return () if by is not None else (str,)
