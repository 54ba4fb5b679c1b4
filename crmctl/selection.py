"""A set of records chosen by a query: its conditions, columns and order, over the index.

Everything that shows or uses "the records that match" comes through here: lists, segments, bulk
edits, exports, reports and models.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from crmctl.analytics.result import Column as Shown
from crmctl.errors import UsageError
from crmctl.facts.tables import Facts
from crmctl.index.layout import as_record, quoted
from crmctl.locale import _
from crmctl.query import bind, sql
from crmctl.query.grammar import parse
from crmctl.query.places import Row, Sql, Walk
from crmctl.schema.model import Field, Kind
from crmctl.schema.paths import FieldPath, Hop
from crmctl.values import jsontext
from crmctl.values.dates import format_instant
from crmctl.values.frozen import Frozen
from crmctl.values.money import from_units
from crmctl.workspace import Workspace

Decoder = Callable[[Any], Any]


class Column(Frozen):
    """One column of a selection: the path as it was asked for and the field it means.

    base: amounts in the base currency; label: references by the name of what they refer to.
    """

    name: str
    path: FieldPath
    base: bool = False
    label: bool = False

    @property
    def field(self) -> Field:
        return self.path.field

    @property
    def type(self) -> str:
        """The field's type; a list is called by what it holds."""
        return self.field.leaf.type


def shown(column: Column) -> Shown:
    """How a column of a selection is headed and shown."""
    field = column.field
    titles = {value: field.value_title(value) for value in field.leaf.values}
    keys = {key: child.titled() for key, child in field.children().items()}
    return Shown(column.name, column.path.titled(), column.type, titles, keys)


