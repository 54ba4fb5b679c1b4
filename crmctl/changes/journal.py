"""What was changed, kept in the book's private folder: one file a change set.

The entry is on disk before anything else is touched. It holds every record before and after and
every file's difference, so it finishes what a crash interrupted, takes back what was done, and a
removal is never a loss. Its lines are JSON: a header, the records, the files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from crmctl.changes.changeset import Change, ChangeSet
from crmctl.changes.errors import DamagedJournal
from crmctl.changes.images import Image
from crmctl.startup import PENDING
from crmctl.storage.files import load, replace
from crmctl.values import jsontext

SUFFIX = ".jsonl"
HEADER = ("change", "at", "actor", "command", "reason", "undoes")
RECORD = ("kind", "id", "before", "after", "path")


class Entry:
    """One change set of the journal, read as far as it is asked for."""

    commit: str | None = None  # the commit that it was read from, if it was

    def __init__(self, file: Path) -> None:
        self.file = file

    @cached_property
    def header(self) -> dict[str, Any]:
        """The keys are HEADER."""
        with self._sound(), self.file.open(encoding="utf-8") as lines:
            header: dict[str, Any] = jsontext.loads(next(lines))
            return {name: header[name] for name in HEADER}

    @property
    def id(self) -> str:
        pending = self.file.name == PENDING
        return str(self.header["change"]) if pending else self.file.name.removesuffix(SUFFIX)

    @cached_property
    def changes(self) -> list[Change]:
        """Every record before and after."""
        with self._sound():
            return [_change(line) for line in self._lines() if "kind" in line]

    def of(self, id: str, kind: str | None = None) -> list[Change]:
        """What it did to the record that has this id afterwards; hardly another one is read."""
        found = self._like(kind, jsontext.dumps(id))
        return [change for change in found if change.new_id == id]

    def touched(self, kind: str | None = None) -> int:
        """How many records it touched, of one kind or of all; none of them is read."""
        with self.file.open(encoding="utf-8") as lines:
            return sum(line.startswith(_start(kind)) for line in lines)

    def removals(self, kind: str) -> list[Change]:
        """The records of a kind that it removed."""
        return [change for change in self._like(kind, '"after": null') if change.after is None]

    def _like(self, kind: str | None, part: str) -> list[Change]:
        """Records in whose line a text stands: looking for it is quicker than reading them."""
        start = _start(kind)
        with self._sound(), self.file.open(encoding="utf-8") as lines:
            near = [line for line in lines if part in line and line.startswith(start)]
            return [_change(jsontext.loads(line)) for line in near]

    @cached_property
    def images(self) -> list[Image]:
        """Every file before and after."""
        with self._sound():
            return [Image.read(line) for line in self._lines() if "file" in line]

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self.file.open(encoding="utf-8") as lines:
            next(lines, None)
            yield from map(jsontext.loads, lines)

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Whatever is wrong in the file is one error; it is written whole or not at all."""
        try:
            yield
        except (ValueError, LookupError, TypeError, StopIteration):
            raise DamagedJournal(str(self.file)) from None


class Journal:
    """The change sets applied to one book, in `.crmctl/journal`."""

    def __init__(self, private: Path) -> None:
        self.folder = private / "journal"
        self._pending = self.folder / PENDING

    # one change set on its way

    def begin(self, changes: ChangeSet, images: Iterable[Image]) -> None:
        """Keeps what is about to be done; returns when it is safely on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{PENDING}.tmp~"
        try:
            with part.open("w", encoding="utf-8") as out:
                for line in lines_of(changes, images):
                    out.write(jsontext.dumps(line) + "\n")
                out.flush()
                os.fsync(out.fileno())
            part.replace(self._pending)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def pending(self) -> Entry | None:
        """The change set that was begun and neither finished nor abandoned."""
        return Entry(self._pending) if self._pending.exists() else None

    def finish(self, change: str) -> None:
        """All of it is done: it becomes an entry like the others."""
        self._pending.replace(self.folder / f"{change}{SUFFIX}")

    def abandon(self) -> None:
        """Nothing of it was done, or all of it was taken back."""
        self._pending.unlink()

    # what was done

    def entries(self) -> list[Entry]:
        """Every change set, oldest first."""
        files = [file for file in self.folder.glob(f"[!.]*{SUFFIX}") if file.name != PENDING]
        return [Entry(file) for file in sorted(files, key=lambda file: (_when(file), file.name))]

    def entry(self, change: str) -> Entry | None:
        """A change set by its id."""
        file = self.folder / f"{change}{SUFFIX}"
        return Entry(file) if file.exists() else None

    def purge(self, words: re.Pattern[str]) -> int:
        """Takes every record and file in whose line such a word stands out of all entries, for
        good: what was done to them cannot be undone any more. Tells how many entries had any.
        """
        count = 0
        for entry in self.entries():
            head, *lines = load(entry.file).text.splitlines(keepends=True)
            kept = [line for line in lines if not words.search(line)]
            if kept == lines and not words.search(head):
                continue
            if words.search(head):
                said = {"command": entry.header["command"][:1], "reason": None}
                head = jsontext.dumps({**entry.header, **said}) + "\n"
            count += 1
            made = _when(entry.file)
            replace(entry.file, head + "".join(kept))
            os.utime(entry.file, ns=(made, made))  # their order is that of their times
        return count

    def created_by_imports(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Every record that an import ever made: id -> its kind and the values it was given."""
        return {
            change.id: (change.kind, change.after)
            for entry in self.entries()
            if entry.header["command"][:1] == ["import"]
            for change in entry.changes
            if change.before is None and change.after is not None
        }


def lines_of(changes: ChangeSet, images: Iterable[Image]) -> Iterator[dict[str, Any]]:
    """A change set as it is kept: a header, the records, the files."""
    yield {
        "change": changes.id,
        "at": changes.at,
        "actor": changes.actor,
        "command": list(changes.command),
        "reason": changes.reason,
        "undoes": changes.undoes,
    }
    for change in changes.changes:
        line = {name: getattr(change, name) for name in RECORD}
        yield {**line, "origin": change.origin} if change.origin else line
    for image in images:
        yield image.written()


def _start(kind: str | None) -> str:
    """How `lines_of` begins the line of a record."""
    return '{"kind": ' if kind is None else jsontext.dumps({"kind": kind}).removesuffix("}") + ", "


def _change(line: Mapping[str, Any]) -> Change:
    kind, id, before, after, path = (line[name] for name in RECORD)
    return Change(kind, id, before, after, path, origin=line.get("origin"))


def _when(file: Path) -> int:
    return file.stat().st_mtime_ns
