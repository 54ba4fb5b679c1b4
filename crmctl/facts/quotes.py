"""Which prices we named to a customer and still stand by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_
from crmctl.values.instants import parse_date

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

QUOTE = "quote"


def _holding(facts: Facts) -> Iterator[tuple[str, str, bool]]:
    days = timedelta(days=facts.workspace.policy("sales").quotes.valid_days)
    rows = facts.index.rows(
        "SELECT id, COALESCE(valid_from, date), valid_until, COALESCE(status, 'draft') = 'sent'"
        " FROM quotes WHERE date <= ?",
        (facts.day.isoformat(),),
    )
    for id, since, until, sent in rows:
        first = parse_date(since or "")
        if until is None and first is not None:
            until = (first + days).isoformat()
        if until is not None:
            yield id, until, sent


QUOTES = Source(
    "quote_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) AS quotes_open FROM quotes
    WHERE COALESCE(status, 'draft') = 'sent' AND date <= :day AND customer IS NOT NULL
        AND COALESCE(valid_until, :day) >= :day AND archived IS NULL
    GROUP BY customer
    """,
    reads={"quotes": "customer status date valid_until archived"},
)

HOLDING = Source(
    "holding_facts",
    QUOTE,
    rows=_holding,
    columns=("holds_until", "open"),
    reads={"quotes": "id status date valid_from valid_until"},
)

FACTS = (
    HOLDING.fact(
        "holds_until",
        "date",
        N_("Holds until"),
        N_("the last day on which it is valid, by the days of the book where it names none"),
    ),
    HOLDING.fact(
        "expired",
        "boolean",
        N_("Expired"),
        N_("whether it was sent, nobody answered, and it is not valid any more"),
        absent=0,
        sql="f.open AND f.holds_until < {day}",
    ),
    QUOTES.fact(
        "quotes_open",
        "integer",
        N_("Open quotes"),
        N_("number of quotes that were sent, are still valid and not yet answered"),
        absent=0,
    ),
)
