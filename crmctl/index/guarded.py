"""Statements that a person wrote, on a connection that can read the index and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from math import isfinite
from typing import Any

from crmctl.errors import BadSql

Rows = Iterator[tuple[Any, ...]]
Answer = tuple[list[str], Rows]

LONGEST_VALUE = 1 << 24  # bytes
RECURSIVE = 33  # SQLITE_RECURSIVE, which the module does not name
READING = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, RECURSIVE)
FORBIDDEN_FUNCTIONS = frozenset(("load_extension", "fts3_tokenizer", "readfile", "writefile"))


def ask(connection: sqlite3.Connection, sql: str, steps: int) -> Answer:
    """Column names and, one by one, the rows, fractions as Decimal; closes the connection.

    From now on the connection refuses ATTACH, PRAGMA, writes and extensions, and stops after
    `steps` thousand steps. Raises the errors of sqlite3; while the rows are read, BadSql.
    """
    left = steps

    def step() -> int:
        nonlocal left
        left -= 1
        return int(left < 0)

    # Their constructors need more than the authorizer will allow.
    connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(step, 1000)
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return names, _rows(connection, cursor)


def _rows(connection: sqlite3.Connection, cursor: sqlite3.Cursor) -> Rows:
    with closing(connection):
        try:
            for row in cursor:
                yield tuple(map(_plain, row))
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise BadSql(str(error)) from None


def _authorize(action: int, first: str | None, second: str | None, *_rest: object) -> int:
    if action == sqlite3.SQLITE_FUNCTION and second in FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY


def _plain(value: Any) -> Any:
    """What every output format can write."""
    if isinstance(value, float):
        return Decimal(repr(value)) if isfinite(value) else str(value)
    return value.hex() if isinstance(value, bytes) else value
