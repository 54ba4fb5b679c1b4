"""Satisfaction and dissatisfaction as two things, with the reasons for each.

What pleases and what annoys are not the two ends of one scale: a customer may feel both, or
neither. After Herzberg, Mausner and Snyderman, "The Motivation to Work" (1959), carried over to
customers by Swan and Combs (Journal of Marketing 40, 1976).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import CHANGE, EVIDENCE, mean, plain, told
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.locale import N_, _

STATES = {
    "satisfied": N_("Satisfied"),
    "mixed": N_("Pleased and annoyed"),
    "indifferent": N_("Neither"),
    "dissatisfied": N_("Dissatisfied"),
}
TITLES = {
    "high": N_("high from"),
    "mean": N_("mean of"),
    "satisfaction": N_("satisfaction"),
    "dissatisfaction": N_("dissatisfaction"),
    "counts": N_("customers,"),
    "claimed": N_("would hear of it (a claim, not measured),"),
    **STATES,
}


class Feelings(NamedTuple):
    """Both indices of one customer, 0 to 100; what pleases and what annoys by how often, in words.

    `evidence` are the records that say so.
    """

    customer: str
    satisfaction: Fraction | None
    dissatisfaction: Fraction | None
    pleases: Mapping[str, int]
    annoys: Mapping[str, int]
    evidence: Sequence[str]


def satisfaction(
    feelings: Iterable[Feelings],
    as_of: date,
    high: Decimal = Decimal(50),
    by: Grouping | None = None,
    hears: Mapping[str, int] | None = None,
) -> ModelResult:
    """Both indices side by side, never one out of the other: a row for each customer, or group.

    `state` says which of the two is high, from `high` percent on; it is None unless both are
    measured. `hears` is how many people one satisfied or dissatisfied customer is said to tell:
    `parameters` have what that would come to. Reasons come most frequent first, then by name. The
    most dissatisfied come first.
    """
    known = sorted(feelings, key=lambda one: one.customer)
    states = {one.customer: _state(one, high) for one in known}
    parameters: dict[str, Any] = {
        "high": high,
        "mean": {
            "satisfaction": told(mean(one.satisfaction for one in known)),
            "dissatisfaction": told(mean(one.dissatisfaction for one in known)),
        },
        "counts": {name: sum(found == name for found in states.values()) for name in STATES},
    }
    if hears is not None:
        counts = parameters["counts"]
        parameters["claimed"] = {name: each * counts[name] for name, each in hears.items()}
    indices = (
        Column("satisfaction", N_("Satisfaction"), "mean"),
        Column("dissatisfaction", N_("Dissatisfaction"), "mean"),
    )
    reasons = (
        Column("pleases", N_("What pleases"), "text"),
        Column("annoys", N_("What annoys"), "text"),
    )
    columns: tuple[Column, ...] = (
        Column("customer", N_("Customer"), "ref"),
        *indices,
        Column("state", N_("State"), "enum", STATES),
        *reasons,
        CHANGE,
        EVIDENCE,
    )
    rows = [_row(one, states[one.customer], high) for one in known]
    rows.sort(key=_order)
    if by is not None:
        columns = (by.column, Column("n", "n", "integer"), *indices, *reasons, EVIDENCE)
        rows = [
            {by.column.name: key[-1], "n": len(each), **_summed(each)}
            for key, each in parted(known, lambda one: one.customer, by).items()
        ]
    notes = several((one.customer for one in known), by)
    if not known:
        notes.append(_("Nobody was asked how satisfied they are."))
    elif not any(one.dissatisfaction is not None for one in known):
        notes.append(
            _("Dissatisfaction is not measured: it has questions of its own, and nobody was asked.")
        )
    return ModelResult(
        "satisfaction", as_of, parameters, len(known), columns, rows, points(rows) + notes, TITLES
    )


def _state(one: Feelings, high: Decimal) -> str | None:
    if one.satisfaction is None or one.dissatisfaction is None:
        return None
    if one.satisfaction >= high:
        return "mixed" if one.dissatisfaction >= high else "satisfied"
    return "dissatisfied" if one.dissatisfaction >= high else "indifferent"


def _row(one: Feelings, state: str | None, high: Decimal) -> dict[str, Any]:
    return {
        "customer": one.customer,
        "satisfaction": told(one.satisfaction),
        "dissatisfaction": told(one.dissatisfaction),
        "state": state,
        "pleases": frequent(one.pleases),
        "annoys": frequent(one.annoys),
        "change": _change(one, state, high),
        "evidence": list(one.evidence),
    }


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    worst, best = row["dissatisfaction"], row["satisfaction"]
    return (worst is None, -(worst or 0), best is None, best or 0, row["customer"])


def _summed(each: Sequence[Feelings]) -> dict[str, Any]:
    pleases: dict[str, int] = {}
    annoys: dict[str, int] = {}
    for one in each:
        for counts, more in ((pleases, one.pleases), (annoys, one.annoys)):
            for reason, count in more.items():
                counts[reason] = counts.get(reason, 0) + count
    return {
        "satisfaction": told(mean(one.satisfaction for one in each)),
        "dissatisfaction": told(mean(one.dissatisfaction for one in each)),
        "pleases": frequent(pleases),
        "annoys": frequent(annoys),
        "evidence": [id for one in each for id in one.evidence],
    }


def frequent(reasons: Mapping[str, int]) -> list[str]:
    """Reasons with how often they were given, the most frequent first."""
    ordered = sorted(reasons, key=lambda name: (-reasons[name], name))
    return [f"{name} ({reasons[name]})" for name in ordered]


def _change(one: Feelings, state: str | None, high: Decimal) -> str:
    if state is None:
        return _("asking what pleases and what annoys, each by itself")
    parts = []
    for title, value in (
        (_("satisfaction"), one.satisfaction),
        (_("dissatisfaction"), one.dissatisfaction),
    ):
        assert value is not None
        if value >= high:
            text, by = _("{index} lower by more than {points} points"), value - Fraction(high)
        else:
            text, by = _("{index} higher by {points} points"), Fraction(high) - value
        parts.append(text.format(index=title, points=plain(by)))
    return _("{one}, or {other}").format(one=parts[0], other=parts[1])
