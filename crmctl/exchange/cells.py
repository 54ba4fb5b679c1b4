"""One row of a file <-> the fields of a record: typing, putting in place, telling rows apart.

References stay the text of the file here: what a row is must not depend on what the book holds.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.changes.assign import Assigner
from crmctl.exchange.errors import Rejected
from crmctl.exchange.mapping import Target
from crmctl.exchange.tabular import Row
from crmctl.locale import _
from crmctl.schema.model import NUMERIC, Field, Kind
from crmctl.values import jsontext
from crmctl.values.text import fold

Values = dict[str, Any]
Place = tuple[str | int, ...]
"""Where a value stands in a record: names of fields, and numbers of entries of lists."""
Resolve = Callable[[Field, str, Mapping[str, Any]], str]

# Typed, these are the same however they were spelled; the others are what stands in the cell, so
# that neither the day of the import nor the book's time zone makes another row of it.
_SPELLED_FREELY = NUMERIC | {"enum", "boolean"}


class Cell(NamedTuple):
    """A field and the value that a row gives it."""

    field: Field
    value: Any


class RowReader:
    """Reads rows of one table as values of one kind."""

    def __init__(self, kind: Kind, targets: Sequence[Target], now: datetime) -> None:
        self.kind = kind
        self.targets = targets
        self.assigner = Assigner(kind, now, lambda _field, text, _record: text)

    def cell(self, field: Field, text: str) -> Cell:
        """What a text gives a field, in whatever row."""
        field = _entry_field(field, text)
        return Cell(field, self.assigner.typed_node(field, text, {}))

    def read(self, row: Row) -> tuple[list[Cell], str]:
        """The cells that hold something, typed, and the text by which equal rows are known.

        Raises BadValue or another CrmctlError for the first cell that cannot be understood.
        """
        cells: dict[tuple[str, ...], Cell] = {}
        said: dict[str, Any] = {}
        for place, field in self.targets:
            node = row.cells[place]
            if node is None or (isinstance(node, str) and not node.strip()):
                continue
            field = _entry_field(field, node)
            value = self.assigner.typed_node(field, node, {})
            if value in (None, "", [], {}):
                continue
            canonical = _canonical(field, node, value)
            before = cells.get(field.path)
            if before is not None:
                added = [item for item in value if item not in before.value]
                value = [*before.value, *added]
                canonical = [said[field.dotted], canonical]
            cells[field.path] = Cell(field, value)
            said[field.dotted] = canonical
        return list(cells.values()), jsontext.dumps(_in_order(said))


def _entry_field(field: Field, node: Any) -> Field:
    """A plain text for a list of mappings is the label of one entry: the name of a contact."""
    plain = isinstance(node, str) and not node.lstrip().startswith(("[", "{"))
    if plain and field.type == "list" and field.leaf.type == "object":
        return field.children().get(field.label or "", field)
    return field


def _canonical(field: Field, node: Any, value: Any) -> Any:
    if field.type in _SPELLED_FREELY:
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value
    return unicodedata.normalize("NFC", node.strip()) if isinstance(node, str) else node


def _in_order(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _in_order(node[key]) for key in sorted(node)}
    return [_in_order(item) for item in node] if isinstance(node, list) else node


# Putting cells into a record


class Applied(NamedTuple):
    """The values of a record with those of a row among them, and the places of the latter."""

    values: Values
    places: dict[Place, Any]


def applied(
    kind: Kind, record: Mapping[str, Any], cells: Sequence[Cell], assigner: Assigner
) -> Applied:
    """`record` with the cells in their places; the record itself stays as it is.

    Cells below a list of mappings (`contacts.name`) are about one entry: the one with their key
    or label, else the only one, else a new one. Raises Rejected when that leaves several.
    """
    values: Values = dict(record)
    places: dict[Place, Any] = {}
    entries: dict[tuple[str, ...], Any] = {}
    for name in {cell.field.path[0] for cell in cells if len(cell.field.path) > 1}:
        if name in values:
            values[name] = copy.deepcopy(values[name])
    for cell in cells:
        holder: Any = values
        fields = kind.fields
        path = cell.field.path
        place: Place = ()
        for depth, name in enumerate(path[:-1], 1):
            step = fields[name]
            place += (name,)
            if step.type != "list":
                holder = holder.setdefault(name, {})
            else:
                if path[:depth] not in entries:
                    items = holder.setdefault(name, [])
                    entries[path[:depth]] = (step, items, _entry(step, items, path[:depth], cells))
                _step, items, number = entries[path[:depth]]
                holder = items[number]
                place += (number,)
            fields = step.children()
        holder[path[-1]] = places[*place, path[-1]] = cell.value
    for step, items, number in entries.values():
        if step.key is not None and step.key not in items[number]:
            items[number] = assigner.keyed_item(step, items[number], items)
    return Applied(values, places)


def _entry(field: Field, items: list[Values], path: tuple[str, ...], cells: Sequence[Cell]) -> int:
    """The number of the entry that a row is about; a new one is added if need be."""
    given = {
        cell.field.name: cell.value
        for cell in cells
        if cell.field.path[:-1] == path and not isinstance(cell.value, list | dict)
    }
    for name in (field.key, field.label):
        if name is not None and name in given:
            wanted = fold(str(given[name]))
            found = [n for n, item in enumerate(items) if fold(str(item.get(name, ""))) == wanted]
            break
    else:
        found = [*range(len(items))]
    if len(found) > 1:
        raise Rejected(
            _("the record has several entries in {field}, and the row does not say which").format(
                field=field.dotted
            )
        )
    if not found:
        items.append({})
        return len(items) - 1
    return found[0]


# References within values


def refers(field: Field) -> set[str]:
    """The targets of all references at a field or below it: kinds, or lists such as
    `customer.contacts`."""
    leaves = [field.leaf, *field.walk()]
    return {leaf.leaf.ref for leaf in leaves if leaf.leaf.ref}


def resolved(field: Field, value: Any, record: Mapping[str, Any], resolve: Resolve) -> Any:
    """`value` with every reference in it turned into an id."""
    if isinstance(value, list):
        item = field.item
        return value if item is None else [resolved(item, one, record, resolve) for one in value]
    if isinstance(value, dict):
        return _resolved_entry(field.children(), value, record, resolve)
    return resolve(field, value, record) if field.type == "ref" else value


def around(record: Mapping[str, Any], cell: Cell, cells: Sequence[Cell]) -> Values:
    """The values around a cell: of the record, and of the other cells of the row, nearer ones
    before farther."""
    near = [
        one for one in cells if one.field.path[:-1] == cell.field.path[: len(one.field.path) - 1]
    ]
    near.sort(key=lambda one: len(one.field.path))
    return {**record, **{one.field.name: one.value for one in near}}


def _resolved_entry(
    fields: Mapping[str, Field],
    value: Mapping[str, Any],
    record: Mapping[str, Any],
    resolve: Resolve,
) -> Values:
    """An entry with its references as ids; a contact is one of the customer in the same entry."""
    entry = dict(value)
    for name in sorted(
        fields.keys() & entry.keys(), key=lambda name: "." in (fields[name].ref or "")
    ):
        entry[name] = resolved(fields[name], entry[name], {**record, **entry}, resolve)
    return entry
