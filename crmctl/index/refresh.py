"""Bringing the index up to date with the files: what is new, changed or gone since last time."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from crmctl.index.derived import outdate
from crmctl.index.layout import columns, quoted
from crmctl.index.rows import FileRows, Reader
from crmctl.index.scan import SETTLED_NS, Entry, Folder, Look
from crmctl.schema.access import base_units
from crmctl.schema.model import Kind, Registry
from crmctl.values import jsontext
from crmctl.values.names import search_keys

PARALLEL_FROM = 2000  # files; below it a second process costs more than it saves
BATCH = 200


class Refresh:
    """One pass over the records folder against the index's own list of files."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        registry: Registry,
        reader: Reader,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.connection = connection
        self.registry = registry
        self.reader = reader
        self._on_progress = on_progress
        self._changed_tables: set[str] = set()

    def run(self, seen: Look) -> None:
        """Reads what changed, drops what is gone; call within a transaction.

        What was derived from the records before is out of date then.
        """
        execute = self.connection.execute
        known = dict(execute("SELECT path, print FROM folder"))
        found = seen.folders
        for path in known.keys() - found.keys():
            self._drop_files(execute("SELECT fid FROM file WHERE folder = ?", (path,)).fetchall())
            execute("DELETE FROM folder WHERE path = ?", (path,))
        work: list[tuple[Folder, Entry]] = []
        for folder in found.values():
            print_ = folder.fingerprint
            if known.get(folder.path) != print_:
                work += self._changed(folder)
                execute("REPLACE INTO folder VALUES (?, ?)", (folder.path, print_))
        work += self._racy(found, {(folder.path, entry[0]) for folder, entry in work})
        self._read(work, seen.started)
        self._folder_problems(found.values())
        outdate(self.connection, self._changed_tables)

    def _changed(self, folder: Folder) -> Iterator[tuple[Folder, Entry]]:
        rows = self.connection.execute(
            "SELECT name, fid, size, mtime, inode FROM file WHERE folder = ?", (folder.path,)
        )
        known = {name: (fid, size, mtime, inode) for name, fid, size, mtime, inode in rows}
        if self._kind(folder.path) is None:
            self._drop_files([(fid,) for fid, *_ in known.values()])
            return
        for entry in sorted(folder.entries):
            old = known.pop(entry[0], None)
            if old is None or old[1:] != entry[1:]:
                yield folder, entry
        self._drop_files([(fid,) for fid, *_ in known.values()])

    def _racy(
        self, found: dict[str, Folder], working: set[tuple[str, str]]
    ) -> Iterator[tuple[Folder, Entry]]:
        for path, name in self.connection.execute(
            "SELECT folder, name FROM file WHERE racy"
        ).fetchall():
            folder = found.get(path)
            if folder is not None and (path, name) not in working:
                entry = next((entry for entry in folder.entries if entry[0] == name), None)
                if entry is not None:
                    yield folder, entry

    def _kind(self, folder: str) -> Kind | None:
        return self.registry.by_folder(folder.split("/")[0])

    # reading

    def _read(self, work: list[tuple[Folder, Entry]], started: int) -> None:
        jobs: list[tuple[Kind, str]] = []
        for folder, entry in work:
            kind = self._kind(folder.path)
            assert kind is not None
            jobs.append((kind, f"{folder.path}/{entry[0]}"))
        store = Store(self.connection)
        every = zip(work, jobs, self._rows(jobs, store), strict=True)
        for done, ((folder, entry), (kind, _path), rows) in enumerate(every, 1):
            self._take(store, folder.path, entry, kind, rows, started)
            if done % BATCH == 0:
                store.flush()
                if self._on_progress:
                    self._on_progress(done, len(jobs))
        store.flush()

    def _take(
        self, store: Store, folder: str, entry: Entry, kind: Kind, rows: FileRows, started: int
    ) -> None:
        """One file: nothing but its stamps when its content is as before."""
        name, size, mtime, inode = entry
        racy = int(mtime > started - SETTLED_NS)
        old = self.connection.execute(
            "SELECT fid, digest FROM file WHERE folder = ? AND name = ?", (folder, name)
        ).fetchone()
        if old is not None and old[1] == rows.digest and rows.digest:
            self.connection.execute(
                "UPDATE file SET size = ?, mtime = ?, inode = ?, racy = ? WHERE fid = ?",
                (size, mtime, inode, racy, old[0]),
            )
            return
        self._changed_tables.add(kind.plural)
        if old is not None:
            self._drop_files([(old[0],)])
        store.add(kind, (folder, name, kind.name, size, mtime, inode, rows.digest, racy), rows)

    def _rows(self, jobs: list[tuple[Kind, str]], store: Store) -> Iterable[FileRows]:
        if len(jobs) < PARALLEL_FROM or not hasattr(os, "fork"):
            return (self.reader.read(kind, path, store.name_keys) for kind, path in jobs)
        return self._parallel([(kind.name, path) for kind, path in jobs])

    def _parallel(self, jobs: list[tuple[str, str]]) -> Iterator[FileRows]:
        from concurrent.futures import Future, ProcessPoolExecutor
        from multiprocessing import get_context

        # Compiled once, before the processes part.
        for name in {name for name, _path in jobs}:
            self.reader.prepare(self.registry.kinds[name])
        batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
        workers = max(1, min(8, os.cpu_count() or 1))
        with ProcessPoolExecutor(
            workers, get_context("fork"), _start_worker, (self.reader, self.registry)
        ) as pool:
            waiting: deque[Future[list[FileRows]]] = deque()
            for batch in batches:
                waiting.append(pool.submit(_read_batch, batch))
                if len(waiting) > 2 * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def _drop_files(self, fids: list[tuple[int]]) -> None:
        execute = self.connection.execute
        for (fid,) in fids:
            rids = execute("SELECT rid, kind FROM record WHERE fid = ?", (fid,)).fetchall()
            for rid, kind in rids:
                text = execute("SELECT text FROM text WHERE rid = ?", (rid,)).fetchone()
                if text is not None:
                    execute(
                        "INSERT INTO trigram (trigram, rowid, text) VALUES ('delete', ?, ?)",
                        (rid, text[0]),
                    )
                    execute("DELETE FROM text WHERE rid = ?", (rid,))
                execute("DELETE FROM key WHERE rid = ?", (rid,))
                plural = self.registry.kinds[kind].plural
                self._changed_tables.add(plural)
                execute(f"DELETE FROM {quoted(plural)} WHERE rid = ?", (rid,))
            execute("DELETE FROM record WHERE fid = ?", (fid,))
            execute("DELETE FROM problem WHERE fid = ?", (fid,))
            execute("DELETE FROM file WHERE fid = ?", (fid,))

    def _folder_problems(self, found: Iterable[Folder]) -> None:
        """What no file of a kind tells: its problems are those of file 0."""
        self.connection.execute("DELETE FROM problem WHERE fid = 0")
        rows: list[tuple[int, str, int, int, str, str]] = []
        for folder in found:
            names = list(folder.strays)
            if self._kind(folder.path) is None:
                names += [entry[0] for entry in folder.entries]
            for name, code, params in [
                *folder.faults,
                *((name, "stray-file", dict[str, str]()) for name in names),
            ]:
                path = "/".join(filter(None, ("records", folder.path, name)))
                rows.append((0, path, 1, 1, code, jsontext.dumps(params)))
        self.connection.executemany("INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?)", rows)

    # exchange rates

    def money(self) -> None:
        """Converts every amount again, after a change of the rates alone."""
        outdate(self.connection, {kind.plural for kind in self.registry})
        for kind in self.registry:
            fields = [field for field in kind.fields.values() if field.type == "money"]
            if not fields:
                continue
            table = quoted(kind.plural)
            rows = self.connection.execute(f"SELECT rid, _data FROM {table}").fetchall()
            for field in fields:
                column = quoted(columns(field)[1][0])
                self.connection.executemany(
                    f"UPDATE {table} SET {column} = ? WHERE rid = ?",
                    [(self._converted(kind, field, data), rid) for rid, data in rows],
                )

    def _converted(self, kind: Kind, field: Any, data: str) -> int | None:
        values = jsontext.loads(data)
        return base_units(field, values.get(field.name), values, kind, self.reader.rates)


