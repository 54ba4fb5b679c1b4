"""What a command is about to change, as values: records before and after, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crmctl.values import jsontext

Values = dict[str, Any]


@dataclass(slots=True)
class Change:
    """One record: created (no `before`), updated, or removed (no `after`).

    `path` is the record's file below records/; `document` its place in that file when it was read.
    `text` is the new document word for word, when a person wrote it in an editor. `moved` is the
    file that the record goes to with its text, when it is another one.
    """

    kind: str
    id: str
    before: Values | None
    after: Values | None
    path: str
    document: int | None = None
    text: str | None = None
    moved: str | None = None

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
        """`created`, `updated` or `removed`: the key of machine output."""
        if self.before is None:
            return "created"
        return "removed" if self.after is None else "updated"

    def back(self) -> Change:
        """The same record on its way back."""
        path, moved = (self.moved, self.path) if self.moved else (self.path, None)
        return Change(self.kind, self.new_id, self.after, self.before, path, moved=moved)

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


def joined(changes: Iterable[Change]) -> list[Change]:
    """Changes as a comparison of files gives them, with a record that goes from one file and comes
    in another as one that moves, under another id if nothing else of it differs."""
    found = [*changes]
    gone = [one for one in found if one.after is None]
    came = [one for one in found if one.before is None]
    if not gone or not came:
        return found
    named = {(one.kind, one.id): one for one in came}
    alike = {_rest(one.kind, one.after): one for one in came}
    paired: dict[int, Change] = {}
    for one in gone:
        other = named.get((one.kind, one.id)) or alike.get(_rest(one.kind, one.before))
        if other is not None and id(other) not in paired:
            paired[id(other)] = other
            one.after = other.after
            one.moved = other.path if other.path != one.path else None
    return [one for one in found if id(one) not in paired]


def _rest(kind: str, values: Values | None) -> tuple[str, str]:
    rest = {name: value for name, value in sorted((values or {}).items()) if name != "id"}
    return kind, jsontext.dumps(rest)


class Verbatim(NamedTuple):
    """What a file becomes word for word (`text` None: it goes), whatever the changes in it say.

    `digest` is the one that the file must have until then; None: there must be none.
    """

    digest: str | None
    text: str | None
    bom: bool = False


@dataclass(slots=True)
class ChangeSet:
    """All that one command changes, applied as a whole.

    `undoes` is the id of the change set that this one takes back; `verbatim` holds by path the
    files whose text is known already.
    """

    id: str
    at: str
    actor: str | None
    command: Sequence[str]
    reason: str | None = None
    changes: list[Change] = field(default_factory=list)
    undoes: str | None = None
    verbatim: dict[str, Verbatim] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, action: str) -> list[str]:
        """The ids of the records that are created, updated or removed."""
        return [change.new_id for change in self.changes if change.action == action]

    def counts(self) -> Mapping[str, int]:
        """How many records are created, updated and removed."""
        counts = dict.fromkeys(("created", "updated", "removed"), 0)
        for change in self.changes:
            counts[change.action] += 1
        return counts
