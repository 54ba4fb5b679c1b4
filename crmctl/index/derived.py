"""Tables that are derived from the records and kept until one of them changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, TypeAlias

from crmctl.index.layout import quoted


class Select(NamedTuple):
    """A table as a SELECT of ours with its parameters; one of its columns is `id`."""

    sql: str
    parameters: Mapping[str, Any]


class Rows(NamedTuple):
    """A table as its columns, one of them `id`, and its rows."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


Derived: TypeAlias = Select | Rows
Params: TypeAlias = Sequence[Any] | Mapping[str, Any]
FROM = " from "


def forget(connection: sqlite3.Connection, name: str) -> None:
    """Drops the table that was made for this command alone, if there is one."""
    connection.execute(f"DROP TABLE IF EXISTS temp.{quoted(name)}")


def marked(mark: str, tables: Iterable[str]) -> str:
    """What the index notes of a table that it keeps: `mark`, and the tables it comes from."""
    return f"{mark}{FROM}{' '.join(sorted(tables))}"


def outdate(connection: sqlite3.Connection, tables: Set[str]) -> None:
    """Forgets what is derived from these tables."""
    for key, note in connection.execute(
        "SELECT key, value FROM main.meta WHERE key LIKE 'made %'"
    ).fetchall():
        if not tables.isdisjoint(note.rpartition(FROM)[2].split()):
            connection.execute("DELETE FROM main.meta WHERE key = ?", (key,))


def is_kept(connection: sqlite3.Connection, name: str, note: str) -> bool:
    """Whether the index holds the table as it would be made now."""
    kept = "SELECT 1 FROM main.meta WHERE key = ? AND value = ?"
    return connection.execute(kept, (_key(name), note)).fetchone() is not None


def keep(connection: sqlite3.Connection, name: str, note: str, make: Callable[[], Derived]) -> None:
    """Makes the table in the index; a temporary one where that cannot be written just now."""
    version = "SELECT data_version FROM pragma_data_version"
    seen = connection.execute(version).fetchone()
    derived = make()
    try:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute(version).fetchone() != seen:
            raise sqlite3.OperationalError("somebody has read newer records")
        connection.execute(f"DROP TABLE IF EXISTS main.{quoted(name)}")
        _make(connection, "main", name, derived)
        connection.execute("REPLACE INTO main.meta VALUES (?, ?)", (_key(name), note))
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        make_temporary(connection, name, derived)


def make_temporary(connection: sqlite3.Connection, name: str, derived: Derived) -> None:
    """Makes the table for this command alone."""
    _make(connection, "temp", name, derived)


def _make(connection: sqlite3.Connection, place: str, name: str, derived: Derived) -> None:
    table = f"{place}.{quoted(name)}"
    if isinstance(derived, Select):
        connection.execute(f"CREATE TABLE {table} AS {derived.sql}", derived.parameters)
    else:
        connection.execute(f"CREATE TABLE {table} ({', '.join(map(quoted, derived.columns))})")
        marks = ", ".join("?" * len(derived.columns))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", derived.rows)
    # Not unique: what `check` calls a duplicate id is two records all the same.
    connection.execute(f"CREATE INDEX {place}.{quoted(f'{name}_key')} ON {quoted(name)} (id)")


def _key(name: str) -> str:
    return f"made {name}"
