"""Many files changed as one: all of them or none, also when the process or the power fails.

The journal knows every file before and after ahead of the first touch. Then all new texts are
written beside their files, which is where a full disk or a closed folder shows, and take their
places one by one. Whoever comes after a crash carries on from the journal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from crmctl.changes.changeset import SCHEMAS, ChangeSet, in_book, schema_of
from crmctl.changes.errors import DamagedJournal
from crmctl.changes.images import Image, Text
from crmctl.changes.journal import Entry, Journal
from crmctl.storage.errors import OutsideWorkspace
from crmctl.storage.files import Staged, confined, load, stage, temporary

# Up to so many files each is flushed to the disk by itself, more of them all at once.
SINGLY = 8

Mend = Callable[[Entry, str], Text | None]


class Transaction:
    """Change sets carried out on the files below one folder."""

    def __init__(self, root: Path, journal: Journal) -> None:
        self.root = root
        self.journal = journal

    def carry_out(self, changes: ChangeSet, texts: Sequence[Text]) -> None:
        """All of it, or nothing: OSError when a file cannot be written."""
        self.journal.begin(changes, [Image.between(*text) for text in texts])
        done: list[Text] = []
        try:
            staged = self._stage(changes.id, texts)
            try:
                for text in texts:
                    self._put(text.path, staged.pop(text.path, None))
                    done.append(text)
            finally:
                for rest in staged.values():
                    rest.discard()
            self._settle(len(texts))
            self.journal.finish(changes.id)
        except BaseException:
            if self.journal.pending() is None:
                raise  # all was done already
            # What cannot be put back now is left to the next command, which finishes it all.
            for text in reversed(done):
                old = text.old.text if text.old else None
                self._write(Text(text.path, None, old, text.bom), changes.id)
            self.journal.abandon()
            raise

    def resume(self, mend: Mend) -> Entry | None:
        """Finishes the change set that was interrupted, if there is one.

        A file that was edited in the meantime is asked of `mend`: what it gets, if anything.
        """
        entry = self.journal.pending()
        if entry is None:
            return None
        self.examine(entry)
        for image in entry.images:
            target = self._target(image.path)
            old = load(target) if target.exists() else None
            digest = old.digest if old else None
            if digest == image.before:
                text = image.forward(old.text if old else "")
                new = Text(image.path, old, text, image.bom, like=image.like)
                self._write(new, entry.id)
            elif digest != image.after and (mended := mend(entry, image.path)):
                self._write(mended, entry.id)
            with suppress(OSError):
                temporary(target, entry.id).unlink()
        self._settle(len(entry.images))
        self.journal.finish(entry.id)
        return entry

    def examine(self, entry: Entry) -> None:
        """DamagedJournal for an entry about files that no change set may touch, or no record of it
        stands in."""
        known = {half.path for change in entry.changes for half in change.halves()}
        try:
            for image in entry.images:
                self._target(image.path)
                if image.path not in known and not image.path.startswith(SCHEMAS):
                    raise OutsideWorkspace(image.path)
        except OutsideWorkspace:
            raise DamagedJournal(str(entry.file)) from None

    def _stage(self, tag: str, texts: Sequence[Text]) -> dict[str, Staged]:
        staged: dict[str, Staged] = {}
        try:
            for text in texts:
                if text.new is not None:
                    staged[text.path] = self._staged(text, tag, sync=len(texts) <= SINGLY)
        except BaseException:
            for done in staged.values():
                done.discard()
            raise
        return staged

    def _staged(self, text: Text, tag: str, *, sync: bool) -> Staged:
        target, like = self._target(text.path), self._target(text.like) if text.like else None
        return stage(target, text.new or "", tag, bom=text.bom, sync=sync, like=like)

    def _put(self, path: str, staged: Staged | None) -> None:
        if staged is None:
            self._remove(path)
        else:
            staged.put()

    def _write(self, text: Text, tag: str) -> None:
        if text.new is None:
            with suppress(FileNotFoundError):
                self._remove(text.path)
        else:
            self._staged(text, tag, sync=True).put()

    def _remove(self, path: str) -> None:
        """Takes a file away, a link rather than what it leads to, and folders that it leaves empty
        below that of its kind."""
        target, named = self._target(path), self.root / in_book(path)
        entry = named if named.is_symlink() else target
        entry.unlink()
        with suppress(OSError):
            for _folder in path.split("/")[2:]:
                entry = entry.parent
                entry.rmdir()

    def _target(self, path: str) -> Path:
        """Where a file lies; OutsideWorkspace for one that no change set may touch.

        A journal may come with a foreign book, and git obeys what is written in its own folder.
        """
        target = confined(self.root, in_book(path))
        hidden = "/." in str(target).removeprefix(os.path.realpath(self.root))
        if hidden or (path.startswith(SCHEMAS) and path != schema_of(target.stem)):
            raise OutsideWorkspace(path)
        return target

    def _settle(self, files: int) -> None:
        """Sees to it that nothing is lost any more when the power fails."""
        if files > SINGLY:
            os.sync()
