"""What is known of the relation with one customer: who began, what was bought, what binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, Protocol

from crmctl.analytics.rhythm import interval
from crmctl.locale import N_

# What exploration consists of, in the order in which Dwyer, Schurr and Oh tell it.
PROCESSES = {
    "attraction": N_("Attraction"),
    "communication": N_("Communication and bargaining"),
    "position": N_("Power and position"),
    "norms": N_("Norms"),
    "expectations": N_("Expectations"),
}


class Event(NamedTuple):
    """Something that happened on a day, and the record that tells it."""

    day: date
    id: str


class Order(Protocol):
    """What was ordered at once: its net value in units that can be added, and the products."""

    @property
    def day(self) -> date: ...
    @property
    def id(self) -> str: ...
    @property
    def net_amount(self) -> int: ...
    @property
    def products(self) -> frozenset[str]: ...


class Purchases(NamedTuple):
    """What was bought, in brief: on how many days; the first and the last of them, each with its
    first order; the median of the days between, None without a habit; and what the earlier and the
    later half of the days come to, in value and in different products. The middle one of an odd
    number of days counts in neither half.
    """

    days: int
    first: Event
    last: Event
    interval: Fraction | None
    value_early: int
    value_late: int
    products_early: int
    products_late: int


def purchases(orders: Iterable[Order]) -> Purchases | None:
    """A brief of orders by day and id; None of nothing."""
    days: list[list[Order]] = []
    for order in orders:
        if days and days[-1][0].day == order.day:
            days[-1].append(order)
        else:
            days.append([order])
    if not days:
        return None
    half = len(days) // 2
    early, late = days[:half], days[len(days) - half :]
    return Purchases(
        len(days),
        Event(days[0][0].day, days[0][0].id),
        Event(days[-1][0].day, days[-1][0].id),
        interval([same[0].day for same in days]),
        *map(_value, (early, late)),
        *map(_breadth, (early, late)),
    )


def _value(days: list[list[Order]]) -> int:
    return sum([order.net_amount for same in days for order in same])


def _breadth(days: list[list[Order]]) -> int:
    return len({product for same in days for order in same for product in order.products})


class Said(NamedTuple):
    """A stage that a person said, on a day and for a reason."""

    stage: str
    day: date
    by: str | None
    reason: str


class Relation(NamedTuple):
    """What is known of one relation, from its begin or from the last return on (`back`).

    `lost`: recorded as over, on a day if that is known. `ours` and `theirs` are the first messages
    of each side, `both` the first event that takes two; `heard` the last day on which they took
    part. `binding` are a standing order and contracts that bind; `renewals` the contracts, one for
    each renewal. `intention` is the latest answer, of 5, with its survey. `processes`: the evidence
    of the parts of exploration. `barrier` is what the ties add up to now and before.
    """

    customer: str
    said: Said | None = None
    lost: tuple[date | None] | None = None
    back: date | None = None
    ours: Event | None = None
    theirs: Event | None = None
    both: Event | None = None
    heard: date | None = None
    trial: Event | None = None
    purchases: Purchases | None = None
    binding: tuple[Event, ...] = ()
    renewals: tuple[Event, ...] = ()
    intention: tuple[Decimal, str] | None = None
    processes: Mapping[str, list[str]] = {}
    barrier: int = 0
    barrier_before: int = 0
    p_alive: float | None = None
