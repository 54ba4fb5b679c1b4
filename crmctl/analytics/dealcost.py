"""What it costs to win a deal: the effort for all that were decided, shared among the won ones.

What was put into lost deals is a cost of the won ones too, since nobody knows before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.deals import WON, Spell, closed_within
from crmctl.analytics.exact import EXACT, quotient, total
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.winrate import PERIOD
from crmctl.locale import N_, _, ngettext
from crmctl.values.periods import bucket


class Effort(NamedTuple):
    """What one deal took so far: talks, what they cost in the base currency, and minutes."""

    talks: int
    cost: Decimal
    minutes: int


COLUMNS = (
    Column("won", N_("Won"), "integer"),
    Column("lost", N_("Lost"), "integer"),
    Column("n", N_("With a talk on record"), "integer"),
    Column("talks", N_("Talks"), "integer"),
    Column("minutes", N_("Minutes"), "integer"),
    Column("cost", N_("Cost"), "money"),
    Column("cost_per_won", N_("Cost per won deal"), "money"),
    Column("minutes_per_won", N_("Minutes per won deal"), "mean"),
)
TITLES = {"days": N_("days counted"), "hour": N_("cost of an hour")}


def deal_cost(
    spells: Iterable[Spell],
    efforts: Mapping[str, Effort],
    as_of: date,
    *,
    days: int = 0,
    period: str = "quarter",
    hour: Decimal | None = None,
    by: Grouping | None = None,
) -> ModelResult:
    """A row for each period of closing, or for each group: what won and lost deals cost together.

    `hour` adds the minutes to the cost, at so much of the base currency an hour. A deal that was
    opened again counts once, at its last end. None per won deal where none was won.
    """
    latest: dict[str, Spell] = {}
    for one in closed_within(spells, as_of, days):
        known = latest.get(one.deal)
        if known is None or one.number > known.number:
            latest[one.deal] = one
    decided = [latest[deal] for deal in sorted(latest)]

    def closed(one: Spell) -> str | None:
        return None if one.closed is None else bucket(one.closed, period)

    parts = parted(decided, lambda one: one.deal, by, *([] if by else [closed]))
    first = by.column if by is not None else PERIOD
    rows = [{first.name: key[0], **_row(part, efforts, hour)} for key, part in parts.items()]
    silent = sum(one.deal not in efforts for one in decided)
    notes = several((one.deal for one in decided), by)
    if not decided:
        notes.append(_("No deal was won or lost in this time."))
    elif silent:
        text = ngettext(
            "{count} deal has no talk that names it, so what it took is unknown.",
            "{count} deals have no talk that names them, so what they took is unknown.",
            silent,
        )
        notes.append(text.format(count=silent))
    parameters = {"days": days, "hour": hour}
    columns = (first, *COLUMNS)
    return ModelResult("deal-cost", as_of, parameters, len(decided), columns, rows, notes, TITLES)


def _row(
    decided: Sequence[Spell], efforts: Mapping[str, Effort], hour: Decimal | None
) -> dict[str, Any]:
    known = [efforts[one.deal] for one in decided if one.deal in efforts]
    won = sum(one.outcome == WON for one in decided)
    minutes = sum(one.minutes for one in known)
    cost = total(one.cost for one in known)
    if hour is not None:
        cost = EXACT.add(cost, quotient(EXACT.multiply(hour, Decimal(minutes)), 60))
    return {
        "won": won,
        "lost": len(decided) - won,
        "n": len(known),
        "talks": sum(one.talks for one in known),
        "minutes": minutes if known else None,
        "cost": cost if known else None,
        "cost_per_won": quotient(cost, won) if won and known else None,
        "minutes_per_won": quotient(Decimal(minutes), won) if won and known else None,
    }
