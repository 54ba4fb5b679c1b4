"""Users out of the names that records mention: a book that began without users gets them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.rename import places
from crmctl.errors import NotFound
from crmctl.locale import _
from crmctl.schema.access import put_at, texts_at
from crmctl.selection import Selection
from crmctl.values.ids import is_valid_id
from crmctl.values.text import suggest

Holder = tuple[str, str]


def strangers(built: Builder) -> dict[str, dict[Holder, None]]:
    """The names in references to users that are no id of one, with the records that hold them."""
    workspace = built.workspace
    users = workspace.registry.kinds["user"]
    known = {id for (id,) in workspace.index.rows("SELECT id FROM users")}
    found: dict[str, dict[Holder, None]] = {}
    paths: dict[str, list[tuple[str, ...]]] = {}
    for kind, path in places(built, users):
        paths.setdefault(kind.name, []).append(path)
    for name, every in paths.items():
        for record in Selection(workspace, workspace.registry.kinds[name], archived=True).records():
            for path in every:
                for text in texts_at(record, path):
                    if text not in known:
                        found.setdefault(text, {})[name, str(record["id"])] = None
    return found


def adopt(built: Builder, names: Sequence[str]) -> list[str]:
    """Users for these names, or for all that are mentioned; the ids of those that are new.

    A name that a user has already means that user, whose id takes its place.
    """
    workspace = built.workspace
    users = workspace.registry.kinds["user"]
    found = strangers(built)
    for name in names:
        if name not in found:
            raise NotFound(_("name without a user"), name, suggest(name, found))
    ids, made = {}, []
    for name in names or sorted(found):
        same = built.references.matches(users, name)
        if len(same) == 1:
            ids[name] = same[0]
            continue
        wish = name if is_valid_id(name) and name == name.lower() else None
        ids[name] = built.add(users, {"name": name}, id=wish).id
        made.append(ids[name])
    _rename(built, found, ids)
    return made


def _rename(built: Builder, found: dict[str, dict[Holder, None]], ids: dict[str, str]) -> None:
    """Puts the ids in place of the names; nothing of it is history, for nobody changed."""
    users = built.workspace.registry.kinds["user"]
    spots = [*places(built, users)]
    changed = {name: id for name, id in ids.items() if name != id}
    holders = dict.fromkeys(holder for name in changed for holder in found[name])
    for kind_name, record_id in holders:
        kind = built.workspace.registry.kinds[kind_name]
        values: Any = built.read(kind, record_id).values
        for holder, path in spots:
            if holder is kind:
                for name, id in changed.items():
                    values = put_at(values, path, name, id)
        built.move(kind, record_id, values)
