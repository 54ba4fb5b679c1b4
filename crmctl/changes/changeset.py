"""What a command is about to change, as values: records before and after, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Values = dict[str, Any]
SCHEMAS = "../schemas/"


@dataclass(slots=True)
class Change:
    """One record: created (no `before`), updated, or removed (no `after`).

    `path` is the record's file below records/; `document` its place in that file when it was read.
    `text` is the new document word for word, when a person wrote it in an editor, or when it comes
    back; `order` are the ids of the stream that it comes back to, as they stood at its time.
    `origin` is the file where the record stood before, where that was another one.
    """

    kind: str
    id: str
    before: Values | None
    after: Values | None
    path: str
    document: int | None = None
    text: str | None = None
    order: Sequence[str] = ()
    origin: str | None = None

    @property
    def source(self) -> str:
        """The file where the record stood before."""
        return self.origin or self.path

    @property
    def new_id(self) -> str:
        """The record's id afterwards: another one when it is renamed."""
        return str((self.after or {}).get("id", self.id))

    @property
    def renames(self) -> bool:
        """Whether a record gets another id."""
        return self.before is not None and self.new_id != self.id

    @property
    def action(self) -> str:
        """`created`, `updated`, `removed`, or `moved` when only its file is another."""
        if self.before is None:
            return "created"
        if self.after is None:
            return "removed"
        return "moved" if self.origin is not None and self.before == self.after else "updated"

    def back(self) -> Change:
        """The same record on its way back."""
        origin = self.path if self.origin else None
        return Change(self.kind, self.new_id, self.after, self.before, self.source, origin=origin)

    def halves(self) -> Iterator[Change]:
        """What it does in each file: a record that moves goes from one and is new in the other."""
        if self.origin is None:
            yield self
        else:
            yield Change(self.kind, self.id, self.before, None, self.origin, self.document)
            yield Change(self.kind, self.new_id, None, self.after, self.path)

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


def by_path(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by the file of their record, in the order of first mention."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.path, []).append(change)
    return grouped


class Verbatim(NamedTuple):
    """What a file becomes word for word (`text` None: it goes), whatever the changes in it say.

    `digest` is the one that the file must have until then; None: there must be none.
    """

    digest: str | None
    text: str | None
    bom: bool = False


def schema_of(kind: str) -> str:
    """Where the book's own schema of a kind lies, from records/: the other file of a change set."""
    return f"{SCHEMAS}{kind}.yaml"


def in_book(path: str) -> str:
    """Where a file of a change set lies, from the book's root."""
    return path.removeprefix("../") if path.startswith(SCHEMAS) else f"records/{path}"


@dataclass(slots=True)
class ChangeSet:
    """All that one command changes, applied as a whole.

    `undoes` is the id of the change set that this one takes back; `verbatim` holds by path the
    files whose text is known already; `templates` the new path templates of kinds.
    """

    id: str
    at: str
    actor: str | None
    command: Sequence[str]
    reason: str | None = None
    changes: list[Change] = field(default_factory=list)
    undoes: str | None = None
    verbatim: dict[str, Verbatim] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes or self.verbatim)

    @property
    def paths(self) -> list[str]:
        """Every file that it writes."""
        of_records = (path for one in self.changes for path in (one.source, one.path))
        return [*dict.fromkeys([*of_records, *self.verbatim])]

    def of(self, action: str) -> list[str]:
        """The ids of the records that are created, updated or removed."""
        return [change.new_id for change in self.changes if change.action == action]

    def counts(self) -> Mapping[str, int]:
        """How many records are created, updated and removed."""
        counts = dict.fromkeys(("created", "updated", "removed", "moved"), 0)
        for change in self.changes:
            counts[change.action] += 1
        return counts
