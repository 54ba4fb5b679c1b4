"""What customers bought: orders, purchase events and net spend.

A purchase event is one customer and one local date with at least one confirmed order that is not
refunded in full. A refund reduces the order it names, at the rate of that order's day: otherwise
something would be left of an order given back in full. One that names none lowers spend alone.
"""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_


def given_back(refund: str) -> str:
    """SQL for what an order that names another one takes of it, in the base currency, at the rate
    of the day of the other; NULL for one that names none."""
    named = f"SELECT named.date FROM orders AS named WHERE named.id = {refund}.refund_of LIMIT 1"
    worth = f"base({refund}.amount, {refund}.currency, ({named}))"
    taken = f"abs(COALESCE({worth}, {refund}.amount__base))"
    return f"CASE WHEN {refund}.refund_of IS NOT NULL THEN {taken} END"


def lines(among: str = "") -> str:
    """Confirmed orders with what refunds leave of them; `event` tells whether one is a purchase.

    `among` is a condition on orders, for those of some customers alone.
    """
    return _LINES.format(among=among, back=given_back("o"))


_LINES = """
    WITH counted AS (
        SELECT rid, id, customer, date, amount__base AS amount, refund_of FROM orders
        WHERE COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
          AND date <= :day AND customer IS NOT NULL AND amount__base IS NOT NULL{among}
    ), refund AS (
        SELECT r.refund_of AS id, sum({back}) AS back
        FROM counted AS r JOIN orders AS o ON o.rid = r.rid
        WHERE r.refund_of IS NOT NULL GROUP BY r.refund_of
    ), line AS (
        SELECT o.rid, o.id, o.customer, o.date, o.amount,
            o.amount - COALESCE(r.back, 0) AS net,
            o.amount >= 0 AND (o.amount > 0 OR :keep_zero)
                AND (r.back IS NULL OR r.back < o.amount) AS event
        FROM counted AS o LEFT JOIN refund AS r ON r.id = o.id
        WHERE o.refund_of IS NULL
        UNION ALL
        SELECT rid, id, customer, date, -abs(amount), -abs(amount), 0 FROM counted
        WHERE refund_of IS NOT NULL AND refund_of NOT IN (SELECT id FROM counted)
    )
"""
LINES = lines()
LINES_READ = "id customer date amount amount__base currency refund_of status"

PURCHASES = Source(
    "purchase_facts",
    CUSTOMER,
    LINES
    + """
    SELECT customer AS id, sum(event) AS orders,
        count(DISTINCT CASE WHEN event THEN date END) AS purchases, sum(net) AS spend,
        min(CASE WHEN event THEN date END) AS first_order,
        max(CASE WHEN event THEN date END) AS last_order
    FROM line GROUP BY customer
    """,
    reads={"orders": LINES_READ},
)

BUYERS = {
    "none": N_("Has not bought"),
    "first_time": N_("First-time buyer"),
    "repeat": N_("Repeat buyer"),
}

FACTS = (
    PURCHASES.fact("orders", "integer", N_("Orders"), N_("number of confirmed orders"), absent=0),
    PURCHASES.fact(
        "purchases",
        "integer",
        N_("Purchase days"),
        N_("number of days with a confirmed order"),
        absent=0,
    ),
    PURCHASES.fact(
        "spend",
        "money",
        N_("Spend"),
        N_("what confirmed orders amount to, less refunds"),
        absent=0,
    ),
    PURCHASES.fact(
        "first_order", "date", N_("First order"), N_("date of the first confirmed order")
    ),
    PURCHASES.fact("last_order", "date", N_("Last order"), N_("date of the last confirmed order")),
    PURCHASES.fact(
        "buyer",
        "enum",
        N_("Buyer"),
        N_("whether the customer has bought on no day, on one, or on several"),
        absent="none",
        sql="CASE f.purchases WHEN 0 THEN 'none' WHEN 1 THEN 'first_time' ELSE 'repeat' END",
        values=BUYERS,
    ),
)
