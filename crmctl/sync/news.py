"""What others did, record by record: whom it is about, and who did it."""

from __future__ import annotations

from typing import NamedTuple

from crmctl.changes.between import difference
from crmctl.changes.changeset import Change
from crmctl.vcs import remote
from crmctl.workspace import Workspace

Owner = tuple[str, str]  # kind, id


class Arrival(NamedTuple):
    """A record that came in; `about` is whose it is (a customer's, mostly), or itself."""

    change: Change
    about: Owner
    by: tuple[str, ...]


class News(NamedTuple):
    """All that came in: records, and other files of the book by their paths."""

    records: list[Arrival]
    files: list[str]


def news(workspace: Workspace, old: str, new: str) -> News:
    """What the commits from one to another brought."""
    authors = {one.id: one.author for one in remote.commits(workspace.root, old, new)}
    touched = remote.paths(workspace.root, old, new)
    by = {
        path: tuple(dict.fromkeys(authors[id] for id in ids if id in authors))
        for path, ids in touched.items()
    }
    records = [
        Arrival(change, _about(workspace, change), by.get(f"records/{change.path}", ()))
        for change in difference(workspace, old, new)
    ]
    files = sorted(path for path in touched if not path.startswith("records/"))
    return News(records, files)


def _about(workspace: Workspace, change: Change) -> Owner:
    kind = workspace.registry.kinds[change.kind]
    owner = (change.after or change.before or {}).get(kind.parent or "")
    if kind.parent is None or not isinstance(owner, str):
        return kind.name, change.new_id
    return kind.fields[kind.parent].ref or kind.name, owner
