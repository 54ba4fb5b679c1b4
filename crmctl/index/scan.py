"""What changed on disk since the last look, by size, time stamp and inode.

A folder whose listing has the same fingerprint is passed over without loading its rows. Stamps
alone miss an edit made within one tick of the file system's clock, so files that were young when
they were read are marked and their content is compared until they have settled.
"""

from __future__ import annotations

import json
import os
import stat as stat_of
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from sqlite3 import Connection
from typing import Any, NamedTuple, Self

Entry = tuple[str, int, int, int]  # name, size, mtime in ns, inode
SETTLED_NS = 2_000_000_000


class Folder:
    """One folder under records/: its path relative to there, its record files, other files.

    `faults` are codes of problems with what it holds, or with itself under an empty name.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self.strays: list[str] = []
        self.faults: list[tuple[str, str, dict[str, str]]] = []

    def refused(self, error: OSError) -> None:
        """Nothing of a folder is shown that only gives a part of what it holds."""
        self.entries, self.strays = [], []
        self.faults = [("", "unreadable", {"reason": error.strerror or str(error)})]

    @cached_property
    def fingerprint(self) -> str:
        """Depends on the order too, which stays as long as a folder is not touched."""
        listing = repr((self.entries, self.strays, self.faults))
        return blake2b(listing.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    def packed(self) -> str:
        """All that is in it, as text."""
        return json.dumps((self.entries, self.strays, self.faults))


class Told(Folder):
    """A folder that another process has listed: unpacked only when its files are asked for."""

    def __init__(self, path: str, fingerprint: str, packed: str) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self._packed = packed

    def __getattr__(self, name: str) -> Any:
        if name not in ("entries", "strays", "faults"):
            raise AttributeError(name)
        entries, self.strays, faults = json.loads(self._packed)
        self.entries = [tuple(entry) for entry in entries]
        self.faults = [tuple(fault) for fault in faults]
        return self.__dict__[name]


def folders(records: Path) -> Iterator[Folder]:
    """Every folder below `records`, each with its record files as the system lists them.

    Links to folders are not followed: a loop would never end, a book has no use for them.
    """
    if _leads_out(records, records):
        outside = Folder("")
        outside.faults.append(("", "outside", {}))
        yield outside
        return
    pending = [""]
    while pending:
        found = _listed(records, pending.pop(), pending)
        if found is not None:
            yield found


def _listed(records: Path, relative: str, inner: list[str]) -> Folder | None:
    """One folder; those in it are added to `inner`. None when there is no such folder."""
    found = Folder(relative)
    try:
        folder = os.open(records / relative, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        found.refused(error)
        return found
    below: list[str] = []
    try:
        _list(records, folder, found, below)
    except PermissionError as error:
        found.refused(error)
    else:
        inner += below
    finally:
        os.close(folder)
    return found


def _list(records: Path, folder: int, found: Folder, inner: list[str]) -> None:
    """Fills `found` with what an open folder holds, and `inner` with the folders in it."""
    # This loop runs over every file of the book in every command: a listing with a stat each by
    # name is half as fast again as scandir with its entries.
    names = os.listdir(folder)
    if not is_text("".join(names)):
        # Such as a file from an archive in GB18030: nobody could name it in a reference.
        found.strays += [as_text(name) for name in names if not is_text(name)]
        names = [name for name in names if is_text(name)]
    for name in names:
        if name[-5:] == ".yaml" and name[0] != ".":
            try:
                stat = os.stat(name, dir_fd=folder)
            except OSError:
                if not os.access(".", os.X_OK, dir_fd=folder):
                    raise
                found.entries.append((name, -1, -1, -1))
                continue
            found.entries.append((name, stat.st_size, stat.st_mtime_ns, stat.st_ino))
        elif name[0] != ".":
            path = f"{found.path}/{name}" if found.path else name
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            if stat_of.S_ISDIR(mode):
                inner.append(path)
            elif stat_of.S_ISLNK(mode) and _leads_out(records, records / path):
                found.faults.append((name, "outside", {}))
            else:
                found.strays.append(name)


def _leads_out(records: Path, path: Path) -> bool:
    """Whether a path is elsewhere than in the book when its links are followed."""
    book = os.path.realpath(records.parent)
    return os.path.commonpath((book, os.path.realpath(path))) != book


def is_text(name: str) -> bool:
    """Whether a name is UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_text(name: str) -> str:
    """A name as it can be shown and kept."""
    return name if is_text(name) else ascii(name)[1:-1]


class Look(NamedTuple):
    """What a source holds: when the look began, in ns, and the folders by path.

    No time is said of what cannot change, so that none of its files is too young to be trusted.
    `whole`: these are all the folders, there are no others.
    """

    started: int | None
    folders: dict[str, Folder]
    whole: bool = True

    def is_young(self, entry: Entry) -> bool:
        """Whether a file may change again without a trace in its stamps."""
        return self.started is not None and entry[2] > self.started - SETTLED_NS

    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each folder, by path."""
        return {path: folder.fingerprint for path, folder in self.folders.items()}

    def packed(self) -> bytes:
        """The look as bytes, for another process of the same program."""
        folders = [(path, one.fingerprint, one.packed()) for path, one in self.folders.items()]
        return json.dumps((self.started, folders)).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Self | None:
        """The look in `data`; None when it was broken off."""
        try:
            started, folders = json.loads(data)
        except ValueError:
            return None
        return cls(started, {path: Told(path, *told) for path, *told in folders})


def look(records: Path) -> Look:
    """Lists every folder once."""
    started = time.time_ns()
    return Look(started, {folder.path: folder for folder in folders(records)})


def glance(records: Path, paths: Iterable[str]) -> Look:
    """Lists only the folders in which these files lie, by path below `records`."""
    started = time.time_ns()
    places = {path.rpartition("/")[0] for path in paths}
    found = {place: folder for place in places if (folder := _listed(records, place, []))}
    return Look(started, found, whole=False)


def differs(connection: Connection, fingerprints: Mapping[str, str]) -> bool:
    """Whether any listing differs, or a file was too young to be trusted last time."""
    known = dict(connection.execute("SELECT path, print FROM folder"))
    if known != fingerprints:
        return True
    return connection.execute("SELECT 1 FROM file WHERE racy LIMIT 1").fetchone() is not None
