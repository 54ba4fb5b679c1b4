"""Signs of risk: a customer falls silent, or knows one colleague alone."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import LINES, LINES_READ
from crmctl.locale import N_

# The median of the days between two purchases; with fewer than three purchases there is no habit.
HABITS = Source(
    "habit_facts",
    CUSTOMER,
    LINES
    + """
    , bought AS (
        SELECT DISTINCT customer, date FROM line WHERE event
    ), step AS (
        SELECT customer, date,
            julianday(date)
                - lag(julianday(date)) OVER (PARTITION BY customer ORDER BY date) AS days
        FROM bought
    ), ranked AS (
        SELECT customer, days, row_number() OVER (PARTITION BY customer ORDER BY days) AS place,
            count(*) OVER (PARTITION BY customer) AS steps
        FROM step WHERE days IS NOT NULL
    ), habit AS (
        SELECT customer, avg(days) AS days FROM ranked
        WHERE steps >= 2 AND place IN ((steps + 1) / 2, (steps + 2) / 2) GROUP BY customer
    )
    SELECT h.customer AS id, round(h.days, 1) AS purchase_interval,
        round((julianday(:day) - julianday(max(b.date))) / h.days, 2) AS silence
    FROM habit AS h JOIN bought AS b ON b.customer = h.customer GROUP BY h.customer
    """,
    reads={"orders": LINES_READ},
)

# Of the last year; whoever has most of it comes first.
BONDS = Source(
    "colleague_facts",
    CUSTOMER,
    """
    WITH share AS (
        SELECT customer, by, count(*) AS touches FROM interactions
        WHERE at__ts < :end AND at__ts >= :end - 366 * 86400 AND by IS NOT NULL
            AND customer IS NOT NULL
        GROUP BY customer, by
    )
    SELECT customer AS id, by AS main_user,
        CAST(100 * max(touches) / sum(touches) AS INTEGER) AS main_user_share
    FROM share GROUP BY customer
    """,
    reads={"interactions": "customer at__ts by"},
    singly=True,
)

FACTS = (
    HABITS.fact(
        "purchase_interval",
        "number",
        N_("Purchase interval"),
        N_("median of the days between two purchases, from three purchases on"),
    ),
    HABITS.fact(
        "silence",
        "number",
        N_("Silence"),
        N_("days since the last purchase, in purchase intervals of the customer's own"),
    ),
    BONDS.fact(
        "main_user",
        "tag",
        N_("Main colleague"),
        N_("who of us had most of the interactions of the last year"),
    ),
    BONDS.fact(
        "main_user_share",
        "integer",
        N_("Share of the main colleague"),
        N_("percent of the interactions of the last year that were the main colleague's"),
    ),
)
