"""What marketing did with a customer, and whether they have met anybody from sales."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

OUTREACH = Source(
    "outreach_facts",
    CUSTOMER,
    """
    SELECT i.customer AS id,
        max(i.at__ts) FILTER (WHERE i.campaign IS NOT NULL AND i.direction = 'out')
            AS last_mailing,
        count(*) FILTER (WHERE i.campaign IS NOT NULL AND i.direction = 'out') AS mailings,
        max(i.at__ts) FILTER (
            WHERE u.role = 'sales' AND COALESCE(i.automatic, 0) = 0
        ) AS met_sales
    FROM interactions AS i LEFT JOIN users AS u ON u.id = i.by
    WHERE i.at__ts < :end AND i.customer IS NOT NULL
        AND (i.campaign IS NOT NULL OR i.by IS NOT NULL)
    GROUP BY i.customer
    """,
    reads={
        "interactions": "customer at__ts campaign direction automatic by",
        "users": "id role",
    },
    singly=True,
)

FACTS = (
    OUTREACH.fact(
        "mailings",
        "integer",
        N_("Mailings"),
        N_("number of outbound interactions of campaigns"),
        absent=0,
    ),
    OUTREACH.fact(
        "last_mailing",
        "instant",
        N_("Last mailing"),
        N_("when the last outbound interaction of a campaign was"),
    ),
    OUTREACH.fact(
        "met_sales",
        "instant",
        N_("Met sales"),
        N_("when somebody from sales last had to do with them"),
    ),
)
