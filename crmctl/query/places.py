"""Where values stand in the index: columns of a row, JSON inside of them, elements of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from crmctl.index.layout import quoted
from crmctl.schema.model import Field, Kind
from crmctl.values.frozen import Frozen

SUBQUERY = 9  # what a subquery takes of the stack of SQLite's parser, in levels of AND


class Sql(Frozen):
    """A piece of SQL and the parameters for its question marks, in order."""

    text: str
    params: list[Any] = []  # noqa: RUF012 (copied for each)
    depth: int = 0  # levels of AND, OR and subqueries in it


class Row(Frozen):
    """A record: a row of its kind's table."""

    kind: Kind
    alias: str

    def raw(self, name: str) -> str:
        return f"{self.alias}.{quoted(name)}"

    def inside(self, name: str) -> Json:
        return Json(self.raw(name), "$")

    def elements(self, name: str) -> str:
        return f"json_each({self.raw(name)})"

    def exact(self, name: str) -> str:
        return self.raw(name)


class Json(Frozen):
    """A mapping within a record: SQL for a JSON text, and the JSON path in it."""

    source: str
    path: str

    def raw(self, name: str) -> str:
        return f"json_extract({self.source}, '{self.path}.{name}')"

    def inside(self, name: str) -> Json:
        return Json(self.source, f"{self.path}.{name}")

    def elements(self, name: str) -> str:
        return f"json_each({self.source}, '{self.path}.{name}')"

    def exact(self, name: str) -> str:
        """A number as the text it is written in."""
        return f"({self.source} -> '{self.path}.{name}')"


Place: TypeAlias = Row | Json


class Value(Frozen):
    """The end of a path: a field of a place, or an element of a list when `element` is its SQL."""

    place: Place
    name: str
    element: str | None = None

    def raw(self) -> str:
        """The value as it is stored; NULL when there is none."""
        return self.element or self.place.raw(self.name)

    def exact(self) -> str:
        return self.element or self.place.exact(self.name)

    def column(self, suffix: str) -> str | None:
        """The column of the row that holds the comparable form; None for values in JSON."""
        if self.element or not isinstance(self.place, Row):
            return None
        return self.place.raw(f"{self.name}{suffix}")

    def inside(self) -> Json:
        """The mapping that the value is."""
        return Json(self.element, "$") if self.element else self.place.inside(self.name)

    def present(self) -> str:
        """A condition, 1 or 0, in parentheses. Empty lists and mappings are never stored."""
        return f"({self.raw()} IS NOT NULL)"


class Walk:
    """The way over `steps` from a place, with one json_each for every list on it.

    `sources` are these; `places` are the mappings passed, without the start; `end` is the value. A
    list at the end is the value itself, or each of its elements when `open` says so.
    """

    def __init__(
        self, steps: Sequence[Field], start: Place, alias: Callable[[], str], open: bool = True
    ) -> None:
        self._alias = alias
        self.sources: list[str] = []
        self.places: list[Place] = []
        place = start
        for step in steps[:-1]:
            place = self._opened(place, step).inside()
            self.places.append(place)
        last = steps[-1]
        self.end = self._opened(place, last) if open else Value(place, last.name)

    def _opened(self, place: Place, step: Field) -> Value:
        if step.item is None:
            return Value(place, step.name)
        name = self._alias()
        self.sources.append(f"{place.elements(step.name)} AS {name}")
        return Value(place, step.name, f"{name}.value")

    def where(self, condition: Sql) -> Sql:
        """That the condition holds for some combination of the elements passed."""
        if not self.sources:
            return condition
        text = f"EXISTS (SELECT 1 FROM {', '.join(self.sources)} WHERE {condition.text})"
        return Sql(text, condition.params, condition.depth + SUBQUERY)
