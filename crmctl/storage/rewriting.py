"""Mapping[str, Any] before and after -> the smallest edits of the text between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmctl.schema.model import PLAIN_TYPES, Field, Kind
from crmctl.storage.edits import Edit, Insert, Path, Remove, Set
from crmctl.storage.writer import Flow, Plain, dump


def document_of(kind: Kind, values: Mapping[str, Any]) -> str:
    """A record as a new document, in canonical form."""
    return dump(tree_of(kind, values))


def tree_of(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record as the writer takes them, in schema order."""
    return _tree(kind.root, values)


def order_of(kind: Kind) -> Callable[[Path], Sequence[str]]:
    """Which order a schema gives to the keys of the mapping at a path."""

    def order(path: Path) -> Sequence[str]:
        field = kind.root
        for step in path:
            if isinstance(step, str):
                child = field.children().get(step)
                if child is None:
                    return ()
                field = child
        return list(field.children())

    return order


def edits_between(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Edit]:
    """Edits that turn the text of `before` into one that reads as `after`."""
    return _mapping_edits(kind.root, before, after, ())


def _mapping_edits(
    field: Field, before: Mapping[str, Any], after: Mapping[str, Any], path: Path
) -> list[Edit]:
    edits: list[Edit] = []
    fields = field.children()
    for name in before:
        if name not in after:
            edits.append(Remove((*path, name)))
    for name in [*(n for n in fields if n in after), *(n for n in after if n not in fields)]:
        value, place = after[name], (*path, name)
        if name not in before:
            edits.append(Set(place, written(field.child(name), value)))
        elif before[name] != value:
            edits += _value_edits(field.child(name), before[name], value, place)
    return edits


def _value_edits(field: Field | None, before: Any, after: Any, path: Path) -> list[Edit]:
    if field is not None and isinstance(before, dict) and isinstance(after, dict):
        return _mapping_edits(field, before, after, path)
    if field is not None and isinstance(before, list) and isinstance(after, list):
        edits = _list_edits(field, before, after, path)
        if edits is not None:
            return edits
    return [Set(path, written(field, after))]


def _list_edits(field: Field, before: list[Any], after: list[Any], path: Path) -> list[Edit] | None:
    """Removals from the end, changes in place, then additions; None when the order changed."""
    key = field.key

    def name(item: Any) -> Any:
        return item.get(key) if key and isinstance(item, dict) else item

    names = [name(item) for item in after]
    kept = [item for item in before if name(item) in names]
    if [name(item) for item in kept] != names[: len(kept)] or len(set(map(str, names))) != len(
        names
    ):
        return None
    edits: list[Edit] = [
        Remove((*path, place))
        for place in range(len(before) - 1, -1, -1)
        if name(before[place]) not in names
    ]
    added = [Insert(path, None, written(field.item, item)) for item in after[len(kept) :]]
    if not kept and after:
        # Remarks on entries that go are not to stand at those that come.
        return added + edits if key else [Set(path, written(field, after))]
    for place, (old, new) in enumerate(zip(kept, after, strict=False)):
        if old != new:
            edits += _value_edits(field.item, old, new, (*path, place))
    return edits + added


def _tree(field: Field, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = field.children()
    known = {name: written(fields[name], values[name]) for name in fields if name in values}
    rest = {name: value for name, value in values.items() if name not in known}
    return known | {name: written(field.child(name), value) for name, value in rest.items()}


def written(field: Field | None, value: Any) -> Any:
    """A typed value as the writer takes it: dates without quotes, history entries on one line."""
    if field is None:
        return value
    if isinstance(value, list):
        items = [written(field.item, item) for item in value]
        if field.name.endswith("_history"):
            return [Flow(item) if isinstance(item, dict) else item for item in items]
        return items
    if isinstance(value, dict):
        tree = _tree(field, value)
        one_line = field.name.endswith("_history") or isinstance(value, Flow)
        return Flow(tree) if one_line else tree
    return Plain(value) if field.type in PLAIN_TYPES and isinstance(value, str) else value
