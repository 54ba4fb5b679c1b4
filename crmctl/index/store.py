"""The index of one book: opened, refreshed from disk, asked.

Anything that goes wrong with the file itself (another version, other schemas, damage) ends in a
silent rebuild; a book in a read-only folder has its index in the user's cache instead.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from crmctl import startup
from crmctl.errors import BadSql, IndexUnusable
from crmctl.index import asof, database, derived, functions, layout
from crmctl.index.derived import Derived, Params
from crmctl.index.lookups import Lookups
from crmctl.index.scan import Look, are_settled, differs
from crmctl.index.source import Disk, Source
from crmctl.schema.model import Kind, Registry
from crmctl.storage.errors import Locked
from crmctl.values.money import Rates

if TYPE_CHECKING:
    from crmctl.index.refresh import Refresh

T = TypeVar("T")
BUILD_SECONDS, BRIEFLY = 900.0, 1.0
FILLS = 5  # a new index starts over so often when files change below it


class Index(Lookups):
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
        self.rates = rates
        self.zone = zone
        self.name = f"index-{layout.fingerprint(registry, str(zone), rates.base)}.db"
        self._rates_mark = rates_mark
        self._on_progress = on_progress
        self._connection: sqlite3.Connection | None = None
        self._file: Path | None = None
        self._source: Source = Disk(root)
        self._seen: Look | None = None
        self._derived: dict[str, Callable[[], None]] = {}
        self._made: dict[str, str] = {}
        self._view = asof.AS_IT_IS
        self._stale = False

    # opening

    @property
    def connection(self) -> sqlite3.Connection:
        """The open index, fresh as of the first use in this command."""
        if self._connection is None:
            self._connection = self._opened()
        elif self._stale:
            self._stale = False
            day = self.day
            self.as_of(None)
            self._refresh(self._connection)
            self.as_of(day)
        return self._connection

    def trust(self, kind: Kind, id: str, *few: Kind) -> bool:
        """Opens the index as it stands, for a command that asks for one record and a `few` kinds.

        That will do when their files are as they were read: what else changed on disk makes no
        difference then, and need not be looked for. Otherwise the next question looks at all.
        """
        file = database.folder(self.root) / self.name
        if self._connection is not None or startup.moving(str(self.root))[0] or not file.exists():
            return False
        with suppress(sqlite3.DatabaseError):
            connection = database.connect(file, self.zone, self.rates)
            if database.has_rates(connection, self._rates_mark) and are_settled(
                connection, self.root / "records", (kind.name, id), [one.folder for one in few]
            ):
                self._connection, self._file = connection, file
                return True
            connection.close()
        return False

    def _opened(self) -> sqlite3.Connection:
        folder = database.folder(self.root)
        for last in (False, True):
            file = folder / self.name
            connection = None
            try:
                if not file.exists():
                    self._build(file)
                connection = database.connect(file, self.zone, self.rates)
                self._refresh(connection)
                self._file = file
                return connection
            except sqlite3.DatabaseError as error:
                if connection is not None:
                    connection.close()
                if database.is_busy(error):
                    raise Locked(str(file)) from None
                if last:
                    raise IndexUnusable(str(error)) from None
                self._remove(file)
            except OSError:
                if last:
                    raise
                folder = database.other_folder(self.root)
        raise AssertionError("unreachable")

    def _build(self, file: Path) -> None:
        """A new index beside the old one, without a journal, put in its place when complete.

        Each version has a file of its own, so whoever reads an older one is not disturbed.
        """
        from crmctl.storage.files import Lock

        with Lock(file.parent / "build.lock", timeout=BUILD_SECONDS):
            if file.exists():  # built by whom we waited for
                return
            part = file.with_name(f".{file.name}.{os.getpid()}.tmp~")
            try:
                self._fill(part)
                part.replace(file)
            finally:
                database.remove(part)
            for other in file.parent.glob("*index-*.db*"):
                if not other.name.startswith(file.name):
                    other.unlink(missing_ok=True)

    def _fill(self, part: Path) -> None:
        """Reads every record into a new file, and again when some have changed below it."""
        for _attempt in range(FILLS):
            moving = startup.moving(str(self.root))
            database.remove(part)
            database.fill(part, self.registry, self._rates_mark, self._refresher)
            if startup.moving(str(self.root)) == moving:
                return

    @property
    def file(self) -> Path:
        """Where it is, or will be."""
        return self._file or database.folder(self.root) / self.name

    def close(self) -> None:
        """Leaves the index as one file, without what SQLite keeps beside it meanwhile."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    # freshness

    def refresh(self) -> None:
        """Looks at the disk again when next asked, after a write of this process."""
        self._stale = self._connection is not None
        self._made.clear()

    def take_in(self, paths: Iterable[str]) -> None:
        """Reads files below records/ that were written just now; call while nobody else writes.

        What somebody wrote is then there for his next command, however busy others are: a look
        that files move under comes to nothing.
        """
        self.refresh()
        if self._connection is None or self.day is not None:
            return
        moving = startup.moving(str(self.root))
        # Others wait for the lock of the book meanwhile.
        database.wait_at_most(self._connection, BRIEFLY)
        # What is written stands, whatever becomes of its index.
        with suppress(OSError, sqlite3.DatabaseError):
            seen, records = self._seen or Look(None, {}), self.root / "records"
            self._update(self._connection, lambda one: one.take_in(records, paths, seen), moving)
        database.wait_at_most(self._connection, database.BUSY_SECONDS)

    def _refresh(self, connection: sqlite3.Connection) -> None:
        # Files halfway through a change set are not looked at: the index answers as it stands.
        moving = startup.moving(str(self.root))
        if moving[0]:
            return
        seen = self._seen = self._source.look()
        current = database.has_rates(connection, self._rates_mark)
        if current and not differs(connection, seen.fingerprints()):
            return
        self._update(connection, lambda refresh: refresh.run(seen), moving)

    def _update(
        self,
        connection: sqlite3.Connection,
        work: Callable[[Refresh], None],
        moving: tuple[bool, int] | None = None,
    ) -> None:
        """Brings an index up to date; nothing of it counts when `moving` is no longer true then."""
        refresh = self._refresher(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            work(refresh)
            if moving is not None and startup.moving(str(self.root)) != moving:
                connection.execute("ROLLBACK")
                return
            if not database.has_rates(connection, self._rates_mark):
                refresh.money()
                database.set_rates(connection, self._rates_mark)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _refresher(self, connection: sqlite3.Connection) -> Refresh:
        # Loaded here: a command that finds nothing changed needs no reader of files.
        from crmctl.index.refresh import Refresh
        from crmctl.index.rows import Reader

        reader = Reader(self._source, self.zone, self.rates)
        return Refresh(connection, self.registry, reader, self._on_progress)

    # damage that shows only when a page is read

    def _asked(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The result of some work on the open index; a damaged one is built anew first."""
        try:
            return work(self.connection)
        except sqlite3.DatabaseError as error:
            if not database.is_damage(error):
                raise
        self.rebuild()
        return work(self.connection)

    def rebuild(self) -> None:
        """Removes it, and makes a new one for what is asked next."""
        day, made = self.day, self._derived
        self.close()
        self._view, self._derived, self._made = asof.AS_IT_IS, {}, {}
        self._remove(self.file)
        self.as_of(day)
        for again in made.values():
            again()

    def _remove(self, file: Path) -> None:
        from crmctl.storage.files import Lock

        with Lock(file.parent / "build.lock", timeout=BUILD_SECONDS):
            database.remove(file)

    # asking

    def rows(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement of ours."""
        return self._asked(lambda connection: connection.execute(sql, params).fetchall())

    def stream(self, sql: str, params: Params = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement of ours, one by one."""

        def begin(connection: sqlite3.Connection) -> tuple[Any, sqlite3.Cursor]:
            cursor = connection.execute(sql, params)
            return cursor.fetchone(), cursor

        first, cursor = self._asked(begin)
        if first is None:
            return
        yield first
        try:
            yield from cursor
        except sqlite3.DatabaseError as error:  # too late to begin again
            self._remove(self.file)
            raise IndexUnusable(str(error)) from None

    # derived tables

    def has(self, name: str, mark: str) -> bool:
        """Whether this command has the derived table."""
        return self._made.get(name) == mark

    def derive(
        self,
        name: str,
        mark: str,
        make: Callable[[], Derived],
        *,
        day: date,
        kept: bool,
        tables: Collection[str] | None = None,
        singly: Kind | None = None,
    ) -> None:
        """A table derived from the records as of the end of `day`, by the ids in its column `id`.

        It is for this command alone, or `kept` until `mark` or a record of one of the `tables`
        (any without them) changes. `singly`: its rows are of records of this kind, and each rests
        on those of one customer alone.
        """
        kinds = [kind for kind in self.registry if tables is None or kind.plural in tables]
        note = derived.marked(mark, [kind.plural for kind in kinds], singly)

        def work(connection: sqlite3.Connection) -> None:
            derived.forget(connection, name)
            if kept and derived.is_kept(connection, name, note):
                late = derived.outdated(connection, name)
                if not late or replaced(connection, late):
                    return
            with self._shown(asof.View(day, kinds)):
                if kept:
                    derived.keep(connection, name, note, make)
                else:
                    derived.make_temporary(connection, name, make())

        def replaced(connection: sqlite3.Connection, late: list[str]) -> bool:
            if singly is None or len(late) > derived.FEW:
                return False
            with self._shown(asof.View(day, kinds, late)):
                return derived.replace(connection, name, singly, late, make)

        self._asked(work)
        self._derived[name] = partial(
            self.derive, name, mark, make, day=day, kept=kept, tables=tables, singly=singly
        )
        self._made[name] = mark

    @property
    def day(self) -> date | None:
        """The day at whose end the tables show the book; None: as it is."""
        return self._view.day

    def as_of(self, day: date | None) -> None:
        """From now on every table shows the book as of the end of `day`; None: as it is."""
        if day != self.day:
            self._show(asof.View(day, [*self.registry]))

    @contextmanager
    def _shown(self, wanted: asof.View) -> Iterator[None]:
        """What tables show for a while; others may show the same."""
        before = self._view
        if not before.covers(wanted):
            self._show(wanted)
        try:
            yield
        finally:
            if self._view is not before:
                self._show(before)

    def _show(self, view: asof.View) -> None:
        connection = self.connection
        connection.executescript(asof.drop_views(self._view.kinds))
        self._view = asof.AS_IT_IS
        self._add_views(connection, view)
        self._view = view

    def _add_views(self, connection: sqlite3.Connection, view: asof.View) -> None:
        if view.day is not None:
            for name, function in asof.functions(view.kinds, view.day, self.zone).items():
                connection.create_function(name, 2, function, deterministic=True)
            script = asof.views(view.kinds, view.day, self.zone, view.parties)
            connection.executescript(script)

    def tables(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The tables that a person may ask, each with its columns."""
        rows = []
        for kind in self.registry:
            names = [
                row[1] for row in self.rows(f"PRAGMA table_info({layout.quoted(kind.plural)})")
            ]
            rows.append((kind.plural, ", ".join(name for name in names if name != "rid")))
        return ["table", "columns"], rows

    def ask(self, sql: str, steps: int) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
        """Column names and, one by one, the rows of a SELECT that a person wrote.

        It runs on a connection of its own that is authorized to read and nothing else: no ATTACH,
        no PRAGMA, no writes, no extensions. After `steps` thousand steps it is stopped. BadSql.
        """
        from crmctl.index import guarded

        def ask(_connection: sqlite3.Connection) -> guarded.Answer:
            reading = database.open_for_reading(self.file)
            functions.register(reading, self.zone, self.rates)
            self._add_views(reading, self._view)
            return guarded.ask(reading, sql, steps)

        try:
            return self._asked(ask)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise BadSql(str(error)) from None
