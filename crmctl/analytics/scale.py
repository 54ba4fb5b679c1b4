"""Questionnaires with dimensions: trust, commitment, perceived value, justice and others.

Trust is benevolence, integrity and competence: Mayer, Davis and Schoorman, "An Integrative Model of
Organizational Trust" (Academy of Management Review 20, 1995). Commitment is affective, continuance
and normative: Allen and Meyer (Journal of Occupational Psychology 63, 1990). The five values of
consumption: Sheth, Newman and Gross (Journal of Business Research 22, 1991).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from crmctl.analytics.answers import (
    EVIDENCE,
    Answer,
    Form,
    Row,
    by_customer,
    latest,
    mean,
    rating,
    remarks,
    told,
)
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.reliability import alpha
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.locale import N_, _

ALL = "all"

TITLES = {
    "questionnaire": N_("questionnaire"),
    "alpha": N_("Cronbach's alpha of"),
    "complete": N_("respondents who answered every item"),
    "mean": N_("mean of"),
    ALL: N_("all items"),
}


class Reading(NamedTuple):
    """What a customer scored, in percent: each dimension, and their mean where all are measured.

    `ids` are the questionnaires, the last one of each of its respondents.
    """

    customer: str
    dimensions: Mapping[str, Fraction | None]
    total: Fraction | None
    ids: Sequence[str]


def readings(answers: Iterable[Answer], form: Form) -> list[Reading]:
    """The scores of each customer: means over its respondents, by id."""
    found = []
    for customer, each in by_customer(latest(answers)).items():
        parts = {
            name: mean(rating(form, items, one.given) for one in each)
            for name, items in form.dimensions.items()
        }
        ids = sorted(one.id for one in each)
        found.append(Reading(customer, parts, whole(parts.values()), ids))
    return found


def whole(parts: Iterable[Fraction | None]) -> Fraction | None:
    """The mean of parts; None as soon as one is not measured."""
    values = list(parts)
    return None if None in values else mean(values)


def reliability(
    answers: Iterable[Answer], form: Form, needed: int
) -> tuple[dict[str, Decimal | None], int]:
    """Cronbach's alpha of each dimension and of all items, and of how many respondents.

    Who left out an item does not count; None below `needed` respondents.
    """
    last = latest(answers)
    items = {name for part in form.dimensions.values() for name in part}
    complete = [one for one in last if items and items <= one.given.keys()]

    def among(names: Iterable[str]) -> Decimal | None:
        chosen = sorted(names)
        rows = [[form.items[name].rating(one.given[name]) for name in chosen] for one in complete]
        return alpha(rows, needed)

    found = {name: among(part) for name, part in form.dimensions.items() if len(part) > 1}
    if len(form.dimensions) > 1:
        found[ALL] = among(items)
    return found, len(complete)


def scale(
    model: str,
    title: str,
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    reliable: int = 10,
    by: Grouping | None = None,
) -> ModelResult:
    """A row for each customer, or each group of customers: its dimensions from 0 to 100, and all.

    A respondent's last questionnaire counts. A dimension needs one answered item; the column called
    after the model is the mean of the dimensions, and None where one is not measured. In groups `n`
    counts customers, else respondents. `parameters` have Cronbach's alpha, from `reliable`
    respondents on who answered every item, and the means over all customers.
    """
    found = list(answers)
    known = readings(found, form)
    names = list(form.dimensions)
    if by is None:
        first: tuple[Column, ...] = (Column("customer", N_("Customer"), "ref"),)
        rows = [
            {"customer": one.customer, "n": len(one.ids), **_row(model, [one], names)}
            for one in known
        ]
        rows.sort(key=lambda row: (row[model] is None, -(row[model] or 0), row["customer"]))
    else:
        first = (by.column,)
        rows = [
            {by.column.name: key[-1], "n": len(each), **_row(model, each, names)}
            for key, each in parted(known, lambda one: one.customer, by).items()
        ]
    alphas, complete = reliability(found, form, reliable)
    parameters = {
        "questionnaire": form.name,
        "alpha": alphas,
        "complete": complete,
        "mean": {
            **{name: told(mean(one.dimensions[name] for one in known)) for name in names},
            model: told(mean(one.total for one in known)),
        },
    }
    columns = (
        *first,
        Column("n", "n", "integer"),
        *(Column(name, form.titles.get(name, name), "mean") for name in names),
        Column(model, title, "mean"),
        EVIDENCE,
    )
    notes = [*remarks(len(known), 0, form), *several((one.customer for one in known), by)]
    if known and complete < reliable:
        notes.append(too_few(reliable, complete))
    titles = {**TITLES, form.name: form.title, model: title, **form.titles}
    return ModelResult(
        model, as_of, parameters, len(known), columns, rows, points(rows) + notes, titles
    )


def too_few(needed: int, complete: int) -> str:
    """A note on a reliability that cannot be told."""
    return _("Reliability is told from {needed} complete answers on; there are {complete}.").format(
        needed=needed, complete=complete
    )


def _row(model: str, known: Sequence[Reading], names: Iterable[str]) -> Row:
    return {
        **{name: told(mean(one.dimensions[name] for one in known)) for name in names},
        model: told(mean(one.total for one in known)),
        "evidence": [id for one in known for id in one.ids],
    }
