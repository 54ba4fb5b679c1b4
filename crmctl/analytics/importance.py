"""Importance and performance: which items matter, and which of these we are good at.

After Martilla and James, "Importance-Performance Analysis" (Journal of Marketing 41, 1977).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import (
    CHANGE,
    Answer,
    Form,
    Row,
    apart,
    head,
    mean,
    once,
    plain,
    remarks,
    told,
)
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.reliability import pearson
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

QUADRANTS = {
    "concentrate": N_("Concentrate here"),
    "keep_up": N_("Keep up the good work"),
    "low_priority": N_("Low priority"),
    "overkill": N_("Possible overkill"),
}
BASES = {"stated": N_("Stated"), "derived": N_("Correlation")}
TITLES = {
    "correlated_with": N_("correlated with"),
    "enough": N_("correlation from so many answers on"),
    "cut_importance": N_("important from"),
    "cut_performance": N_("good from"),
}


class _Judged(NamedTuple):
    """An item: importance and performance in percent, on how many answers, and how it was found."""

    item: str
    n: int
    importance: Fraction
    performance: Fraction
    basis: str


def importance(
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    overall: str = "overall",
    enough: int = 10,
    by: Grouping | None = None,
) -> ModelResult:
    """A quadrant for each item of a group, by importance and performance in percent of the scale.

    Importance is what customers said it is; where nobody did, the correlation of the item with the
    item `overall`, in percent and not below 0, from `enough` answers on. The cut points are the
    means of all items of the group. `weight` is the share of an item in all importance, 0 to 1.
    """
    counted, doubles = once(answers)
    rows: list[Row] = []
    cuts: list[tuple[Fraction, Fraction]] = []
    asked: set[str] = set()
    for begun, found in apart(counted, by):
        asked.update(name for one in found for name in one.given if name != overall)
        judged = [
            one for name in form.items if (one := _judged(name, found, form, overall, enough))
        ]
        if judged:
            cut = (
                mean(one.importance for one in judged) or Fraction(0),
                mean(one.performance for one in judged) or Fraction(0),
            )
            cuts.append(cut)
            whole = sum((one.importance for one in judged), Fraction(0))
            rows += [{**begun, **_row(one, cut, whole)} for one in judged]
    parameters: dict[str, Any] = {"correlated_with": overall, "enough": enough}
    if by is None and cuts:
        parameters["cut_importance"], parameters["cut_performance"] = map(told, cuts[0])
    columns = (
        *head(by),
        Column("item", N_("Item"), "enum", form.item_titles),
        Column("n", "n", "integer"),
        Column("importance", N_("Importance"), "percent"),
        Column("performance", N_("Performance"), "percent"),
        Column("weight", N_("Weight"), "mean"),
        Column("basis", N_("Basis"), "enum", BASES),
        Column("quadrant", N_("Quadrant"), "enum", QUADRANTS),
        CHANGE,
    )
    notes = [*remarks(len(counted), doubles, form), *several((one.id for one in counted), by)]
    left = len(asked - {row["item"] for row in rows})
    if left:
        text = ngettext(
            "{count} item is left out: nobody said how much it matters, and too few answered.",
            "{count} items are left out: nobody said how much they matter, and too few answered.",
            left,
        )
        notes.append(text.format(count=left))
    titles = {**TITLES, **form.item_titles}
    return ModelResult("importance", as_of, parameters, len(counted), columns, rows, notes, titles)


def _judged(
    name: str, found: Sequence[Answer], form: Form, overall: str, enough: int
) -> _Judged | None:
    item = form.items[name]
    performance = mean(item.rating(one.given[name]) for one in found if name in one.given)
    if performance is None or name == overall:
        return None
    n = sum(name in one.given for one in found)
    said = mean(
        item._replace(reversed=False).rating(one.important[name])
        for one in found
        if name in one.important
    )
    if said is not None:
        return _Judged(name, n, said, performance, "stated")
    if overall not in form.items:
        return None
    pairs = [
        (item.rating(one.given[name]), form.items[overall].rating(one.given[overall]))
        for one in found
        if name in one.given and overall in one.given
    ]
    r = pearson(pairs) if len(pairs) >= enough else None
    if r is None:
        return None
    return _Judged(name, n, max(Fraction(0), 100 * Fraction(r)), performance, "derived")


def _row(one: _Judged, cut: tuple[Fraction, Fraction], whole: Fraction) -> Row:
    matters, good = one.importance >= cut[0], one.performance >= cut[1]
    if matters:
        quadrant = "keep_up" if good else "concentrate"
    else:
        quadrant = "overkill" if good else "low_priority"
    return {
        "item": one.item,
        "n": one.n,
        "importance": told(one.importance),
        "performance": told(one.performance),
        "weight": told(one.importance / whole) if whole else None,
        "basis": one.basis,
        "quadrant": quadrant,
        "change": _change(one.performance - cut[1]),
    }


def _change(ahead: Fraction) -> str:
    if ahead >= 0:
        return _("performance lower by more than {points} points").format(points=plain(ahead))
    return _("performance higher by {points} points").format(points=plain(-ahead))
