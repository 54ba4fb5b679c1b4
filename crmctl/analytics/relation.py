"""What is known of the relation with one customer: who began, what was bought, what binds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crmctl.analytics.exact import EXACT
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


class Purchase(NamedTuple):
    """What was bought on one day: its first order, the net value, the products."""

    day: date
    id: str
    value: Decimal
    products: frozenset[str] = frozenset()

    def joined(self, other: Purchase) -> Purchase:
        """This and another one of the same day."""
        value = EXACT.add(self.value, other.value)
        return Purchase(self.day, self.id, value, self.products | other.products)


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
    purchases: tuple[Purchase, ...] = ()
    binding: tuple[Event, ...] = ()
    renewals: tuple[Event, ...] = ()
    intention: tuple[Decimal, str] | None = None
    p_alive: float | None = None
    processes: Mapping[str, tuple[str, ...]] = {}
    barrier: int = 0
    barrier_before: int = 0
