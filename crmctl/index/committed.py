"""The index of a book as a commit has it: read from git once, and never out of date after that.

Most of an old book is in some index already: in that of today, or of another commit. The nearest
one is copied and brought to the commit. Files are known again by git's name for their content, or
else by their digest, so that only what differs is parsed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from crmctl.errors import GitRefused
from crmctl.index import database
from crmctl.index.scan import Folder, Look, as_text, is_text
from crmctl.index.store import Index
from crmctl.storage.files import DEAD_LINK, MAX_FILE, FileText, decoded, too_large, unread
from crmctl.storage.reader import Fault
from crmctl.vcs import git
from crmctl.vcs.trees import Tree

READ = 0.05  # what reading a file from git costs, where parsing it costs 1
BELOW = "records/"


class CommittedRecords:
    """The record files of a commit, as a source for an index."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._ids: dict[str, str] = {}
        self._faults: dict[str, Fault] = {}
        self._folders: dict[str, Folder | None] = {"": Folder("")}

    @cached_property
    def _seen(self) -> Look:
        for blob in self._tree.blobs(BELOW, deep=True):
            path = blob.path.removeprefix(BELOW)
            above, _slash, name = path.rpartition("/")
            folder = self._folder(above)
            if folder is None or name.startswith("."):
                continue
            if name.endswith(".yaml") and is_text(name):
                folder.put(name, (name, blob.size, *_stamps(blob.id)))
                self._ids[path] = blob.id
                if blob.is_link:
                    self._faults[path] = Fault("not-a-file", 1, 1, {"what": DEAD_LINK})
                elif blob.size > MAX_FILE:
                    self._faults[path] = too_large()
            else:
                folder.strays.append(as_text(name))
        return Look(None, {path: found for path, found in self._folders.items() if found})

    def _folder(self, path: str) -> Folder | None:
        """The folder with this path, None where nothing in it counts."""
        if path not in self._folders:
            above, _slash, name = path.rpartition("/")
            outer = self._folder(above)
            if outer is not None and not is_text(name):
                outer.strays.append(as_text(name))
            usable = outer is not None and is_text(name) and not name.startswith(".")
            self._folders[path] = Folder(path) if usable else None
        return self._folders[path]

    def look(self) -> Look:
        """Lists every folder as a look at the disk would; the stamps of a file are its content."""
        return self._seen

    def load(self, paths: Sequence[str]) -> Iterator[FileText]:
        """Files that were listed, all read at once."""
        readable = [self._ids[path] for path in paths if path not in self._faults]
        contents = self._tree.read(readable)
        for path in paths:
            fault = self._faults.get(path)
            yield decoded(contents[self._ids[path]]) if fault is None else unread(fault)


def _stamps(id_: str) -> tuple[int, int]:
    """git's name for a content as two numbers that SQLite can hold."""
    data = bytes.fromhex(id_)
    first, second = data[:8], data[8:16]
    return int.from_bytes(first, signed=True), int.from_bytes(second, signed=True)


class CommittedIndex(Index):
    """An index of what a commit holds; `near` are the caches that may have one to begin with."""

    def __init__(self, *args: Any, records: CommittedRecords, near: Sequence[Path]) -> None:
        super().__init__(*args)
        self._source = self._records = records
        self._near = near

    def _fill(self, part: Path) -> None:
        try:
            start = self._nearest()
            if start is None or not self._begin(start, part):
                super()._fill(part)
        except git.GitFailed as error:
            raise GitRefused(str(error)) from None

    def _nearest(self) -> Path | None:
        """The index from which it is the least way, if that is less than to begin from nothing."""
        folders = self._records.look().folders.values()
        wanted = {(folder.path, *entry) for folder in folders for entry in folder.entries}
        sizes = {file[:3] for file in wanted}
        best, least = None, float(len(wanted))
        for file in (folder / self.name for folder in self._near):
            known = database.files(file)
            cost = len(sizes ^ {one[:3] for one in known}) + READ * len(wanted - known)
            if known and cost < least:
                best, least = file, cost
        return best

    def _begin(self, start: Path, part: Path) -> bool:
        """Brings a copy of another index to this commit; whether that one could be used."""
        try:
            database.copy(start, part)
            with closing(database.connect(part, self.zone, self.rates)) as connection:
                self._update(connection, lambda refresh: refresh.run(self._records.look()))
        except sqlite3.DatabaseError:
            database.remove(part)
            return False
        return True

    def _refresh(self, connection: sqlite3.Connection) -> None:
        """Nothing to do: a commit does not change."""

    def _remove(self, file: Path) -> None:
        # The damage may have come with the copy.
        self._near = ()
        super()._remove(file)
