"""CSAT and CES: what share of the answers to each item is good enough, and their mean.

CSAT, as is the convention: the share of 4 and 5 on a scale from 1 to 5, with the top box beside it,
for only the wholly satisfied are loyal. CES 2.0 ("they made it easy", 1 to 7: the share of 5 to 7)
after Dixon, Toman and DeLisi, "The Effortless Experience" (2013), which replaced the scale of
Dixon, Freeman and Toman, "Stop Trying to Delight Your Customers" (Harvard Business Review, 2010).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crmctl.analytics.answers import (
    Answer,
    Form,
    Row,
    apart,
    head,
    mean,
    once,
    remarks,
    share,
    told,
)
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_

TITLES = {
    "questionnaire": N_("questionnaire"),
    "satisfied_from": N_("satisfied from"),
    "easy_from": N_("easy from"),
    "scale": N_("scale"),
}


def csat(
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    satisfied: Decimal = Decimal(4),
    by: Grouping | None = None,
) -> ModelResult:
    """Satisfaction with each item: a row for each group and item, in the order of the form.

    `satisfied`: percent of the answers from that one on; `top_box`: percent of the best answer;
    `mean` on the item's scale. One answer per respondent and event counts; reversed items count
    turned round. `n` is the number of questionnaires, in rows that of the answers.
    """
    shares = (Column("satisfied", N_("Satisfied"), "percent"), satisfied)
    return _shares("csat", answers, form, as_of, shares, "satisfied_from", by)


def ces(
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    easy: Decimal = Decimal(5),
    by: Grouping | None = None,
) -> ModelResult:
    """How easy it was, by version 2.0: `easy` is the percent of the answers from that one on.

    Answers to version 1 do not belong in `answers`: its scale runs the other way.
    """
    shares = (Column("easy", N_("Easy"), "percent"), easy)
    return _shares("ces", answers, form, as_of, shares, "easy_from", by)


def _shares(
    model: str,
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    shares: tuple[Column, Decimal],
    said: str,
    by: Grouping | None,
) -> ModelResult:
    counted, doubles = once(answers)
    column, cut = shares
    columns = (
        *head(by),
        Column("item", N_("Item"), "enum", form.item_titles),
        Column("n", "n", "integer"),
        column,
        Column("top_box", N_("Top box"), "percent"),
        Column("mean", N_("Mean"), "mean"),
    )
    rows: list[Row] = []
    for begun, found in apart(counted, by):
        for name, item in form.items.items():
            values = [item.forward(one.given[name]) for one in found if name in one.given]
            if not values:
                continue
            rows.append(
                {
                    **begun,
                    "item": name,
                    "n": len(values),
                    column.name: told(share(sum(one >= cut for one in values), len(values))),
                    "top_box": told(
                        share(sum(one == Fraction(item.best) for one in values), len(values))
                    ),
                    "mean": told(mean(values)),
                }
            )
    parameters = {
        "questionnaire": form.name,
        said: cut,
        "scale": scale(form),
    }
    notes = [*remarks(len(counted), doubles, form), *several((one.id for one in counted), by)]
    return ModelResult(
        model,
        as_of,
        parameters,
        len(counted),
        columns,
        rows,
        notes,
        {**TITLES, form.name: form.title},
    )


def scale(form: Form) -> list[Decimal]:
    """The ends of the scale that most items have: that of the first."""
    return [end for item in [*form.items.values()][:1] for end in (item.least, item.best)]
