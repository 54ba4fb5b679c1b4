"""What the value of customers consists of, and our share of their wallets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from crmctl.analytics.components import Source, components
from crmctl.analytics.referral import downstream, in_circles, referrals
from crmctl.analytics.result import ModelResult
from crmctl.analytics.wallet import Purse, wallet
from crmctl.analytics.worth import Rules
from crmctl.facts.margins import MARGINS
from crmctl.facts.purchases import PURCHASES
from crmctl.facts.tables import Facts
from crmctl.locale import _
from crmctl.models import Request, Run
from crmctl.models.purchases import purchases, some, span, unrated
from crmctl.models.worth import worths
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

_FIRST_YEAR = f"""
    SELECT m.customer, sum(m.net_margin), sum(m.net_amount) FILTER (WHERE m.net_margin IS NULL)
    FROM {MARGINS.name} AS m JOIN {PURCHASES.name} AS p ON p.id = m.customer
    WHERE m.date < date(p.first_order, '+12 months') GROUP BY m.customer
"""
_LINKS = """
    SELECT c.id, l.value ->> '$.to' FROM customers AS c, json_each(c.links) AS l
    WHERE c.links IS NOT NULL
        AND COALESCE(l.value ->> '$.type', 'knows') IN (SELECT value FROM json_each(:links))
    UNION SELECT referred_by, id FROM customers WHERE referred_by IS NOT NULL
"""
# What a customer told us: news of four kinds, needs, answers in surveys, feedback.
_TOLD = """
    SELECT customer, count(*) FROM surveys WHERE customer IS NOT NULL AND at <= :day
    GROUP BY customer
    UNION ALL
    SELECT customer, count(*) FROM tickets
    WHERE kind = 'feedback' AND customer IS NOT NULL AND opened__ts < :end GROUP BY customer
    UNION ALL
    SELECT c.id, count(*) FROM customers AS c, json_each(c.needs) AS n
    WHERE c.needs IS NOT NULL AND COALESCE(n.value ->> '$.date', :day) <= :day GROUP BY c.id
    UNION ALL
    SELECT c.id, count(*) FROM customers AS c, json_each(c.intelligence) AS n
    WHERE c.intelligence IS NOT NULL AND COALESCE(n.value ->> '$.date', :day) <= :day GROUP BY c.id
"""
_RELATIONS = f"""
    SELECT c.id, c.referred_by, c.influence ->> '$.reach', c.influence ->> '$.advocacy',
        p.first_order, min(i.at), p.spend
    FROM customers AS c LEFT JOIN {PURCHASES.name} AS p USING (id)
        LEFT JOIN (
            SELECT customer, min(substr(at, 1, 10)) AS at FROM interactions
            WHERE at__ts < :end GROUP BY customer
        ) AS i ON i.customer = c.id
    GROUP BY c.id
"""


def _components(request: Request) -> ModelResult:
    from crmctl.models import run

    facts, told = request.facts, request.settings
    assumed = facts.workspace.policy("value").worth
    for source in (PURCHASES, MARGINS):
        facts.make(source)
    relations = facts.index.rows(_RELATIONS, facts.parameters)
    referred_by = {id: by for id, by, *_rest in relations if by}
    revenue = {id: from_units(spend or 0) for id, *_rest, spend in relations}
    links = {**facts.parameters, "links": jsontext.dumps(list(told.links))}
    book = Request(facts, assumed)
    worth = {row["customer"]: row for row in worths(book, assumed).rows}
    brought = referrals(referred_by, _first_years(facts, assumed))
    network = downstream(facts.index.rows(_LINKS, links), revenue, told.depth)
    segments = {row["customer"]: row["segment"] for row in run(facts, "rfm").rows if row["r"]}
    information: dict[str, int] = {}
    for id, count in facts.index.rows(_TOLD, facts.parameters):
        information[id] = information.get(id, 0) + count
    sources = [
        Source(
            id,
            worth[id]["profit"],
            worth[id]["potential"],
            segments.get(id),
            worth[id]["yearly"],
            min(filter(None, (parse_date(first or ""), parse_date(touch or ""))), default=None),
            brought.get(id),
            network.get(id),
            reach,
            advocacy,
            information.get(id, 0),
        )
        for id, _by, reach, advocacy, first, touch, _spend in relations
    ]
    result = components(sources, facts.day, told.depth, told.links, request.wants)
    circles = sorted(in_circles(referred_by))
    if circles:
        text = _("Customers who referred each other in a circle count for nobody: {ids}.")
        result.notes.append(text.format(ids=some(circles)))
    result.notes.extend(unrated(facts))
    return result


def _first_years(facts: Facts, told: Rules) -> dict[str, Decimal]:
    """The margin of each customer's first twelve months."""
    return {
        id: from_units(known or 0) + from_units(unknown or 0) * told.assumed_margin / 100
        for id, known, unknown in facts.index.rows(_FIRST_YEAR)
    }


def _wallet(request: Request) -> ModelResult:
    facts = request.facts
    since = Offset(1, "y").before(facts.day)
    spent = {one.customer: one.spend for one in purchases(facts, since)}
    ours = [brand for (brand,) in facts.index.rows("SELECT DISTINCT brand FROM products") if brand]
    rows = facts.index.rows(
        "SELECT id, base(category_spend ->> '$.amount', category_spend ->> '$.currency',"
        " COALESCE(category_spend ->> '$.date', :day)), category_spend ->> '$.date',"
        " category_spend ->> '$.source', brands FROM customers"
        " WHERE category_spend IS NOT NULL OR brands IS NOT NULL GROUP BY id",
        facts.parameters,
    )
    purses = [
        Purse(
            id,
            spent[id],
            None if units is None else from_units(units),
            parse_date(dated or ""),
            source,
            tuple(jsontext.loads(brands)) if brands else (),
        )
        for id, units, dated, source, brands in rows
        if request.wants(id)
    ]
    old = span(request.settings.old).before(facts.day)
    result = wallet(purses, facts.day, since, ours, old)
    result.notes.extend(unrated(facts))
    return result


MODELS: Mapping[str, Run] = {"components": _components, "wallet": _wallet}
