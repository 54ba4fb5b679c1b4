"""What the models of relationship say of each customer."""

from __future__ import annotations

from crmctl.analytics.bond import BONDS
from crmctl.analytics.clienthood import CLIENTHOOD
from crmctl.analytics.encounter import ENCOUNTERS
from crmctl.analytics.health import BANDS
from crmctl.analytics.lifecycle import LIFECYCLE
from crmctl.analytics.stage import BASES, DEFICIENT, STAGES
from crmctl.facts.cadence import CADENCE
from crmctl.facts.contracts import CONTRACTS
from crmctl.facts.margins import MARGINS
from crmctl.facts.models import NOTED, scored
from crmctl.facts.profile import PROFILES
from crmctl.facts.purchases import PURCHASES
from crmctl.facts.receivables import SETTLED
from crmctl.facts.relations import RELATIONS
from crmctl.locale import N_

# Of purchases, beside their margins and what the note on orders without a rate reads.
ORDERS = f"quantity {NOTED['orders']}"
TALKS = "customer at__ts automatic direction"
ANSWERS = "id customer at side answers contact by"

STAGE = scored(
    "stage",
    {
        "stage": "stage",
        "stage_basis": "basis",
        "explored": "explored",
        "exit_barrier_before": "exit_barrier_before",
    },
    reads=NOTED,
    uses=(RELATIONS,),
    alone=True,
    digits=1,
)
SIDES = scored(
    "relationship",
    {
        "behavior": "behavior",
        "feeling_score": "feeling",
        "deficient": "deficient",
        "reciprocity": "reciprocity",
    },
    reads={
        "customers": "id ties",
        "orders": ORDERS,
        "interactions": f"{TALKS} id initiator feeling",
        "surveys": ANSWERS,
    },
    uses=(MARGINS,),
    alone=True,
    digits=1,
)
LIFE = scored(
    "lifecycle",
    {"lifecycle": "lifecycle"},
    reads={
        "customers": "id status referred_by",
        "orders": ORDERS,
        "interactions": "customer at at__ts cost__base",
    },
    uses=(MARGINS,),
    alone=True,
    digits=1,
)
BOND = scored(
    "bond",
    {"bond": "bond"},
    reads={
        "customers": "id ties needs category_spend",
        "orders": ORDERS,
        "interactions": f"{TALKS} kind",
        "contracts": "id customer kind starts ends ends_history auto_renew renewal_months status",
        "surveys": ANSWERS,
    },
    uses=(PURCHASES, CONTRACTS, MARGINS),
    alone=True,
    digits=1,
)
ENCOUNTER = scored(
    "encounter",
    {"encounter": "encounter"},
    reads={"customers": "id", "interactions": "id customer at__ts automatic by"},
    alone=True,
    digits=1,
)
CLIENT = scored(
    "clienthood",
    {"clienthood": "clienthood"},
    reads={"customers": "id", "orders": ORDERS, "interactions": f"{TALKS} initiator"},
    uses=(PROFILES, MARGINS),
    alone=True,
    digits=1,
)
HEALTH = scored(
    "health",
    {"health": "health", "health_band": "band", "health_coverage": "coverage"},
    reads={
        "customers": "id",
        "orders": ORDERS,
        "interactions": "id customer at__ts automatic promises archived",
        "surveys": ANSWERS,
        "tickets": "id customer opened__ts status resolved__ts closed__ts archived",
    },
    uses=(SETTLED, CADENCE, MARGINS),
    alone=True,
    digits=1,
)

FACTS = (
    STAGE.fact(
        "stage",
        "enum",
        N_("Stage"),
        N_("how far the relation has come, by what shows it or by what a person said"),
        values=STAGES,
    ),
    STAGE.fact(
        "stage_basis",
        "enum",
        N_("Basis of the stage"),
        N_("whether the stage was said by hand, recorded, likely, or follows from evidence"),
        values=BASES,
    ),
    STAGE.fact(
        "explored",
        "integer",
        N_("Explored, of 5"),
        N_("how many of the five parts of exploration there is evidence of"),
    ),
    STAGE.fact(
        "exit_barrier_before",
        "integer",
        N_("Exit barrier before"),
        N_("what the ties added up to half a year ago, by the policy “relationship”"),
    ),
    SIDES.fact(
        "behavior",
        "number",
        N_("Behavior"),
        N_("what the customer does of what is full behavior, from 0 to 100"),
    ),
    SIDES.fact(
        "feeling_score",
        "number",
        N_("Feeling"),
        N_("how the customer feels, from 0 to 100, by feelings noted and answers in surveys"),
    ),
    SIDES.fact(
        "deficient",
        "enum",
        N_("Deficient"),
        N_("which of behavior and feeling the relation lacks, where it has the other"),
        values=DEFICIENT,
    ),
    SIDES.fact(
        "reciprocity",
        "number",
        N_("Begun by them"),
        N_("percent of the events of the last year that the customer began"),
    ),
    LIFE.fact(
        "lifecycle",
        "enum",
        N_("Life cycle"),
        N_("whether volume and profit grow, stay or shrink"),
        values=LIFECYCLE,
    ),
    BOND.fact(
        "bond",
        "enum",
        N_("Bond"),
        N_("whether there is trade alone, an exchange of words, or dependence on both sides"),
        values=BONDS,
    ),
    ENCOUNTER.fact(
        "encounter",
        "enum",
        N_("Meetings are"),
        N_("whether the customer meets the same colleague again, others, or met us once"),
        values=ENCOUNTERS,
    ),
    CLIENT.fact(
        "clienthood",
        "enum",
        N_("Clienthood"),
        N_("whether the customer is a client, a buyer, or only looks in"),
        values=CLIENTHOOD,
    ),
    HEALTH.fact(
        "health",
        "number",
        N_("Health"),
        N_("how well the relation is, from 0 to 100, out of what was measured"),
    ),
    HEALTH.fact(
        "health_band",
        "enum",
        N_("Band of health"),
        N_("whether health is good, fair or bad; grey where less than half was measured"),
        values=BANDS,
    ),
    HEALTH.fact(
        "health_coverage",
        "number",
        N_("Coverage of health"),
        N_("percent of the weights of health that were measured"),
    ),
)
