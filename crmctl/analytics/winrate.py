"""Win rate: which share of the deals that were decided was won, by number and by value.

Won / (won + lost) by the day of closing, as is customary; what is open has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.analytics.deals import WON, Spell, closed_within
from crmctl.analytics.exact import percent, total
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext
from crmctl.values.periods import bucket

COLUMNS = (
    Column("won", N_("Won"), "integer"),
    Column("lost", N_("Lost"), "integer"),
    Column("n", "n", "integer"),
    Column("win_rate", N_("Win rate"), "percent"),
    Column("won_value", N_("Won value"), "money"),
    Column("lost_value", N_("Lost value"), "money"),
    Column("value_rate", N_("Win rate by value"), "percent"),
)
PERIOD = Column("period", N_("Closed"), "text")
TITLES = {
    "days": N_("days counted"),
    "open": N_("open deals"),
    "won": N_("won deals"),
    "lost": N_("lost deals"),
    "win_rate": N_("win rate in percent"),
    "value_rate": N_("win rate by value in percent"),
}


def win_rate(
    spells: Iterable[Spell],
    as_of: date,
    *,
    days: int = 0,
    period: str = "quarter",
    by: Grouping | None = None,
) -> ModelResult:
    """A row for each period of closing, or for each group where there is a grouping.

    `days`: only what was closed within so many days, 0 for all. Rates are in percent, values in
    the base currency; a deal without an amount counts by number alone. `parameters` say the same
    of all rows together.
    """
    found = list(spells)
    decided = closed_within(found, as_of, days)

    def closed(one: Spell) -> str | None:
        return None if one.closed is None else bucket(one.closed, period)

    parts = parted(decided, lambda one: one.deal, by, *([] if by else [closed]))
    first = by.column if by is not None else PERIOD
    rows = [{first.name: key[0], **_counted(part)} for key, part in parts.items()]
    whole = _counted(decided)
    parameters: dict[str, Any] = {
        "days": days,
        "open": sum(one.outcome is None for one in found),
        **{name: whole[name] for name in ("won", "lost", "win_rate", "value_rate")},
    }
    notes = [*_notes(decided), *several((one.deal for one in decided), by)]
    columns = (first, *COLUMNS)
    return ModelResult("win-rate", as_of, parameters, len(decided), columns, rows, notes, TITLES)


def _counted(decided: Sequence[Spell]) -> dict[str, Any]:
    won = [one for one in decided if one.outcome == WON]
    lost = [one for one in decided if one.outcome != WON]
    values = [_value(won), _value(lost)]
    return {
        "won": len(won),
        "lost": len(lost),
        "n": len(decided),
        "win_rate": percent(len(won), len(decided)),
        "won_value": values[0],
        "lost_value": values[1],
        "value_rate": percent(values[0] or 0, total(one for one in values if one is not None)),
    }


def _value(spells: Iterable[Spell]) -> Decimal | None:
    amounts = [one.amount for one in spells if one.amount is not None]
    return total(amounts) if amounts else None


def _notes(decided: Sequence[Spell]) -> list[str]:
    if not decided:
        return [_("No deal was won or lost in this time.")]
    return unvalued(decided)


def unvalued(spells: Iterable[Spell]) -> list[str]:
    """A note on deals without an amount in the base currency."""
    without = sorted({one.deal for one in spells if one.amount is None})
    if not without:
        return []
    text = ngettext(
        "{count} deal has no amount in the base currency and counts by number alone: {ids}.",
        "{count} deals have no amount in the base currency and count by number alone: {ids}.",
        len(without),
    )
    ids = ", ".join(without[:5]) + (" …" if len(without) > 5 else "")
    return [text.format(count=len(without), ids=ids)]
