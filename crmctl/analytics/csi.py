"""CSI: one index of satisfaction from 0 to 100 out of three questions.

The form is that of Fornell, Johnson, Anderson, Cha and Bryant, "The American Customer Satisfaction
Index" (Journal of Marketing 60, 1996). Their weights come out of a model of their own and are not
public; here all items weigh alike unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crmctl.analytics.answers import Answer, Form, Row, apart, head, mean, once, remarks, told
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, ngettext

TITLES = {"weights": N_("weight of")}


def csi(
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    weights: Mapping[str, Decimal],
    by: Grouping | None = None,
) -> ModelResult:
    """The sum of w (mean - least) / (best - least) in percent, with weights that add up to one.

    On the usual scale from 1 to 10 that is w (mean - 1) / 9 * 100. Who left an item unanswered does
    not count; one answer per respondent and event does.
    """
    every, doubles = once(answers)
    asked = [name for name in form.items if name in weights]
    counted = [one for one in every if asked and all(name in one.given for name in asked)]
    whole = sum((Fraction(weights[name]) for name in asked), Fraction(0))
    share = {name: Fraction(weights[name]) / whole for name in asked}
    rows: list[Row] = []
    for begun, found in apart(counted, by):
        means = {name: mean(one.given[name] for one in found) for name in asked}
        rated = [
            share[name] * (mean(form.items[name].rating(one.given[name]) for one in found) or 0)
            for name in asked
        ]
        index = sum(rated, Fraction(0))
        told_means = {name: told(value) for name, value in means.items()}
        rows.append({**begun, "n": len(found), **told_means, "csi": told(index)})
    columns = (
        *head(by),
        Column("n", "n", "integer"),
        *(Column(name, form.items[name].title, "mean") for name in asked),
        Column("csi", "CSI", "mean"),
    )
    titles = {**TITLES, **{name: form.items[name].title for name in asked}}
    parameters = {"weights": {name: told(part) for name, part in share.items()}}
    notes = [*remarks(len(every), doubles, form), *several((one.id for one in counted), by)]
    if len(counted) < len(every):
        text = ngettext(
            "{count} answer is left out: not every item was answered.",
            "{count} answers are left out: not every item was answered.",
            len(every) - len(counted),
        )
        notes.append(text.format(count=len(every) - len(counted)))
    return ModelResult("csi", as_of, parameters, len(counted), columns, rows, notes, titles)
