"""What customers leave us, one by one and by layers: profit, classes, the pyramid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmctl.analytics.grouping import Grouping
from crmctl.analytics.pyramid import LAYER, PROSPECT, RANKS, Member, pyramid, ranked
from crmctl.analytics.result import ModelResult
from crmctl.analytics.worth import Account, Rules, worth
from crmctl.facts.costs import COSTS
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.margins import MARGINS
from crmctl.facts.purchases import PURCHASES
from crmctl.facts.tables import Facts
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping
from crmctl.models.purchases import listed, purchases, span, unrated
from crmctl.values.dates import Offset
from crmctl.values.money import from_units

EVIDENCE = 3

_ACCOUNTS = f"""
    WITH margin AS (
        SELECT customer AS id, sum(net_margin) AS known,
            sum(net_amount) FILTER (WHERE net_margin IS NULL) AS unknown,
            sum(net_amount) FILTER (WHERE date > :since) AS yearly_revenue,
            sum(net_margin) FILTER (WHERE date > :since) AS yearly_known,
            sum(net_amount) FILTER (WHERE net_margin IS NULL AND date > :since)
                AS yearly_unknown
        FROM {MARGINS.name} GROUP BY customer
    )
    SELECT c.id, COALESCE(p.purchases, 0) > 0, p.spend, m.known, m.unknown, m.yearly_revenue,
        m.yearly_known, m.yearly_unknown, t.winning_cost, t.winning_minutes, t.serving_cost,
        t.serving_minutes,
        base(c.category_spend ->> '$.amount', c.category_spend ->> '$.currency',
            COALESCE(c.category_spend ->> '$.date', :day))
    FROM customers AS c LEFT JOIN {PURCHASES.name} AS p USING (id)
        LEFT JOIN margin AS m USING (id) LEFT JOIN {COSTS.name} AS t USING (id)
    GROUP BY c.id
"""
# What weighs most of each customer, the heaviest first.
_ORDERS = f"""
    SELECT customer, id FROM (
        SELECT customer, id, row_number() OVER (
            PARTITION BY customer ORDER BY net_amount DESC, id
        ) AS place FROM {MARGINS.name} WHERE event
    ) WHERE place <= {EVIDENCE} ORDER BY customer, place
"""
_COSTS = f"""
    SELECT customer, id FROM (
        SELECT customer, id, row_number() OVER (
            PARTITION BY customer ORDER BY cost DESC, minutes DESC, id
        ) AS place
        FROM (
            SELECT customer, id, COALESCE(cost__base, 0) AS cost, COALESCE(duration, 0) AS minutes
            FROM interactions WHERE at__ts < :end AND (cost__base > 0 OR duration > 0)
            UNION ALL
            SELECT customer, id, COALESCE(base(recovery ->> '$.cost', recovery ->> '$.currency',
                COALESCE(recovery ->> '$.at', opened)), 0), 0
            FROM tickets WHERE recovery ->> '$.cost' > 0 AND opened__ts < :end
        ) WHERE customer IS NOT NULL
    ) WHERE place <= {EVIDENCE} ORDER BY customer, place
"""


def accounts(facts: Facts) -> list[Account]:
    """What is known of each customer's value and cost."""
    for source in (PURCHASES, MARGINS, COSTS):
        facts.make(source)
    since = Offset(1, "y").before(facts.day).isoformat()
    told = {**facts.parameters, "since": since}
    orders = listed(facts.index.rows(_ORDERS))
    costs = listed(facts.index.rows(_COSTS, told))
    found = []
    for id, buyer, *cells, wallet in facts.index.rows(_ACCOUNTS, told):
        *sums, won, won_minutes, served, served_minutes = (cell or 0 for cell in cells)
        revenue, known, unknown, *year = (from_units(units) for units in sums)
        yearly, yearly_known, yearly_unknown = year
        found.append(
            Account(
                id,
                bool(buyer),
                revenue,
                known,
                unknown,
                yearly,
                yearly_known,
                yearly_unknown,
                from_units(won),
                won_minutes,
                from_units(served),
                served_minutes,
                None if wallet is None else from_units(wallet),
                tuple(orders[id]),
                tuple(costs[id]),
            )
        )
    return found


def worths(request: Request, told: Any) -> ModelResult:
    """The worth of the customers asked about, by the settings of the model `worth`."""
    rules = Rules(*(getattr(told, name) for name in Rules._fields))
    return worth(accounts(request.facts), request.facts.day, rules, request.wants)


def _worth(request: Request) -> ModelResult:
    result = worths(request, request.settings)
    result.notes.extend(unrated(request.facts))
    return result


def _pyramid(request: Request) -> ModelResult:
    told, facts = request.settings, request.facts
    rows = worths(request, facts.workspace.policy("value").worth).rows
    layers = grouping(request, CUSTOMER) or Grouping(LAYER, _ranked(request, rows))
    members = [
        Member(
            row["customer"],
            layers.of(row["customer"]),
            row["revenue"],
            row["profit"],
            row["cost_to_serve"],
            row["minutes"],
        )
        for row in rows
    ]
    result = pyramid(members, facts.day, layers.column, told.balance)
    result.notes.extend(unrated(facts))
    return result


def _ranked(request: Request, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The layer of each customer by rank of revenue."""
    told = request.settings
    since = span(told.active).before(request.facts.day)
    active = {one.customer for one in purchases(request.facts, since) if one.events}
    revenues = [(row["customer"], row["revenue"]) for row in rows if row["class"]]
    layers = ranked(revenues, active, {name: getattr(told, name) for name in RANKS})
    return {row["customer"]: layers.get(row["customer"], [PROSPECT]) for row in rows}


MODELS: Mapping[str, Run] = {"worth": _worth, "pyramid": _pyramid}
