"""Columns of a file -> fields of a kind: by their names, by flags, by a mapping kept in the book.

Nothing is left out unsaid: a column is a field, or is ignored on purpose, or is an error.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crmctl.changes.assign import parse_assignment
from crmctl.errors import UsageError, did_you_mean
from crmctl.exchange.errors import (
    BadMapping,
    NoSuchColumn,
    NoSuchMapping,
    SameField,
    UnmappedColumns,
)
from crmctl.exchange.tabular import REST
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.schema.model import Field, Kind
from crmctl.values.text import suggest

FOLDER = "imports"
OURS = frozenset(("_path", "_line", "_reason", REST))
"""Columns that our own exports and rejects have beside the fields."""
MISSPELT = 0.75
"""How like a field a column must be: a file has columns that are no field at all."""


@dataclass(frozen=True, slots=True)
class Saved:
    """How the files of one source are read: `imports/NAME.yaml`, or what the flags say."""

    map: Mapping[str, str] = field(default_factory=dict)
    ignore: Collection[str] = ()
    kind: str | None = None
    key: str | None = None
    create: Collection[str] = ()
    set: Mapping[str, str] = field(default_factory=dict)

    def with_flags(
        self,
        map: Mapping[str, str],
        ignore: Sequence[str],
        key: str | None,
        create: Sequence[str],
        set: Mapping[str, str],
    ) -> Saved:
        """This mapping with what was typed besides; the flags win."""
        return Saved(
            {**self.map, **map},
            [column for column in (*self.ignore, *ignore) if column not in map],
            self.kind,
            key or self.key,
            [*self.create, *create],
            {**self.set, **set},
        )


class Target(NamedTuple):
    """A column that is read: its place in a row and the field that it fills."""

    place: int
    field: Field


def load_saved(root: Path, name: str) -> Saved:
    """The mapping `imports/NAME.yaml` of the book; NoSuchMapping, BadMapping."""
    from crmctl.storage.files import confined, load
    from crmctl.storage.reader import parse_document

    shown = f"{FOLDER}/{name}.yaml"
    file = confined(root / FOLDER, f"{name}.yaml")
    try:
        text = load(file)
    except FileNotFoundError:
        names = [other.stem for other in (root / FOLDER).glob("*.yaml")]
        raise NoSuchMapping(name, shown, suggest(name, names)) from None
    tree, faults = parse_document(text.text)
    for fault in [*text.faults, *faults]:
        problem = Problem(shown, fault.line, fault.column, fault.code, dict(fault.params))
        raise BadMapping(f"{shown}:{fault.line}:{fault.column}", problem.message)
    return _saved(tree or {}, shown)


def _saved(tree: Mapping[str, Any], where: str) -> Saved:
    shapes: dict[str, type] = {
        "map": dict,
        "ignore": list,
        "kind": str,
        "key": str,
        "create": list,
        "set": dict,
    }
    found: dict[str, Any] = {}
    for key, node in tree.items():
        if key not in shapes:
            raise BadMapping(
                f"{where}: {key}",
                _("there is no such setting"),
                did_you_mean(suggest(key, shapes))
                or _("Possible: {choices}.").format(choices=", ".join(shapes)),
            )
        if node is None:
            continue
        shape = shapes[key]
        if shape is list and isinstance(node, str):
            node = [node]
        items = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        if not isinstance(node, shape) or not all(isinstance(item, str) for item in items):
            raise BadMapping(f"{where}: {key}", _expected(shape))
        found[key] = node
    return Saved(**found)


def _expected(shape: type) -> str:
    if shape is dict:
        return _("columns with their fields are expected here, such as “Firm: customer”")
    if shape is list:
        return _("a list of texts is expected here")
    return _("a single value is expected here")


def parse_maps(texts: Sequence[str]) -> dict[str, str]:
    """`COLUMN=FIELD` as typed; a column may have “=” in its name, a field has none."""
    maps = {}
    for text in texts:
        column, equals, name = text.rpartition("=")
        if not equals or not column.strip() or not name.strip():
            raise UsageError(
                _("“{text}” does not say which column is which field.").format(text=text),
                _("Write --map COLUMN=FIELD."),
            )
        maps[column.strip()] = name.strip()
    return maps


def parse_sets(texts: Sequence[str]) -> dict[str, str]:
    """`FIELD=VALUE` as typed, for all new records."""
    found = {}
    for text in texts:
        assignment = parse_assignment(text)
        if assignment.operator != "=":
            raise UsageError(
                _("“{text}” is no assignment.").format(text=text), _("Write --set FIELD=VALUE.")
            )
        found[assignment.path] = assignment.text
    return found


def map_columns(
    kind: Kind,
    columns: Sequence[str],
    filled: Collection[int],
    saved: Saved,
    typed: Collection[str],
) -> list[Target]:
    """The fields that columns fill, in the order of the columns.

    `filled` are the places of columns that hold anything at all: an empty one without a name is
    nothing. `typed` are the columns of --map, which must be there. Raises UnmappedColumns with
    all of them, NoSuchColumn, SameField, UnknownField.
    """
    for column in typed:
        if column not in columns:
            raise NoSuchColumn(column, columns, suggest(column, columns))
    targets: list[Target] = []
    unmapped: list[str] = []
    for place, column in enumerate(columns):
        if column in saved.map:
            targets.append(Target(place, kind.own(saved.map[column])))
        elif column in saved.ignore or column in OURS:
            continue
        elif (found := by_itself(kind, column)) is not None:
            targets.append(Target(place, found))
        elif place in filled or column != f"#{place + 1}":
            unmapped.append(column)
    if unmapped:
        names = kind.words()
        raise UnmappedColumns(
            unmapped, kind.name, [_suggested(kind, column, names) for column in unmapped]
        )
    _check_unique(targets, columns)
    return targets


def by_itself(kind: Kind, column: str) -> Field | None:
    """The record's own field that a column names: name, dotted path, alias or title."""
    found = kind.find(column)
    if found is None or found.hops or found.field.fact:
        return None
    return found.field


def _suggested(kind: Kind, column: str, names: Sequence[str]) -> str | None:
    name = suggest(column, names, MISSPELT)
    field_ = by_itself(kind, name) if name else None
    return field_.dotted if field_ else None


def _check_unique(targets: Sequence[Target], columns: Sequence[str]) -> None:
    """One column a field, except that several may add to one list of single values."""
    by_path: dict[tuple[str, ...], list[str]] = {}
    for target in targets:
        by_path.setdefault(target.field.path, []).append(columns[target.place])
    for target in targets:
        path = target.field.path
        same = by_path[path]
        item = target.field.item
        if len(same) > 1 and (item is None or item.type == "object"):
            raise SameField(target.field.dotted, same)
        for length in range(1, len(path)):
            if path[:length] in by_path:
                raise SameField(".".join(path[:length]), [*by_path[path[:length]], *same])
