"""Whether the index is sound, and says what the files say."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from crmctl.index import database
from crmctl.index.store import Index
from crmctl.storage.errors import OutsideWorkspace
from crmctl.storage.files import load_inside


def is_damaged(index: Index) -> bool:
    """Whether SQLite finds anything wrong in the file; there may be none.

    Anything else that asks the index makes a new one without a word.
    """
    if not index.file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{index.file.as_uri()}?mode=ro", uri=True)) as connection:
            ((first,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        return database.is_damage(error)
    return bool(first != "ok")


def outdated(index: Index) -> int:
    """How many files are not what the index has of them, though their stamps say so."""
    count = 0
    for folder, name, digest in index.rows("SELECT folder, name, digest FROM file"):
        try:
            now = load_inside(index.root, f"records/{folder}/{name}").digest
        except (OSError, OutsideWorkspace):
            continue
        count += now != digest
    return count
