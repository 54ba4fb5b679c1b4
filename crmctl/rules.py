"""Whether the rules of a book can be used: reminders, alerts, queues, festivals, handover."""

from __future__ import annotations

from collections.abc import Iterator

from crmctl.errors import CrmctlError
from crmctl.facts.definitions import CUSTOMER
from crmctl.findings import Finder
from crmctl.policies.reminders import Reminder
from crmctl.policies.rule import Rule
from crmctl.schema.model import Kind
from crmctl.selection import Selection
from crmctl.startup import CONFIG
from crmctl.workspace import Workspace

Fault = tuple[tuple[str, ...], CrmctlError]


def faults(workspace: Workspace) -> Iterator[Fault]:
    """What cannot work in the rules: the place, its file first, and the error."""
    customers = workspace.registry.kinds[CUSTOMER]
    for topic in ("reminders", "alerts", "queues"):
        for name, rule in workspace.policy(topic).items():
            try:
                _try_rule(workspace, rule)
            except CrmctlError as error:
                yield (CONFIG, topic, name), error
    for name, queue in workspace.policy("queues").items():
        for step, settings in queue.next.items():
            place = (CONFIG, "queues", name, "next", step)
            yield from _query(workspace, customers, settings.query, place)
    for name, festival in workspace.policy("festivals").items():
        yield from _query(workspace, customers, festival.query, (CONFIG, "festivals", name))
    for name, part in workspace.policy("handover").items():
        try:
            kind = workspace.registry.kind(part.kind)
            kind.own(part.field)
            Selection(workspace, kind, part.query)
        except CrmctlError as error:
            yield (CONFIG, "handover", name), error


def _try_rule(workspace: Workspace, rule: Rule) -> None:
    dates = rule.date.split("|") if isinstance(rule, Reminder) and rule.date else []
    finder = Finder(workspace, rule)
    finder.check([path.strip() for path in dates])
    for path in getattr(rule, "sort", ()):
        finder.kind.field(path.removeprefix("-"))


def _query(
    workspace: Workspace, kind: Kind, query: str | None, place: tuple[str, ...]
) -> Iterator[Fault]:
    try:
        Selection(workspace, kind, query)
    except CrmctlError as error:
        yield place, error
