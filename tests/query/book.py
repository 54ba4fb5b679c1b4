"""A small book of three kinds with every type of field, for the tests of the query language."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.errors import NotFound
from crmctl.index import functions, layout
from crmctl.query.ast import Expr
from crmctl.query.bind import bind
from crmctl.query.bound import Bound
from crmctl.query.checks import Context
from crmctl.query.grammar import parse
from crmctl.query.predicate import matches
from crmctl.query.sql import compile
from crmctl.schema.access import base_units
from crmctl.schema.load import build_registry
from crmctl.schema.model import Field, Kind, Registry
from crmctl.values import jsontext
from crmctl.values.dates import epoch
from crmctl.values.money import Rates
from crmctl.values.text import fold

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=ZONE)  # a Saturday
RATES = Rates([(date(2026, 1, 1), "USD", Decimal("7.1234"))], "CNY")


def leaf(format_: str | None = None, **x: Any) -> dict[str, Any]:
    tree: dict[str, Any] = {"type": "string", "x-crmctl": x}
    return tree | ({"format": format_} if format_ else {})


def number(**x: Any) -> dict[str, Any]:
    return {"type": "number", "x-crmctl": x}


LEVELS = {"vip": {"en": "VIP", "zh": "贵宾"}, "important": {"en": "Important", "zh": "重要"},
          "basic": {"en": "Basic", "zh": "普通"}}  # fmt: skip
CUSTOMER: dict[str, Any] = {
    "x-crmctl": {
        "plural": "customers",
        "title": {"zh": "客户"},
        "path": "customers/{id}.yaml",
        "id": {"slug": "name"},
        "label": "name",
        "aliases": {"city": "addresses.city", "城市": "addresses.city"},
        "search": ["name", "contacts.name", "tags", "phones"],
    },
    "required": ["name"],
    "properties": {
        "name": leaf(zh="名称"),
        "status": {
            "type": "string",
            "enum": ["potential", "active"],
            "x-crmctl": {"zh": "状态", "default": "potential", "history": "true"},
        },
        "level": {"enum": [*LEVELS], "x-crmctl": {"zh": "级别", "values": LEVELS}},
        "owner": leaf(ref="user", zh="负责人"),
        "parent": leaf(ref="customer"),
        "tags": {"type": "array", "items": leaf("tag"), "x-crmctl": {"aliases": ["tag"]}},
        "phones": {"type": "array", "items": leaf("phone")},
        "email": leaf("email"),
        "website": leaf("uri"),
        "notes": leaf("multiline"),
        "score": number(),
        "visits": {"type": "integer", "x-crmctl": {"default": "3"}},
        "public": {"type": "boolean", "x-crmctl": {"default": "false"}},
        "since": leaf("date"),
        "birthday": leaf("partial-date"),
        "seen": leaf("date-time"),
        "budget": number(money="currency"),
        "currency": leaf(),
        "ratings": {"type": "array", "items": {"type": "integer"}},
        "addresses": {
            "type": "array",
            "items": {"type": "object", "properties": {"city": leaf("tag"), "street": leaf()}},
        },
        "contacts": {
            "type": "array",
            "x-crmctl": {"key": "id"},
            "items": {
                "type": "object",
                "properties": {
                    "id": leaf(),
                    "name": leaf(),
                    "role": {"enum": ["buyer", "user"], "x-crmctl": {"default": "user"}},
                    "city": leaf("tag"),
                    "phones": {"type": "array", "items": leaf("phone")},
                    "met": leaf("date-time"),
                    "of": leaf(ref="user"),
                },
            },
        },
        "profile": {
            "type": "object",
            "properties": {
                "family": {
                    "type": "object",
                    "properties": {
                        "children": {"type": "integer"},
                        "hobbies": {"type": "array", "items": leaf("tag")},
                        "keen": {"type": "boolean", "x-crmctl": {"default": "true"}},
                    },
                },
                "worth": number(money="currency"),
                "deals": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"amount": number(money="currency"), "currency": leaf()},
                    },
                },
            },
        },
    },
}
ORDER: dict[str, Any] = {
    "x-crmctl": {
        "path": "orders/{customer}.yaml",
        "title": {"zh": "订单"},
        "id": {"prefix": "ord", "date": "date"},
        "date": "date",
        "search": ["notes"],
    },
    "required": ["customer", "date"],
    "properties": {
        "customer": leaf(ref="customer", zh="客户"),
        "contact": leaf(ref="customer.contacts"),
        "date": leaf("date", zh="日期"),
        "amount": number(money="currency", lines="lines", zh="金额"),
        "currency": leaf(),
        "notes": leaf(),
        "lines": {
            "type": "array",
            "x-crmctl": {"key": "id"},
            "items": {
                "type": "object",
                "properties": {
                    "id": leaf(),
                    "product": leaf("tag"),
                    "of": leaf(ref="customer"),
                    "quantity": number(default="1"),
                    "price": number(money="currency"),
                },
            },
        },
    },
}
USER: dict[str, Any] = {
    "x-crmctl": {"path": "users/{id}.yaml", "id": {"slug": "name"}, "label": "name"},
    "properties": {"name": leaf(), "team": leaf("tag")},
}
FACTS = {
    "spend": Field("spend", "money", fact=True, title={"en": "Spend", "zh": "消费额"}),
    "last_order": Field("last_order", "date", fact=True),
    "last_seen": Field("last_seen", "instant", fact=True),
    "rfm": Field("rfm", "enum", fact=True, values={"champion": {"en": "Champion"}}),
    "open_tickets": Field("open_tickets", "integer", fact=True, default=0),
}


@cache
def registry() -> Registry:
    made = build_registry({"customer": CUSTOMER, "order": ORDER, "user": USER}, {})
    made.kinds["customer"].facts = dict(FACTS)
    return made


class Book:
    """Records in memory, asked in SQL and in Python."""

    def __init__(
        self,
        records: Mapping[str, Sequence[dict[str, Any]]] | None = None,
        segments: Mapping[str, str] | None = None,
        facts: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.registry = registry()
        self.records = {name: list((records or {}).get(name, ())) for name in self.registry.kinds}
        self.segments = dict(segments or {})
        self.facts = dict(facts or {})
        self.context = Context(self.registry, NOW, self._segment, self._resolve)
        self.connection = sqlite3.connect(":memory:")
        functions.register(self.connection, ZONE, RATES)
        for statement in (*layout.tables(self.registry), *layout.indexes(self.registry)):
            self.connection.execute(statement)
        for kind in self.registry:
            for record in self.records[kind.name]:
                self._insert(kind, record)
        columns = ", ".join(f'"{name}"' for name in FACTS)
        self.connection.execute(f"CREATE TABLE fact (customer, {columns})")
        for customer, row in self.facts.items():
            cells = [customer, *(row.get(name) for name in FACTS)]
            self.connection.execute("INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)", cells)

    def _segment(self, name: str) -> Expr:
        if name not in self.segments:
            raise NotFound("segment", name)
        return parse(self.segments[name])

    def _resolve(self, kind: str, name: str) -> list[str]:
        label = self.registry.kinds[kind].label
        return [r["id"] for r in self.records[kind] if fold(r.get(label, "")) == fold(name)]

    def _insert(self, kind: Kind, record: dict[str, Any]) -> None:
        cells: dict[str, Any] = {}
        for name, field in kind.fields.items():
            value = record.get(name)
            match field.type:
                case "instant":
                    cells[f"{name}__ts"] = None if value is None else epoch(value, ZONE)
                case "money":
                    cells[f"{name}__base"] = base_units(field, value, record, kind, RATES)
                    value = None if value is None else format(value, "f")
                case "number":
                    value = None if value is None else float(value)
                case "list" | "object":
                    value = None if value is None else jsontext.dumps(value)
            cells[name] = value
        names = ", ".join(f'"{name}"' for name in cells)
        marks = ", ".join("?" * len(cells))
        statement = f'INSERT INTO "{kind.plural}" ({names}) VALUES ({marks})'
        self.connection.execute(statement, list(cells.values()))

    def bind(self, query: str, kind: str = "customer") -> Bound:
        return bind(parse(query), self.registry.kinds[kind], self.context)

    def by_sql(self, bound: Bound, kind: str = "customer") -> list[str]:
        plural = self.registry.kinds[kind].plural
        where = compile(bound, self.registry.kinds[kind], "t", fact=fact_sql)
        statement = f'SELECT t.id, {where.text} FROM "{plural}" AS t ORDER BY t.rid'
        rows = self.connection.execute(statement, where.params).fetchall()
        assert all(value in (0, 1) for _, value in rows), "a condition has two values"
        statement = f'SELECT t.id FROM "{plural}" AS t WHERE {where.text} ORDER BY t.rid'
        ids = [id for (id,) in self.connection.execute(statement, where.params)]
        assert ids == [id for id, value in rows if value]
        return ids

    def by_predicate(self, bound: Bound, kind: str = "customer") -> list[str]:
        return [
            record["id"]
            for record in self.records[kind]
            if matches(bound, record, self.lookup, self.fact, RATES)
        ]

    def lookup(self, kind: str, id: str) -> dict[str, Any] | None:
        return next((r for r in self.records[kind] if r["id"] == id), None)

    def fact(self, record: Mapping[str, Any], name: str) -> Any:
        return self.facts.get(record["id"], {}).get(name)

    def ids(self, query: str, kind: str = "customer") -> list[str]:
        """The ids that match, by both ways."""
        bound = self.bind(query, kind)
        found = self.by_sql(bound, kind)
        assert found == self.by_predicate(bound, kind), query
        return found


def fact_sql(field: Field, alias: str) -> str:
    return f'(SELECT f."{field.name}" FROM fact AS f WHERE f.customer = {alias}.id)'


def people(*records: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Customers with ids a, b, c, ... and a name."""
    for index, record in enumerate(records):
        yield {"id": chr(ord("a") + index), "name": "x"} | record
