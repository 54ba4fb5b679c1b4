"""Three versions of a record into one: field by field, lists as sets, keyed lists by their key.

Values may be typed or as a file spells them (`1240` beside `1240.00`): they are compared by what
the schema makes of them, and keep the spelling of whoever changed them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.schema.model import Field, Kind
from crmctl.schema.typing import READERS, TEXTS
from crmctl.storage.writer import Flow, is_empty
from crmctl.values.ids import is_minted
from crmctl.values.tree import Tilde

Path = tuple[str, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed, each in its own way; None is a value that is not there.

    `path` are the names from the record down, items of keyed lists by their key; () is the whole
    record, removed on one side or created on both for two different things.
    """

    path: Path
    base: Any
    ours: Any
    theirs: Any

    @property
    def made_apart(self) -> bool:
        """Whether both sides created a record under one id."""
        return not self.path and self.base is None and bool(self.ours) and bool(self.theirs)


Settle = Callable[[Conflict], Any]


def for_ours(conflict: Conflict) -> Any:
    """What a merged record holds where nothing else is asked for: what ours says."""
    return conflict.ours


def for_base(conflict: Conflict) -> Any:
    """What both sides started from."""
    return conflict.base


def merge(
    kind: Kind,
    base: Values | None,
    ours: Values | None,
    theirs: Values | None,
    zone: ZoneInfo,
    settle: Settle = for_ours,
) -> tuple[dict[str, Any] | None, list[Conflict]]:
    """The merged record and its conflicts; None stands for a record that is not there.

    Each conflict holds what `settle` makes of it.
    """
    merger = _Merger(kind, zone, settle)
    merged = merger.record(base, ours, theirs)
    return (None if merged is None else dict(merged)), merger.conflicts


class _Merger:
    def __init__(self, kind: Kind, zone: ZoneInfo, settle: Settle) -> None:
        self.conflicts: list[Conflict] = []
        self._kind = kind
        self._zone = zone
        self._settle = settle

    def record(self, base: Values | None, ours: Values | None, theirs: Values | None) -> Any:
        if base is None and ours and theirs and not self._apart(ours, theirs):
            # One import on two days: the later date is taken for the old one, so the earlier wins.
            days = [str(side["created"]) for side in (ours, theirs) if side.get("created")]
            base = {"created": max(days)} if days else {}
        root = self._kind.root
        if base and ours and theirs and _marks_differ(base, ours, theirs):
            return self._one_sided(root, base, ours, theirs, ())
        return self._whole(root, base, ours, theirs, ())

    def _apart(self, ours: Values, theirs: Values) -> bool:
        """Whether two records that were created under one id may be two different things."""
        if self._kind.id_prefix and is_minted(str(ours.get("id")), self._kind.id_prefix):
            return False
        return not ours.get("uid") or ours.get("uid") != theirs.get("uid")

    def _whole(self, field: Field | None, base: Any, ours: Any, theirs: Any, path: Path) -> Any:
        """A record or an item of a keyed list: never made of two that were created apart."""
        if base is None or ours is None or theirs is None:
            return self._one_sided(field, base, ours, theirs, path)
        return self._value(field, base, ours, theirs, path)

    def _one_sided(self, field: Field | None, base: Any, ours: Any, theirs: Any, path: Path) -> Any:
        """The value where at most one side changed it, else a conflict."""
        if self._same(field, ours, theirs):
            return theirs if ours == base else ours
        if self._same(field, theirs, base):
            return ours
        if self._same(field, ours, base):
            return theirs
        conflict = Conflict(path, base, ours, theirs)
        self.conflicts.append(conflict)
        return self._settle(conflict)

    def _value(self, field: Field | None, base: Any, ours: Any, theirs: Any, path: Path) -> Any:
        changed = not any(
            self._same(field, one, other)
            for one, other in ((ours, theirs), (theirs, base), (ours, base))
        )
        if changed and all(isinstance(side, Mapping) for side in (base or {}, ours, theirs)):
            return self._mapping(field, base or {}, ours, theirs, path)
        if changed and all(isinstance(side or [], list) for side in (base, ours, theirs)):
            merged = self._list(field, base or [], ours or [], theirs or [], path)
            if merged is not None:
                return merged
        return self._one_sided(field, base, ours, theirs, path)

    def _mapping(
        self, field: Field | None, base: Values, ours: Values, theirs: Values, path: Path
    ) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for name in {**ours, **theirs}:
            sides = base.get(name), ours.get(name), theirs.get(name)
            below = field.child(name) if field else None
            value = self._value(below, *sides, (*path, name))
            # A key that somebody left without a value stays as it is.
            if not is_empty(value) or (name in ours and is_empty(ours[name])):
                merged[name] = value
        return merged

    # lists

    def _list(
        self, field: Field | None, base: list[Any], ours: list[Any], theirs: list[Any], path: Path
    ) -> list[Any] | None:
        """The merged list; None where only a person can merge it."""
        items = [*base, *ours, *theirs]
        if not any(isinstance(item, Mapping | list) for item in items):
            return self._union(field, base, ours, theirs)
        if not all(isinstance(item, Mapping) for item in items):
            return None
        if field is not None and field.key:
            return self._keyed(field, base, ours, theirs, path)
        return self._entries(field, base, ours, theirs, path)

    def _union(
        self, field: Field | None, base: list[Any], ours: list[Any], theirs: list[Any]
    ) -> list[Any]:
        """What neither side removed, in our order, then what theirs added."""
        before, left, right = (set(self._marks(field, side)) for side in (base, ours, theirs))
        kept = [
            item
            for item, mark in zip(ours, self._marks(field, ours), strict=True)
            if mark in right or mark not in before
        ]
        added = [
            item
            for item, mark in zip(theirs, self._marks(field, theirs), strict=True)
            if mark not in before and mark not in left
        ]
        return kept + added

    def _entries(
        self, field: Field | None, base: list[Any], ours: list[Any], theirs: list[Any], path: Path
    ) -> list[Any] | None:
        """Mappings without a key, histories among them: as a set, while no entry may have been
        changed in two ways."""
        marks = [self._marks(field, side) for side in (base, ours, theirs)]
        if any(len(set(side)) < len(side) for side in marks):
            return None
        before, left, right = map(set, marks)
        if before - left - right and left - before != right - before:
            return None
        merged = self._union(field, base, ours, theirs)
        if path[-1].endswith("_history") and all(entry.get("at") for entry in merged):
            merged.sort(key=lambda entry: str(entry["at"]))
        return merged

    def _keyed(
        self, field: Field, base: list[Any], ours: list[Any], theirs: list[Any], path: Path
    ) -> list[Any] | None:
        tables = [_by_key(field, side) for side in (base, ours, theirs)]
        if None in tables:
            return None
        before, left, right = (table or {} for table in tables)
        merged = [
            self._whole(
                field.item, before.get(name), left.get(name), right.get(name), (*path, name)
            )
            for name in {**left, **right}
        ]
        return [item for item in merged if item is not None]

    def _marks(self, field: Field | None, items: Sequence[Any]) -> list[Hashable]:
        item_field = field.item if field else None
        return [self._canonical(item_field, item) for item in items]

    # comparing

    def _same(self, field: Field | None, one: Any, other: Any) -> bool:
        return one == other or self._canonical(field, one) == self._canonical(field, other)

    def _canonical(self, field: Field | None, value: Any) -> Hashable:
        """What a value means, however it is spelled; None for nothing."""
        if isinstance(value, Mapping):
            fields = field.children() if field else {}
            pairs = ((name, self._canonical(fields.get(name), value[name])) for name in value)
            return frozenset(pair for pair in pairs if pair[1] is not None) or None
        if isinstance(value, list):
            return tuple(self._marks(field, value)) or None
        if field is None or not isinstance(value, str):
            return None if is_empty(value) else value
        if isinstance(value, Tilde) and field.type not in TEXTS:
            return None
        reader = READERS.get(field.type)
        typed = reader(value, field, self._zone) if reader and value else None
        # A text of the wrong type means itself, and a number is never taken for a text.
        return (value or None) if typed is None else typed


