"""A record under another id, with everything that refers to it, in one change set.

What is said of the record stays as it was said: histories get no entries, comments stay, and a
stream moves to the file of its owner's new id with its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.journal import Entry
from crmctl.errors import NotFound
from crmctl.schema.access import put_at
from crmctl.schema.model import Kind


def rename(built: Builder, kind: Kind, id: str, new: str) -> None:
    """Collects what it takes; raises Exists when the new id is taken, Unparsable when a file that
    may refer to the record cannot be read."""
    workspace, references = built.workspace, built.references
    for broken in workspace.registry.broken.values():
        raise broken  # there may be references that nobody sees now
    if workspace.index.get(kind, id) is None:
        raise NotFound(kind.noun(), id)
    if new == id:
        return
    references.refuse_unreadable(id)
    spots = [*places(built, kind)]
    touched = {(kind.name, id): None}
    for other, path in spots:
        touched |= dict.fromkeys(by for _id, by in references.holding(other, path, [id]))
    for name, other_id in touched:
        other = workspace.registry.kinds[name]
        values: Any = built.read(other, other_id).values
        for holder, path in spots:
            if holder is other:
                values = put_at(values, path, id, new)
        if (name, other_id) == (kind.name, id):
            values = {**values, "id": new}
        built.move(other, other_id, values)


def rename_back(built: Builder, entry: Entry) -> None:
    """Collects what gives a record its old id again, whatever refers to it by now."""
    for change in entry.changes:
        if change.renames:
            kind = built.workspace.registry.kinds[change.kind]
            rename(built, kind, change.new_id, change.id)


def places(built: Builder, kind: Kind) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """Where ids of a kind stand: in references, and in what these once held."""
    for holder, field in built.workspace.registry.referrers(kind.name):
        yield holder, field.path
        if field.history:
            history = f"{field.name}_history"
            yield from ((holder, (history, part)) for part in ("value", "was"))
