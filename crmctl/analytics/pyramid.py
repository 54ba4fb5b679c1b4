"""The pyramid of customers: what each layer brings, and what it gets of our time and money.

Layers by rank after Curry and Curry, "The Customer Marketing Method" (2000): the first percent of
the buyers by revenue, the next four, the next fifteen, and the many others; then those who have
not bought for long, and those who never have. Any other division can be laid over it. A layer that
gets far more than it brings is pointed out, and the decision left to people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from crmctl.analytics.exact import EXACT, percent, quotient, total
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

RANKS = ("top", "large", "medium")
INACTIVE, PROSPECT = "inactive", "prospect"
LAYERS = {
    "top": N_("Top"),
    "large": N_("Large"),
    "medium": N_("Medium"),
    "small": N_("Small"),
    INACTIVE: N_("Inactive"),
    PROSPECT: N_("Prospect"),
}
LAYER = Column("layer", N_("Layer"), "enum", LAYERS)

COLUMNS = (
    Column("customers", N_("Customers"), "integer"),
    Column("revenue", N_("Revenue"), "money"),
    Column("revenue_share", N_("of revenue"), "percent"),
    Column("profit", N_("Profit"), "money"),
    Column("profit_share", N_("of profit"), "percent"),
    Column("cost_share", N_("of cost"), "percent"),
    Column("minutes_share", N_("of time"), "percent"),
    Column("unprofitable", N_("Unprofitable"), "integer"),
    Column("customer_share", N_("of customers"), "percent", detail=True),
    Column("cost_to_serve", N_("Cost to serve"), "money", detail=True),
    Column("minutes", N_("Minutes"), "integer", detail=True),
    Column("return", N_("Profit per cost"), "mean", detail=True),
    Column("evidence", N_("Unprofitable customers"), "text", detail=True),
    Column("suggestion", N_("What to consider"), "text", detail=True),
)

TITLES = {
    "balance": N_("pointed out from this ratio of shares on"),
    "totals": N_("total of"),
    "revenue": N_("revenue"),
    "profit": N_("profit"),
    "cost_to_serve": N_("cost to serve"),
    "minutes": N_("minutes"),
}


class Member(NamedTuple):
    """A customer with the layers it belongs to, amounts in the base currency."""

    customer: str
    layers: Sequence[Any]
    revenue: Decimal
    profit: Decimal
    cost: Decimal
    minutes: int


def ranked(
    revenues: Iterable[tuple[str, Decimal]],
    active: Collection[str],
    edges: Mapping[str, Decimal],
) -> dict[str, list[str]]:
    """The layer of each buyer by rank of revenue, then by id; who is not `active` is `inactive`.

    `edges` are the percentages of the active buyers, rounded up, at which the layers of RANKS end.
    """
    found: dict[str, list[str]] = {}
    order = sorted(revenues, key=lambda item: (item[1].copy_negate(), item[0]))
    buying = [customer for customer, _revenue in order if customer in active]
    ends = [(name, ceil(Fraction(edges[name]) * len(buying) / 100)) for name in RANKS]
    for place, customer in enumerate(buying):
        found[customer] = [next((name for name, end in ends if place < end), "small")]
    return found | {customer: [INACTIVE] for customer, _revenue in order if customer not in active}


def pyramid(
    members: Iterable[Member], as_of: date, layer: Column = LAYER, balance: Decimal = Decimal(2)
) -> ModelResult:
    """A row for each layer: customers, revenue, profit, and the shares of cost to serve and time.

    Layers come as `layer` lists its values, else by revenue. `return` is the profit for each unit
    of cost to serve, None without cost. A layer whose share of the cost or of the time is at least
    `balance` times its share of the revenue gets a suggestion, and so does the reverse. A member
    of several layers counts in each, and once in the totals.
    """
    everybody = sorted(members, key=lambda one: one.customer)
    groups: dict[Any, list[Member]] = {}
    for one in everybody:
        for value in one.layers:
            groups.setdefault(value, []).append(one)
    whole = _sums(everybody)
    rows = [_row(layer.name, value, group, whole, balance) for value, group in groups.items()]
    listed = list(layer.values or ())
    rows.sort(
        key=lambda row: (
            row[layer.name] is None,
            listed.index(row[layer.name]) if row[layer.name] in listed else len(listed),
            row["revenue"].copy_negate(),
            str(row[layer.name]),
        )
    )
    parameters = {
        "balance": balance,
        "totals": {name: whole[name] for name in ("revenue", "profit", "cost_to_serve", "minutes")},
    }
    several = sum(len(one.layers) > 1 for one in everybody)
    notes = []
    if several:
        text = ngettext(
            "{count} customer belongs to several layers and counts in each.",
            "{count} customers belong to several layers and count in each.",
            several,
        )
        notes.append(text.format(count=several))
    columns = (layer, *COLUMNS)
    return ModelResult("pyramid", as_of, parameters, len(everybody), columns, rows, notes, TITLES)


def _sums(members: Sequence[Member]) -> dict[str, Any]:
    return {
        "customers": len(members),
        "revenue": total(one.revenue for one in members),
        "profit": total(one.profit for one in members),
        "cost_to_serve": total(one.cost for one in members),
        "minutes": sum(one.minutes for one in members),
    }


def _row(
    name: str, value: Any, members: Sequence[Member], whole: Mapping[str, Any], balance: Decimal
) -> dict[str, Any]:
    sums = _sums(members)
    losing = [one.customer for one in members if one.profit < 0]
    shares = {
        "revenue_share": percent(sums["revenue"], whole["revenue"]),
        "profit_share": percent(sums["profit"], whole["profit"]),
        "cost_share": percent(sums["cost_to_serve"], whole["cost_to_serve"]),
        "minutes_share": percent(sums["minutes"], whole["minutes"]),
        "customer_share": percent(sums["customers"], whole["customers"]),
    }
    cost = sums["cost_to_serve"]
    row = {
        name: value,
        **sums,
        **shares,
        "unprofitable": len(losing),
        "return": quotient(sums["profit"], cost) if cost else None,
        "evidence": losing,
        # Whoever has never bought brings nothing yet, and costs all the same.
        "suggestion": None if value == PROSPECT else _suggestion(shares, balance),
    }
    return {key: row[key] for key in (name, *(column.name for column in COLUMNS))}


def _suggestion(shares: Mapping[str, Decimal | None], balance: Decimal) -> str | None:
    brought = shares["revenue_share"]
    if brought is None:
        return None
    texts = {
        "cost_share": _("gets {got} % of the cost, brings {brought} %: look for a cheaper way"),
        "minutes_share": _("gets {got} % of the time, brings {brought} %: look for a cheaper way"),
    }
    given = {name: shares[name] or Decimal(0) for name in texts}
    most = max(given, key=lambda name: given[name])
    got = given[most]
    measured = any(shares[name] is not None for name in texts)
    text = None
    if got > 0 and got >= EXACT.multiply(balance, brought):
        text = texts[most]
    elif measured and brought > 0 and brought >= EXACT.multiply(balance, got):
        text = _("gets {got} %, brings {brought} % of the revenue: there is room for more")
    return text and text.format(got=round(got, 1), brought=round(brought, 1))
