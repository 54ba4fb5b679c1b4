"""The file that an index is: made, opened, removed, and what its errors mean."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crmctl.index import functions, layout
from crmctl.index.scan import look
from crmctl.schema.model import Registry
from crmctl.startup import PRIVATE, user_cache
from crmctl.values.money import Rates

if TYPE_CHECKING:
    from crmctl.index.refresh import Refresh

BUSY_SECONDS = 60.0
HASH = 16 << 20  # bytes of trigrams that a first index collects


def place(root: Path) -> Path:
    """The folder for the index of a book."""
    cache = root / PRIVATE / "cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return elsewhere(root)
    return cache if os.access(cache, os.W_OK) else elsewhere(root)


def elsewhere(root: Path) -> Path:
    """The folder for the index of a book that nobody may write to."""
    name = blake2b(str(root).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    folder = Path(user_cache(), name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
            refresh.run(look(refresh.reader.records))
        finally:
            gc.enable()
        for statement in layout.indexes(registry):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('rates', ?)", (rates_mark,))
        connection.execute("COMMIT")
        # Whoever changes the mode later would need the file for itself alone.
        connection.execute("PRAGMA journal_mode = WAL")


def connect(file: Path, zone: ZoneInfo, rates: Rates) -> sqlite3.Connection:
    """Opens an index for reading and refreshing, with our functions."""
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA temp_store = MEMORY")
    functions.register(connection, zone, rates)
    return connection


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
