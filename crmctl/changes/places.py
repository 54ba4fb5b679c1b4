"""Which file a record belongs in, by the template of its kind."""

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


def path_of(kind: Kind, values: Mapping[str, Any], author: str) -> str:
    """The file for a new record, below records/; `author` is a slug."""
    id = str(values["id"])
    owner = str(values.get(kind.parent) or "_none") if kind.parent else id
    day = day_of(kind, values)
    parts = {
        # A stream is spread by whom it belongs to, or one customer's events would scatter.
        "shard": blake2b(owner.encode(), digest_size=1).hexdigest(),
        "year": day[:4] or "_none",
        "author": author,
    }
    path = kind.path
    for name in [piece.split("}")[0] for piece in path.split("{")[1:]]:
        value = str(values.get(name) or parts.get(name) or "_none")
        if value != ANYBODY and not is_valid_id(value):
            value = slug(value) or "_none"
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
