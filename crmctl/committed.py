"""The book as git recorded it: a commit stands in for the files.

Records, rates, schemas and settings are those of the commit; segments, reports and the clock are
those of today, for they are the question. What little is no record is laid out in the cache as a
book of its own, so that whatever reads a book reads this one, and its index is kept beside it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import weakref
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from crmctl import shipped, startup
from crmctl.config import Config
from crmctl.errors import BadDefinition, GitRefused
from crmctl.index import database
from crmctl.storage.files import Lock
from crmctl.values.instants import local_instant
from crmctl.vcs import git
from crmctl.vcs.errors import NoBookYet, OnlyToRead
from crmctl.vcs.revisions import resolve
from crmctl.vcs.trees import Blob, Tree, when
from crmctl.workspace import RATES, Workspace

if TYPE_CHECKING:
    from crmctl.index.store import Index

KEPT = 3  # commits in the cache; the index of each takes as much room as that of today


class CommittedBook(Workspace):
    """A book as a commit has it, to be read and never written."""

    def __init__(self, present: Workspace, revision: str) -> None:
        """`revision` is a day, or what git takes for a commit; the errors of `resolve`."""
        super().__init__(present.root, actor=present.actor)
        self.on_progress = present.on_progress
        self.commit = resolve(present.root, revision, present.today, present.zone)
        self._tree = Tree(present.root, f"{self.commit}:./")
        self._cache = database.folder(present.root) / "at"
        self.base = self._laid_out()

    @property
    def commit_said(self) -> str:
        """The commit and its time, for people."""
        return f"{self.commit[:8]}, {local_instant(when(self.root, self.commit), self.zone)}"

    def shown(self, path: str) -> str:
        """What people and git call a file of the commit."""
        return f"{self.commit[:8]}:{path}"

    @cached_property
    def config(self) -> Config:
        try:
            return super().config
        except BadDefinition as error:
            error.path = self.shown(error.path)
            error.stand(error.line or 1, error.column)
            raise

    @cached_property
    def index(self) -> Index:
        from crmctl.index.committed import CommittedIndex, CommittedRecords

        near = [self._cache.parent, *map(database.folder, self._cache.glob("[!.]*/"))]
        return CommittedIndex(*self._index_of, records=CommittedRecords(self._tree), near=near)

    @property
    def records(self) -> NoReturn:
        raise OnlyToRead(self.commit[:8])

    @property
    def private(self) -> NoReturn:
        raise OnlyToRead(self.commit[:8])

    # the cache

    def _laid_out(self) -> Path:
        """The folder for this commit, or for another one with the same files."""
        try:
            folder = self._cache / self._tree.id()
        except git.GitFailed:
            raise NoBookYet(self.commit[:8]) from None
        # Whoever takes a folder holds it until his process ends, so that nobody clears it away.
        with Lock(self._cache / "lock"):
            if not folder.is_dir():
                try:
                    self._lay_out(folder)
                except git.GitFailed as error:
                    raise GitRefused(str(error)) from None
            os.utime(folder)
            weakref.finalize(self, os.close, _hold(folder, fcntl.LOCK_SH))
            self._clear(folder)
        return folder

    def _shape(self) -> list[Blob]:
        """What the commit has of a book beside records."""
        found = [*self._tree.blobs(startup.CONFIG, RATES, "schemas/")]
        if startup.CONFIG not in (blob.path for blob in found):
            raise NoBookYet(self.commit[:8])
        # The repository of crmctl is a book: its schemas are those that this crmctl ships.
        own = str(self.root / "schemas") != shipped.SCHEMAS
        return [
            blob
            for blob in found
            if PurePosixPath(blob.path).parent == PurePosixPath()
            or (own and blob.path.endswith(".yaml"))
        ]

    def _lay_out(self, folder: Path) -> None:
        found = self._shape()
        part = folder.with_name(f".{folder.name}.tmp~")
        shutil.rmtree(part, ignore_errors=True)
        contents = self._tree.read([blob.id for blob in found])
        for blob in found:
            file = part / blob.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(contents[blob.id])
            # They never change, so what was parsed of them may be kept at once.
            os.utime(file, (0, 0))
        part.rename(folder)

    def _clear(self, used: Path) -> None:
        """Removes the commits that were not asked for lately."""
        others = [file for file in self._cache.iterdir() if file.is_dir() and file != used]
        others.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for folder in others[KEPT - 1 :]:
            with suppress(BlockingIOError):
                os.close(_hold(folder, fcntl.LOCK_EX | fcntl.LOCK_NB))
                shutil.rmtree(folder, ignore_errors=True)


def _hold(folder: Path, how: int) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
