"""One record file -> the rows that the index keeps of it. Pure, so that processes can share it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.problems import Problem
from crmctl.schema.model import Field, Kind
from crmctl.schema.rules import Rules
from crmctl.storage.records import Stored, read_file
from crmctl.values import jsontext
from crmctl.values.dates import epoch, parse_date
from crmctl.values.money import Rates, to_units
from crmctl.values.names import fold
from crmctl.values.phones import digits

MAX_TEXT = 20_000  # characters of one record that the search looks at
MAX_UNITS = 10**15  # a hundred billion; sums over a million such records still fit SQLite


@dataclass(slots=True)
class Row:
    """A record as the index holds it: its table's columns, its search text, its names."""

    id: str
    columns: tuple[Any, ...]
    text: str
    names: list[tuple[str, str, str]]  # (text, form, field); form: name, phone, email


@dataclass(slots=True)
class FileRows:
    """What one file gives: its digest, rows and problems."""

    path: str
    digest: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Reader:
    """Reads files of any kind into rows; keeps each kind's compiled rules."""

    records: Path
    zone: ZoneInfo
    rates: Rates
    _rules: dict[str, Rules] = field(default_factory=dict)

    def read(self, kind: Kind, path: str) -> FileRows:
        """Rows of the file at `path` (relative to records/); an unreadable file is a problem."""
        rules = self._rules.get(kind.name)
        if rules is None:
            rules = self._rules[kind.name] = Rules(kind)
        content = read_file(self.records, path, kind, self.zone, rules)
        found = FileRows(path, content.digest, problems=content.problems)
        found.rows = [self._row(kind, stored) for stored in content.records]
        return found

    def _row(self, kind: Kind, stored: Stored) -> Row:
        values = stored.values
        cells: list[Any] = [f"records/{stored.path}", stored.line, jsontext.dumps(values)]
        for name, field_ in kind.fields.items():
            value = values.get(name)
            match field_.type:
                case "instant":
                    cells += [value, epoch(value, self.zone) if value else None]
                case "money":
                    text = None if value is None else format(value, "f")
                    cells += [text, base_units(field_, value, values, kind, self.rates)]
                case "number":
                    cells.append(None if value is None else float(value))
                case "boolean":
                    cells.append(None if value is None else int(value))
                case "list" | "object":
                    cells.append(None if value is None else jsontext.dumps(value))
                case _:
                    cells.append(value)
        return Row(stored.id, tuple(cells), search_text(kind, values), list(names(kind, values)))


def base_units(
    field_: Field, value: Any, values: Mapping[str, Any], kind: Kind, rates: Rates
) -> int | None:
    """An amount in 1/10000 of the base currency at the rate of its record's date.

    None without a usable rate, and for amounts beyond what the index can add up.
    """
    if value is None and field_.lines:
        value = lines_total(values.get(field_.lines))
    if value is None:
        return None
    day = str(values.get(kind.date or "created") or "")
    return in_base(value, values.get(field_.currency or ""), day, rates)


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


def search_text(kind: Kind, values: Mapping[str, Any]) -> str:
    """All searched texts of a record, folded, one a line; every search term is looked for in it.

    Two line breaks end it, so that each of its characters begins a trigram.
    """
    parts = [fold(text) for field_, text in searched(kind, values)]
    return "\n".join(parts)[:MAX_TEXT] + "\n\n" if parts else ""


def searched(kind: Kind, values: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    """The searched fields of a record with the texts in them."""
    for path in kind.search:
        found = kind.find(path)
        if found is not None:
            for text in texts_at(values, found.field.path):
                yield found.field, text


def texts_at(value: Any, path: Sequence[str]) -> Iterator[str]:
    """Every text at a path, through lists."""
    if isinstance(value, list):
        for item in value:
            yield from texts_at(item, path)
    elif path:
        if isinstance(value, Mapping) and path[0] in value:
            yield from texts_at(value[path[0]], path[1:])
    elif isinstance(value, str):
        yield value


def names(kind: Kind, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What a record of a kind with names can be called by: (text, form, field)."""
    if kind.slug_field is None:
        return
    for field_, text in searched(kind, values):
        leaf = field_.leaf.type
        if leaf == "phone":
            yield digits(text), "phone", field_.dotted
        elif leaf == "email":
            yield fold(text), "email", field_.dotted
        elif leaf == "text":
            yield text, "name", field_.dotted
