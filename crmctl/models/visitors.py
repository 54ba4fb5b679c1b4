"""Who comes to look and buys, and what is bought together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from crmctl.analytics.affinity import affinity
from crmctl.analytics.result import ModelResult
from crmctl.analytics.visitors import Visitor, visitors
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.purchases import PURCHASES
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping, ids
from crmctl.models.sales import sales
from crmctl.values.dates import local_date
from crmctl.values.instants import parse_date


def _visitors(request: Request) -> ModelResult:
    facts = request.facts
    facts.make(PURCHASES)
    visits = ids(facts, "interaction", request.settings.query)
    came: dict[str, date] = {}
    rows = facts.index.rows("SELECT id, customer, at FROM interactions WHERE customer IS NOT NULL")
    for id, customer, at in rows:
        day = local_date(at, facts.workspace.zone) if id in visits else None
        if day is not None and day <= facts.day and request.wants(customer):
            came[customer] = min(day, came.get(customer, day))
    bought = dict(facts.index.rows(f"SELECT id, first_order FROM {PURCHASES.name}"))
    found = [Visitor(id, came[id], parse_date(bought.get(id) or "")) for id in sorted(came)]
    by = grouping(request, CUSTOMER)
    return visitors(found, facts.day, days=request.settings.days, by=by)


_LINES = (
    "SELECT o.id, l.value ->> '$.product' FROM orders AS o, json_each(o.lines) AS l"
    " WHERE l.value ->> '$.product' IS NOT NULL"
)


def _affinity(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    first = facts.day - timedelta(days=told.days) if told.days else date.min
    baskets: dict[str, set[str]] = {}
    key = {
        one.order: one.order if told.basket == "order" else one.customer
        for one in sales(facts, Decimal(0))
        if one.event and one.day > first and request.wants(one.customer)
    }
    for order, product in facts.index.rows(_LINES):
        if order in key:
            baskets.setdefault(key[order], set()).add(product)
    return affinity(baskets, facts.day, least=told.least, days=told.days, basket=told.basket)


MODELS: Mapping[str, Run] = {"visitors": _visitors, "affinity": _affinity}
