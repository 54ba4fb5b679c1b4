"""The work queues: which customers are in each, in which order, and what to do next with them."""

from __future__ import annotations

from collections.abc import Iterator

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.policies.rule import Rule
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen


class Step(Frozen):
    """Something to do with the customers of a queue that match a query, all without one."""

    title: Titles | None = None
    query: str | None = None


class Queue(Rule):
    """Customers that match a query; the first of its steps that fits one is suggested."""

    sort: tuple[str, ...] = ("next_touch",)
    next: dict[str, Step] = {}  # noqa: RUF012 (copied for each)


SHAPE = dict[str, Queue]


def check(queues: dict[str, Queue], where: str) -> None:
    """BadDefinition for a queue of something else than customers."""
    for name, queue in queues.items():
        if queue.kind != "customer":
            raise BadDefinition(where, f"queues.{name}.kind", _("a queue holds customers"))


def queries(queues: dict[str, Queue]) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: where each stands, the kind that it is about, and its text."""
    for name, queue in queues.items():
        for step, settings in queue.next.items():
            yield f"{name}.next.{step}.query", "customer", settings.query or ""
