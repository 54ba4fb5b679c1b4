"""What a rule finds: the records or entries that it means, whose they are, what is said of them.

Reminders, alerts and queues are such rules; their shape is in `policies/rule.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from crmctl.due import later
from crmctl.facts.definitions import CUSTOMER
from crmctl.index.layout import quoted
from crmctl.locale import _, pick
from crmctl.policies.rule import Rule
from crmctl.query import bind, sql
from crmctl.query.bound import Within
from crmctl.query.grammar import parse
from crmctl.query.places import Place, Row, Sql, Walk
from crmctl.schema.model import Field, Kind
from crmctl.schema.paths import FieldPath
from crmctl.selection import Column, Decoder, Selection
from crmctl.values import jsontext
from crmctl.values.dates import end_of
from crmctl.values.frozen import Frozen
from crmctl.values.money import format_amount
from crmctl.values.text import visible
from crmctl.workspace import Workspace

OWNERS = ("owner", "assignee", "by", "who")
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
NOTHING = "-"


class Found(Frozen):
    """One record that a rule found, or one entry of its list (`entry`, by its key).

    `text` is in the current language, `plain` the same for scripts: in English, with values as they
    are stored. `dates` are the values that were asked for beside; `priority` is that of the record,
    0 the lowest.
    """

    ref: str
    entry: str | None
    customer: str | None
    owner: str | None
    text: str
    plain: str
    dates: tuple[Any, ...] = ()
    priority: int = 0


class Entries(Selection):
    """The entries of a keyed list of the records that match a query: a row for each."""

    def __init__(
        self,
        workspace: Workspace,
        kind: Kind,
        query: str | None,
        each: str,
        when: str | None,
        *,
        as_of: date | None = None,
    ) -> None:
        super().__init__(workspace, kind, query, as_of=as_of)
        self.each = kind.own(each)
        steps = bind.steps_to(kind, self.each)
        self._walk = Walk(steps, Row(kind, "t"), lambda: "entry")
        self._when = None
        if when is not None:
            self._when = bind.bind(parse(f"{self.each.dotted}({when})"), kind, self.context)

    @property
    def _from(self) -> str:
        return ", ".join([super()._from, *self._walk.sources])

    def _conditions(self) -> tuple[str, list[Any]]:
        text, params = super()._conditions()
        # A list that is not there has no rows; to say so lets SQLite pass such records quickly.
        text = f"({text}) AND t.{quoted(self.each.path[0])} IS NOT NULL"
        if isinstance(self._when, Within):
            places: list[Place] = [*self._walk.places, self._walk.end.inside()]
            made = sql.compile(
                self._when.inner, self.kind, "t", fact=self.facts.expression, inner=places
            )
            text, params = f"{text} AND {made.text}", [*params, *made.params]
        return text, params

    def _value(self, path: FieldPath, alias: str, *, comparable: bool) -> str:
        if not self.holds(path):
            return super()._value(path, alias, comparable=comparable)
        place = self._walk.end.inside()
        *between, last = path.field.path[len(self.each.path) :]
        for name in between:
            place = place.inside(name)
        return place.raw(last)

    def _cell(self, column: Column) -> tuple[str, Decoder]:
        if not self.holds(column.path):
            return super()._cell(column)
        text = self._value(column.path, "t", comparable=False)
        if column.label and column.field.type == "ref":
            text = self._label(column.field, text)
        return text, lambda value: value

    def holds(self, path: FieldPath) -> bool:
        """Whether a path leads to a field of the entries."""
        depth = len(self.each.path)
        return (
            not path.hops
            and len(path.field.path) > depth
            and (path.field.path[:depth] == self.each.path)
        )


class Finder:
    """One rule over one book, as of the end of a day if one is given.

    An error for a rule that names what the book does not have.
    """

    def __init__(self, workspace: Workspace, rule: Rule, as_of: date | None = None) -> None:
        self.workspace = workspace
        self.rule = rule
        self.kind = workspace.registry.kind(rule.kind)
        self.selection = (
            Selection(workspace, self.kind, rule.query, as_of=as_of)
            if rule.each is None
            else Entries(workspace, self.kind, rule.query, rule.each, rule.when, as_of=as_of)
        )

    def check(self, dates: Sequence[str]) -> None:
        """Raises what would stand in the way of `rows`."""
        for path in (*self._fixed, *dates):
            self.kind.field(path)
        for text in self._texts:
            Template(text, self.selection, self.workspace.config.currency, {})

    def between(self, dates: Sequence[str], first: date | None, last: date) -> None:
        """From now on only what has one of these dates in a span of days, the last one included."""
        either: list[str] = []
        params: list[Any] = []
        for path in dates:
            type_ = self.kind.field(path).field.type
            if type_ not in ("date", "instant"):
                continue
            value = self.selection.comparable(path)
            bounds = [f"{value} <= ?"]
            params.append(self._bound(last, type_, last=True))
            if first is not None:
                bounds.append(f"{value} >= ?")
                params.append(self._bound(first, type_, last=False))
            either.append(" AND ".join(bounds))
        if either:
            self.selection.narrow(Sql(f"({' OR '.join(either)})", params))

    def _bound(self, day: date, type_: str, *, last: bool) -> str | int:
        """The first or last value of a day that a date or an instant can have."""
        if type_ == "date":
            return day.isoformat()
        zone = self.workspace.zone
        return end_of(day, zone) - 1 if last else end_of(later(day, -1), zone)

    def about(self, customer: str) -> None:
        """From now on only what is about one customer."""
        if self.kind.name == CUSTOMER and "customer" not in self._fixed.values():
            self.selection.narrow(Sql("t.id = ?", [customer]))
            return
        path = next((path for path, what in self._fixed.items() if what == "customer"), None)
        if path is None:
            self.selection.narrow(Sql("0"))
        else:
            self.selection.narrow(Sql(f"{self.selection.comparable(path)} = ?", [customer]))

    def rows(
        self, dates: Sequence[str] = (), sort: Sequence[str] = (), limit: int = 0
    ) -> Iterator[Found]:
        """What the rule finds; `dates` are paths of more values that are wanted."""
        selection = self.selection
        currency = self.workspace.config.currency
        said: dict[str, Column] = {}
        shown, plain = (Template(text, selection, currency, said) for text in self._texts)
        columns = [selection.column("id"), *(selection.column(path) for path in self._fixed)]
        columns += [selection.column(path, label=True) for path in dates]
        grades = self.kind.fields.get("priority")
        ranks = list(grades.values) if grades is not None else []
        if grades is not None:
            columns.append(selection.column("priority"))
        after, place = 1 + len(self._fixed), len(columns)
        for row in selection.rows([*columns, *said.values()], sort, limit):
            fixed = {what: _text(row[n]) for n, what in enumerate(self._fixed.values(), 1)}
            grade = row[place - 1] if ranks else None
            yield Found(
                ref=row[0],
                entry=fixed.get("entry"),
                customer=fixed.get("customer", row[0] if self.kind.name == CUSTOMER else None),
                owner=fixed.get("owner"),
                text=shown.filled(row[place:]),
                plain=plain.filled(row[place:], plain=True),
                dates=tuple(row[after : after + len(dates)]),
                priority=ranks.index(grade) if grade in ranks else 0,
            )

    @property
    def _texts(self) -> tuple[str, str]:
        """The template of what is said, in the current language and in English."""
        if self.rule.text is not None:
            text = pick(self.rule.text)
            return text, self.rule.text.get("en", text)
        each = getattr(self.selection, "each", None)
        if each is None:
            text = f"{{{self.kind.label}|id}}"
        else:
            fields = each.leaf.fields
            prose = (name for name, field in fields.items() if field.type == "text")
            text = f"{{{each.dotted}.{each.label or next(prose, 'id')}}}"
        return text, text

    @cached_property
    def _fixed(self) -> dict[str, str]:
        """The paths of the entry's key, the owner and the customer, and what each of them is."""
        found: dict[str, str] = {}
        each: Field | None = getattr(self.selection, "each", None)
        inner = each.leaf.fields if each is not None else {}
        if each is not None and each.key:
            found[f"{each.dotted}.{each.key}"] = "entry"
        for what, target, names in (
            ("owner", "user", OWNERS),
            ("customer", CUSTOMER, (CUSTOMER,)),
        ):
            asked = getattr(self.rule, what)
            place = _reference(inner, target, names)
            if asked is None and place is not None and each is not None:
                asked = f"{each.dotted}.{place}"
            if asked is None:
                asked = _reference(self.kind.fields, target, names)
            if asked is not None and asked in found:
                continue  # entries that go by their customer
            if asked is not None:
                found[asked] = what
        if (
            each is not None
            and "customer" not in found.values()
            and (each.key and inner[each.key].ref == CUSTOMER)
        ):
            found[f"{each.dotted}.{each.key}"] = "customer"
        return found


