"""Which contracts bind on the day, and until when.

A contract binds when it has begun, is neither a draft nor ended, and its last day has not passed.
One that renews by itself goes on term by term, each of `renewal_months`, a year without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

CONTRACT = "contract"
YEAR = 12


def term_end(ends: date, months: int, day: date) -> date:
    """The last day of the term that a contract is in on `day`, counted on from its first term."""
    if ends >= day:
        return ends
    terms = max(1, ((day.year - ends.year) * 12 + day.month - ends.month) // months)
    # A month may lack the day on which the first term ended, so each term counts from there.
    while (end := Offset(terms * months, "m").after(ends)) < day:
        terms += 1
    return end


def _contracts(facts: Facts) -> Iterator[tuple[Any, ...]]:
    day = facts.day
    rows = facts.index.rows(
        "SELECT id, customer, ends, auto_renew, renewal_months, notice_days, archived IS NULL"
        " FROM contracts WHERE starts <= ? AND COALESCE(status, 'active') = 'active'",
        (day.isoformat(),),
    )
    for id, customer, last, renews, months, notice, listed in rows:
        ends = parse_date(last or "")
        if ends is None:
            yield id, customer, None, None, None, None, listed
            continue
        if renews:
            ends = term_end(ends, months or YEAR, day)
        if ends >= day:
            renews_on = ends + timedelta(days=1) if renews and ends < date.max else None
            notice_by = None if notice is None else Offset(notice, "d").before(ends)
            yield id, customer, ends, (ends - day).days, renews_on, notice_by, listed


def _text(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row)


CONTRACTS = Source(
    "contract_facts",
    CONTRACT,
    rows=lambda facts: map(_text, _contracts(facts)),
    columns=("customer", "until", "days_left", "renews_on", "notice_by", "listed"),
    reads={
        "contracts": "id customer starts ends status auto_renew renewal_months notice_days archived"
    },
)

BONDS = Source(
    "bond_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) AS contracts,
        CASE WHEN count(*) = count(until) THEN max(until) END AS contract_until
    FROM contract_facts WHERE listed AND customer IS NOT NULL GROUP BY customer
    """,
    uses=(CONTRACTS,),
)

FACTS = (
    CONTRACTS.fact(
        "days_left",
        "integer",
        N_("Days left"),
        N_("days until the last one of its present term, while it binds"),
    ),
    CONTRACTS.fact(
        "renews_on",
        "date",
        N_("Renews on"),
        N_("on which day it renews by itself, while it binds"),
    ),
    CONTRACTS.fact(
        "notice_by",
        "date",
        N_("Notice by"),
        N_("the last day to give notice in its present term, by its notice days"),
    ),
    BONDS.fact(
        "contracts", "integer", N_("Contracts"), N_("number of contracts that bind"), absent=0
    ),
    BONDS.fact(
        "contract_until",
        "date",
        N_("Contract until"),
        N_("the day until which a contract binds; none when one has no last day"),
    ),
)
