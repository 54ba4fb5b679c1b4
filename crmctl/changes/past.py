"""The change sets of a book's past: found by id, the newest one, what was undone, what removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from crmctl.changes.changeset import Change
from crmctl.changes.journal import Entry, Journal
from crmctl.changes.recorded import recorded
from crmctl.errors import Ambiguous, NotFound, NothingToUndo
from crmctl.locale import _
from crmctl.values.dates import epoch
from crmctl.values.text import suggest
from crmctl.workspace import Workspace


class Past:
    """Looks back over one book."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.journal = Journal(workspace.private)

    @cached_property
    def entries(self) -> list[Entry]:
        """Every change set, oldest first: those of the journal, and those that only git knows."""
        kept = self.journal.entries()
        ids = {entry.id for entry in kept}
        others = [entry for entry in recorded(self.workspace) if entry.id not in ids]
        if not others:
            return kept
        zone = self.workspace.zone
        return sorted([*others, *kept], key=lambda entry: epoch(entry.header["at"], zone) or 0)

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
        """The newest change set that stands and is no undo itself; NothingToUndo without one.

        It is one that was made here, if there is any: what came in with a sync is newer, but
        nobody who types “undo” means it.
        """
        standing = [
            entry
            for entry in reversed(self.entries)
            if entry.id not in self.undone and not entry.header.get("undoes")
        ]
        own = (entry for entry in standing if self.journal.entry(entry.id) is not None)
        for entry in (*own, *standing):
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
        return next(entry for entry in self.entries if entry.id == like[0])

    def removals(self, kind: str) -> Iterator[tuple[Entry, Change]]:
        """Every removal of a record of a kind, newest first."""
        for entry in reversed(self.entries):
            for change in entry.changes:
                if change.kind == kind and change.after is None:
                    yield entry, change