def agreed(field: Field | None, base: Any, side: Any, other: Any, merged: Any) -> Any:
    """One side with the merged value wherever both sides changed something, else as it is."""
    if base in (side, other) or side == other:
        return side
    if all(isinstance(value or {}, Mapping) for value in (base, side, other, merged)):
        fields = field.children() if field else {}
        tables: list[Any] = [base or {}, side or {}, other or {}, merged or {}]
    elif field and field.key and all(isinstance(v or [], list) for v in (base, side, other)):
        fields = {}
        tables = [_by_key(field, value or []) for value in (base, side, other, merged)]
        if None in tables:
            return merged
    else:
        return merged
    values = {
        name: agreed(fields.get(name, field and field.item), *(table.get(name) for table in tables))
        for name in tables[1]
    }
    values = {name: value for name, value in values.items() if value is not None}
    if isinstance(side or other, Mapping):
        return values
    return list(values.values())


def are_told_apart(field: Field | None, value: Any) -> bool:
    """Whether the items of every keyed list in a value have keys of their own."""
    if isinstance(value, Mapping):
        fields = field.children() if field else {}
        return all(are_told_apart(fields.get(name), inner) for name, inner in value.items())
    if field and isinstance(value, list):
        apart = not field.key or _by_key(field, value) is not None
        return apart and all(are_told_apart(field.item, item) for item in value)
    return True


def ordered_as(field: Field | None, like: Any, value: Any) -> Any:
    """A value with the items of its keyed lists in the order that they have in another one."""
    if isinstance(like, Mapping) and isinstance(value, Mapping):
        fields = field.children() if field else {}
        pairs = {
            name: ordered_as(fields.get(name), like.get(name), inner)
            for name, inner in value.items()
        }
        return Flow(pairs) if isinstance(value, Flow) else pairs
    if field and field.key and isinstance(like, list) and isinstance(value, list):
        before, after = _by_key(field, like), _by_key(field, value)
        if before is not None and after is not None:
            names = [name for name in {**before, **after} if name in after]
            return [ordered_as(field.item, before.get(name), after[name]) for name in names]
    return value


def _by_key(field: Field, items: Sequence[Any]) -> dict[str, Any] | None:
    """The items of a keyed list by their key; None where that names not each of them."""
    if not all(isinstance(item, Mapping) for item in items):
        return None
    names = [item.get(field.key) for item in items]
    if not all(names) or len(set(names)) < len(names):
        return None
    return dict(zip(map(str, names), items, strict=True))


def _marks_differ(base: Values, ours: Values, theirs: Values) -> bool:
    """Whether one side removed the record and created another under its id."""
    marks = [side.get("uid") for side in (base, ours, theirs)]
    return all(marks) and marks[1] != marks[2]
