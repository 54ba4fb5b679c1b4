"""What happened to one record, field by field: by change sets, and by hand as git tells it.

The journal tells its change sets best. Commits add those of other clones, and what people wrote
into the files themselves.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby
from typing import Any, NamedTuple

from crmctl.changes.between import RECORDS, joined
from crmctl.changes.changeset import Change, Part
from crmctl.changes.committed import Deed, Life, lost
from crmctl.changes.journal import Entry, Journal
from crmctl.errors import NotFound
from crmctl.refs import References
from crmctl.schema.model import Kind
from crmctl.values.dates import epoch
from crmctl.vcs import git
from crmctl.workspace import Workspace


class Step(NamedTuple):
    """One field of a record: when it changed, by whom, with which command, why, from what to what.

    These are the keys of machine output. By hand there is no `change` and no `command`, and what
    is not committed yet has no `at`.
    """

    change: str | None
    at: str | None
    actor: str | None
    command: str | None
    reason: str | None
    field: str
    before: Any
    after: Any


# What the steps of one change set or commit have in common.
Head = tuple[str | None, str | None, str | None, str | None, str | None]


class Traced(NamedTuple):
    """A record that is or was, and a file in which it stands or stood."""

    kind: Kind
    id: str
    path: str


def traced(workspace: Workspace, ref: str) -> Traced:
    """The record that `ref` names, also by the id of one that was removed; as `References.find`."""
    try:
        kind, id = References(workspace).find(ref)
    except NotFound:
        gone = _removed(workspace, ref)
        if gone is None:
            raise
        return gone
    record = workspace.index.get(kind, id) or {}
    return Traced(kind, id, str(record.get("_path") or "").removeprefix(RECORDS))


def _removed(workspace: Workspace, id: str) -> Traced | None:
    kinds = workspace.registry.kinds
    for entry in reversed(Journal(workspace.private).entries()):
        for change in entry.of(id):
            if change.kind in kinds:
                return Traced(kinds[change.kind], id, change.path)
    found = lost(workspace, id)
    return Traced(found[0], id, found[1]) if found else None


def history(workspace: Workspace, record: Traced) -> list[Step]:
    """Every step of a record, newest first; the fields of one change in their order."""
    steps = _History(workspace, record).steps()
    groups = [list(group) for _head, group in groupby(steps, lambda step: step[:5])]
    return [step for group in reversed(groups) for step in group]


class _Told(NamedTuple):
    """A change set of the journal, and what it did to the record."""

    entry: Entry
    change: Change
    at: int

    def steps(self) -> list[Step]:
        return [Step(*_head(self.entry.header), *part) for part in self.change.parts()]


_NOT_YET: Head = (None, None, None, None, None)


class _History:
    """The steps of one record, out of the journal and out of git."""

    def __init__(self, workspace: Workspace, record: Traced) -> None:
        self._zone = workspace.zone
        kind, id, path = record
        self._id = id
        paths = {path} - {""}
        told: list[_Told] = []
        name = id  # as it was called then
        for entry in reversed(Journal(workspace.private).entries()):
            for change in joined(entry.of(name, kind.name)):
                paths |= {change.path, change.source}
                name = change.id
                told.insert(0, _Told(entry, change, self._epoch(entry.header["at"])))
        self._life = Life(workspace, kind, id, paths) if git.is_versioned(workspace.root) else None
        self._deeds = self._life.deeds() if self._life else []
        self._told = {one.entry.id: one for one in told}
        committed = {id for deed in self._deeds for id in deed.commit.changes}
        # Those that no commit names: not committed yet, or by a person.
        self._left = [one for one in told if one.entry.id not in committed]

    def steps(self) -> Iterator[Step]:
        """Oldest first."""
        dated = [(self._epoch(deed.commit.at), self._of(deed)) for deed in self._deeds]
        by_hand = self._uncommitted()
        left = [(one.at, one.steps()) for one in self._left]
        for _at, steps in merge(dated, left, key=lambda one: one[0]):
            yield from steps
        yield from by_hand

    def _of(self, deed: Deed) -> list[Step]:
        commit = deed.commit
        if commit.changes:
            told = [self._told[id] for id in commit.changes if id in self._told]
            if not told:
                return [Step(*_head(commit.header), *part) for part in deed.parts]
        else:
            told = self._swept_up(deed)
        before, after = _untold(deed.parts, told, by_person=not commit.changes)
        head: Head = (None, commit.at, commit.author, None, commit.subject)
        return [
            *(Step(*head, *part) for part in before),
            *(step for one in told for step in one.steps()),
            *(Step(*head, *part) for part in after),
        ]

    def _swept_up(self, deed: Deed) -> list[_Told]:
        """The change sets that a person committed: up to the one which left what was committed,
        else those that were there by then."""
        at, written = self._epoch(deed.commit.at), self._epoch(deed.commit.written)
        count = sum(one.at <= at for one in self._left)
        for number, one in enumerate(self._left, 1):
            if one.change.after == deed.after and one.at <= max(at, written):
                count = number
                break
        told, self._left = self._left[:count], self._left[count:]
        return told

    def _uncommitted(self) -> list[Step]:
        """What stands in the files and neither a commit nor a change set tells."""
        if self._life is None:
            return []
        id = self._left[0].change.id if self._left else self._id
        committed = self._life.committed(id)
        present, torn = self._life.present()
        if torn:
            return []
        parts = Change("", "", committed, present, "").parts()
        last = max((self._epoch(deed.commit.written) for deed in self._deeds), default=0)
        told = [one for one in self._left if one.at > last or committed is None]
        untold = _untold(parts, told, by_person=True)
        return [Step(*_NOT_YET, *part) for part in (*untold[0], *untold[1])]

    def _epoch(self, at: str) -> int:
        return epoch(at, self._zone) or 0


def _head(header: dict[str, Any]) -> Head:
    command = shlex.join(header["command"]) or None
    return (header["change"], header["at"], header["actor"], command, header["reason"])


def _untold(
    parts: Iterable[Part], told: Sequence[_Told], *, by_person: bool
) -> tuple[list[Part], list[Part]]:
    """What a commit did besides its change sets: before them, and after them.

    The commit of a change set itself begins with it, though a rebase may have put something else
    below it.
    """
    before: list[Part] = []
    after: list[Part] = []
    for name, was, now in parts:
        steps = [part for one in told for part in one.change.parts() if part.name == name]
        value = was if by_person or not steps else steps[0].before
        for step in steps:
            if step.before != value:
                before.append(Part(name, value, step.before))
            value = step.after
        if value != now:
            after.append(Part(name, value, now))
    return before, after