class Selection:
    """The records of one kind that match a query, as of a day if one is given.

    Archived records are left out unless the query asks about `archived` or `archived` is True.
    `ids`: none but these; `naming`: none but those that hold one of these ids in that field.
    """

    def __init__(
        self,
        workspace: Workspace,
        kind: Kind,
        query: str | None = None,
        *,
        as_of: date | None = None,
        archived: bool = False,
        ids: Sequence[str] | None = None,
        naming: tuple[Field, Collection[str]] | None = None,
    ) -> None:
        self.workspace = workspace
        self.kind = kind
        self.as_of = as_of
        self._archived = archived
        self._ids = ids
        self._naming = naming
        # Under --as-of the day is seen from its last minute: “today” and “<30d” end there.
        now = workspace.now
        if as_of is not None:
            now = datetime.combine(as_of, time(23, 59), workspace.zone)
        self.context = workspace.query_context(now)
        self.bound = bind.bind(parse(query or ""), kind, self.context)
        self._more: list[Sql] = []

    @cached_property
    def facts(self) -> Facts:
        """The facts as of the selection's day; also switches the index to that day."""
        self.workspace.index.as_of(self.as_of)
        return Facts(self.workspace, self.as_of or self.workspace.today)

    def narrow(self, *conditions: Sql) -> None:
        """From now on only rows `t` of which these hold as well."""
        self._more += conditions

    @cached_property
    def _where(self) -> tuple[str, list[Any]]:
        return self._conditions()

    def _conditions(self) -> tuple[str, list[Any]]:
        condition = sql.compile(self.bound, self.kind, "t", fact=self.facts.expression)
        text, params = condition.text, list(condition.params)
        if not self._archived and "archived" not in bind.fields_used(self.bound):
            text = f"({text}) AND t.archived IS NULL"
        if self._ids is not None:
            text = f"({text}) AND t.id IN (SELECT value FROM json_each(?))"
            params.append(jsontext.dumps(list(self._ids)))
        if self._naming is not None:
            named = self._named(*self._naming)
            text = f"({text}) AND {named.text}"
            params += named.params
        for more in self._more:
            text = f"({text}) AND {more.text}"
            params += more.params
        return text, params

    def _named(self, field: Field, ids: Collection[str]) -> Sql:
        """That a record holds one of these ids in a field."""
        numbers = count()
        steps = bind.steps_to(self.kind, field)
        walk = Walk(steps, Row(self.kind, "t"), lambda: f"n{next(numbers)}")
        among = f"{walk.end.raw()} IN (SELECT value FROM json_each(?))"
        return walk.where(Sql(among, [jsontext.dumps(list(ids))]))

    def comparable(self, name: str) -> str:
        """SQL for the value at a path of a row `t`, in the form that compares."""
        return self._value(self.kind.field(name), "t", comparable=True)

    def column(self, name: str, *, base: bool = False, label: bool = False) -> Column:
        """The column for a path."""
        return Column(name, self.kind.field(name), base, label)

    def count(self) -> int:
        text, params = self._where
        rows = self.workspace.index.rows(f"SELECT count(*) FROM {self._from} WHERE {text}", params)
        return int(rows[0][0])

    def ids(self, sort: Sequence[str] = (), limit: int = 0) -> list[str]:
        """The ids, in order."""
        return [id for (id,) in self._select(["t.id"], sort, limit)]

    def records(self, sort: Sequence[str] = (), limit: int = 0) -> Iterator[dict[str, Any]]:
        """The whole records, each with `_path` and `_line`."""
        for data, path, line in self._select(["t._data", "t._path", "t._line"], sort, limit):
            yield as_record(data, path, line)

    def rows(
        self, columns: Sequence[Column], sort: Sequence[str] = (), limit: int = 0
    ) -> Iterator[tuple[Any, ...]]:
        """One tuple a record with the columns' values: text, int, Decimal, bool, list or None."""
        cells = [self._cell(column) for column in columns]
        decoders = [decoder for _text, decoder in cells]
        for row in self._select([text for text, _decoder in cells], sort, limit):
            yield tuple(
                None if value is None else decode(value)
                for value, decode in zip(row, decoders, strict=True)
            )

    @property
    def _from(self) -> str:
        self.workspace.index.as_of(self.as_of)
        return f"{quoted(self.kind.plural)} AS t"

    def _select(
        self, cells: Sequence[str], sort: Sequence[str], limit: int
    ) -> Iterator[tuple[Any, ...]]:
        text, params = self._where
        statement = f"SELECT {', '.join(cells)} FROM {self._from} WHERE {text}"
        statement += f" ORDER BY {', '.join(self._order(sort or self.kind.sort))}"
        if limit > 0:
            statement += f" LIMIT {limit:d}"
        return self.workspace.index.stream(statement, params)

    def _order(self, sort: Sequence[str]) -> list[str]:
        order = []
        for name in sort:
            path = self.kind.field(name.removeprefix("-").removeprefix("+"))
            text = self._value(path, "t", comparable=True)
            order += [f"{text} IS NULL", f"{text} DESC" if name.startswith("-") else text]
        return [*order, "t.id", "t._path", "t._line"]

    # SQL for values

    def _value(self, path: FieldPath, alias: str, *, comparable: bool) -> str:
        """SQL for the value at a path, seen from a row `alias`; comparable: for ordering."""
        if path.hops:
            return self._through(path.hops[0], path, alias, comparable)
        field = path.field
        if field.fact:
            return self.facts.expression(field, alias)
        top = self.kind_field(path.home, field)
        if field.type == "number" and field is top and not comparable:
            return f"{alias}._data"  # the column has a float, which is not all the digits
        column = f"{alias}.{quoted(top.name)}"
        if field is not top or field.type in ("list", "object"):
            inner = _json_path(path.home, field) if comparable else None
            return column if inner is None else f"json_extract({column}, '{inner}')"
        if field.default is not None and field.type in ("enum", "text", "tag"):
            # A schema's own value, checked against the enum when the schema was read.
            return f"COALESCE({column}, {_literal(field.default)})"
        if comparable and field.type == "money":
            return f"{alias}.{quoted(field.name + '__base')}"
        if field.lines:
            return f"COALESCE({column}, total({alias}.{quoted(field.lines)}))"
        if comparable and field.type == "instant":
            return f"{alias}.{quoted(field.name + '__ts')}"
        return f"fold({column})" if comparable and field.type == "text" else column

    def kind_field(self, kind: Kind, field: Field) -> Field:
        """The top-level field that a nested one stands in."""
        return kind.fields[field.path[0]]

    def _through(self, hop: Hop, path: FieldPath, alias: str, comparable: bool) -> str:
        if len(hop.field.path) > 1 or hop.field.type == "list":
            raise UsageError(
                _("“{path}” leads through a list and cannot be a column.").format(path=path.dotted)
            )
        deeper = f"{alias}_{hop.field.name}"
        rest = FieldPath(hop.kind, path.hops[1:], path.field)
        inner = self._value(rest, deeper, comparable=comparable)
        return (
            f"(SELECT {inner} FROM {quoted(hop.kind.plural)} AS {deeper}"
            f" WHERE {deeper}.id = {alias}.{quoted(hop.field.name)} LIMIT 1)"
        )

    def _cell(self, column: Column) -> tuple[str, Decoder]:
        field = column.field
        if field.type == "money" and field.path[1:] and _json_path(column.path.home, field):
            return self._inner_money(column)
        base = column.base and field.type == "money" and len(field.path) == 1
        text = self._value(column.path, "t", comparable=base)
        if column.label and field.type == "ref" and len(field.path) == 1:
            return self._label(field, text), _same
        if field.type == "money" and (base or field.fact):
            return text, from_units
        if column.label and field.type == "instant" and len(field.path) == 1 and not field.fact:
            # People read times in the book's zone, whatever offset they were written with.
            return self._value(column.path, "t", comparable=True), self._instant
        if column.label and field.type == "money" and not column.path.hops and not field.path[1:]:
            return self._with_currency(field, text), _amount
        if field.fact and field.type == "instant":
            return text, self._instant
        if field.type == "number" and not field.fact and len(field.path) == 1:
            return text, lambda data: jsontext.loads(data).get(field.name)
        if not field.fact and (field.path[1:] or field.type in ("list", "object")):
            return text, self._nested(column.path)
        return text, DECODERS.get(field.type, _same)

    def _label(self, field: Field, text: str) -> str:
        """SQL for the name of what a reference refers to; the reference itself without one."""
        target = self.workspace.registry.kinds.get(field.ref or "")
        if target is None or target.fields[target.label].type not in ("text", "note", "tag"):
            return text
        name = f"SELECT n.{quoted(target.label)} FROM {quoted(target.plural)} AS n"
        return f"COALESCE(({name} WHERE n.id = {text} LIMIT 1), {text})"

    def _with_currency(self, field: Field, text: str) -> str:
        """SQL for an amount, followed by its currency unless that is the base currency."""
        if field.currency not in self.kind.fields or len(field.path) > 1:
            return text
        code = f"t.{quoted(str(field.currency))}"
        base = _literal(self.workspace.config.currency)
        foreign = f"{text} || ' ' || {code}"
        return f"CASE WHEN {code} IS NULL OR {code} = {base} THEN {text} ELSE {foreign} END"

    def _inner_money(self, column: Column) -> tuple[str, Decoder]:
        """An amount in an object, with the currency that stands beside it or in the record."""
        path, field = column.path, column.field
        inner = str(_json_path(path.home, field))
        if path.hops:
            return self._value(path, "t", comparable=True), _amount
        whole = f"t.{quoted(field.path[0])}"
        beside = f"{whole} ->> '{inner.rpartition('.')[0]}.{field.currency}'"
        if field.currency in self.kind.fields:
            beside = f"COALESCE({beside}, t.{quoted(str(field.currency))})"
        if column.base:
            day = f"t.{quoted(self.kind.dated_by[0])}"
            return f"base({whole} -> '{inner}', {beside}, {day})", from_units
        text = f"{whole} -> '{inner}'"
        if not column.label:
            return text, Decimal
        base = _literal(self.workspace.config.currency)
        foreign = f"CASE WHEN {beside} <> {base} THEN ' ' || ({beside}) ELSE '' END"
        return f"({text}) || {foreign}", _amount

    def _instant(self, seconds: int) -> str:
        return format_instant(datetime.fromtimestamp(seconds, UTC).astimezone(self.workspace.zone))

    def _nested(self, path: FieldPath) -> Decoder:
        """Values out of JSON: a list of what stands at the path when a list is on the way."""
        steps = path.field.path[1:]
        single = _json_path(path.home, path.field) is not None and path.field.type != "list"

        def decode(text: Any) -> Any:
            value = jsontext.loads(text)
            if not steps:
                return value
            found = [*_values_at(value, steps)]
            return next(iter(found), None) if single else found or None

        return decode


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _json_path(kind: Kind, field: Field) -> str | None:
    """The JSON path of a nested field within its column; None when a list is on the way."""
    step: Field | None = kind.fields[field.path[0]]
    for name in field.path[1:]:
        if step is None or step.type == "list":
            return None
        step = step.child(name)
    if len(field.path) == 1:
        return None
    return "$." + ".".join(field.path[1:])


def _same(value: Any) -> Any:
    return value


def _amount(text: Any) -> Any:
    """An amount as Decimal, or as text when it brings its currency along."""
    return text if isinstance(text, str) and " " in text else Decimal(str(text))


def _values_at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values_at(item, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _values_at(value[path[0]], path[1:])


DECODERS: dict[str, Decoder] = {
    "money": Decimal,
    "boolean": bool,
    "list": jsontext.loads,
}
