"""What to do next with a customer: the most urgent thing that is due, else the step of a queue."""

from __future__ import annotations

from datetime import date
from typing import Any

from crmctl.agenda import TOPIC, Agenda, Item, OnFault, raising, rule_titles
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _
from crmctl.queues import TOPIC as QUEUES
from crmctl.queues import Queues
from crmctl.selection import Selection
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace

# What a step is decided on: the latest of each kind, by its event date.
EVIDENCE = {
    "opportunity": "open:true",
    "ticket": "status:open,in_progress,waiting",
    "quote": "status:sent",
    "invoice": "balance:>0",
    "interaction": "",
}


class Advice(Frozen):
    """One suggestion: what to do, the rule that says so, why, and the records it rests on.

    `rule` is the place in the settings: `reminders.promise`, `queues.acquire.next.judge`.
    """

    action: str
    rule: str
    reason: str
    due: date | None = None
    evidence: tuple[str, ...] = ()

    def as_object(self) -> dict[str, Any]:
        """The suggestion for scripts."""
        found = {
            "rule": self.rule,
            "action_label": self.action,
            "reason_label": self.reason,
            "due": self.due.isoformat() if self.due else None,
            "evidence": list(self.evidence),
        }
        return {key: value for key, value in found.items() if value is not None}


def advise(
    workspace: Workspace,
    customer: str,
    *,
    as_of: date | None = None,
    items: list[Item] | None = None,
    on_fault: OnFault = raising,
) -> Advice | None:
    """The suggestion for a customer; None when nothing is due and no queue has them.

    `items` are what the agenda has of this customer, where that is known already.
    """
    if items is None:
        items = Agenda(workspace, as_of=as_of, customer=customer, on_fault=on_fault).items()
    rules = workspace.policy(TOPIC)
    ranks = list(rules)
    due = [item for item in items if item.days <= 0]
    urgent = [item for item in due if not rules[item.what].alone]
    if urgent:
        return _of_item(workspace, min(urgent, key=lambda i: (ranks.index(i.what), i.due)))
    # What only says that it is time leaves it to the queue to say for what.
    timely = next(iter(due), None)
    queues = Queues(workspace, as_of)
    for waiting in queues.of(customer):
        if waiting.step is not None:
            why = [queues.titles()[waiting.queue], waiting.text, timely.text if timely else ""]
            return Advice(
                waiting.step_title or waiting.step,
                f"{QUEUES}.{waiting.queue}.next.{waiting.step}",
                " · ".join(filter(None, why)),
                timely.due if timely else None,
                _evidence(workspace, customer, as_of),
            )
    return _of_item(workspace, items[0]) if items else None


def _of_item(workspace: Workspace, item: Item) -> Advice:
    title = rule_titles(workspace)[item.what]
    evidence = (item.ref,) if item.ref else ()
    rule = f"{TOPIC}.{item.what}"
    action = _("{title}: {text}").format(title=title, text=item.text)
    return Advice(action, rule, item.reason_label, item.due, evidence)


def _evidence(workspace: Workspace, customer: str, as_of: date | None) -> tuple[str, ...]:
    found: list[str] = []
    for name, query in EVIDENCE.items():
        kind = workspace.registry.kinds.get(name)
        field = kind.fields.get(CUSTOMER) if kind is not None else None
        if kind is None or field is None:
            continue
        naming = (field, [customer])
        selection = Selection(workspace, kind, query, as_of=as_of, naming=naming)
        found += selection.ids([f"-{kind.date}"] if kind.date else (), 1)
    return tuple(found)
