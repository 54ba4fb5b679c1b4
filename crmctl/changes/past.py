"""The change sets of a book's past: found by id, the newest one, what was undone, what removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from heapq import merge

from crmctl.changes.changeset import Change
from crmctl.changes.journal import Entry, Journal
from crmctl.changes.recorded import Recorded, removing
from crmctl.errors import Ambiguous, NotFound, NothingToUndo
from crmctl.locale import _
from crmctl.schema.model import Kind
from crmctl.values.dates import epoch
from crmctl.values.ids import is_minted
from crmctl.values.text import suggest
from crmctl.workspace import Workspace


class Past:
    """Looks back over one book, and reads no more of it than it is asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.journal = Journal(workspace.private)
        self._recorded = Recorded(workspace)
        self._undone: dict[str, str] = {}
        self._passed: set[str] = set()

    def entries(self) -> Iterator[Entry]:
        """Every change set, newest first: those of the journal, and those that only git knows."""
        every: Iterator[Entry] = reversed(self._kept)
        if self._others:
            # Each by itself is in order, so that headers are read only as far as somebody looks.
            every = merge(every, self._others, key=self._when, reverse=True)
        for entry in every:
            target = entry.header.get("undoes")
            if target and entry.id not in self._undone:
                self._undone[target] = entry.id
            self._passed.add(entry.id)
            yield entry

    def _when(self, entry: Entry) -> float:
        return epoch(entry.header["at"], self.workspace.zone) or 0

    def undone_by(self, entry: Entry) -> str | None:
        """The change set by which one is undone just now: it can only be a newer one."""
        if entry.id not in self._passed:
            for one in self.entries():
                if one.id == entry.id:
                    break
        return self._undone.get(entry.id)

    def latest(self) -> Entry:
        """The newest change set that stands and is no undo itself; NothingToUndo without one.

        It is one that was made here, if there is any: what came in with a sync is newer, but
        nobody who types “undo” means it.
        """
        newest: Entry | None = None
        for entry in self.entries():
            if entry.header.get("undoes") or self.undone_by(entry) is not None:
                continue
            if self.journal.entry(entry.id) is not None:
                return entry
            newest = newest or entry
        if newest is not None:
            return newest
        raise NothingToUndo

    def find(self, change: str) -> Entry:
        """A change set by its id or the beginning or end of it."""
        exact = self.journal.entry(change)
        if exact is None and is_minted(change, "chg"):
            exact = self._recorded.one(change)
        if exact is not None:
            return exact
        by_id = {entry.id: entry for entry in (*self._kept, *self._others)}
        like = [id for id in by_id if id.startswith(change) or id.endswith(change)]
        if len(like) > 1:
            raise Ambiguous(change, like)
        if not like:
            raise NotFound(_("change"), change, suggest(change, by_id))
        return by_id[like[0]]

    def removals(self, kind: Kind) -> Iterator[tuple[Entry, Change]]:
        """Every removal of a record of a kind, newest first."""
        commits = removing(self.workspace, kind) if self._others else set()
        for entry in self.entries():
            if entry.commit is None or entry.commit in commits:
                for change in entry.removals(kind.name):
                    yield entry, change

    @cached_property
    def _kept(self) -> list[Entry]:
        return self.journal.entries()

    @cached_property
    def _others(self) -> list[Entry]:
        ids = {entry.id for entry in self._kept}
        return [entry for entry in self._recorded.entries() if entry.id not in ids]
