"""What a command is about to change, as values: records before and after, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from crmctl.changes.images import Text

Values = dict[str, Any]


@dataclass(slots=True)
class Change:
    """One record: created (no `before`), updated, or removed (no `after`).

    `path` is the record's file below records/; `document` its place in that file when it was read.
    `text` is the new document word for word, when a person wrote it in an editor. `origin` is the
    file where the record stood before, where that was another one.
    """

    kind: str
    id: str
    before: Values | None
    after: Values | None
    path: str
    document: int | None = None
    text: str | None = None
    origin: str | None = None

    @property
    def action(self) -> str:
        """`created`, `updated`, `removed`, or `moved` when only its file is another."""
        if self.before is None:
            return "created"
        if self.after is None:
            return "removed"
        return "moved" if self.origin is not None and self.before == self.after else "updated"

    def parts(self) -> Iterator[Part]:
        """The top-level fields that differ."""
        before, after = self.before or {}, self.after or {}
        for name in {**before, **after}:
            if before.get(name) != after.get(name):
                yield Part(name, before.get(name), after.get(name))


class Part(NamedTuple):
    """One field of one record: what it held and what it will hold (None: nothing)."""

    name: str
    before: Any
    after: Any


@dataclass(slots=True)
class ChangeSet:
    """All that one command changes, applied as a whole.

    `undoes` is the id of the change set that this one takes back. `exact` holds the files that
    get a text word for word, by path, with the digest that they must have until then.
    """

    id: str
    at: str
    actor: str | None
    command: Sequence[str]
    reason: str | None = None
    changes: list[Change] = field(default_factory=list)
    undoes: str | None = None
    exact: dict[str, tuple[str | None, Text]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, action: str) -> list[str]:
        """The ids of the records that are created, updated or removed."""
        return [change.id for change in self.changes if change.action == action]

    def counts(self) -> Mapping[str, int]:
        """How many records are created, updated and removed."""
        counts = dict.fromkeys(("created", "updated", "removed"), 0)
        for change in self.changes:
            counts[change.action] += 1
        return counts
