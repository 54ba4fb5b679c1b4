"""Orders as sales: each less its refunds, with what of it is gross profit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crmctl.analytics.exact import EXACT, quotient, total
from crmctl.facts.purchases import given_back
from crmctl.facts.tables import Facts
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

# What an order cost: as it says itself, or else what its products cost, if each of them says so.
_ORDERS = f"""
    SELECT o.id, o.customer, o.date, o."by", o.campaign, o.opportunity, o.refund_of,
        CASE WHEN o.refund_of IS NULL THEN o.amount__base ELSE {given_back("o")} END,
        o.margin__base, COALESCE(o.cost__base, (
            SELECT CASE WHEN count(p.cost) = count(*) THEN sum(
                base(p.cost, p.currency, o.date) * COALESCE(l.value ->> '$.quantity', 1)) END
            FROM json_each(o.lines) AS l LEFT JOIN products AS p ON p.id = l.value ->> '$.product'
        ))
    FROM orders AS o
    WHERE COALESCE(o.status, 'confirmed') IN (SELECT value FROM json_each(?))
        AND o.date <= ? AND o.customer IS NOT NULL AND o.amount__base IS NOT NULL
    ORDER BY o.date, o.id
"""


class Sale(NamedTuple):
    """One order, or a refund that names no order; amounts in the base currency, less refunds.

    `event`: whether it is a purchase; `guessed`: whether its profit is the usual share of it.
    """

    order: str
    customer: str
    day: date
    by: str | None
    campaign: str | None
    opportunity: str | None
    revenue: Decimal
    profit: Decimal
    event: bool
    guessed: bool


class _Order(NamedTuple):
    id: str
    customer: str
    date: str
    by: str | None
    campaign: str | None
    opportunity: str | None
    refund_of: str | None
    amount: int
    margin: int | None
    cost: int | None

    @property
    def known_profit(self) -> Decimal | None:
        """What is left of it, where anything says so; a refund's is below zero."""
        if self.refund_of is not None:
            if self.margin is not None:
                return -from_units(abs(self.margin))
            return None if self.cost is None else from_units(abs(self.cost) - abs(self.amount))
        if self.margin is not None:
            return from_units(self.margin)
        return None if self.cost is None else from_units(self.amount - self.cost)


def sales(facts: Facts, margin: Decimal) -> list[Sale]:
    """The sales until the day, by date; `margin` is the percent of profit where nothing is known.

    A refund lowers the order that it names, by its own profit or by the share that the order had.
    """
    keep_zero = bool(facts.parameters["keep_zero"])
    used = [facts.parameters[name] for name in ("confirmed", "day")]
    orders = [_Order(*row) for row in facts.index.rows(_ORDERS, used)]
    ids = {one.id for one in orders if one.refund_of is None}
    refunds: dict[str, list[_Order]] = {}
    for one in orders:
        if one.refund_of in ids:
            refunds.setdefault(str(one.refund_of), []).append(one)
    return [
        _sale(one, refunds.get(one.id, []), margin, keep_zero)
        for one in orders
        if one.refund_of not in ids
    ]


def _sale(one: _Order, back: list[_Order], margin: Decimal, keep_zero: bool) -> Sale:
    amount = from_units(-abs(one.amount) if one.refund_of is not None else one.amount)
    profit = one.known_profit
    guessed = profit is None
    if profit is None:
        profit = quotient(EXACT.multiply(amount, margin), 100)
    returned = total(from_units(abs(refund.amount)) for refund in back)
    net = EXACT.subtract(amount, returned)
    for refund in back:
        lost = refund.known_profit
        if lost is None and amount:
            share = EXACT.multiply(profit, from_units(abs(refund.amount)))
            lost = -quotient(share, amount)
        profit = EXACT.add(profit, lost or Decimal(0))
    event = one.refund_of is None and (amount > 0 or (not amount and keep_zero))
    return Sale(
        one.id,
        one.customer,
        parse_date(one.date) or date.min,
        one.by,
        one.campaign,
        one.opportunity,
        net,
        profit,
        event and (not back or returned < amount),
        guessed,
    )


def first_sales(found: list[Sale]) -> Mapping[str, str]:
    """The order by which each customer became one."""
    first: dict[str, str] = {}
    for one in found:
        if one.event:
            first.setdefault(one.customer, one.order)
    return first
