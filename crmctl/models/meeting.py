"""How people meet: with whom, through which channels, as friends, as clients or in passing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from crmctl.analytics.clienthood import Habits, clienthood
from crmctl.analytics.encounter import Meetings, encounter
from crmctl.analytics.friendship import SIDES, Pair, friendship
from crmctl.analytics.result import ModelResult
from crmctl.analytics.touchpoints import Point, touchpoints
from crmctl.facts.profile import PROFILES
from crmctl.models import Request, Run
from crmctl.models.gathered import (
    among,
    answers,
    begun,
    bought,
    customers,
    entries,
    local_day,
    rows,
)
from crmctl.models.purchases import left_out

EVER = 10**6  # days
_RECENT = " WHERE at__ts < :end AND at__ts >= :end - :days * 86400 AND customer IS NOT NULL"
# The instant and the id of the last event, of several at once by the id.
_LAST = "max(printf('%012d %s', at__ts, id))"


def _encounter(request: Request) -> ModelResult:
    rules = request.settings
    met: dict[str, list[Meetings]] = {id: [] for id in customers(request, "id")}
    sql = (
        f"SELECT customer, by, count(*), {_LAST} FROM interactions{_RECENT}"
        f" AND by IS NOT NULL AND COALESCE(automatic, 0) = 0{among(request)} GROUP BY customer, by"
    )
    for customer, user, count, last in rows(request, sql, days=rules.days):
        if customer in met:
            met[customer].append(Meetings(user, count, last.partition(" ")[2]))
    return encounter(met, request.facts.day, rules)


def _friendship(request: Request) -> ModelResult:
    rules = request.settings
    items = {item for side in SIDES for item in getattr(rules, side)}
    found: dict[tuple[str, str | None, str | None], dict[str, list[Decimal]]] = {}
    surveys: dict[tuple[str, str | None, str | None], dict[str, None]] = {}
    for answer in answers(request, rules.days):
        if answer.item in items:
            pair = answer.customer, answer.contact, answer.by
            found.setdefault(pair, {}).setdefault(answer.item, []).append(answer.value)
            surveys.setdefault(pair, {})[answer.survey] = None
    names = {
        (id, contact["id"]): contact.get("name")
        for id, (contacts,) in customers(request, "contacts").items()
        for contact in entries(contacts)
        if "id" in contact
    }
    pairs = [
        Pair(id, names.get((id, contact), contact), user, given, list(surveys[id, contact, user]))
        for (id, contact, user), given in found.items()
    ]
    return friendship(pairs, request.facts.day, rules)


def _touchpoints(request: Request) -> ModelResult:
    days = request.settings.days
    sql = (
        "SELECT customer, channel, count(*), count(*) FILTER (WHERE direction = 'in'),"
        " count(*) FILTER (WHERE direction = 'out'), sum(COALESCE(automatic, 0)),"
        " count(DISTINCT contact), count(feeling), COALESCE(sum(feeling), 0),"
        f" max(at__ts), {_LAST} FROM interactions{_RECENT}{among(request)}"
        " GROUP BY customer, channel"
    )
    found = rows(request, sql, days=days)
    points = [
        Point._make((*cells, local_day(request, at), last.partition(" ")[2]))
        for *cells, at, last in found
    ]
    channel = request.facts.workspace.registry.kinds["interaction"].fields["channel"]
    titles = {value: channel.value_title(value) for value in channel.leaf.values}
    return touchpoints(points, request.facts.day, days, titles)


def _clienthood(request: Request) -> ModelResult:
    request.facts.make(PROFILES)
    known = "SELECT completeness FROM profile_facts AS f WHERE f.id = customers.id LIMIT 1"
    days: dict[str, dict[date, str]] = {}
    for one in bought(request):
        days.setdefault(one.customer, {})[one.day] = one.id
    initiative = begun(request, EVER)
    found = []
    for id, (completeness,) in customers(request, f"({known})").items():
        own = days.get(id, {})
        last = own[max(own)] if own else None
        found.append(Habits(id, list(own), *initiative.get(id, (0, 0)), completeness, last))
    result = clienthood(found, request.facts.day, request.settings)
    result.notes.extend(left_out(request))
    return result


MODELS: Mapping[str, Run] = {
    "encounter": _encounter,
    "friendship": _friendship,
    "touchpoints": _touchpoints,
    "clienthood": _clienthood,
}
