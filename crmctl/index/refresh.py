"""Bringing the index up to date with the files: what is new, changed or gone since last time."""

from __future__ import annotations

import gc
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from crmctl.index.derived import Changes, outdate
from crmctl.index.layout import columns, party_of, quoted
from crmctl.index.rows import HEAD, FileRows, Reader
from crmctl.index.scan import Entry, Folder, Look
from crmctl.schema.access import base_units
from crmctl.schema.model import Kind, Registry
from crmctl.values import jsontext
from crmctl.values.names import search_keys

PARALLEL_FROM = 2000  # files; below it a second process costs more than it saves
BATCH = 200


class Job(NamedTuple):
    """A file to be read, and by what number and digest the index knows it from before."""

    folder: str
    entry: Entry
    kind: Kind
    fid: int | None
    digest: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.entry[0]}"


class Refresh:
    """One pass over the record files against the index's own list of them."""

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
        self._changes = Changes()

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
        work: list[Job] = []
        for folder in found.values():
            print_ = folder.fingerprint
            if known.get(folder.path) != print_:
                work += self._changed(folder)
                execute("REPLACE INTO folder VALUES (?, ?)", (folder.path, print_))
        work += self._racy(found, {job.path for job in work})
        self._read(work, seen)
        self._folder_problems(seen)
        outdate(self.connection, self._changes)

    def take_in(self, records: Path, paths: Iterable[str], seen: Look) -> None:
        """Reads some files, by path below `records`, without a look at what lies beside them.

        Their folders are noted as they were `seen` before, with these files as they are now.
        """
        now = Look(time.time_ns(), {})
        work: list[Job] = []
        for path in paths:
            place, _slash, name = path.rpartition("/")
            kind = self._kind(place)
            folder = seen.folders.get(place) or Folder(place)
            try:
                stat = os.stat(records / path)
            except FileNotFoundError:
                folder.put(name, None)
                self._drop_file(place, name)
            else:
                entry = (name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
                folder.put(name, entry)
                if kind is not None:
                    work.append(self._job(place, entry, kind))
            now.folders[place] = folder
        self._read(work, now)
        for place, folder in now.folders.items():
            self.connection.execute(
                "REPLACE INTO folder VALUES (?, ?)", (place, folder.fingerprint)
            )
        outdate(self.connection, self._changes)

    def _job(self, place: str, entry: Entry, kind: Kind) -> Job:
        sql = "SELECT fid, digest FROM file WHERE folder = ? AND name = ?"
        fid, digest = self.connection.execute(sql, (place, entry[0])).fetchone() or (None, "")
        return Job(place, entry, kind, fid, digest)

    def _drop_file(self, place: str, name: str) -> None:
        sql = "SELECT fid FROM file WHERE folder = ? AND name = ?"
        self._drop_files(self.connection.execute(sql, (place, name)).fetchall())

    def _changed(self, folder: Folder) -> Iterator[Job]:
        execute = self.connection.execute
        sql = "SELECT name, size, mtime, inode FROM file WHERE folder = ?"
        known = set(execute(sql, (folder.path,)))
        kind = self._kind(folder.path)
        current = set(folder.entries if kind is not None else ())
        # Sets, for a folder may hold ten thousand files of which one has changed.
        changed = sorted(current - known)
        gone = {name for name, *_ in known - current}.difference(name for name, *_ in changed)
        for name in gone:
            self._drop_file(folder.path, name)
        for entry in changed:
            assert kind is not None
            yield self._job(folder.path, entry, kind)

    def _racy(self, found: dict[str, Folder], working: set[str]) -> Iterator[Job]:
        for path, name, fid, digest in self.connection.execute(
            "SELECT folder, name, fid, digest FROM file WHERE racy"
        ).fetchall():
            folder, kind = found.get(path), self._kind(path)
            if folder is None or kind is None or f"{path}/{name}" in working:
                continue
            entry = folder.entry(name)
            if entry is not None:
                yield Job(path, entry, kind, fid, digest)

    def _kind(self, folder: str) -> Kind | None:
        return self.registry.by_folder(folder.split("/")[0])

    # reading

    def _read(self, jobs: list[Job], seen: Look) -> None:
        store = Store(self.connection)
        every = zip(jobs, self._rows(jobs, store), strict=True)
        for done, (job, rows) in enumerate(every, 1):
            self._take(store, job, rows, seen)
            if done % BATCH == 0:
                store.flush()
                if self._on_progress:
                    self._on_progress(done, len(jobs))
        store.flush()

    def _take(self, store: Store, job: Job, rows: FileRows, seen: Look) -> None:
        """One file: nothing but its stamps when its content is as before."""
        name, *stamps = job.entry
        racy = int(seen.is_young(job.entry))
        if job.fid is not None and rows.digest and rows.digest == job.digest:
            self.connection.execute(
                "UPDATE file SET size = ?, mtime = ?, inode = ?, racy = ? WHERE fid = ?",
                (*stamps, racy, job.fid),
            )
            return
        if self._changes.touch(job.kind):
            self._note(job.kind, rows)
        if job.fid is not None:
            self._drop_files([(job.fid,)])
        store.add(job.kind, (job.folder, name, job.kind.name, *stamps, rows.digest, racy), rows)

    def _note(self, kind: Kind, rows: FileRows) -> None:
        party = party_of(kind)
        names = [*HEAD, *(name for field in kind.fields.values() for name, _ in columns(field))]
        place = None if party is None else names.index(party)
        for row in rows.rows:
            self._changes.add(kind, row.id, None if place is None else row.columns[place])

    def _rows(self, jobs: list[Job], store: Store) -> Iterable[FileRows]:
        batches = [jobs[start : start + BATCH] for start in range(0, len(jobs), BATCH)]
        if len(jobs) >= PARALLEL_FROM and hasattr(os, "fork"):
            return self._parallel({job.kind.name for job in jobs}, batches)
        return chain.from_iterable(
            self.reader.read([(job.kind, job.path, job.digest) for job in batch], store.name_keys)
            for batch in batches
        )

    def _parallel(self, kinds: set[str], batches: list[list[Job]]) -> Iterator[FileRows]:
        from concurrent.futures import Future, ProcessPoolExecutor
        from multiprocessing import get_context

        # Compiled once, before the processes part.
        for name in kinds:
            self.reader.prepare(self.registry.kinds[name])
        workers = max(1, min(8, os.cpu_count() or 1))
        with ProcessPoolExecutor(
            workers, get_context("fork"), _start_worker, (self.reader, self.registry)
        ) as pool:
            waiting: deque[Future[list[FileRows]]] = deque()
            for batch in batches:
                files = [(job.kind.name, job.path, job.digest) for job in batch]
                waiting.append(pool.submit(_read_batch, files))
                if len(waiting) > 2 * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def _drop_files(self, fids: list[tuple[int]]) -> None:
        execute = self.connection.execute
        for (fid,) in fids:
            found = execute("SELECT rid, kind, id FROM record WHERE fid = ?", (fid,)).fetchall()
            for rid, name, id in found:
                text = execute("SELECT text FROM text WHERE rid = ?", (rid,)).fetchone()
                if text is not None:
                    execute(
                        "INSERT INTO trigram (trigram, rowid, text) VALUES ('delete', ?, ?)",
                        (rid, text[0]),
                    )
                    execute("DELETE FROM text WHERE rid = ?", (rid,))
                execute("DELETE FROM key WHERE rid = ?", (rid,))
                kind = self.registry.kinds[name]
                table = quoted(kind.plural)
                if self._changes.touch(kind):
                    party = party_of(kind)
                    whose = f"SELECT {quoted(party) if party else 'NULL'} FROM {table}"
                    row = execute(f"{whose} WHERE rid = ?", (rid,)).fetchone()
                    self._changes.add(kind, id, *(row or (None,)))
                execute(f"DELETE FROM {table} WHERE rid = ?", (rid,))
            execute("DELETE FROM record WHERE fid = ?", (fid,))
            execute("DELETE FROM problem WHERE fid = ?", (fid,))
            execute("DELETE FROM file WHERE fid = ?", (fid,))

    def _folder_problems(self, seen: Look) -> None:
        """What no file of a kind tells: its problems are those of file 0."""
        execute = self.connection.execute
        execute("DELETE FROM problem WHERE fid = 0")
        rows: list[tuple[int, str, int, int, str, str]] = []
        for folder in seen.folders.values():
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
        changes = Changes()
        for kind in self.registry:
            changes.add_any(kind)
        outdate(self.connection, changes)
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


def _read_batch(files: list[tuple[str, str, str]]) -> list[FileRows]:
    assert _worker is not None
    reader, registry = _worker
    known = [(registry.kinds[name], path, digest) for name, path, digest in files]
    return [*reader.read(known, _name_keys)]
