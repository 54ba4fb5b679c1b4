"""The change sets of a book's past: found by id, the newest one, what was undone, what removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from crmctl.changes.changeset import Change
from crmctl.changes.journal import Entry, Journal
from crmctl.errors import Ambiguous, NotFound, NothingToUndo
from crmctl.locale import _
from crmctl.values.text import suggest


class Past:
    """Looks back over one book."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @cached_property
    def entries(self) -> list[Entry]:
        """Every change set, oldest first."""
        return self.journal.entries()

    @cached_property
    def undone(self) -> dict[str, str]:
        """The change sets that are undone just now, each with the one that undid it."""
        undone: dict[str, str] = {}
        for entry in reversed(self.entries):
            target = entry.header.get("undoes")
            if target and entry.id not in undone:
                undone[target] = entry.id
        return undone

    def latest(self) -> Entry:
        """The newest change set that stands and is no undo itself; NothingToUndo without one."""
        for entry in reversed(self.entries):
            if entry.id not in self.undone and not entry.header.get("undoes"):
                return entry
        raise NothingToUndo

    def find(self, change: str) -> Entry:
        """A change set by its id or the beginning or end of it."""
        exact = self.journal.entry(change)
        if exact is not None:
            return exact
        ids = [entry.id for entry in self.entries]
        like = [id for id in ids if id.startswith(change) or id.endswith(change)]
        if len(like) > 1:
            raise Ambiguous(change, like)
        if not like:
            raise NotFound(_("change"), change, suggest(change, ids))
        return self.find(like[0])

    def removals(self, kind: str) -> Iterator[tuple[Entry, Change]]:
        """Every removal of a record of a kind, newest first."""
        for entry in reversed(self.entries):
            for change in entry.changes:
                if change.kind == kind and change.after is None:
                    yield entry, change
