"""What the models of lifetime say of each customer, over the whole book."""

from __future__ import annotations

from crmctl.facts.contracts import CONTRACTS
from crmctl.facts.costs import COSTS
from crmctl.facts.margins import MARGINS
from crmctl.facts.models import BOUGHT, COSTLY, scored
from crmctl.facts.purchases import PURCHASES
from crmctl.facts.repeats import REPEATS
from crmctl.locale import N_

# The groups in which customers are compared, and the orders that are left out.
GROUPED = {**BOUGHT, "customers": "id type"}

ALIVE = scored("alive", {"p_alive": "p_alive"}, reads=GROUPED, uses=(REPEATS,))
NEXT = scored(
    "next-purchase",
    {"next_purchase": "expected", "overdue_purchase": "overdue"},
    reads=GROUPED,
    uses=(REPEATS,),
)
CLV = scored(
    "clv",
    {"clv": "clv"},
    reads={**COSTLY, "customers": "id category_spend"},
    # The contracts count where the settings say that the value is one under contract.
    uses=(REPEATS, PURCHASES, MARGINS, COSTS, CONTRACTS),
)

FACTS = (
    ALIVE.fact(
        "p_alive",
        "number",
        N_("P(alive)"),
        N_("percent: the probability that the customer still buys; none in a small book"),
    ),
    NEXT.fact(
        "next_purchase",
        "date",
        N_("Next purchase"),
        N_("the day on which the next purchase is to be expected; it may have passed"),
    ),
    NEXT.fact(
        "overdue_purchase",
        "boolean",
        N_("Purchase overdue"),
        N_("whether the customer is silent for longer than nearly all intervals before"),
    ),
    CLV.fact(
        "clv",
        "money",
        N_("Lifetime value"),
        N_("what the customer is still going to bring; in a small book what it has brought"),
    ),
)
