"""What there is to see of each relation, kept as one row for each customer.

The models of relationship judge by it; gathering it reads every order and every event of the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from json import JSONDecoder, JSONEncoder
from typing import TYPE_CHECKING, Any

from crmctl.analytics.relation import Event, Purchases, Relation, Said
from crmctl.facts.contracts import CONTRACTS
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.margins import MARGINS

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts


def _rows(facts: Facts) -> Iterator[tuple[Any, ...]]:
    from crmctl.models import Request
    from crmctl.models.relations import gathered

    rules = facts.workspace.policy("relationship").stage
    return ((one.customer, _text(one)) for one in gathered(Request(facts, rules), rules))


RELATIONS = Source(
    "relation_facts",
    CUSTOMER,
    rows=_rows,
    columns=("seen",),
    reads={
        "customers": "id status lost losses stage_overrides ties contacts interests profile",
        "orders": "quantity lines id customer date status trial standing",
        "interactions": "id customer at__ts automatic direction initiator kind feeling",
        "contracts": "id customer kind starts ends ends_history auto_renew renewal_months status",
        "surveys": "id customer at side answers contact by expectations phase",
        "quotes": "id customer date status",
        "opportunities": "id customer opened contacts competitors expected_close",
    },
    uses=(CONTRACTS, MARGINS),
)


def relations(facts: Facts) -> Iterator[Relation]:
    """The relation with each customer, in the order of ids."""
    facts.make(RELATIONS)
    found = facts.index.stream(f'SELECT seen FROM "{RELATIONS.name}" ORDER BY id')
    return (_relation(text) for (text,) in found)


# Named tuples become arrays; days, decimals and fractions become texts.
_text = JSONEncoder(default=str, ensure_ascii=False).encode
_parts = JSONDecoder().raw_decode


def _relation(text: str) -> Relation:
    parts, _end = _parts(text)
    id, said, lost, back, ours, theirs, both, heard, trial, bought, *more = parts
    binding, renewals, intention, processes, barrier, barrier_before, p_alive = more
    return Relation(
        id,
        _said(*said) if said else None,
        (_day(lost[0]) if lost[0] else None,) if lost else None,
        _day(back) if back else None,
        _told(*ours) if ours else None,
        _told(*theirs) if theirs else None,
        _told(*both) if both else None,
        _day(heard) if heard else None,
        _told(*trial) if trial else None,
        _purchases(*bought) if bought else None,
        tuple([_told(*event) for event in binding]) if binding else (),
        tuple([_told(*event) for event in renewals]) if renewals else (),
        (Decimal(intention[0]), intention[1]) if intention else None,
        processes,
        barrier,
        barrier_before,
        p_alive,
    )


_day = date.fromisoformat


def _told(day: str, id: str) -> Event:
    return Event(_day(day), id)


def _said(stage: str, day: str, by: str | None, reason: str) -> Said:
    return Said(stage, _day(day), by, reason)


def _purchases(
    days: int,
    first: tuple[str, str],
    last: tuple[str, str],
    interval: str | None,
    *halves: int,
) -> Purchases:
    usual = Fraction(interval) if interval else None
    return Purchases(days, _told(*first), _told(*last), usual, *halves)