class Template:
    """A text with the values of a record in it; `columns` gathers, by path, those that it needs."""

    def __init__(
        self, text: str, selection: Selection, currency: str, columns: dict[str, Column]
    ) -> None:
        self._currency = currency
        self._columns = columns
        self._parts: list[str | list[str]] = []
        place = 0
        for found in PLACEHOLDER.finditer(text):
            names = [name.strip() for name in found[1].split("|")]
            for name in names:
                if name not in columns:
                    columns[name] = selection.column(name, label=True)
            self._parts += [text[place : found.start()], names]
            place = found.end()
        self._parts.append(text[place:])

    def filled(self, values: Sequence[Any], *, plain: bool = False) -> str:
        """The text for one row of the columns; `plain`: with values as they are stored."""
        cells = dict(zip(self._columns, values, strict=True))
        said = []
        for part in self._parts:
            if isinstance(part, str):
                said.append(part)
            else:
                shown = (self._shown(self._columns[name], cells[name], plain) for name in part)
                said.append(next((text for text in shown if text), NOTHING))
        return "".join(said)

    def _shown(self, column: Column, value: Any, plain: bool) -> str:
        field = column.field
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, bool):
            return str(value).lower() if plain else _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, float):
            return f"{value:g}"
        if field.leaf.type == "money":
            amount, _space, code = str(value).partition(" ")
            # The currency of an amount inside of other fields is another field there.
            code = code or ("" if field.path[1:] else self._currency)
            return f"{amount if plain else format_amount(Decimal(amount), code)} {code}".rstrip()
        if field.type == "instant":
            return str(value)[:10]
        if field.leaf.values and not plain:
            return field.value_title(str(value))
        return visible(str(value))


def customers_of(
    workspace: Workspace, ids: Iterable[str | None]
) -> dict[str, tuple[str, str | None, str | None]]:
    """Name, owner and day of being put away of these customers, by id."""
    wanted = jsontext.dumps(list({id for id in ids if id}))
    rows = workspace.index.rows(
        "SELECT id, name, owner, archived FROM customers"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    return {id: (name, owner, archived) for id, name, owner, archived in rows}


def _reference(fields: Mapping[str, Field], target: str, names: Sequence[str]) -> str | None:
    """The field among these that names such a record."""
    return next((name for name in names if name in fields and fields[name].ref == target), None)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
