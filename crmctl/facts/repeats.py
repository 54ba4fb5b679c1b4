"""How often customers came back: days between purchases, and what the later ones were worth."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import LINES, LINES_READ

# One row for each customer who has bought: `intervals` are the days between one purchase and the
# next, as a JSON list; `repeat_value` is what all but the first amount to; `orders` are those of
# the last day.
REPEATS = Source(
    "repeat_facts",
    CUSTOMER,
    LINES
    + """
    , bought AS (
        SELECT customer, date, sum(net) AS value, json_group_array(id) AS orders
        FROM line WHERE event GROUP BY customer, date
    ), step AS (
        SELECT customer, date, value, orders,
            CAST(julianday(date) - lag(julianday(date)) OVER place AS INTEGER) AS days,
            lead(date) OVER place IS NULL AS latest
        FROM bought WINDOW place AS (PARTITION BY customer ORDER BY date)
    )
    SELECT customer AS id, min(date) AS first, max(date) AS last,
        json_group_array(days) FILTER (WHERE days IS NOT NULL) AS intervals,
        sum(value) FILTER (WHERE days IS NOT NULL) AS repeat_value,
        max(orders) FILTER (WHERE latest) AS orders
    FROM step GROUP BY customer
    """,
    reads={"orders": LINES_READ},
)
