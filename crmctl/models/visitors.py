"""Who comes to look, and buys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crmctl.analytics.result import ModelResult
from crmctl.analytics.visitors import Visitor, visitors
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.purchases import PURCHASES
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping, ids
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


MODELS: Mapping[str, Run] = {"visitors": _visitors}
