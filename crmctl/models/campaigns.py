"""What campaigns cost and brought: touches and orders for the model of their return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from crmctl.analytics.campaigns import Campaign, Method, Purchase, Touch, campaigns
from crmctl.analytics.result import ModelResult
from crmctl.facts.campaigns import EXPENSES, PROCEEDS
from crmctl.facts.tables import Facts
from crmctl.locale import ngettext
from crmctl.models import Request, Run
from crmctl.models.purchases import unrated
from crmctl.models.sales import Sale, first_sales, sales
from crmctl.values.dates import local_date
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

_CAMPAIGNS = (
    "SELECT c.id, COALESCE(e.spent, 0), COALESCE(p.receipts, 0), COALESCE(p.leads, 0)"
    f" FROM campaigns AS c LEFT JOIN {EXPENSES.name} AS e ON e.id = c.id"
    f" LEFT JOIN {PROCEEDS.name} AS p ON p.id = c.id"
    " WHERE COALESCE(c.created, '') <= ? ORDER BY c.id"
)
_PARTICIPANTS = (
    "SELECT p.value ->> '$.customer', p.value ->> '$.{step}', c.id"
    " FROM campaigns AS c, json_each(c.participants) AS p"
)
# Where each touch stands: the customer, the day or instant, and the campaign.
_TOUCHES = {
    "interaction": "SELECT customer, at, campaign FROM interactions",
    "opportunity": "SELECT customer, COALESCE(opened, created), campaign FROM opportunities",
    **{step: _PARTICIPANTS.format(step=step) for step in ("invited", "registered", "attended")},
}


def touches(facts: Facts, kinds: tuple[str, ...], found: list[Sale]) -> dict[str, set[Touch]]:
    """On which days each customer was touched by campaigns, until the day of the facts."""
    touched: dict[str, set[Touch]] = {}
    for customer, day, campaign in _touched(facts, kinds, found):
        if day is not None and day <= facts.day:
            touched.setdefault(customer, set()).add(Touch(day, campaign))
    return touched


def _touched(
    facts: Facts, kinds: tuple[str, ...], found: list[Sale]
) -> Iterator[tuple[str, date | None, str]]:
    zone = facts.workspace.zone
    for kind in kinds:
        if kind == "order":
            yield from (
                (one.customer, one.day, one.campaign) for one in found if one.campaign is not None
            )
            continue
        for customer, at, campaign in facts.index.rows(_TOUCHES[kind]):
            if customer and at and campaign:
                dated = len(at) == len("2026-01-01")
                yield customer, parse_date(at) if dated else local_date(at, zone), campaign


def _campaigns(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    for source in (EXPENSES, PROCEEDS):
        facts.make(source)
    found = [
        Campaign(id, from_units(spent), from_units(receipts), leads)
        for id, spent, receipts, leads in facts.index.rows(_CAMPAIGNS, (facts.day.isoformat(),))
        if request.wants(id)
    ]
    sold = sales(facts, told.margin)
    first = first_sales(sold)
    purchases = [
        Purchase(
            one.order, one.customer, one.day, one.revenue, one.profit,
            first.get(one.customer) == one.order,
        )
        for one in sold
        if one.event or one.revenue
    ]  # fmt: skip
    result = campaigns(
        found,
        touches(facts, told.touches, sold),
        purchases,
        facts.day,
        Method(told.attribution, told.window, told.half_life),
    )
    result.notes.extend(guessed(sold, told.margin))
    result.notes.extend(unrated(facts))
    return result


def guessed(sold: list[Sale], margin: Decimal) -> Iterator[str]:
    """A note on the orders whose profit is the usual share of them."""
    count = sum(one.guessed for one in sold)
    if count:
        text = ngettext(
            "Of {count} order nobody knows the cost: {margin} % of it counts as gross profit.",
            "Of {count} orders nobody knows the cost: {margin} % of them count as gross profit.",
            count,
        )
        yield text.format(count=count, margin=margin)


MODELS: Mapping[str, Run] = {"campaigns": _campaigns}
