"""What orders leave after refunds and after what the goods cost.

A margin is what the order says, else its amount less its cost, else less what its products cost, if
each line has a product with a cost. Refunds take of the margin what they take of the amount. A
refund that names no order has the margin that it states itself.
"""

from __future__ import annotations

from crmctl.facts.definitions import Source
from crmctl.facts.purchases import LINES_READ, lines
from crmctl.locale import N_

ORDER = "order"


def margins(among: str = "") -> str:
    """Confirmed orders with what refunds leave of amount and margin, of `lines(among)`."""
    return lines(among) + _MARGINS


_MARGINS = """
    , gross AS (
        SELECT l.rid, l.id, l.customer, l.date, l.amount, l.net, l.event,
            CASE WHEN o.amount__base < 0 OR o.refund_of IS NOT NULL THEN -abs(o.margin__base)
                ELSE COALESCE(o.margin__base, o.amount__base - o.cost__base,
                    o.amount__base - (
                        SELECT CASE WHEN count(*) = count(base(p.cost, p.currency, o.date))
                            THEN CAST(round(sum(COALESCE(e.value ->> '$.quantity', 1)
                                * base(p.cost, p.currency, o.date))) AS INTEGER) END
                        FROM json_each(o.lines) AS e
                        LEFT JOIN products AS p ON p.id = e.value ->> '$.product'
                    ))
            END AS margin
        FROM line AS l JOIN orders AS o ON o.rid = l.rid
    )
    SELECT rid, id, customer, date, event, net AS net_amount,
        CASE WHEN net = amount OR amount = 0 THEN margin
            ELSE CAST(round(1.0 * margin * net / amount) AS INTEGER) END AS net_margin
    FROM gross
"""

MARGINS = Source(
    "margin_facts",
    ORDER,
    margins(),
    reads={
        "orders": f"{LINES_READ} margin__base cost__base lines",
        "products": "id cost currency",
    },
)

FACTS = (
    MARGINS.fact(
        "net_amount", "money", N_("Net amount"), N_("what it amounts to, less what was refunded")
    ),
    MARGINS.fact(
        "net_margin",
        "money",
        N_("Net margin"),
        N_("its margin, or what it leaves after its cost or that of its products, less refunds"),
    ),
)
