"""Reaching into records: the texts at a path, what is searched, what amounts come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmctl.schema.model import Field, Kind
from crmctl.values.instants import parse_date
from crmctl.values.money import Rates, to_units

MAX_UNITS = 10**15  # a hundred billion; sums over a million such records still fit SQLite


def base_units(
    one: Field, value: Any, values: Mapping[str, Any], kind: Kind, rates: Rates
) -> int | None:
    """An amount in 1/10000 of the base currency at the rate of its record's date.

    Without an amount its lines are added up. None without a usable rate, and for amounts beyond
    what the index can add up.
    """
    if value is None and one.lines:
        value = lines_total(values.get(one.lines))
    if value is None:
        return None
    return in_base(value, values.get(one.currency or ""), day_of(kind, values), rates)


def day_of(kind: Kind, values: Mapping[str, Any]) -> str:
    """The day or moment of a record: when it happened, else when it was made; may be empty."""
    return next((str(values[name]) for name in kind.dated_by if values.get(name)), "")


def in_base(value: Decimal, currency: str | None, day: str, rates: Rates) -> int | None:
    """An amount of a day in 1/10000 of the base currency."""
    if currency and currency != rates.base:
        on = parse_date(day[:10])
        converted = rates.convert(value, currency, on) if on else None
        if converted is None:
            return None
        value = converted
    units = to_units(value)
    return units if abs(units) <= MAX_UNITS else None


def lines_total(lines: Any) -> Decimal | None:
    """What order lines add up to: quantity (1 without one) times price, less discount percent."""
    if not isinstance(lines, list) or not lines:
        return None
    total = Decimal(0)
    for line in lines:
        price = line.get("price")
        if price is None:
            return None
        # Whole numbers come back from JSON as int; dividing those would give a float.
        share = Decimal(100 - line.get("discount", 0)) / 100
        total += Decimal(price) * line.get("quantity", 1) * share
    return total


def amount_of(field: Field, record: Mapping[str, Any]) -> Decimal | None:
    """An amount as the record has it, or what its lines add up to."""
    value = record.get(field.name)
    if value is None and field.lines:
        return lines_total(record.get(field.lines))
    return None if value is None else Decimal(value)


def searched(kind: Kind, values: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    """The searched fields of a record with the texts in them."""
    for path in kind.search:
        found = kind.find(path)
        if found is not None:
            for text in texts_at(values, found.field.path):
                yield found.field, text


def with_defaults(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """A record as queries see it, with the defaults that are never written behind its id."""
    defaults = {f.name: f.default for f in kind.fields.values() if f.default is not None}
    return {"id": values.get("id"), **defaults, **values}


def texts_at(value: Any, path: Sequence[str]) -> Iterator[str]:
    """Every text at a path, through lists."""
    if path and isinstance(value, Mapping):
        # The common case without recursion: nothing there, or one text.
        value = value.get(path[0])
        if value is None:
            return
        path = path[1:]
    if isinstance(value, list):
        for item in value:
            yield from texts_at(item, path)
    elif path:
        if isinstance(value, Mapping):
            yield from texts_at(value, path)
    elif isinstance(value, str):
        yield value


def put_at(value: Any, path: Sequence[str], old: str, new: str) -> Any:
    """The value with `new` for each text `old` at a path, through lists."""
    if isinstance(value, list):
        return [put_at(item, path, old, new) for item in value]
    if path and isinstance(value, Mapping):
        if path[0] not in value:
            return value
        return {**value, path[0]: put_at(value[path[0]], path[1:], old, new)}
    return new if not path and value == old else value


def name_form(kind: Kind, one: Field) -> str | None:
    """As what a searched field names its record; events are called by nothing but their numbers."""
    if one.dotted in kind.names:
        return "name"
    return one.leaf.type if kind.names and one.leaf.type in ("phone", "email") else None


def ordered(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in schema order, unknown fields last."""
    known = {name: values[name] for name in kind.fields if name in values}
    return known | {name: value for name, value in values.items() if name not in known}


def without_defaults(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without what is missing, empty or the default of its field."""
    return {
        name: value
        for name, value in values.items()
        if not (
            value in (None, "", [], {})
            or (
                (field := kind.fields.get(name)) is not None
                and field.default is not None
                and value == field.default
            )
        )
    }
