"""What imported rows name: records by reference, and records by the key of an update.

The index is asked once for each text that occurs, never once a row, and what the import itself
makes is known at once, long before the index sees it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.errors import Ambiguous, BadValue, CrmctlError
from crmctl.exchange.cells import Cell
from crmctl.index.layout import quoted
from crmctl.locale import _
from crmctl.schema.access import name_form, searched
from crmctl.schema.model import NUMERIC, Field, Kind
from crmctl.values import jsontext
from crmctl.values.phones import digits
from crmctl.values.text import fold
from crmctl.workspace import Workspace

Form = tuple[str, str]


class Lookup:
    """Turns the text of a reference into an id, and makes the record where that is wanted."""

    def __init__(self, builder: Builder, create: Collection[str]) -> None:
        self.builder = builder
        self.kinds = builder.workspace.registry.kinds
        self.made: list[Change] = []
        self._create = create
        self._in_book: dict[tuple[str, str], list[str]] = {}
        self._ids: set[tuple[str, str]] = set()
        self._new: dict[tuple[str, Form], dict[str, None]] = {}

    def matches(self, kind: Kind, text: str) -> list[str]:
        """Every id that a text can mean: of the book, or of this import."""
        if (kind.name, text) in self._ids:
            return [text]
        known = self._in_book.get((kind.name, text))
        if known is None:
            known = self.builder.references.matches(kind, text)
            self._in_book[kind.name, text] = known
        if known == [text] or not self._new:
            return known
        found = dict.fromkeys(known)
        for form in self.builder.references.forms(text):
            found |= self._new.get((kind.name, form), {})
        return list(found)

    def resolve(self, field: Field, text: str, record: Mapping[str, Any]) -> str:
        """The id for a reference; BadValue or Ambiguous without exactly one."""
        return self._resolve(field, text, record, True)

    def peek(self, field: Field, text: str, record: Mapping[str, Any]) -> str:
        """As `resolve`, but makes nothing."""
        return self._resolve(field, text, record, False)

    def _resolve(self, field: Field, text: str, record: Mapping[str, Any], create: bool) -> str:
        kind = self.kinds.get(field.ref or "")
        if kind is None:
            return self.builder.resolve(field, text, record)
        found = self.matches(kind, text)
        if len(found) == 1:
            return found[0]
        if not found and create and kind.name in self._create and kind.slug_field:
            change = self.builder.add(kind, {kind.slug_field: text}, mark=False)
            self.made.append(change)
            self.add(change)
            return change.id
        if found:
            raise Ambiguous(text, found)
        if kind.name == "user" and not self.builder.references.has_users():
            return text
        # No look for the nearest: a file may have a hundred thousand references to nothing.
        reason = _("no {kind} of this id, name, phone or e-mail").format(kind=kind.titled())
        raise BadValue(field.dotted, text, reason)

    def add(self, change: Change) -> None:
        """Lets later rows refer to a new record."""
        self._ids.add((change.kind, change.id))
        for key in self._keys(change):
            self._new.setdefault(key, {})[change.id] = None

    def _forget(self, change: Change) -> None:
        self._ids.discard((change.kind, change.id))
        for key in self._keys(change):
            self._new.get(key, {}).pop(change.id, None)

    def _keys(self, change: Change) -> Iterator[tuple[str, Form]]:
        kind = self.kinds[change.kind]
        for field, text in searched(kind, change.after or {}):
            form = name_form(kind, field)
            if form is not None:
                yield kind.name, (digits(text) if form == "phone" else fold(text), form)

    def take_back(self, changes: Sequence[Change]) -> None:
        """Undoes additions of this import."""
        for change in changes:
            self._forget(change)
        self.builder.take_back(changes)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is added within stays only if all of it succeeds."""
        size = len(self.builder.set.changes)
        try:
            yield
        except CrmctlError:
            self.take_back(self.builder.set.changes[size:])
            raise


class KeyIndex:
    """The records of a kind by the value of one field, compared regardless of case."""

    def __init__(self, workspace: Workspace, kind: Kind, field: Field) -> None:
        self.field = field
        self._ids: dict[str, dict[str, None]] = {}
        top = kind.fields[field.path[0]]
        plain = top.type not in ("list", "object")
        column, table = quoted(top.name), quoted(kind.plural)
        sql = f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL"
        for id, value in workspace.index.stream(sql):
            self.add(id, {top.name: value if plain else jsontext.loads(value)})

    def add(self, id: str, values: Mapping[str, Any]) -> None:
        """Makes a record known by what it holds in the field."""
        for form in self._forms(_at(values, self.field.path)):
            self._ids.setdefault(form, {})[id] = None

    def find(self, cells: Sequence[Cell]) -> list[str]:
        """The ids of the records that share a value with the row; none for a row without one."""
        found: dict[str, None] = {}
        for cell in cells:
            if cell.field.path == self.field.path:
                for form in self._forms([cell.value]):
                    found |= self._ids.get(form, {})
        return list(found)

    def kept(self, record: Mapping[str, Any], cells: Sequence[Cell]) -> list[Cell]:
        """The cells of an update, without those that would only respell the key of the record.

        A list that is the key (phones) grows: the one number of a row does not mean no other.
        """
        path = self.field.path
        found: list[Cell] = []
        for cell in cells:
            if cell.field.path != path or len(path) > 1:
                found.append(cell)
            elif cell.field.type == "list":
                old = record.get(path[0]) or []
                known = set(self._forms(old))
                more = [item for item in cell.value if not known.issuperset(self._forms([item]))]
                found.append(Cell(cell.field, [*old, *more]))
        return found

    def _forms(self, values: Sequence[Any]) -> Iterator[str]:
        for value in values:
            if isinstance(value, list):
                yield from self._forms(value)
            elif self.field.leaf.type in NUMERIC:
                yield format(Decimal(str(value)).normalize(), "f")
            elif self.field.leaf.type == "phone":
                yield digits(str(value)) or fold(str(value))
            else:
                yield fold(str(value))


def _at(values: Any, path: Sequence[str]) -> list[Any]:
    """Every value at a path, through lists."""
    if isinstance(values, list):
        return [found for value in values for found in _at(value, path)]
    if not path:
        return [values]
    if isinstance(values, Mapping) and path[0] in values:
        return _at(values[path[0]], path[1:])
    return []
