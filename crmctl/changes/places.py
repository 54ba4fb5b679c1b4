"""Which file a record belongs in, by the path template of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import Any

from crmctl.schema.access import day_of
from crmctl.schema.model import Kind
from crmctl.values.ids import is_valid_id
from crmctl.values.names import slug

ANYBODY = "\0"
NOBODY = "_none"  # stands in a path for whatever a record lacks
AUTHOR_FIELD = "by"  # what a record itself tells of its author


def path_of(kind: Kind, values: Mapping[str, Any], author: str) -> str:
    """The file for a new record, below records/; `author` is a slug."""
    id = str(values["id"])
    owner = str(values.get(kind.parent) or NOBODY) if kind.parent else id
    day = day_of(kind, values)
    parts = {
        # A stream is spread by whom it belongs to, or one customer's events would scatter.
        "shard": blake2b(owner.encode(), digest_size=1).hexdigest(),
        "year": day[:4] or NOBODY,
        "author": author,
    }
    path = kind.path
    for name in [piece.split("}")[0] for piece in path.split("{")[1:]]:
        value = str(values.get(name) or parts.get(name) or NOBODY)
        if value not in (ANYBODY, NOBODY) and not is_valid_id(value):
            value = slug(value) or NOBODY
        path = path.replace("{" + name + "}", value)
    return path


def path_after(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> str:
    """The file for a record at `path` whose id or owner changes: by the template as well, unless
    a person has put it elsewhere."""
    start, mark, end = path_of(kind, before, ANYBODY).partition(ANYBODY)
    if path == start or (mark and path.startswith(start) and path.endswith(end)):
        return path_of(kind, after, path[len(start) : len(path) - len(end)])
    if kind.is_stream:
        return path
    return str(PurePosixPath(path).with_name(f"{after['id']}.yaml"))


def place_of(kind: Kind, values: Mapping[str, Any], path: str) -> str:
    """The file in which a record of the file at `path` belongs.

    Who wrote it is told by a file that fits the template for any author, else by the record.
    """
    start, mark, rest = path_of(kind, values, ANYBODY).partition(ANYBODY)
    if not mark:
        return start
    end = rest.rpartition(ANYBODY)[2]
    author = path[len(start) : -len(end)]
    if author in (NOBODY, slug(author)) and path == path_of(kind, values, author):
        return path
    return path_of(kind, values, slug(str(values.get(AUTHOR_FIELD) or "")) or NOBODY)
