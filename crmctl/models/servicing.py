"""How service does: its levels, and what solutions spare it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from crmctl.analytics.deflection import Asked, Solution, deflection
from crmctl.analytics.result import ModelResult
from crmctl.analytics.servicelevel import Ran, Ticket, service_levels
from crmctl.facts.clock import used
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.service import CLOCKS, TICKET, Clocked, clocked
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping
from crmctl.values import jsontext
from crmctl.values.dates import end_of, local_date
from crmctl.values.instants import parse_date


def _ticket(one: Clocked, now: int) -> Ticket:
    def ran(stop: int | None, target: int | None) -> Ran:
        minutes = used(one.time, one.course, now if stop is None else stop)
        return Ran(minutes, stop is not None, target)

    return Ticket(
        one.id,
        one.level,
        one.priority,
        ran(one.answered, one.response),
        ran(one.course.stop, one.resolution),
    )


def _service_levels(request: Request) -> ModelResult:
    facts, days = request.facts, request.settings.days
    begun = end_of(facts.day - timedelta(days=days), facts.workspace.zone) if days else None
    kinds = facts.workspace.registry.kinds
    level, priority = kinds[CUSTOMER].fields["level"], kinds[TICKET].fields["priority"]
    tickets = [
        _ticket(one, facts.now)
        for one in clocked(facts)
        if request.wants(one.id) and (begun is None or one.course.opened >= begun)
    ]
    return service_levels(
        tickets,
        facts.day,
        days=days,
        by=grouping(request, TICKET),
        levels={value: level.value_title(value) for value in level.values},
        priorities={value: priority.value_title(value) for value in reversed([*priority.values])},
    )


def _deflection(request: Request) -> ModelResult:
    facts = request.facts
    facts.make(CLOCKS)
    zone = facts.workspace.zone
    solutions = [
        Solution(
            id,
            parse_date(created or ""),
            frozenset(jsontext.loads(causes) if causes else ()),
            frozenset(jsontext.loads(products) if products else ()),
            bool(own),
        )
        for id, created, causes, products, own in facts.index.rows(
            "SELECT id, created, causes, products, self_service FROM solutions"
            " WHERE COALESCE(status, 'published') = 'published' AND COALESCE(created, '') <= ?",
            (facts.day.isoformat(),),
        )
        if request.wants(id)
    ]
    rows = facts.index.rows(
        "SELECT t.id, t.opened, t.cause, t.product, t.solution, f.settled FROM tickets AS t"
        f" JOIN {CLOCKS.name} AS f USING (id)"
    )
    tickets = [
        Asked(id, day, cause, product, solution, settled is not None)
        for id, opened, cause, product, solution, settled in rows
        for day in [local_date(opened, zone)]
        if day is not None
    ]
    return deflection(solutions, tickets, facts.day, request.settings.days)


MODELS: Mapping[str, Run] = {"service-levels": _service_levels, "deflection": _deflection}
