"""How customers buy: cohorts, rhythms and trends, what is bought together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from crmctl.analytics.activity import activity
from crmctl.analytics.basket import Basket, basket
from crmctl.analytics.cohorts import cohorts
from crmctl.analytics.result import ModelResult
from crmctl.analytics.spend_trend import spend_trend
from crmctl.facts.purchases import LINES
from crmctl.facts.tables import Facts
from crmctl.models import Request, Run, keeping
from crmctl.models.purchases import listed, purchase_days, rhythms, span, unrated

LATEST = 3
_LATEST = f"""{LINES}
    , placed AS (
        SELECT customer, id, row_number() OVER (
            PARTITION BY customer ORDER BY date DESC, id
        ) AS place FROM line WHERE event
    )
    SELECT customer, id FROM placed WHERE place <= {LATEST} ORDER BY customer, place
"""
_ITEMS = f"""{LINES}
    SELECT DISTINCT l.id, l.customer, e.value ->> '$.product'
    FROM line AS l JOIN orders AS o ON o.rid = l.rid, json_each(o.lines) AS e
    WHERE l.event AND o.lines IS NOT NULL AND e.value ->> '$.product' IS NOT NULL
"""


def latest_orders(facts: Facts) -> Mapping[str, Sequence[str]]:
    """The ids of the last few orders of each customer."""
    return listed(facts.index.rows(_LATEST, facts.parameters))


def _cohorts(request: Request) -> ModelResult:
    told = request.settings
    days = [
        (one.customer, one.day)
        for one in purchase_days(request.facts)
        if request.wants(one.customer)
    ]
    result = cohorts(days, request.facts.day, told.by, told.periods, told.within)
    result.notes.extend(unrated(request.facts))
    return result


def _activity(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    result = activity(
        rhythms(facts),
        facts.day,
        told.slowing,
        told.dormant,
        latest_orders(facts),
        request.wants,
    )
    result.notes.extend(unrated(facts))
    return result


def _spend_trend(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    days = [one for one in purchase_days(facts) if request.wants(one.customer)]
    since = span(told.window).before(facts.day)
    result = spend_trend(days, facts.day, since, told.steady, latest_orders(facts))
    result.notes.extend(unrated(facts))
    return result


def _basket(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    found: dict[str, set[str]] = defaultdict(set)
    for order, customer, product in facts.index.rows(_ITEMS, facts.parameters):
        if request.wants(customer):
            found[order if told.unit == "order" else customer].add(product)
    baskets = (Basket(id, frozenset(items)) for id, items in found.items())
    result = basket(baskets, facts.day, told.unit, told.count, told.confidence, told.items)
    result.notes.extend(unrated(facts))
    return result


MODELS: Mapping[str, Run] = {
    "cohorts": _cohorts,
    "activity": _activity,
    "spend-trend": _spend_trend,
    "basket": _basket,
    **keeping.MODELS,
}
