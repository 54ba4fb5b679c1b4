"""What each colleague achieved in a period: sales, deals, satisfied customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import percent
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _


class Work(NamedTuple):
    """What one colleague did; amounts in the base currency, `goal` that of the revenue."""

    user: str
    revenue: Decimal
    orders: int
    goal: Decimal | None
    won: int
    lost: int
    won_value: Decimal
    satisfied: int
    answers: int
    talks: int
    settled: int


COLUMNS = (
    Column("user", N_("User"), "ref", kind="user"),
    Column("revenue", N_("Revenue"), "money"),
    Column("orders", N_("Orders"), "integer"),
    Column("goal", N_("Goal"), "money"),
    Column("attainment", N_("Attainment"), "percent"),
    Column("won", N_("Won"), "integer"),
    Column("lost", N_("Lost"), "integer"),
    Column("win_rate", N_("Win rate"), "percent"),
    Column("won_value", N_("Won value"), "money"),
    Column("csat", "CSAT", "percent"),
    Column("csat_n", N_("CSAT answers"), "integer"),
    Column("talks", N_("Talks"), "integer"),
    Column("settled", N_("Tickets settled"), "integer"),
)
TITLES = {
    "from": N_("since"),
    "revenue": N_("revenue in all"),
    "goal": N_("goals together"),
    "win_rate": N_("win rate of all in percent"),
}


def performance(works: Iterable[Work], first: date, as_of: date) -> ModelResult:
    """A row for each colleague, the highest revenue first, then by id.

    Rates are in percent with their n beside: `won` + `lost` deals, `csat_n` answers. Where nothing
    was decided or answered there is no rate.
    """
    found = sorted(works, key=lambda one: (-one.revenue, one.user))
    rows: list[dict[str, Any]] = [
        {
            "user": one.user,
            "revenue": one.revenue,
            "orders": one.orders,
            "goal": one.goal,
            "attainment": None if one.goal is None else percent(one.revenue, one.goal),
            "won": one.won,
            "lost": one.lost,
            "win_rate": percent(one.won, one.won + one.lost),
            "won_value": one.won_value,
            "csat": percent(one.satisfied, one.answers),
            "csat_n": one.answers,
            "talks": one.talks,
            "settled": one.settled,
        }
        for one in found
    ]
    goals = [one.goal for one in found if one.goal is not None]
    won = sum(one.won for one in found)
    parameters = {
        "from": first.isoformat(),
        "revenue": sum((one.revenue for one in found), Decimal(0)),
        "goal": sum(goals, Decimal(0)) if goals else None,
        "win_rate": percent(won, won + sum(one.lost for one in found)),
    }
    notes = [] if rows else [_("Nobody has done anything in this period.")]
    return ModelResult("performance", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)
