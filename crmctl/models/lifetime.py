"""How long customers stay and when they buy again: models of buying until one stops."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crmctl import startup
from crmctl.analytics import btyd
from crmctl.analytics.alive import Bounds, alive
from crmctl.analytics.next_purchase import Horizon, next_purchase
from crmctl.analytics.renewals import renewals
from crmctl.analytics.result import ModelResult
from crmctl.errors import BadDefinition, did_you_mean
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.repeats import REPEATS
from crmctl.index.layout import quoted
from crmctl.locale import _
from crmctl.models import Request, Run
from crmctl.models.contracts import chains
from crmctl.models.purchases import unrated
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units
from crmctl.values.text import suggest

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

# Fields of which a customer has one, in a column that can be compared as it is.
_SINGLE = frozenset(("enum", "tag", "text", "ref", "integer", "boolean"))


def buyers(request: Request, group: str | None = None, said: str = "") -> list[btyd.Buyer]:
    """What each customer who has bought did; `group`: a field by which they are told apart, which
    the setting `said` names."""
    facts = request.facts
    facts.make(REPEATS)
    groups = _groups(facts, group, said) if group else {}
    rows: Sequence[tuple[str, str, str, str, int | None, str]] = facts.index.rows(
        f"SELECT id, first, last, intervals, repeat_value, orders FROM {REPEATS.name}"
    )
    found = []
    for id, first, last, intervals, units, orders in rows:
        start, end = parse_date(first), parse_date(last)
        if start is not None and end is not None and request.wants(id):
            days = tuple(sorted(json.loads(intervals)))
            value = from_units(units or 0)
            ids = tuple(sorted(json.loads(orders)))
            found.append(btyd.Buyer(id, start, end, days, value, ids, groups.get(id)))
    return found


def _groups(facts: Facts, name: str, said: str) -> dict[str, str]:
    fields = facts.workspace.registry.kind(CUSTOMER).fields
    possible = [field.name for field in fields.values() if field.type in _SINGLE]
    if name not in possible:
        reason = _("“{name}” is no field by which customers can be grouped").format(name=name)
        raise BadDefinition(startup.CONFIG, said, reason, did_you_mean(suggest(name, possible)))
    rows = facts.index.rows(
        f"SELECT id, {quoted(name)} FROM customers WHERE {quoted(name)} IS NOT NULL"
    )
    return {id: str(value) for id, value in rows}


def model(name: str) -> Any:
    """A model of buying until one stops, by its name."""
    return import_module(f"crmctl.analytics.{name}").MODEL


def gates(facts: Facts) -> btyd.Gates:
    """When such a model is fitted in this book."""
    told = facts.workspace.policy("value").btyd
    return btyd.Gates(told.customers, told.repeaters, told.warn, told.exact)


def _known(request: Request) -> tuple[date, Any, btyd.Gates]:
    """The day, the model and the gates of a fit."""
    facts = request.facts
    return facts.day, model(request.settings.model), gates(facts)


def _noted(request: Request, result: ModelResult) -> ModelResult:
    result.notes.extend(unrated(request.facts))
    return result


def _alive(request: Request) -> ModelResult:
    told = request.settings
    bounds = Bounds(told.doubtful, told.lost, told.silence, told.own)
    found = buyers(request, told.group, "value.alive.group")
    return _noted(request, alive(found, *_known(request), bounds))


def _next_purchase(request: Request) -> ModelResult:
    told = request.settings
    horizon = Horizon(told.days, told.late, told.own)
    found = buyers(request, told.group, "value.next_purchase.group")
    return _noted(request, next_purchase(found, *_known(request), horizon))


def _renewals(request: Request) -> ModelResult:
    told = request.settings
    found = chains(request, told.grace)
    return renewals(found, request.facts.day, told.horizon, told.contracts)


MODELS: Mapping[str, Run] = {
    "alive": _alive,
    "next-purchase": _next_purchase,
    "renewals": _renewals,
}
