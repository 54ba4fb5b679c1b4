"""Bringing the index up to date with the files: what is new, changed or gone since last time."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from typing import Any

from crmctl.index.layout import columns, quoted
from crmctl.index.rows import FileRows, Reader, Row, base_units
from crmctl.index.scan import SETTLED_NS, Entry, Folder, folders
from crmctl.problems import Problem
from crmctl.schema.model import Kind, Registry
from crmctl.values import jsontext
from crmctl.values.names import fold, search_keys

PARALLEL_FROM = 2000  # files; below it a second process costs more than it saves
BATCH = 200
FORK = "fork"


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
        self._readings: dict[str, list[str]] = {}

    def needed(self) -> bool:
        """Whether any listing differs, or a file was too young to be trusted last time."""
        known = dict(self.connection.execute("SELECT path, print FROM folder"))
        seen = 0
        for folder in folders(self.reader.records):
            seen += 1
            if known.get(folder.path) != folder.fingerprint:
                return True
        racy = self.connection.execute("SELECT 1 FROM file WHERE racy LIMIT 1").fetchone()
        return seen != len(known) or racy is not None

    def run(self) -> None:
        """Reads what changed, drops what is gone; call within a transaction."""
        execute = self.connection.execute
        started = time.time_ns()
        known = dict(execute("SELECT path, print FROM folder"))
        found = {folder.path: folder for folder in folders(self.reader.records)}
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
        self._read(work, started)
        self._strays(found.values())

    def _changed(self, folder: Folder) -> Iterator[tuple[Folder, Entry]]:
        rows = self.connection.execute(
            "SELECT name, fid, size, mtime, inode FROM file WHERE folder = ?", (folder.path,)
        )
        known = {name: (fid, size, mtime, inode) for name, fid, size, mtime, inode in rows}
        if self._kind(folder.path) is None:
            self._drop_files([(fid,) for fid, *_ in known.values()])
            return
        for entry in folder.entries:
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
        tasks = [(folder.path, entry) for folder, entry in work]
        jobs: list[tuple[Kind, str]] = []
        for path, entry in tasks:
            kind = self._kind(path)
            assert kind is not None
            jobs.append((kind, f"{path}/{entry[0]}" if path else entry[0]))
        every = zip(tasks, jobs, self._rows(jobs), strict=True)
        for done, ((path, entry), (kind, _), rows) in enumerate(every, 1):
            self._store(path, entry, kind, rows, started)
            if self._on_progress and done % 1000 == 0:
                self._on_progress(done, len(jobs))

    def _rows(self, jobs: list[tuple[Kind, str]]) -> Iterable[FileRows]:
        if len(jobs) < PARALLEL_FROM or FORK not in get_all_start_methods():
            return (self.reader.read(kind, path) for kind, path in jobs)
        return self._parallel([(kind.name, path) for kind, path in jobs])

    def _parallel(self, jobs: list[tuple[str, str]]) -> Iterator[FileRows]:
        batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
        workers = max(1, min(8, os.cpu_count() or 1))
        with ProcessPoolExecutor(
            workers, get_context(FORK), _start_worker, (self.reader, self.registry)
        ) as pool:
            waiting = []
            for batch in batches:
                waiting.append(pool.submit(_read_batch, batch))
                if len(waiting) > 2 * workers:
                    yield from waiting.pop(0).result()
            for future in waiting:
                yield from future.result()

    # storing

    def _store(self, folder: str, entry: Entry, kind: Kind, rows: FileRows, started: int) -> None:
        execute = self.connection.execute
        name, size, mtime, inode = entry
        racy = int(mtime > started - SETTLED_NS)
        old = execute(
            "SELECT fid, digest FROM file WHERE folder = ? AND name = ?", (folder, name)
        ).fetchone()
        if old is not None and old[1] == rows.digest and rows.digest:
            execute(
                "UPDATE file SET size = ?, mtime = ?, inode = ?, racy = ? WHERE fid = ?",
                (size, mtime, inode, racy, old[0]),
            )
            return
        if old is not None:
            self._drop_files([(old[0],)])
        fid = execute(
            "INSERT INTO file (folder, name, kind, size, mtime, inode, digest, racy)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (folder, name, kind.name, size, mtime, inode, rows.digest, racy),
        ).lastrowid
        assert fid is not None
        self._store_problems(fid, rows.problems)
        for row in rows.rows:
            self._store_row(fid, kind, row)

    def _store_problems(self, fid: int, problems: Iterable[Problem]) -> None:
        self.connection.executemany(
            "INSERT INTO problem VALUES (?, ?, ?, ?, ?, ?)",
            [(fid, p.path, p.line, p.column, p.code, jsontext.dumps(p.params)) for p in problems],
        )

    def _store_row(self, fid: int, kind: Kind, row: Row) -> None:
        execute = self.connection.execute
        rid = execute(
            "INSERT INTO record (kind, id, fid) VALUES (?, ?, ?)", (kind.name, row.id, fid)
        ).lastrowid
        marks = ", ".join("?" * (len(row.columns) + 1))
        execute(f"INSERT INTO {quoted(kind.plural)} VALUES ({marks})", (rid, *row.columns))
        if row.text:
            execute("INSERT INTO text VALUES (?, ?, ?)", (rid, kind.name, row.text))
            execute("INSERT INTO trigram (rowid, text) VALUES (?, ?)", (rid, row.text))
        keys: set[tuple[str, str, int | None, str]] = set()
        for text, form, field in row.names:
            keys.add((fold(text), form, rid, field))
            if form == "name":
                keys.update((key, "word", rid, field) for key in self._keys(text))
        if keys:
            self.connection.executemany("INSERT OR IGNORE INTO key VALUES (?, ?, ?, ?)", keys)

    def _keys(self, text: str) -> list[str]:
        """The forms under which a name is found; readings of Chinese are slow, so they are kept."""
        if text.isascii():
            return search_keys(text)
        keys = self._readings.get(text)
        if keys is None:
            found = self.connection.execute(
                "SELECT keys FROM reading WHERE text = ?", (text,)
            ).fetchone()
            keys = jsontext.loads(found[0]) if found else search_keys(text)
            self._readings[text] = keys
            if not found:
                row = (text, jsontext.dumps(keys))
                self.connection.execute("INSERT INTO reading VALUES (?, ?)", row)
        return keys

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
                execute(f"DELETE FROM {quoted(plural)} WHERE rid = ?", (rid,))
            execute("DELETE FROM record WHERE fid = ?", (fid,))
            execute("DELETE FROM problem WHERE fid = ?", (fid,))
            execute("DELETE FROM file WHERE fid = ?", (fid,))

    def _strays(self, found: Iterable[Folder]) -> None:
        self.connection.execute("DELETE FROM problem WHERE code = 'stray-file'")
        for folder in found:
            names = list(folder.strays)
            if self._kind(folder.path) is None:
                names += [entry[0] for entry in folder.entries]
            for name in names:
                path = "/".join(filter(None, ("records", folder.path, name)))
                self._store_problems(0, [Problem(path, 1, 1, "stray-file")])

    # exchange rates

    def money(self) -> None:
        """Converts every amount again, after a change of the rates alone."""
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


_worker: tuple[Reader, Registry] | None = None


def _start_worker(reader: Reader, registry: Registry) -> None:
    global _worker
    _worker = (reader, registry)


def _read_batch(jobs: list[tuple[str, str]]) -> list[FileRows]:
    assert _worker is not None
    reader, registry = _worker
    return [reader.read(registry.kinds[name], path) for name, path in jobs]
