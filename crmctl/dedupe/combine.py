"""Two records of a kind into one, where no third tells which of them is newer.

What stays wins, what it lacks it gets: lists are united, entries that are the same made one, texts
joined. Whatever differs and cannot stand side by side is a conflict, which is told.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from crmctl.changes.assign import Assigner
from crmctl.schema.model import TEXTUAL, Field, Kind
from crmctl.storage.writer import is_empty
from crmctl.values.frozen import Frozen
from crmctl.values.phones import digits, has_extension, same
from crmctl.values.text import fold

Values = dict[str, Any]
Path = tuple[str, ...]
Keys = dict[str, dict[str, str]]
HISTORY = "_history"
# Said once at one time: half of the one and half of the other would be true of no time at all.
DATED = frozenset(("date", "instant", "money"))
JOINED = "\n\n"


class Clash(Frozen):
    """A place where both say something and only one can stand, with the value that does not."""

    path: Path
    kept: Any
    lost: Any


def rekeyed(kind: Kind, keep: Values, other: Values) -> tuple[Values, Keys]:
    """`other` with its entries under keys that fit among those of `keep`: entries that are the same
    under the same key, others under keys of their own; and by list the keys that are new.

    References within `other` to its own entries follow.
    """
    found: Keys = {}
    values = copy.deepcopy(other)
    for field in kind.fields.values():
        ours, theirs = keep.get(field.name), values.get(field.name)
        if field.type == "list" and field.key and ours and theirs:
            renamed = _renamed(field, ours, theirs)
            if renamed:
                found[field.name] = renamed
                for item in theirs:
                    item[field.key] = renamed.get(item.get(field.key), item.get(field.key))
    return references_rekeyed(kind.root, values, kind.name, {None: found}, None), found


def _renamed(field: Field, ours: list[Any], theirs: list[Any]) -> dict[str, str]:
    """New keys for entries; where the key itself says what an entry is, it never changes."""
    key = str(field.key)
    child = field.leaf.fields.get(key)
    if child is None or child.name != "id":
        return {}
    found: dict[str, str] = {}
    taken = {str(item.get(key)) for item in ours}
    free = [item for item in ours if isinstance(item, Mapping)]
    for item in theirs:
        same = next((one for one in free if _is_same(field, one, item)), None)
        if same is not None:
            free.remove(same)
            new = str(same[key])
        else:
            new = _free_key(str(item.get(key)), taken | {str(one.get(key)) for one in theirs})
            new = str(item[key]) if str(item.get(key)) not in taken else new
            taken.add(new)
        if new != item.get(key):
            found[str(item[key])] = new
    return found


def _free_key(base: str, taken: Collection[str]) -> str:
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _is_same(field: Field, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two entries are one thing: of one name, or with nothing that differs."""
    label = field.leaf.fields.get(field.label or "")
    if label is not None and label.name in field.leaf.required and label.type in TEXTUAL:
        return bool(_mark(label, one.get(label.name)) == _mark(label, other.get(label.name)))
    names = (one.keys() & other.keys()) - {field.key}
    return bool(names) and all(
        _mark(field.leaf.child(name), one[name]) == _mark(field.leaf.child(name), other[name])
        for name in names
    )


def references_rekeyed(
    field: Field, value: Any, kind: str, keys: Mapping[str | None, Keys], owner: str | None
) -> Any:
    """A value with new keys for entries of records of `kind` that it refers to.

    `keys` are the new ones by the id of their record. What is referred to belongs to the record
    that stands nearest, else to `owner`.
    """
    if isinstance(value, list):
        return [references_rekeyed(field.leaf, one, kind, keys, owner) for one in value]
    if isinstance(value, Mapping):
        nearest = value.get(kind, owner)
        return {
            name: each
            if (child := field.child(name)) is None
            else references_rekeyed(child, each, kind, keys, nearest)
            for name, each in value.items()
        }
    target, _dot, name = (field.ref or "").partition(".")
    if name and target == kind:
        return keys.get(owner, {}).get(name, {}).get(value, value)
    return value


