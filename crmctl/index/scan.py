"""What changed on disk since the last look, by size, time stamp and inode.

A folder whose listing has the same fingerprint is passed over without loading its rows. Stamps
alone miss an edit made within one tick of the file system's clock, so files that were young when
they were read are marked and their content is compared until they have settled.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

Entry = tuple[str, int, int, int]  # name, size, mtime in ns, inode
SETTLED_NS = 2_000_000_000


@dataclass(slots=True)
class Folder:
    """One folder under records/: its path relative to there and its record files."""

    path: str
    entries: list[Entry] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        listing = "\n".join(f"{n}/{size}/{time}/{node}" for n, size, time, node in self.entries)
        listing += "\0" + "\n".join(self.strays)
        return blake2b(listing.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def folders(records: Path) -> Iterator[Folder]:
    """Every folder below `records`, each with its record files sorted by name.

    Links to folders are not followed: a loop would never end, a book has no use for them.
    """
    pending = [""]
    while pending:
        relative = pending.pop()
        found = Folder(relative)
        try:
            with os.scandir(records / relative) as listing:
                for entry in listing:
                    name = entry.name
                    if name[0] == ".":
                        continue
                    if name.endswith(".yaml"):
                        _stat(entry, found)
                    elif entry.is_dir(follow_symlinks=False):
                        pending.append(f"{relative}/{name}" if relative else name)
                    else:
                        found.strays.append(name)
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            continue
        found.entries.sort()
        found.strays.sort()
        yield found


def _stat(entry: os.DirEntry[str], found: Folder) -> None:
    try:
        stat = entry.stat()
    except OSError:
        found.entries.append((entry.name, -1, -1, -1))
        return
    found.entries.append((entry.name, stat.st_size, stat.st_mtime_ns, stat.st_ino))
