"""The index of one book: opened, refreshed from disk, asked.

Anything that goes wrong with the file itself (another version, other schemas, damage) ends in a
silent rebuild; a book in a read-only folder has its index in the user's cache instead.
"""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.errors import BadSql
from crmctl.index import asof, functions, layout
from crmctl.index.refresh import Refresh
from crmctl.index.rows import Reader
from crmctl.problems import Problem
from crmctl.schema.model import Kind, Registry
from crmctl.startup import PRIVATE, user_cache
from crmctl.storage.files import Lock
from crmctl.values import jsontext
from crmctl.values.money import Rates

BUSY_SECONDS = 60.0
BUILD_SECONDS = 900.0


class Index:
    """A book's records as tables; `refresh` first, then ask."""

    def __init__(
        self,
        root: Path,
        registry: Registry,
        rates: Rates,
        rates_mark: str,
        zone: ZoneInfo,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.root = root
        self.registry = registry
        self.reader = Reader(root / "records", zone, rates)
        self.zone = zone
        self._mark = layout.fingerprint(registry, str(zone), rates.base)
        self._rates_mark = rates_mark
        self._on_progress = on_progress
        self._connection: sqlite3.Connection | None = None
        self._day: date | None = None

    # opening

    @property
    def connection(self) -> sqlite3.Connection:
        """The open index, fresh as of the first use in this command."""
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        folder = self._folder()
        for last in (False, True):
            file = folder / f"index-{self._mark}.db"
            connection = None
            try:
                if not file.exists():
                    self._build(file)
                connection = self._connect(file)
                self._refresh(connection)
                return connection
            except sqlite3.DatabaseError as error:
                if connection is not None:
                    connection.close()
                if last or _is_busy(error):
                    raise
                remove(file)
            except OSError:
                if last:
                    raise
                folder = self._elsewhere()
        raise AssertionError("unreachable")

    def _folder(self) -> Path:
        cache = self.root / PRIVATE / "cache"
        try:
            cache.mkdir(parents=True, exist_ok=True)
        except OSError:
            return self._elsewhere()
        return cache if os.access(cache, os.W_OK) else self._elsewhere()

    def _elsewhere(self) -> Path:
        name = blake2b(str(self.root).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
        folder = user_cache() / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _build(self, file: Path) -> None:
        """A new index beside the old one, without a journal, put in its place when complete.

        Each version has a file of its own, so whoever reads an older one is not disturbed.
        """
        with Lock(file.parent / "build.lock", timeout=BUILD_SECONDS):
            if file.exists():  # built by whom we waited for
                return
            part = file.with_name(f".{file.name}.{os.getpid()}.tmp~")
            with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -64000"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.execute("BEGIN")
                for statement in layout.tables(self.registry):
                    connection.execute(statement)
                # Rows hold no cycles, and looking for some takes a tenth of the time.
                gc.disable()
                try:
                    Refresh(connection, self.registry, self.reader, self._on_progress).run()
                finally:
                    gc.enable()
                for statement in layout.indexes(self.registry):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('rates', ?)", (self._rates_mark,))
                connection.execute("COMMIT")
            part.replace(file)
            for other in file.parent.glob("*index-*.db*"):
                if not other.name.startswith(file.name):
                    other.unlink(missing_ok=True)

    def _connect(self, file: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -32000")
        connection.execute("PRAGMA temp_store = MEMORY")
        functions.register(connection, self.zone, self.reader.rates)
        return connection

    # freshness

    def refresh(self) -> None:
        """Looks at the disk again, after a write of this process."""
        if self._connection is not None:
            day = self._day
            self.as_of(None)
            self._refresh(self._connection)
            self.as_of(day)

    def _refresh(self, connection: sqlite3.Connection) -> None:
        sql = "SELECT value FROM meta WHERE key = 'rates'"
        refresh = Refresh(connection, self.registry, self.reader, self._on_progress)
        (rates,) = connection.execute(sql).fetchone() or (None,)
        if rates == self._rates_mark and not refresh.needed():
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            refresh.run()
            if rates != self._rates_mark:
                refresh.money()
                connection.execute("REPLACE INTO meta VALUES ('rates', ?)", (self._rates_mark,))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    # asking

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement of ours."""
        return self.connection.execute(sql, params).fetchall()

    def stream(self, sql: str, params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement of ours, one by one."""
        yield from self.connection.execute(sql, params)

    def make_table(self, name: str, select: str, params: Mapping[str, Any]) -> None:
        """A temporary table from a SELECT of ours, looked up by its column `customer`."""
        self.connection.execute(f"CREATE TEMP TABLE {layout.quoted(name)} AS {select}", params)
        self.connection.execute(f'CREATE UNIQUE INDEX temp."{name}_key" ON "{name}" (customer)')

    def fill_table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A temporary table from values; its first column is the key."""
        listed = ", ".join(layout.quoted(column) for column in columns)
        connection = self.connection
        connection.execute(
            f"CREATE TEMP TABLE {layout.quoted(name)} ({listed}, PRIMARY KEY ({columns[0]}))"
        )
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO temp.{layout.quoted(name)} VALUES ({marks})", rows)

    def as_of(self, day: date | None) -> None:
        """From now on every table shows the book as of the end of `day`; None: as it is."""
        if day == self._day:
            return
        connection = self.connection
        kinds = [*self.registry]
        connection.executescript(asof.drop_views(kinds))
        if day is not None:
            for name, function in asof.functions(kinds, day, self.zone).items():
                connection.create_function(name, 2, function, deterministic=True)
            connection.executescript(asof.views(kinds, day, self.zone))
        self._day = day

    def get(self, kind: Kind, id: str) -> dict[str, Any] | None:
        """A record by its exact id, with `_path` and `_line`."""
        found = self.rows(
            f"SELECT _data, _path, _line FROM {layout.quoted(kind.plural)} WHERE id = ? LIMIT 1",
            (id,),
        )
        return as_record(*found[0]) if found else None

    def kinds_of(self, id: str) -> list[Kind]:
        """The kinds in which a record has this id."""
        found = self.rows("SELECT DISTINCT kind FROM record WHERE id = ?", (id,))
        return [self.registry.kinds[name] for (name,) in found]

    def with_prefix(
        self, prefix: str, kind: Kind | None = None, limit: int = 30
    ) -> list[tuple[str, str]]:
        """(kind, id) of the records whose id starts so."""
        condition, params = "id >= ? AND id < ?", [prefix, prefix + "\U0010ffff"]
        if kind is not None:
            condition += " AND kind = ?"
            params.append(kind.name)
        sql = f"SELECT kind, id FROM record WHERE {condition} ORDER BY id, kind LIMIT {limit:d}"
        return [(name, id) for name, id in self.rows(sql, params)]

    def named(
        self, forms: Iterable[tuple[str, str]], kind: Kind | None = None
    ) -> list[tuple[str, str]]:
        """(kind, id) of the records that have one of these exact (key, form) pairs."""
        found: dict[tuple[str, str], None] = {}
        for key, form in forms:
            sql = "SELECT kind, id FROM key JOIN record USING (rid) WHERE key = ? AND form = ?"
            for name, id in self.rows(sql + " ORDER BY id", (key, form)):
                if kind is None or kind.name == name:
                    found[name, id] = None
        return list(found)

    def problems(self) -> list[Problem]:
        """Every problem met while reading the files."""
        sql = "SELECT path, line, col, code, params FROM problem ORDER BY path, line, col"
        return [
            Problem(path, line, column, code, jsontext.loads(params))
            for path, line, column, code, params in self.rows(sql)
        ]

    def broken(self) -> list[Problem]:
        """One problem for each file of which something could not be read at all."""
        codes = "syntax duplicate-key conflict-marker anchor alias tag too-deep too-large encoding"
        codes += " not-a-mapping tab control-character unreadable"
        listed = ", ".join(f"'{code}'" for code in codes.split())
        sql = (
            "SELECT path, min(line), col, code, params FROM problem"
            f" WHERE code IN ({listed}) GROUP BY path ORDER BY path"
        )
        return [
            Problem(path, line, column, code, jsontext.loads(params))
            for path, line, column, code, params in self.rows(sql)
        ]

    def count(self, kind: Kind) -> int:
        return int(self.rows(f"SELECT count(*) FROM {layout.quoted(kind.plural)}")[0][0])

    def tables(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The tables that a person may ask, each with its columns."""
        rows = []
        for kind in self.registry:
            names = [
                row[1] for row in self.rows(f"PRAGMA table_info({layout.quoted(kind.plural)})")
            ]
            rows.append((kind.plural, ", ".join(name for name in names if name != "rid")))
        return ["table", "columns"], rows

    def ask(self, sql: str, steps: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names and rows of a SELECT that a person wrote.

        It runs on a connection of its own that is authorized to read and nothing else: no ATTACH,
        no PRAGMA, no writes, no extensions. After `steps` thousand steps it is stopped. BadSql.
        """
        with self._guarded(steps) as connection:
            try:
                cursor = connection.execute(sql)
                names = [column[0] for column in cursor.description or ()]
                return names, cursor.fetchall()
            except (sqlite3.Error, sqlite3.Warning) as error:
                raise BadSql(str(error)) from None

    @contextmanager
    def _guarded(self, steps: int) -> Iterator[sqlite3.Connection]:
        file = next(row[2] for row in self.rows("PRAGMA database_list") if row[1] == "main")
        with closing(sqlite3.connect(f"file:{_uri(file)}?mode=ro", uri=True)) as connection:
            functions.register(connection, self.zone, self.reader.rates)
            if self._day is not None:
                kinds = [*self.registry]
                for name, function in asof.functions(kinds, self._day, self.zone).items():
                    connection.create_function(name, 2, function, deterministic=True)
                connection.executescript(asof.views(kinds, self._day, self.zone))
            connection.set_authorizer(_authorize)
            left = [steps]

            def step() -> int:
                left[0] -= 1
                return int(left[0] < 0)

            connection.set_progress_handler(step, 1000)
            yield connection


def as_record(data: str, path: str, line: int) -> dict[str, Any]:
    """A row of a kind's table as the record that scripts get."""
    record: dict[str, Any] = jsontext.loads(data)
    record["_path"] = path
    record["_line"] = line
    return record


def remove(file: Path) -> None:
    """Deletes an index with its side files."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file)


_READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    33,
}  # 33: RECURSIVE
_FORBIDDEN_FUNCTIONS = frozenset(("load_extension", "fts3_tokenizer", "readfile", "writefile"))


def _authorize(action: int, first: str | None, second: str | None, *_rest: object) -> int:
    if action == sqlite3.SQLITE_FUNCTION and second in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
