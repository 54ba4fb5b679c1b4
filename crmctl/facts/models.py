"""What models say of customers, scored over the whole book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.analytics.abc import CLASSES
from crmctl.analytics.activity import ACTIVITIES
from crmctl.analytics.rfm import SEGMENTS, VALUE_TYPES
from crmctl.analytics.worth import CLASSES as WORTHS
from crmctl.facts.costs import COSTS
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.margins import MARGINS
from crmctl.facts.purchases import LINES_READ, PURCHASES
from crmctl.locale import N_
from crmctl.values.money import to_units

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

NOTED = {"orders": "id date amount amount__base lines"}
BOUGHT = {"customers": "id", **NOTED}
# Days with a purchase, beside the orders that are left out of them.
DAYS = {"orders": f"{LINES_READ} lines"}
COSTLY = {
    "interactions": "id customer at__ts cost__base duration",
    "tickets": "id customer opened opened__ts recovery",
    **NOTED,
}


class Scored(Source):
    """A source that a model fills: facts by name, each a column of its rows (`told`).

    `alone`: the model judges each customer by their own records, so that it can be asked about one
    without a look at the others. Decimals are kept to so many `digits`, amounts as units.
    """

    model: str = ""
    told: Mapping[str, str] = {}
    alone: bool = False
    digits: int = 6

    def every(self, facts: Facts) -> Iterator[tuple[Any, ...]]:
        """The rows of the table."""
        from crmctl.models import run

        found = run(facts, self.model)
        types = {column.name: column.type for column in found.columns}
        amounts = {name for name, column in self.told.items() if types[column] == "money"}
        for row in found.rows:
            values = self.values(row)
            for name in amounts:
                amount = row[self.told[name]]
                values[name] = None if amount is None else to_units(amount)
            yield (row["customer"], *values.values())

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The facts out of a row of the model."""
        return {name: self._kept(row[column]) for name, column in self.told.items()}

    def _kept(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return (
            int(value) if value == value.to_integral_value() else round(float(value), self.digits)
        )


def scored(model: str, told: dict[str, str], **more: Any) -> Scored:
    """A source with what a model says of each customer; `more` is what else a `Scored` says."""
    name = f"{model.replace('-', '_')}_model_facts"
    columns = tuple(told)
    found = Scored(
        name,
        CUSTOMER,
        rows=lambda facts: found.every(facts),
        columns=columns,
        model=model,
        told=told,
        **more,
    )
    return found


RFM = scored("rfm", {"rfm": "segment", "value_type": "value_type"}, reads=BOUGHT, uses=(PURCHASES,))
WORTH = scored(
    "worth",
    {
        "margin": "margin",
        "cost_to_serve": "cost_to_serve",
        "acquisition_cost": "acquisition_cost",
        "profit": "profit",
        "potential": "potential",
        "value_class": "class",
    },
    reads={**COSTLY, "customers": "id category_spend"},
    uses=(PURCHASES, MARGINS, COSTS),
)
COMPONENTS = scored(
    "components",
    {"referral_value": "referral", "network_value": "network"},
    reads={
        "customers": "id category_spend referred_by links influence needs intelligence",
        **NOTED,
        "interactions": "id customer at at__ts cost__base duration",
        "tickets": "id customer kind opened opened__ts recovery",
        "surveys": "customer at",
    },
    uses=(PURCHASES, MARGINS, COSTS),
)
WALLET = scored(
    "wallet",
    {"wallet_share": "share"},
    reads={**DAYS, "customers": "id category_spend brands", "products": "brand"},
)
ACTIVITY = scored("activity", {"activity": "activity", "expected_order": "expected"}, reads=DAYS)
ABC = scored("abc", {"abc": "class"}, reads=BOUGHT, uses=(PURCHASES,))

FACTS = (
    RFM.fact(
        "rfm",
        "enum",
        N_("RFM segment"),
        N_("RFM segment, scored over the whole book"),
        values=SEGMENTS,
    ),
    RFM.fact(
        "value_type",
        "enum",
        N_("Type of value"),
        N_("one of eight types: recency, frequency and spend above or below the mean of buyers"),
        values=VALUE_TYPES,
    ),
    ABC.fact(
        "abc",
        "enum",
        N_("ABC class"),
        N_("ABC class, over the whole book"),
        values={name: name for name in CLASSES},
    ),
    WORTH.fact(
        "margin",
        "money",
        N_("Margin"),
        N_("what is left of their orders after the goods, a usual margin where none is known"),
    ),
    WORTH.fact(
        "cost_to_serve",
        "money",
        N_("Cost to serve"),
        N_("what touches, our time and making up for mistakes cost since the first order"),
    ),
    WORTH.fact(
        "acquisition_cost",
        "money",
        N_("Acquisition cost"),
        N_("what touches, our time and campaigns cost until the first order"),
    ),
    WORTH.fact(
        "profit",
        "money",
        N_("Profit"),
        N_("margin less cost to serve and acquisition cost"),
    ),
    WORTH.fact(
        "potential",
        "money",
        N_("Unrealized potential"),
        N_("the margin of what they buy from others in a year, by the estimate of their wallet"),
    ),
    WORTH.fact(
        "value_class",
        "enum",
        N_("Class of value"),
        N_("most valuable, most growable, ordinary, or below zero, over the whole book"),
        values=WORTHS,
    ),
    COMPONENTS.fact(
        "referral_value",
        "money",
        N_("Value of referrals"),
        N_("the margin of the first year of the customers whom they referred"),
    ),
    COMPONENTS.fact(
        "network_value",
        "money",
        N_("Value of the network"),
        N_("what those spend to whom links lead in a few steps"),
    ),
    WALLET.fact(
        "wallet_share",
        "number",
        N_("Share of wallet"),
        N_("percent of what they spend in our category that they spend with us, within a year"),
    ),
    ACTIVITY.fact(
        "activity",
        "enum",
        N_("Activity"),
        N_("active, slowing down or dormant, by the time between their own purchases"),
        values=ACTIVITIES,
    ),
    ACTIVITY.fact(
        "expected_order",
        "date",
        N_("Next order expected"),
        N_("the day of the last purchase and one of their intervals"),
    ),
)
