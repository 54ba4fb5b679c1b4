"""A change set in words: which records, which fields, from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.changes.changeset import Change
from crmctl.locale import _, ngettext
from crmctl.render.cells import cell, field_column
from crmctl.schema.model import Registry

HIDDEN = ("id", "uid", "created")
MOST = 20
SINGLY = 3  # so many moved records are named each


def described(changes: Sequence[Change], registry: Registry, *, most: int = MOST) -> Iterator[str]:
    """The lines that a person reads before saying yes; longer sets are summed up at the end."""
    moved = [change for change in changes if change.action == "moved"]
    if len(moved) > SINGLY:
        yield from moves(moved, registry)
        changes = [change for change in changes if change.action != "moved"]
    for change in changes[:most]:
        yield from _change(change, registry)
    rest = len(changes) - most
    if rest > 0:
        yield ngettext("… and {count} more record", "… and {count} more records", rest).format(
            count=rest
        )


def moves(changes: Sequence[Change], registry: Registry) -> Iterator[str]:
    """How many records of each kind go to other files, with one of them for all."""
    by_kind: dict[str, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    for name, group in by_kind.items():
        text = ngettext(
            "move {count} {kind}: {origin} → {path}",
            "move {count} {kind}, such as {origin} → {path}",
            len(group),
        )
        kind, first = registry.kinds[name].counted(len(group)), group[0]
        yield text.format(count=len(group), kind=kind, origin=first.source, path=first.path)


def _change(change: Change, registry: Registry) -> Iterator[str]:
    kind = registry.kinds[change.kind]
    heads = {
        "created": _("new {kind} {id}"),
        "updated": _("{kind} {id}"),
        "moved": _("move {kind} {id}"),
        "removed": _("remove {kind} {id}"),
    }
    values = change.after or change.before or {}
    label = str(values.get(kind.label) or "")
    id = f"{change.id} → {change.new_id}" if change.renames else change.id
    head = heads[change.action].format(kind=kind.titled(), id=id)
    yield (
        f"{head} ({cell(label, field_column('', None))})" if label not in ("", change.id) else head
    )
    if change.action == "removed":
        return
    if change.action == "moved":
        yield f"  {change.source} → {change.path}"
    if kind.parent and change.before is not None and kind.parent in values:
        # Whose it is: an id alone says little to a person.
        column = field_column(kind.parent, kind.fields.get(kind.parent))
        yield f"  {column.heading}: {cell(values[kind.parent], column)}"
    for item in change.parts():
        if is_hidden(item.name):
            continue
        column = field_column(item.name, kind.fields.get(item.name))
        yield f"  {column.heading}: {transition(item.before, item.after, column)}"


def is_hidden(name: str) -> bool:
    """Whether a field says nothing to a person, as a history that repeats what its field says."""
    return name in HIDDEN or name.endswith("_history")


def transition(before: Any, after: Any, column: Column) -> str:
    """A field before and after as a person reads it; of a list only what came and went."""
    if before is None:
        return cell(after, column)
    if isinstance(before, list) and isinstance(after, list):
        added = [f"+ {cell(item, column)}" for item in after if item not in before]
        gone = [f"- {cell(item, column)}" for item in before if item not in after]
        return "; ".join([*gone, *added])
    return f"{cell(before, column)} → {cell(after, column)}"
