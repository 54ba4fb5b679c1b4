"""What customers think, as far as they were asked, and what that makes them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.analytics.loyalty import KINDS
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.models import NOTED
from crmctl.facts.purchases import LINES, LINES_READ
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

SURVEYS = {
    "surveys": "id customer template at side phase by campaign ticket contact"
    " answers expectations importance",
}

# Each day on which a customer has confirmed orders or refunds: whether it is a purchase, what is
# left of it, and the orders.
PURCHASE_DAYS = Source(
    "purchase_days",
    CUSTOMER,
    LINES
    + """
    SELECT l.customer AS id, l.date, l.event, l.net, json_group_array(o.id) AS orders
    FROM (
        SELECT customer, date, max(event) AS event, sum(net) AS net FROM line
        GROUP BY customer, date
    ) AS l
    LEFT JOIN line AS o
        ON o.customer = l.customer AND o.date = l.date AND o.event
    GROUP BY l.customer, l.date
    """,
    reads={"orders": LINES_READ},
)


def kept(value: Decimal | None) -> float | None:
    """A score as a fact keeps it: nobody asked more exactly than to two places."""
    return None if value is None else round(float(value), 2)


def _quality(facts: Facts) -> Iterator[tuple[Any, ...]]:
    from crmctl.models import run

    for row in run(facts, "quality").rows:
        scores = (row[name] for name in ("satisfaction", "trust", "commitment", "quality"))
        yield (row["customer"], *(kept(score) for score in scores))


QUALITY = Source(
    "quality_facts",
    CUSTOMER,
    rows=_quality,
    columns=("satisfaction", "trust", "commitment", "relationship_quality"),
    reads=SURVEYS,
)


def _answers(facts: Facts) -> Iterator[tuple[Any, ...]]:
    """The last answers of each customer to the items that sum up CSAT and NPS."""
    from crmctl.analytics.answers import by_customer, latest, mean, told
    from crmctl.models import Request
    from crmctl.models.surveys import Surveys

    surveys = Surveys(Request(facts, None), CUSTOMER)
    found: dict[str, list[Any]] = {}
    for place, model in enumerate(("csat", "nps")):
        said = getattr(surveys.policy, model)
        first = next(iter(surveys.policy.template(said.template).items), "")
        answers = latest(surveys.answers(said.template, said.side, said.days))
        for customer, each in by_customer(answers).items():
            value = kept(told(mean(one.given.get(first) for one in each)))
            if value is not None:
                found.setdefault(customer, [None, None])[place] = value
    for customer, values in found.items():
        yield customer, *values


ANSWERS = Source(
    "attitude_facts",
    CUSTOMER,
    rows=_answers,
    columns=("csat", "nps_answer"),
    reads=SURVEYS,
)


def _loyalty(facts: Facts) -> Iterator[tuple[Any, ...]]:
    from crmctl.models import run

    # A book may prefer another model for `analyze`; the fact is what its description says.
    for row in run(facts, "loyalty", settings={"model": "dick-basu"}).rows:
        yield row["customer"], row["loyalty"], row["true_loyal"]


LOYALTY = Source(
    "loyalty_facts",
    CUSTOMER,
    rows=_loyalty,
    columns=("loyalty", "true_loyal"),
    # The note on orders without a rate reads their amounts.
    reads={**SURVEYS, **NOTED, "customers": "id category_spend"},
    uses=(PURCHASE_DAYS,),
)

SURVEYED = Source(
    "surveyed_facts",
    "campaign",
    """
    SELECT campaign AS id, count(DISTINCT customer) AS surveyed FROM surveys
    WHERE campaign IS NOT NULL AND COALESCE(side, 'customer') = 'customer' AND at <= :day
    GROUP BY campaign
    """,
    reads={"surveys": "campaign customer side at"},
)

FACTS = (
    SURVEYED.fact(
        "surveyed",
        "integer",
        N_("Surveyed"),
        N_("number of customers who answered a questionnaire about it"),
        absent=0,
    ),
    ANSWERS.fact(
        "csat",
        "number",
        N_("CSAT"),
        N_("how satisfied they said they were in all, in the last answer of each respondent"),
    ),
    ANSWERS.fact(
        "nps_answer",
        "number",
        N_("Would recommend us"),
        N_("how likely they are to recommend us, in the last answer of each respondent"),
    ),
    QUALITY.fact(
        "satisfaction",
        "number",
        N_("Satisfaction"),
        N_("satisfaction from 0 to 100, as “analyze quality” has it"),
    ),
    QUALITY.fact(
        "trust",
        "number",
        N_("Trust"),
        N_("trust from 0 to 100, where benevolence, integrity and competence were asked for"),
    ),
    QUALITY.fact(
        "commitment",
        "number",
        N_("Commitment to us"),
        N_("commitment from 0 to 100, where all its three dimensions were asked for"),
    ),
    QUALITY.fact(
        "relationship_quality",
        "number",
        N_("Relationship quality"),
        N_("mean of trust, satisfaction and commitment, where all three are measured"),
    ),
    LOYALTY.fact(
        "loyalty",
        "enum",
        N_("Loyalty"),
        N_("kind of loyalty after Dick and Basu, by purchases and by what they think of us"),
        values=KINDS,
    ),
    LOYALTY.fact(
        "true_loyal",
        "boolean",
        N_("Truly loyal"),
        N_("whether they buy again and prefer us; nothing where attitude was not asked for"),
    ),
)
