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
from hashlib import blake2b
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple, Self

Entry = tuple[str, int, int, int]  # name, size, mtime in ns, inode
SETTLED_NS = 2_000_000_000
_END = "//"  # stands before, between and behind the files of a listing: no name has a slash


class Folder:
    """One folder under records/: its path relative to there, its record files, other files.

    The record files are kept as one text, for two texts are compared in a moment. `faults` are
    codes of problems with what it holds, or with itself under an empty name.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.listing = _END
        self.strays: list[str] = []
        self.faults: list[tuple[str, str, dict[str, str]]] = []

    def fill(self, entries: Iterable[Entry]) -> None:
        """Gives it its record files."""
        texts = [f"{name}/{size}/{mtime}/{inode}" for name, size, mtime, inode in entries]
        self.listing = _END.join(["", *texts, ""]) if texts else _END

    def refused(self, error: OSError) -> None:
        """Nothing of a folder is shown that only gives a part of what it holds."""
        self.listing, self.strays = _END, []
        self.faults = [("", "unreadable", {"reason": error.strerror or str(error)})]

    @property
    def entries(self) -> list[Entry]:
        """Its record files, as the system lists them."""
        return [_entry(text) for text in self.listing.split(_END) if text]

    def entry(self, name: str) -> Entry | None:
        """One of its record files."""
        start, end = self._place(name)
        return _entry(self.listing[start:end]) if end else None

    def put(self, name: str, entry: Entry | None) -> None:
        """A record file as it is now; None for one that is gone."""
        start, end = self._place(name)
        if end:
            self.listing = self.listing[:start] + self.listing[end + len(_END) :]
        else:
            start = len(self.listing)
        if entry is not None:
            text = "/".join(map(str, entry)) + _END
            self.listing = self.listing[:start] + text + self.listing[start:]

    def _place(self, name: str) -> tuple[int, int]:
        """Where a file stands in the listing; an end of 0 when it does not."""
        found = self.listing.find(f"{_END}{name}/")
        if found < 0:
            return 0, 0
        start = found + len(_END)
        return start, self.listing.index(_END, start)

    @property
    def fingerprint(self) -> str:
        """Depends on the order too, which stays as long as a folder is not touched."""
        text = f"{self.listing}{json.dumps((self.strays, self.faults))}"
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _entry(text: str) -> Entry:
    name, size, mtime, inode = text.split("/")
    return name, int(size), int(mtime), int(inode)


def folders(records: Path, start: str = "") -> Iterator[Folder]:
    """Every folder below `records`, each with its record files as the system lists them.

    With `start`, this one and those below it.
    Links to folders are not followed: a loop would never end, a book has no use for them.
    """
    if _leads_out(records, records):
        outside = Folder("")
        outside.faults.append(("", "outside", {}))
        yield outside
        return
    pending = [start]
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
    entries: list[Entry] = []
    for name in names:
        if name[-5:] == ".yaml" and name[0] != ".":
            try:
                stat = os.stat(name, dir_fd=folder)
            except OSError:
                if not os.access(".", os.X_OK, dir_fd=folder):
                    raise
                entries.append((name, -1, -1, -1))
                continue
            entries.append((name, stat.st_size, stat.st_mtime_ns, stat.st_ino))
        elif name[0] != ".":
            path = f"{found.path}/{name}" if found.path else name
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            if stat_of.S_ISDIR(mode):
                inner.append(path)
            elif stat_of.S_ISLNK(mode) and _leads_out(records, records / path):
                found.faults.append((name, "outside", {}))
            else:
                found.strays.append(name)
    found.fill(entries)


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
    """

    started: int | None
    folders: dict[str, Folder]

    def is_young(self, entry: Entry) -> bool:
        """Whether a file may change again without a trace in its stamps."""
        return self.started is not None and entry[2] > self.started - SETTLED_NS

    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each folder, by path."""
        return {path: folder.fingerprint for path, folder in self.folders.items()}

    def packed(self) -> bytes:
        """The look as bytes, for another process of the same program."""
        folders = [(one.path, one.listing, one.strays, one.faults) for one in self.folders.values()]
        return json.dumps((self.started, folders)).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Self | None:
        """The look in `data`; None when it was broken off."""
        try:
            started, told = json.loads(data)
        except ValueError:
            return None
        folders: dict[str, Folder] = {}
        for path, listing, strays, faults in told:
            folder = folders[path] = Folder(path)
            folder.listing, folder.strays = listing, strays
            folder.faults = [tuple(fault) for fault in faults]
        return cls(started, folders)


def look(records: Path) -> Look:
    """Lists every folder once."""
    started = time.time_ns()
    return Look(started, {folder.path: folder for folder in folders(records)})


def are_settled(
    connection: Connection, records: Path, record: tuple[str, str], below: Iterable[str]
) -> bool:
    """Whether the file of a record, by kind and id, and all files below some folders are as they
    were when they were read, and were no young ones then."""
    return _is_settled(connection, records, *record) and all(
        _is_settled_below(connection, records, folder) for folder in below
    )


def _is_settled(connection: Connection, records: Path, kind: str, id: str) -> bool:
    files = connection.execute(
        "SELECT folder, name, size, mtime, inode FROM record JOIN file USING (fid)"
        " WHERE id = ? AND record.kind = ? AND NOT racy",
        (id, kind),
    ).fetchall()
    if len(files) != 1:
        return False
    folder, name, *known = files[0]
    try:
        stat = os.stat(records / folder / name)
    except OSError:
        return False
    return bool(known == [stat.st_size, stat.st_mtime_ns, stat.st_ino])


def _is_settled_below(connection: Connection, records: Path, folder: str) -> bool:
    span = (f"{folder}/", f"{folder}0")  # the character behind the slash
    sql = "SELECT path, print FROM folder WHERE path = ? OR path BETWEEN ? AND ?"
    known = dict(connection.execute(sql, (folder, *span)))
    sql = "SELECT 1 FROM file WHERE racy AND (folder = ? OR folder BETWEEN ? AND ?) LIMIT 1"
    young = connection.execute(sql, (folder, *span)).fetchone()
    found = {one.path: one.fingerprint for one in folders(records, folder)}
    return young is None and known == found


def differs(connection: Connection, fingerprints: Mapping[str, str]) -> bool:
    """Whether any listing differs, or a file was too young to be trusted last time."""
    known = dict(connection.execute("SELECT path, print FROM folder"))
    if known != fingerprints:
        return True
    return connection.execute("SELECT 1 FROM file WHERE racy LIMIT 1").fetchone() is not None
