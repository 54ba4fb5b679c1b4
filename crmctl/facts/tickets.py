"""What a customer asked of our service, and what of it is not settled yet."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

# As of an earlier day the view has no times of a later one, so these are read from the table.
TICKETS = Source(
    "ticket_facts",
    CUSTOMER,
    """
    SELECT t.customer AS id, max(t.opened__ts) AS last_ticket,
        count(*) FILTER (
            WHERE t.archived IS NULL AND (
                COALESCE(t.status, 'open') NOT IN ('resolved', 'closed')
                OR COALESCE(raw.resolved__ts, raw.closed__ts) >= :end
            )
        ) AS open_tickets
    FROM tickets AS t JOIN main.tickets AS raw ON raw.rid = t.rid
    WHERE t.opened__ts < :end AND t.customer IS NOT NULL GROUP BY t.customer
    """,
    reads={"tickets": "customer opened__ts status resolved__ts closed__ts archived"},
    singly=True,
)

# A complaint that was logged for a ticket is the ticket's.
COMPLAINTS = Source(
    "complaint_facts",
    CUSTOMER,
    """
    WITH complaint AS (
        SELECT customer FROM tickets WHERE kind = 'complaint' AND opened__ts < :end
        UNION ALL
        SELECT customer FROM interactions
        WHERE kind = 'complaint' AND ticket IS NULL AND at__ts < :end
    )
    SELECT customer AS id, count(*) AS complaints FROM complaint
    WHERE customer IS NOT NULL GROUP BY customer
    """,
    reads={
        "tickets": "customer kind opened__ts",
        "interactions": "customer kind ticket at__ts",
    },
    singly=True,
)

FACTS = (
    TICKETS.fact(
        "open_tickets",
        "integer",
        N_("Open tickets"),
        N_("number of tickets that are neither resolved nor closed"),
        absent=0,
    ),
    TICKETS.fact(
        "last_ticket", "instant", N_("Last ticket"), N_("when the last ticket was opened")
    ),
    COMPLAINTS.fact(
        "complaints",
        "integer",
        N_("Complaints"),
        N_("number of tickets that are complaints, and of complaints logged without a ticket"),
        absent=0,
    ),
)
