"""Every model: what it is called, what it says in a line, and which records it looks at."""

from __future__ import annotations

from typing import NamedTuple

from crmctl.errors import BadOption, did_you_mean
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import N_, _
from crmctl.values.text import suggest


class Entry(NamedTuple):
    """A model in the catalog: its area, a line on it, and the kind of record that it looks at.

    `by`: whether its rows can be told apart by a field of that kind. `label` is the column by which
    it puts customers into classes, where it does.
    """

    area: str
    title: str
    kind: str = CUSTOMER
    by: bool = False
    label: str = ""


AREAS = {
    "value": N_("Value"),
    "buying": N_("Buying"),
    "relationship": N_("Relationship"),
    "attitude": N_("Attitude"),
    "flow": N_("Flow"),
}

CATALOG = {
    "rfm": Entry(
        "value",
        N_("Who bought recently, often and for much: scores and segments."),
        label="segment",
    ),
    "abc": Entry("value", N_("Who brings 80 % of the sales: classes A, B, C."), label="class"),
    "worth": Entry(
        "value", N_("What customers leave us after cost; MVC, STC and BZC."), label="class"
    ),
    "components": Entry("value", N_("Realized, potential, model, referral and network value.")),
    "wallet": Entry("value", N_("Our share of what customers spend on all suppliers.")),
    "pyramid": Entry("value", N_("What layers of customers bring, and what they get."), by=True),
    "clv": Entry("value", N_("What customers are worth over their lifetime, and all together.")),
    "alive": Entry("value", N_("Who still buys, and who is likely lost: P(alive)."), label="state"),
    "next-purchase": Entry("value", N_("When customers buy again, and who is overdue.")),
    "renewals": Entry("value", N_("How contracts are renewed: retention and sBG."), "contract"),
    "cohorts": Entry("buying", N_("Who bought first in the same month, and who buys again.")),
    "activity": Entry(
        "buying",
        N_("Who is active, slowing down or dormant, by their own rhythm."),
        label="activity",
    ),
    "spend-trend": Entry("buying", N_("Whether customers spend more or less on a purchase.")),
    "churn": Entry("buying", N_("How many customers were lost, by three definitions."), by=True),
    "winback": Entry("buying", N_("Whom to win back: value by chance, and what came of it.")),
    "acquisition": Entry("buying", N_("What it costs to win customers, and to keep them.")),
    "basket": Entry("buying", N_("What is bought together: support, confidence and lift.")),
    "stage": Entry(
        "relationship", N_("How far each relation has come, and what shows it."), label="stage"
    ),
    "exploration": Entry("relationship", N_("What of getting to know each other has been done.")),
    "relationship": Entry(
        "relationship", N_("Behavior and feeling side by side, and what lacks."), label="deficient"
    ),
    "lifecycle": Entry(
        "relationship", N_("Whether volume and profit grow, stay or shrink."), label="lifecycle"
    ),
    "bond": Entry(
        "relationship", N_("Who only buys, who cooperates, who depends on whom."), label="bond"
    ),
    "encounter": Entry(
        "relationship", N_("Who meets the same colleague, and who a firm."), label="encounter"
    ),
    "friendship": Entry("relationship", N_("Commercial friendship of contacts and colleagues.")),
    "touchpoints": Entry("relationship", N_("Through which channels we and they meet.")),
    "clienthood": Entry(
        "relationship", N_("Who is a client, and who only looks in."), label="clienthood"
    ),
    "health": Entry(
        "relationship", N_("How well each relation is, out of what was measured."), label="band"
    ),
    "funnel": Entry(
        "flow", N_("How many deals go on from stage to stage."), "opportunity", by=True
    ),
    "win-rate": Entry(
        "flow",
        N_("Which share of decided deals is won, by number and value."),
        "opportunity",
        by=True,
    ),
    "cycle": Entry(
        "flow",
        N_("How many days a deal takes, as a whole and in each stage."),
        "opportunity",
        by=True,
    ),
    "velocity": Entry(
        "flow", N_("What open deals bring a day at this pace."), "opportunity", by=True
    ),
    "deal-cost": Entry("flow", N_("What it costs to win a deal."), "opportunity", by=True),
    "forecast": Entry("flow", N_("What open deals will bring."), "opportunity"),
    "forecast-score": Entry("flow", N_("How good past forecasts were."), "opportunity"),
    "leads": Entry(
        "flow", N_("How likely leads are to buy: scores, grades, reasons."), label="grade"
    ),
    "lead-check": Entry("flow", N_("Whether better grades are won more often."), "opportunity"),
    "campaigns": Entry("flow", N_("What campaigns cost and brought."), "campaign"),
    "service-levels": Entry(
        "flow",
        N_("How soon tickets are answered and settled, and how many in time."),
        "ticket",
        by=True,
    ),
    "deflection": Entry("flow", N_("Which tickets solutions spare us."), "solution"),
    "performance": Entry("flow", N_("What each colleague achieves, beside the goal."), "user"),
    "targets": Entry("flow", N_("Targets beside what was reached.")),
    "visitors": Entry("flow", N_("How many of those who come to look buy later."), by=True),
    "csat": Entry("attitude", N_("How satisfied, item by item."), "survey", by=True),
    "nps": Entry("attitude", N_("Who would recommend us, and how sure."), "survey", by=True),
    "ces": Entry("attitude", N_("How easy we make it."), "survey", by=True),
    "csi": Entry("attitude", N_("One index of satisfaction, 0 to 100."), "survey", by=True),
    "servqual": Entry("attitude", N_("Service quality in five dimensions."), "survey", by=True),
    "expectation": Entry("attitude", N_("What was expected, what was found."), "survey", by=True),
    "importance": Entry("attitude", N_("What matters, and how good it is."), "survey", by=True),
    "scale": Entry("attitude", N_("Any questionnaire with dimensions, 0 to 100."), by=True),
    "trust": Entry("attitude", N_("Benevolence, integrity, competence."), by=True),
    "commitment": Entry("attitude", N_("Affective, continuance, normative."), by=True),
    "delivered-value": Entry("attitude", N_("What customers get, and what it takes."), by=True),
    "quality": Entry("attitude", N_("Trust, satisfaction, commitment as one."), by=True),
    "satisfaction": Entry(
        "attitude", N_("What pleases and what annoys, apart."), by=True, label="state"
    ),
    "loyalty": Entry(
        "attitude", N_("Loyal, latent, spurious, none: who is which."), label="loyalty"
    ),
    "sat-loyalty": Entry("attitude", N_("Whether the satisfied are loyal.")),
    "mirror": Entry("attitude", N_("Whether content teams have content customers."), "survey"),
}


def entry(name: str) -> Entry:
    """A model by its name; BadOption with a suggestion where there is none."""
    if name not in CATALOG:
        raise BadOption(_("A model"), name, CATALOG, did_you_mean(suggest(name, CATALOG)))
    return CATALOG[name]
