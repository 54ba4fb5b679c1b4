"""Tables that are derived from the records and kept until one of them changes.

What a table says of a customer may rest on that customer's records alone. Such a table is not made
anew after a change of a few customers: the index notes whose records changed, and what the table
says of them is replaced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from crmctl.index.layout import party_of, quoted
from crmctl.schema.model import Kind

FEW = 100  # customers; replacing what is said of more would take as long as making the table


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
FROM, SINGLY = " from ", " singly "


class Changes:
    """Which records changed since tables were derived, by table: whose they are, and their ids.

    Of more than a few customers it only knows that they are many; None stands for no customer.
    """

    def __init__(self) -> None:
        self.parties: dict[str, set[str | None]] = {}
        self.ids: dict[str, set[str]] = {}

    def touch(self, kind: Kind) -> bool:
        """Notes that records of a kind changed; whether it is worth while to say which."""
        return len(self.parties.setdefault(kind.plural, set())) <= FEW

    def add(self, kind: Kind, id: str, party: str | None) -> None:
        """A record as it was before, or as it is now."""
        if self.touch(kind):
            self.parties[kind.plural].add(party)
            self.ids.setdefault(kind.plural, set()).add(id)

    def add_any(self, kind: Kind) -> None:
        """Any record of a kind may be another."""
        self.parties.setdefault(kind.plural, set()).add(None)

    def of(self, tables: Iterable[str]) -> set[str | None] | None:
        """Whose records of these tables changed; None if none did."""
        found = [self.parties[table] for table in tables if table in self.parties]
        return set[str | None]().union(*found) if found else None


def forget(connection: sqlite3.Connection, name: str) -> None:
    """Drops the table that was made for this command alone, if there is one."""
    connection.execute(f"DROP TABLE IF EXISTS temp.{quoted(name)}")


def marked(mark: str, tables: Iterable[str], singly: Kind | None) -> str:
    """What the index notes of a table that it keeps: `mark`, and the tables it comes from.

    `singly`: its rows are of records of this kind, and each rests on those of one customer alone.
    """
    by = f"{SINGLY}{singly.plural}" if singly is not None else ""
    return f"{mark}{by}{FROM}{' '.join(sorted(tables))}"


def outdate(connection: sqlite3.Connection, changes: Changes) -> None:
    """Forgets what is derived from records that changed."""
    noted = "SELECT substr(key, 6), value FROM main.meta WHERE key LIKE 'made %'"
    for name, note in connection.execute(noted).fetchall():
        mark, _from, tables = note.rpartition(FROM)
        parties = changes.of(tables.split())
        if parties is None:
            continue
        _mark, _singly, table = mark.rpartition(SINGLY) if SINGLY in mark else ("", "", None)
        if table is None or None in parties or len(parties) > FEW:
            _unkeep(connection, name)
            continue
        late = [(name, one) for one in parties]
        connection.executemany("INSERT OR IGNORE INTO main.outdated VALUES (?, ?)", late)
        gone = [(id,) for id in changes.ids.get(table, ())]
        connection.executemany(f"DELETE FROM main.{quoted(name)} WHERE id = ?", gone)


def outdated(connection: sqlite3.Connection, name: str) -> list[str]:
    """The customers of whom a kept table says what was before."""
    found = connection.execute("SELECT party FROM main.outdated WHERE name = ?", (name,))
    return [party for (party,) in found]


def _unkeep(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM main.meta WHERE key = ?", (_key(name),))
    connection.execute("DELETE FROM main.outdated WHERE name = ?", (name,))


def is_kept(connection: sqlite3.Connection, name: str, note: str) -> bool:
    """Whether the index holds the table as it would be made now."""
    kept = "SELECT 1 FROM main.meta WHERE key = ? AND value = ?"
    return connection.execute(kept, (_key(name), note)).fetchone() is not None


def keep(connection: sqlite3.Connection, name: str, note: str, make: Callable[[], Derived]) -> None:
    """Makes the table in the index; a temporary one where that cannot be written just now."""

    def write(derived: Derived) -> None:
        connection.execute(f"DROP TABLE IF EXISTS main.{quoted(name)}")
        _make(connection, "main", name, derived)
        _unkeep(connection, name)
        connection.execute("INSERT INTO main.meta VALUES (?, ?)", (_key(name), note))

    left = _unwritten(connection, make, write)
    if left is not None:
        make_temporary(connection, name, left)


def replace(
    connection: sqlite3.Connection,
    name: str,
    kind: Kind,
    parties: Sequence[str],
    make: Callable[[], Derived],
) -> bool:
    """Makes the rows of records of some customers anew, in a kept table whose rows are of a kind.

    False where the index cannot be written just now.
    """
    new, place = quoted(f"new {name}"), f"main.{quoted(name)}"
    marks = ", ".join("?" * len(parties))
    column = quoted(party_of(kind) or "id")
    theirs = f"id IN (SELECT id FROM main.{quoted(kind.plural)} WHERE {column} IN ({marks}))"

    def write(derived: Derived) -> None:
        make_temporary(connection, f"new {name}", derived)
        connection.execute(f"DELETE FROM {place} WHERE {theirs}", parties)
        connection.execute(f"INSERT INTO {place} SELECT * FROM temp.{new} WHERE {theirs}", parties)
        connection.execute(f"DROP TABLE temp.{new}")
        done = f"DELETE FROM main.outdated WHERE name = ? AND party IN ({marks})"
        connection.execute(done, (name, *parties))

    return _unwritten(connection, make, write) is None


def _unwritten(
    connection: sqlite3.Connection, make: Callable[[], Derived], write: Callable[[Derived], None]
) -> Derived | None:
    """What was made, if it cannot be written, or if somebody has read newer records meanwhile."""
    version = "SELECT data_version FROM pragma_data_version"
    seen = connection.execute(version).fetchone()
    derived = make()
    try:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute(version).fetchone() != seen:
            raise sqlite3.OperationalError("somebody has read newer records")
        write(derived)
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return derived
    return None


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
