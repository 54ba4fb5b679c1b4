"""Sales velocity: how much a day the open deals will bring at the pace of the decided ones.

Open deals x win rate x mean won value / mean days from opening to won: the customary formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crmctl.analytics.deals import WON, Spell, closed_within
from crmctl.analytics.exact import percent, quotient, rounded, total
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.winrate import unvalued
from crmctl.locale import N_, _

COLUMNS = (
    Column("open", N_("Open deals"), "integer"),
    Column("n", N_("Closed deals"), "integer"),
    Column("win_rate", N_("Win rate"), "percent"),
    Column("won_value", N_("Mean won value"), "money"),
    Column("cycle", N_("Mean days to won"), "mean"),
    Column("velocity", N_("A day"), "money"),
)
TITLES = {"days": N_("days counted")}


def velocity(
    spells: Iterable[Spell],
    as_of: date,
    *,
    days: int = 0,
    by: Grouping | None = None,
    pipelines: Mapping[str, str] | None = None,
) -> ModelResult:
    """A row for each pipeline, or for each group where there is a grouping.

    `days`: the decided deals are those of so many days until `as_of`, 0 for all. `velocity` is in
    the base currency a day; None where a factor is unknown or the cycle is 0 days.
    """
    found = list(spells)
    decided = closed_within(found, as_of, days)
    counted = [one for one in found if one.outcome is None] + decided
    key = [] if by is not None else [lambda one: one.pipeline]
    parts = parted(counted, lambda one: one.deal, by, *key)
    first = by.column if by is not None else None
    first = first or Column("pipeline", N_("Pipeline"), "enum", pipelines or {})
    rows = [{first.name: name[0], **_factors(part)} for name, part in parts.items()]
    notes = unvalued(one for one in decided if one.outcome == WON)
    if rows and all(row["velocity"] is None for row in rows):
        notes.append(_("Without a won deal that took at least a day there is no velocity."))
    return ModelResult(
        "velocity",
        as_of,
        {"days": days},
        len(decided),
        (first, *COLUMNS),
        rows,
        [*notes, *several((one.deal for one in counted), by)],
        TITLES,
    )


def _factors(counted: Sequence[Spell]) -> dict[str, Any]:
    open_ = sum(one.outcome is None for one in counted)
    won = [one for one in counted if one.outcome == WON]
    decided = len(counted) - open_
    amounts = [one.amount for one in won if one.amount is not None]
    lengths = [one.days for one in won if one.days is not None]
    product: Decimal | None = None
    if amounts and sum(lengths):
        rate = Fraction(len(won), decided)
        mean = Fraction(total(amounts)) / len(amounts)
        exact = open_ * rate * mean * len(lengths) / sum(lengths)
        product = rounded(exact)
    return {
        "open": open_,
        "n": decided,
        "win_rate": percent(len(won), decided),
        "won_value": quotient(total(amounts), len(amounts)) if amounts else None,
        "cycle": quotient(Decimal(sum(lengths)), len(lengths)) if lengths else None,
        "velocity": product,
    }
