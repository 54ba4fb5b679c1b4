"""The tables of the index, derived from the kinds; a change of either rebuilds it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from crmctl.schema.model import Field, Kind, Registry
from crmctl.values import jsontext

VERSION = 6  # of the tables that a kind gives; the marks of kinds are kept, so count on

PARTY = "customer"
TABLES = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "CREATE TABLE outdated (name TEXT, party TEXT, PRIMARY KEY (name, party)) WITHOUT ROWID",
    "CREATE TABLE folder (path TEXT PRIMARY KEY, print TEXT) WITHOUT ROWID",
    "CREATE TABLE file (fid INTEGER PRIMARY KEY, folder TEXT, name TEXT, kind TEXT,"
    " size INTEGER, mtime INTEGER, inode INTEGER, digest TEXT, racy INTEGER,"
    " UNIQUE (folder, name))",
    "CREATE TABLE problem"
    " (fid INTEGER, path TEXT, line INTEGER, col INTEGER, code TEXT, params TEXT)",
    "CREATE TABLE record (rid INTEGER PRIMARY KEY, kind TEXT, id TEXT, fid INTEGER)",
    "CREATE TABLE key (key TEXT, form TEXT, rid INTEGER, field TEXT,"
    " PRIMARY KEY (key, form, rid, field)) WITHOUT ROWID",
    "CREATE TABLE text (rid INTEGER PRIMARY KEY, kind TEXT, text TEXT)",
    "CREATE VIRTUAL TABLE trigram USING fts5 (text, content='text', content_rowid='rid',"
    " tokenize='trigram', detail=none, columnsize=0)",
    "CREATE TABLE reading (text TEXT PRIMARY KEY, keys TEXT) WITHOUT ROWID",
)
INDEXES = (
    "CREATE INDEX file_racy ON file (racy) WHERE racy",
    "CREATE INDEX problem_file ON problem (fid)",
    "CREATE INDEX record_id ON record (id)",
    "CREATE INDEX record_file ON record (fid)",
    "CREATE INDEX key_record ON key (rid)",
)


def quoted(name: str) -> str:
    """A name as SQL: field names are checked by the schema, SQL words among them need quotes."""
    return f'"{name}"'


def columns(field: Field) -> list[tuple[str, str]]:
    """Name and SQL type of the columns that hold a top-level field."""
    match field.type:
        case "integer" | "boolean":
            return [(field.name, "INTEGER")]
        case "number":
            return [(field.name, "REAL")]
        case "instant":
            return [(field.name, "TEXT"), (f"{field.name}__ts", "INTEGER")]
        case "money":
            return [(field.name, "TEXT"), (f"{field.name}__base", "INTEGER")]
        case _:
            return [(field.name, "TEXT")]


def party_of(kind: Kind) -> str | None:
    """The column that tells of which customer a record is."""
    if kind.name == PARTY:
        return "id"
    field = kind.fields.get(PARTY)
    return PARTY if field is not None and field.ref == PARTY else None


def tables(registry: Registry) -> Iterator[str]:
    """The statements that make the tables."""
    yield from TABLES
    for kind in registry:
        parts = ["rid INTEGER PRIMARY KEY", "_path TEXT", "_line INTEGER", "_data TEXT"]
        for field in kind.fields.values():
            parts += [f"{quoted(name)} {type_}" for name, type_ in columns(field)]
        yield f"CREATE TABLE {quoted(kind.plural)} ({', '.join(parts)})"


def indexes(registry: Registry) -> Iterator[str]:
    """The statements that make the indexes, which are quicker made over full tables."""
    yield from INDEXES
    for kind in registry:
        name = quoted(kind.plural)
        when = [quoted(event_column(kind))] if kind.date else []
        yield f'CREATE INDEX "{kind.plural}_by_id" ON {name} (id)'
        for field in kind.fields.values():
            if field.type == "ref" and "." not in (field.ref or ""):
                covered = ", ".join([quoted(field.name), *when])
                sql = f'CREATE INDEX "{kind.plural}_by_{field.name}" ON {name} ({covered})'
                # Most interactions name no campaign, no ticket and no opportunity.
                rare = field.name not in kind.root.required
                yield f"{sql} WHERE {quoted(field.name)} IS NOT NULL" if rare else sql
            elif field.type == "money" and field.lines and when:
                # Models tell of the papers that they leave out, and there are few.
                base = quoted(f"{field.name}__base")
                yield (
                    f'CREATE INDEX "{kind.plural}_without_{field.name}" ON {name}'
                    f" ({', '.join(when)}) WHERE {base} IS NULL"
                )
            elif kind.parent and when and _announces(field):
                # What an event announces for later (`next`, `promises`) is rare, and asked for over
                # the whole book.
                covered = ", ".join([quoted(kind.parent), *when])
                yield (
                    f'CREATE INDEX "{kind.plural}_with_{field.name}" ON {name} ({covered})'
                    f" WHERE {quoted(field.name)} IS NOT NULL"
                )


def _announces(field: Field) -> bool:
    return field.leaf.type == "object" and "date" in (one.type for one in field.children().values())


def event_column(kind: Kind) -> str:
    """The column by which a kind's events are ordered in time."""
    assert kind.date is not None
    return f"{kind.date}__ts" if kind.fields[kind.date].type == "instant" else kind.date


def fingerprint(registry: Registry, *settings: str) -> str:
    """Changes whenever an index built before cannot be used any more."""
    return _digest([str(VERSION), registry.mark or mark(registry), *settings])


def mark(registry: Registry) -> str:
    """What the kinds have to do with it; costly, since it looks at every field of each."""
    parts = [*tables(registry), *indexes(registry)]
    for kind in registry:
        parts += [kind.path, kind.label, *kind.search, *kind.names]
        parts += [
            f"{field.dotted}:{field.type}:{field.ref}:{sorted(field.values)}:{field.rules}"
            for one in kind.root.walk()
            for field in (one, one.entries)
            if field is not None
        ]
    return _digest(parts)


def _digest(parts: list[str]) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def as_record(data: str, path: str, line: int) -> dict[str, Any]:
    """A row of a kind's table as the record that scripts get."""
    record: dict[str, Any] = jsontext.loads(data)
    record["_path"] = path
    record["_line"] = line
    return record
