"""When the things at a customer's want service."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

ASSETS = Source(
    "asset_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) AS assets, min(service_due) AS service_due FROM assets
    WHERE COALESCE(status, 'in_use') = 'in_use' AND COALESCE(installed, :day) <= :day
        AND customer IS NOT NULL AND archived IS NULL
    GROUP BY customer
    """,
    reads={"assets": "customer service_due status installed archived"},
)

FACTS = (
    ASSETS.fact("assets", "integer", N_("Assets"), N_("number of assets in use"), absent=0),
    ASSETS.fact(
        "service_due",
        "date",
        N_("Service due"),
        N_("when the first service of an asset in use is due"),
    ),
)
