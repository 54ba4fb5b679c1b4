"""How often and when there was contact with a customer."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

TOUCHES = Source(
    "touch_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) AS interactions, min(at__ts) AS first_interaction,
        max(at__ts) AS last_interaction
    FROM interactions WHERE at__ts < :end AND customer IS NOT NULL GROUP BY customer
    """,
    reads={"interactions": "customer at__ts"},
)

FACTS = (
    TOUCHES.fact(
        "interactions", "integer", N_("Interactions"), N_("number of interactions"), absent=0
    ),
    TOUCHES.fact(
        "first_interaction",
        "instant",
        N_("First interaction"),
        N_("when the first interaction was"),
    ),
    TOUCHES.fact(
        "last_interaction", "instant", N_("Last interaction"), N_("when the last interaction was")
    ),
)
