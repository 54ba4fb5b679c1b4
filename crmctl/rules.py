"""Whether the rules of a book can be used: reminders, alerts and queues."""

from __future__ import annotations

from collections.abc import Iterator

from crmctl.errors import CrmctlError
from crmctl.findings import Finder
from crmctl.policies.reminders import Reminder
from crmctl.policies.rule import Rule
from crmctl.startup import CONFIG
from crmctl.workspace import Workspace

TOPICS = ("reminders", "alerts", "queues")


def faults(workspace: Workspace) -> Iterator[tuple[tuple[str, ...], CrmctlError]]:
    """What cannot work in the rules: the place, its file first, and the error."""
    for topic in TOPICS:
        for name, rule in workspace.policy(topic).items():
            try:
                _try_rule(workspace, rule)
            except CrmctlError as error:
                yield (CONFIG, topic, name), error


def _try_rule(workspace: Workspace, rule: Rule) -> None:
    dates = rule.date.split("|") if isinstance(rule, Reminder) and rule.date else []
    finder = Finder(workspace, rule)
    finder.check([path.strip() for path in dates])
    for path in getattr(rule, "sort", ()):
        finder.kind.field(path.removeprefix("-"))
