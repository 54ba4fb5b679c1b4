"""What customers cost us: to win them, until the day of their first order, and to serve them after.

Touches cost what they say and the time they took, complaints what was done to make up for them.
What a campaign spent is shared out in equal parts to those who bought through it.
"""

from __future__ import annotations

from crmctl.facts.campaigns import EXPENSES
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import PURCHASES

# One row for each cost of a customer: the day, the amount, minutes, and whether it was for winning.
COST = """
    WITH first AS MATERIALIZED (
        SELECT id, first_order AS day, ts(first_order || 'T00:00') AS at FROM purchase_facts
        WHERE first_order IS NOT NULL
    ), bought AS (
        SELECT campaign, customer, min(date) AS day FROM orders
        WHERE campaign IS NOT NULL AND customer IS NOT NULL AND date <= :day
            AND refund_of IS NULL AND amount__base >= 0
            AND COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
        GROUP BY campaign, customer
    ), cost AS (
        SELECT i.customer AS id, substr(i.at, 1, 10) AS day, i.cost__base AS cost,
            i.duration AS minutes, COALESCE(i.at__ts < f.at, 1) AS winning
        FROM interactions AS i LEFT JOIN first AS f ON f.id = i.customer
        WHERE i.at__ts < :end AND i.customer IS NOT NULL
            AND (i.cost__base IS NOT NULL OR i.duration IS NOT NULL)
        UNION ALL
        SELECT t.customer, COALESCE(t.recovery ->> '$.at', substr(t.opened, 1, 10)),
            base(t.recovery ->> '$.cost', t.recovery ->> '$.currency',
                COALESCE(t.recovery ->> '$.at', t.opened)), NULL, 0
        FROM tickets AS t
        WHERE t.recovery ->> '$.cost' IS NOT NULL AND t.opened__ts < :end
            AND COALESCE(t.recovery ->> '$.at', '') <= :day AND t.customer IS NOT NULL
        UNION ALL
        SELECT b.customer, b.day,
            CAST(round(1.0 * e.spent / count(*) OVER (PARTITION BY b.campaign)) AS INTEGER), NULL,
            b.day <= f.day
        FROM bought AS b JOIN expense_facts AS e ON e.id = b.campaign
            JOIN first AS f ON f.id = b.customer
    )
"""

COSTS = Source(
    "cost_facts",
    CUSTOMER,
    COST
    + """
    SELECT id, sum(cost) FILTER (WHERE winning) AS winning_cost,
        sum(minutes) FILTER (WHERE winning) AS winning_minutes,
        sum(cost) FILTER (WHERE NOT winning) AS serving_cost,
        sum(minutes) FILTER (WHERE NOT winning) AS serving_minutes
    FROM cost GROUP BY id
    """,
    reads={
        "interactions": "customer at at__ts cost__base duration",
        "tickets": "customer opened opened__ts recovery",
        "orders": "campaign customer date amount__base refund_of status",
    },
    uses=(PURCHASES, EXPENSES),
)