class Combiner:
    """Makes one record of two, and collects what could not stand side by side."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.clashes: list[Clash] = []

    def combined(self, keep: Values, other: Values, apart: Collection[str] = ()) -> Values:
        """`keep` with what `other` has more; fields in `apart` stay as they are."""
        merged = dict(keep)
        for name, value in other.items():
            if name in apart or name.endswith(HISTORY) or is_empty(value):
                continue
            field = self.kind.fields.get(name)
            had = not is_empty(keep.get(name))
            merged[name] = self._value(field, keep.get(name), value, (name,))
            history = f"{name}{HISTORY}"
            # A history tells how the value came about, so it goes with the value.
            if not had and history in other:
                merged[history] = other[history]
        return merged

    def _value(self, field: Field | None, keep: Any, other: Any, path: Path) -> Any:
        if is_empty(other) or _mark(field, keep) == _mark(field, other):
            return keep
        if is_empty(keep):
            return other
        if isinstance(keep, list) and isinstance(other, list):
            return self._list(field, keep, other, path)
        if isinstance(keep, Mapping) and isinstance(other, Mapping):
            if field is not None and not _is_dated(field):
                return self._mapping(field, keep, other, path)
            if field is not None and _says_no_more(field, keep, other):
                return keep
        elif field is not None and field.type == "note":
            return _joined(str(keep), str(other))
        self.clashes.append(Clash(path, keep, other))
        return keep

    def _mapping(
        self, field: Field, keep: Mapping[str, Any], other: Mapping[str, Any], path: Path
    ) -> Values:
        merged = dict(keep)
        for name, value in other.items():
            merged[name] = self._value(field.child(name), keep.get(name), value, (*path, name))
        return merged

    def _list(
        self, field: Field | None, keep: list[Any], other: list[Any], path: Path
    ) -> list[Any]:
        if field is not None and field.key:
            return self._keyed(field, keep, other, path)
        item = field.item if field is not None else None
        if item is not None and item.type == "phone":
            return [*keep, *(one for one in other if not any(_is_line(one, own) for own in keep))]
        known = [_mark(item, one) for one in keep]
        return [*keep, *(one for one in other if _mark(item, one) not in known)]

    def _keyed(self, field: Field, keep: list[Any], other: list[Any], path: Path) -> list[Any]:
        key = str(field.key)
        merged = [*keep]
        places = {str(item.get(key)): place for place, item in enumerate(keep)}
        for item in other:
            name = str(item.get(key))
            if name not in places:
                merged.append(item)
                continue
            ours = merged[places[name]]
            if _is_refusal(field, item) and not _is_refusal(field, ours):
                merged[places[name]] = item  # who refused once is not asked under another name
            elif not _is_refusal(field, ours):
                merged[places[name]] = self._mapping(field.leaf, ours, item, (*path, name))
        return merged


def collapsed(field: Field, value: Any, kind: str) -> Any:
    """A value in which two that now name the same record of `kind` are one."""
    if isinstance(value, Mapping):
        return {
            name: each if (child := field.child(name)) is None else collapsed(child, each, kind)
            for name, each in value.items()
        }
    if not isinstance(value, list):
        return value
    if field.leaf.ref == kind:
        return [*dict.fromkeys(value)]
    key = field.leaf.fields.get(field.key or "")
    items = [collapsed(field.leaf, one, kind) for one in value]
    if key is None or key.ref != kind:
        return items
    found: dict[Any, Values] = {}
    for item in items:
        first = found.setdefault(item[key.name], item)
        if first is not item:
            found[item[key.name]] = {**item, **first}
    return [*found.values()]


def without_self(field: Field, value: Any, ids: Collection[str], kind: str) -> Any:
    """A record's value without what names the record itself, by one of `ids`; None for nothing."""
    if isinstance(value, list):
        kept = (without_self(field.leaf, one, ids, kind) for one in value)
        return [one for one in kept if one is not None]
    if isinstance(value, Mapping):
        found = {}
        for name, each in value.items():
            child = field.child(name)
            kept = each if child is None else without_self(child, each, ids, kind)
            if kept is None and name in field.required:
                return None
            if kept is not None:
                found[name] = kept
        return found
    return None if field.ref == kind and value in ids else value


def ended(kind: Kind, name: str, values: Values, entry: Mapping[str, Any]) -> list[Any]:
    """The list `name` of what is over, with one more entry."""
    field, items = kind.fields[name], [*(values.get(name) or [])]
    known = {key: value for key, value in entry.items() if key in field.leaf.fields}
    return [*items, Assigner.keyed_item(field, known, items)]


def _is_refusal(field: Field, item: Mapping[str, Any]) -> bool:
    return field.name == "consent" and item.get("status") == "refused"


def _is_dated(field: Field) -> bool:
    """Whether a mapping is one statement of one time."""
    children = [*field.children().values()]
    plain = all(child.type not in ("object", "list") for child in children)
    return plain and any(child.type in DATED for child in children)


def _says_no_more(field: Field, keep: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    ours, theirs = _mark(field, keep), _mark(field, other)
    return all(ours.get(name) == value for name, value in theirs.items())


def _is_line(one: str, other: str) -> bool:
    """Whether a number says no more than another one."""
    return same(one, other) and not has_extension(one)


def _joined(keep: str, other: str) -> str:
    if other.strip() in keep:
        return keep
    if keep.strip() in other:
        return other
    return f"{keep.rstrip()}{JOINED}{other.lstrip()}"


def _mark(field: Field | None, value: Any) -> Any:
    """What a value means, in a form in which two can be compared."""
    if isinstance(value, Mapping):
        leaf = field.leaf if field is not None else None
        return {name: _mark(leaf.child(name) if leaf else None, value[name]) for name in value}
    if isinstance(value, list):
        return [_mark(field.item if field is not None else None, one) for one in value]
    if isinstance(value, str) and field is not None:
        if field.type == "phone":
            return digits(value) or value
        if field.type in TEXTUAL or field.type == "tag":
            return fold(value).strip()
    return value


def differing(kind: Kind, records: Sequence[Values]) -> Iterator[str]:
    """The top-level fields in which records say different things, in the order of the schema."""
    names = dict.fromkeys(name for values in records for name in values)
    for name in [
        *(n for n in kind.fields if n in names),
        *(n for n in names if n not in kind.fields),
    ]:
        marks = [_mark(kind.fields.get(name), values.get(name)) for values in records]
        if any(mark != marks[0] for mark in marks[1:]):
            yield name
