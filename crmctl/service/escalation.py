"""Which levels of escalation are due, and who is to hear of them.

A level fires once for a ticket: what fired stands in the ticket itself, so that cron may come by as
often as it likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crmctl.changes.build import Builder
from crmctl.facts.service import TICKET, Clocked, clocked
from crmctl.facts.tables import Facts
from crmctl.policies.service import RESPONSE, Escalation, Service
from crmctl.service.people import People
from crmctl.values.dates import format_instant
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace

OPEN = "t.archived IS NULL AND COALESCE(t.status, 'open') NOT IN ('resolved', 'closed')"


class Firing(Frozen):
    """A level of a ticket that is due: since when, and the users to be told."""

    ticket: str
    customer: str | None
    subject: str
    level: int
    target: str
    percent: int
    due: str
    tell: tuple[str, ...]


def firings(workspace: Workspace) -> list[Firing]:
    """The levels that are due and have not fired, the longest due first."""
    workspace.index.as_of(None)
    facts = Facts(workspace, workspace.today)
    policy: Service = workspace.policy("service")
    people = People(workspace)
    kind = workspace.registry.kinds[TICKET]
    found: list[tuple[int, Firing]] = []
    for one in clocked(facts, OPEN):
        levels = [*_due(one, policy.levels(), facts.now)]
        record = workspace.index.get(kind, one.id) or {} if levels else {}
        for level, rule, due in levels:
            firing = Firing(
                one.id,
                record.get("customer"),
                str(record.get("subject") or ""),
                level,
                rule.target,
                rule.percent,
                format_instant(datetime.fromtimestamp(due, UTC).astimezone(workspace.zone)),
                people.told(rule.tell, record),
            )
            found.append((due, firing))
    return [one for _due, one in sorted(found, key=lambda each: (each[0], each[1].ticket))]


def _due(
    one: Clocked, levels: list[tuple[int, Escalation]], now: int
) -> Iterator[tuple[int, Escalation, int]]:
    for level, rule in levels:
        if level in one.fired or (rule.target == RESPONSE and one.answered is not None):
            continue
        due = one.due(rule.target, rule.percent)
        if due is not None and due <= now:
            yield level, rule, due


def fire(built: Builder, found: list[Firing]) -> None:
    """Notes the levels in their tickets, with the moment when each was due.

    When it was noticed would differ between two clones, and they could not be merged.
    """
    kind = built.workspace.registry.kinds[TICKET]
    by_ticket: dict[str, list[Firing]] = {}
    for one in found:
        by_ticket.setdefault(one.ticket, []).append(one)
    for id, ones in by_ticket.items():
        values: dict[str, Any] = dict(built.read(kind, id).values)
        noted = values.get("escalations") or []
        seen = {entry.get("level") for entry in noted}  # another run may just have come by
        entries = [
            {"level": one.level, "target": one.target, "at": one.due, "to": list(one.tell)}
            for one in sorted(ones, key=lambda one: one.level)
            if one.level not in seen
        ]
        kept = [{key: value for key, value in entry.items() if value} for entry in entries]
        if kept:
            built.replace(kind, id, {**values, "escalations": [*noted, *kept]})
