"""The file that an index is: made, opened, removed, and what its errors mean."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crmctl.index import functions, layout
from crmctl.schema.model import Registry
from crmctl.startup import PRIVATE, user_cache
from crmctl.values.money import Rates

if TYPE_CHECKING:
    from crmctl.index.refresh import Refresh

BUSY_SECONDS = 60.0
HASH = 16 << 20  # bytes of trigrams that a first index collects


def folder(root: Path) -> Path:
    """Where derived things of a book are kept: in the book, where that can be written."""
    cache = root / PRIVATE / "cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return other_folder(root)
    return cache if os.access(cache, os.W_OK) else other_folder(root)


def other_folder(root: Path) -> Path:
    """Where they are kept otherwise."""
    name = blake2b(os.fsencode(root), digest_size=8).hexdigest()
    found = Path(user_cache(), name)
    found.mkdir(parents=True, exist_ok=True)
    return found


def fill(
    file: Path,
    registry: Registry,
    rates_mark: str,
    refresher: Callable[[sqlite3.Connection], Refresh],
) -> None:
    """Makes a new index at `file` and reads every record into it; without a journal, so quickly."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -64000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        for statement in layout.tables(registry):
            connection.execute(statement)
        # With more trigrams in memory before each write there is less to merge.
        connection.execute("INSERT INTO trigram (trigram, rank) VALUES ('hashsize', ?)", (HASH,))
        # Rows hold no cycles, and looking for some takes a tenth of the time.
        gc.disable()
        try:
            refresh = refresher(connection)
            refresh.run(refresh.reader.source.look())
        finally:
            gc.enable()
        for statement in layout.indexes(registry):
            connection.execute(statement)
        set_rates(connection, rates_mark)
        connection.execute("COMMIT")
        # Whoever changes the mode later would need the file for itself alone.
        connection.execute("PRAGMA journal_mode = WAL")


def has_rates(connection: sqlite3.Connection, mark: str) -> bool:
    """Whether the amounts are converted by these rates."""
    sql = "SELECT 1 FROM meta WHERE key = 'rates' AND value = ?"
    return connection.execute(sql, (mark,)).fetchone() is not None


def set_rates(connection: sqlite3.Connection, mark: str) -> None:
    """Says by which rates they are converted."""
    connection.execute("REPLACE INTO meta VALUES ('rates', ?)", (mark,))


def connect(file: Path, zone: ZoneInfo, rates: Rates) -> sqlite3.Connection:
    """Opens an index for reading and refreshing, with our functions."""
    connection = sqlite3.connect(file, isolation_level=None)
    wait_at_most(connection, BUSY_SECONDS)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")
    functions.register(connection, zone, rates)
    return connection


def wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    """How long a statement waits for others who write."""
    connection.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")


def files(file: Path) -> set[tuple[Any, ...]]:
    """Folder, name and stamps of the files that an index knows; none when it cannot be read."""
    try:
        with closing(open_for_reading(file)) as connection:
            return {*connection.execute("SELECT folder, name, size, mtime, inode FROM file")}
    except sqlite3.DatabaseError:
        return set()


def copy(file: Path, target: Path) -> None:
    """A copy of an index as it stands just now, whoever else may be writing to it."""
    with closing(open_for_reading(file)) as source, closing(sqlite3.connect(target)) as copied:
        source.backup(copied)


def open_for_reading(file: Path) -> sqlite3.Connection:
    """A connection that cannot write; functions and views may still be added to it."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)


def remove(file: Path) -> None:
    """Deletes an index with its side files."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether somebody else kept the index for himself too long."""
    return "locked" in str(error) or "busy" in str(error)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is no sound index, so that only a new one helps."""
    # The low byte is the code, the rest tells its variants.
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
