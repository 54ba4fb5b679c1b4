"""Whom to win back: what lost customers brought, by how likely their reason lets them return.

The reasons are those of a relation that dissolves (Dwyer, Schurr and Oh, 1987). What each leaves of
hope is an assumption of the settings until the book has outcomes of its own to judge by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import EXACT, percent, quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

OUTCOMES = {"open": N_("Still lost"), "won_back": N_("Came back"), "ours": N_("Ended by us")}
REASONS = ("trust_crisis", "poor_service", "unmet_need", "falling_benefit")

TITLES = {
    "chances": N_("chance in percent,"),
    "other": N_("other"),
    "counts": N_("losses,"),
    "rate": N_("won back of those that were not ended by us, in percent"),
    **OUTCOMES,
}


class Lost(NamedTuple):
    """One loss of a customer, amounts in the base currency.

    `value` is the margin of the twelve months before it; `ours` tells that we ended it; `back` is
    the day of the return, and `regained` the margin since then.
    """

    customer: str
    at: date | None
    reason: str | None
    ours: bool
    value: Decimal
    back: date | None = None
    regained: Decimal = Decimal(0)
    evidence: tuple[str, ...] = ()


def columns(reasons: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns; `reasons` are the titles of the reasons."""
    return (
        Column("customer", N_("Customer"), "ref"),
        Column("lost", N_("Lost on"), "date"),
        Column("reason", N_("Reason of the loss"), "enum", reasons),
        Column("value", N_("Margin of a year"), "money"),
        Column("chance", N_("Chance of return"), "percent"),
        Column("priority", N_("Value by chance"), "money"),
        Column("outcome", N_("Outcome"), "enum", OUTCOMES),
        Column("back", N_("Won back"), "date", detail=True),
        Column("regained", N_("Margin since"), "money", detail=True),
        Column("evidence", N_("Evidence"), "text", detail=True),
    )


def winback(
    losses: Iterable[Lost], as_of: date, chances: Mapping[str, Decimal], reasons: Mapping[str, str]
) -> ModelResult:
    """A row for each loss: open ones by `priority`, the highest first, then those that are over.

    `priority` is the value times the chance, in percent, that the settings give the reason
    (`other` where there is none); it is None for who came back and where we ended it ourselves.
    """
    rows = [_row(one, chances) for one in losses]
    rows.sort(
        key=lambda row: (
            row["outcome"] != "open",
            -(row["priority"] or Decimal(0)),
            row["back"] or row["lost"] or "",
            row["customer"],
        )
    )
    counts = {name: sum(row["outcome"] == name for row in rows) for name in OUTCOMES}
    wanted = counts["open"] + counts["won_back"]
    parameters = {
        "chances": dict(chances),
        "counts": counts,
        "rate": percent(counts["won_back"], wanted),
    }
    notes = [] if rows else [_("Nobody has been lost.")]
    titles = {**TITLES, **reasons}
    return ModelResult(
        "winback", as_of, parameters, len(rows), columns(reasons), rows, notes, titles
    )


def _row(one: Lost, chances: Mapping[str, Decimal]) -> dict[str, Any]:
    outcome = "won_back" if one.back else "ours" if one.ours else "open"
    chance = chances.get(one.reason or "", chances["other"])
    still = outcome == "open"
    return {
        "customer": one.customer,
        "lost": one.at.isoformat() if one.at else None,
        "reason": one.reason,
        "value": one.value,
        "chance": chance if still else None,
        "priority": quotient(EXACT.multiply(one.value, chance), 100) if still else None,
        "outcome": outcome,
        "back": one.back.isoformat() if one.back else None,
        "regained": one.regained if one.back else None,
        "evidence": list(one.evidence),
    }