class Store:
    """Rows on their way into the tables, many at a time: singly they take twice as long."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        (self._fid,) = connection.execute("SELECT COALESCE(max(fid), 0) FROM file").fetchone()
        (self._rid,) = connection.execute("SELECT COALESCE(max(rid), 0) FROM record").fetchone()
        self._readings: dict[str, list[str]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def name_keys(self, text: str) -> list[str]:
        """The forms under which a name is found; readings of Chinese are slow, so they are kept."""
        if text.isascii():
            return search_keys(text)
        keys = self._readings.get(text)
        if keys is None:
            found = self.connection.execute(
                "SELECT keys FROM reading WHERE text = ?", (text,)
            ).fetchone()
            keys = self._readings[text] = jsontext.loads(found[0]) if found else search_keys(text)
            if not found:
                self._put("reading", (text, jsontext.dumps(keys)))
        return keys

    def add(self, kind: Kind, file: tuple[Any, ...], rows: FileRows) -> None:
        """A file with all its records."""
        self._fid += 1
        self._put("file", (self._fid, *file))
        for p in rows.problems:
            self._put(
                "problem", (self._fid, p.path, p.line, p.column, p.code, jsontext.dumps(p.params))
            )
        names = ("record", kind.plural, "text", "trigram (rowid, text)", "key")
        records, own, texts, trigrams, keys = map(self._table, names)
        for rid, row in enumerate(rows.rows, self._rid + 1):
            records.append((rid, kind.name, row.id, self._fid))
            own.append((rid, *row.columns))
            if row.text:
                texts.append((rid, kind.name, row.text))
                trigrams.append((rid, row.text))
            for key, form, field in row.keys:
                keys.append((key, form, rid, field))
        self._rid += len(rows.rows)

    def _table(self, name: str) -> list[tuple[Any, ...]]:
        return self._rows.setdefault(name, [])

    def _put(self, table: str, row: tuple[Any, ...]) -> None:
        self._table(table).append(row)

    def flush(self) -> None:
        """Puts everything collected into the tables."""
        for table, rows in self._rows.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                target = table if "(" in table else quoted(table)
                self.connection.executemany(
                    f"INSERT OR IGNORE INTO {target} VALUES ({marks})", rows
                )
                rows.clear()


_worker: tuple[Reader, Registry] | None = None
_name_keys = lru_cache(maxsize=50_000)(search_keys)


def _start_worker(reader: Reader, registry: Registry) -> None:
    global _worker
    # Records hold no cycles, and looking for some takes a fifth of the time.
    gc.disable()
    _worker = (reader, registry)


def _read_batch(jobs: list[tuple[str, str]]) -> list[FileRows]:
    assert _worker is not None
    reader, registry = _worker
    return [reader.read(registry.kinds[name], path, _name_keys) for name, path in jobs]
