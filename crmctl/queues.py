"""The work queues: whom to acquire, to maintain, to win back, and the step to take with each.

They are the policy `queues`: who is in one is a query, and so is which step fits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from crmctl.errors import NotFound
from crmctl.facts.definitions import CUSTOMER
from crmctl.findings import Finder, customers_of
from crmctl.locale import _, pick
from crmctl.policies.queues import Queue
from crmctl.selection import Selection
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold, suggest
from crmctl.workspace import Workspace

TOPIC = "queues"
TOUCHES = ("last_interaction", "next_touch")


class Waiting(Frozen):
    """One customer of a queue: why, the step that is suggested, and when the touches are.

    `plain` is why, for scripts.
    """

    queue: str
    customer: str
    name: str | None
    owner: str | None
    text: str
    plain: str
    step: str | None
    step_title: str | None
    last_touch: str | None
    next_touch: str | None

    def as_object(self) -> dict[str, Any]:
        """The customer for scripts."""
        found = {
            "queue": self.queue,
            "customer": self.customer,
            "name": self.name,
            "owner": self.owner,
            "text": self.plain,
            "text_label": self.text,
            "step": self.step,
            "step_label": self.step_title,
            "last_touch": self.last_touch,
            "next_touch": self.next_touch,
        }
        return {key: value for key, value in found.items() if value is not None}


class Queues:
    """The queues of one book, as of the end of a day if one is given."""

    def __init__(self, workspace: Workspace, as_of: date | None = None) -> None:
        self.workspace = workspace
        self.as_of = as_of
        self.all: dict[str, Queue] = workspace.policy(TOPIC)

    def titles(self) -> dict[str, str]:
        """What people call each queue."""
        return {name: pick(one.title) if one.title else name for name, one in self.all.items()}

    def named(self, word: str) -> str:
        """The queue that a word means, by its name or title; NotFound."""
        for name, queue in self.all.items():
            if word.casefold() in (name, *(t.casefold() for t in (queue.title or {}).values())):
                return name
        raise NotFound(_("queue"), word, suggest(word, self.all))

    def waiting(
        self,
        name: str,
        *,
        owners: Collection[str] | None = None,
        customer: str | None = None,
    ) -> list[Waiting]:
        """The customers of a queue in its order; `owners` are folded names."""
        queue = self.all[name]
        finder = Finder(self.workspace, queue, self.as_of)
        if customer is not None:
            finder.about(customer)
        found = list(finder.rows(TOUCHES, sort=queue.sort))
        people = customers_of(self.workspace, (one.ref for one in found))
        steps = self._steps(queue, [one.ref for one in found])
        listed = []
        for one in found:
            called, owner, _archived = people[one.ref]
            if owners is not None and not (owner and fold(owner) in owners):
                continue
            step = steps.get(one.ref)
            title = queue.next[step].title if step is not None else None
            last, following = one.dates
            made = Waiting(
                queue=name,
                customer=one.ref,
                name=called,
                owner=owner,
                text=one.text,
                plain=one.plain,
                step=step,
                step_title=pick(title) if title else step,
                last_touch=last,
                next_touch=following,
            )
            listed.append(made)
        return listed

    def _steps(self, queue: Queue, ids: list[str]) -> dict[str, str]:
        """The first step that fits each of these customers."""
        found: dict[str, str] = {}
        kind = self.workspace.registry.kinds[CUSTOMER]
        for name, step in queue.next.items():
            left = [id for id in ids if id not in found]
            if not left:
                break
            fitting = left
            if step.query is not None:
                selection = Selection(
                    self.workspace, kind, step.query, as_of=self.as_of, archived=True, ids=left
                )
                fitting = selection.ids()
            found |= dict.fromkeys(fitting, name)
        return found

    def of(self, customer: str) -> Iterator[Waiting]:
        """The queues that a customer is in."""
        for name in self.all:
            yield from self.waiting(name, customer=customer)
