"""Which prices we named to a customer and still stand by."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

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

FACTS = (
    QUOTES.fact(
        "quotes_open",
        "integer",
        N_("Open quotes"),
        N_("number of quotes that were sent, are still valid and not yet answered"),
        absent=0,
    ),
)
