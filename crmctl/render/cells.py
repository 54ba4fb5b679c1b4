"""One value as a person reads it: amounts grouped, enum values by title, nothing as a dash."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crmctl.analytics.result import Column
from crmctl.locale import _
from crmctl.schema.model import Field
from crmctl.values.money import format_amount
from crmctl.values.text import visible

NOTHING = "-"
LARGE = 1_000  # from here on thousands are set apart
RIGHT = frozenset(("integer", "number", "money", "percent", "mean"))


def field_column(name: str, field: Field | None) -> Column:
    """How a field's values are shown."""
    if field is None:
        return Column(name, name, "text")
    titles = {value: field.value_title(value) for value in field.leaf.values}
    keys = {key: child.titled() for key, child in field.children().items()}
    return Column(name, field.titled(), field.leaf.type, titles, keys)


def cell(value: Any, column: Column) -> str:
    """The value of a column in one line, with nothing in it that a terminal would obey."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(cell(item, column) for item in value)
    if isinstance(value, dict):
        titles = column.keys or {}
        return ", ".join(f"{titles.get(k, k)}: {cell(item, column)}" for k, item in value.items())
    match column.type:
        case "money":
            amount, _space, code = str(value).partition(" ")
            return f"{format_amount(Decimal(amount), code or None)} {code}".rstrip()
        case "percent":
            return f"{value:.1f} %"
        case "mean":
            return f"{value:.2f}"
        case "number":
            return grouped(value)
        case "instant":
            return str(value)[:16].replace("T", " ")
        case "enum":
            return visible(column.value_title(str(value)))
        case "tag" if str(value) in (column.values or {}):
            return visible(column.value_title(str(value)))
        case _:
            return visible(str(value))


def plain_number(value: Any) -> str:
    """A number without an exponent and at most four decimals."""
    if not isinstance(value, Decimal):
        return str(value)
    rounded = round(value, 4)
    text = format(rounded, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: Any) -> str:
    """A number for reading: thousands apart, and of a large one no more than two decimals."""
    if not isinstance(value, int | Decimal) or -LARGE < value < LARGE:
        return plain_number(value)
    text = f"{round(Decimal(value), 2):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def machine(value: Any) -> str:
    """A value in CSV and TSV: language-neutral, exact, nothing as the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ",".join(machine(item) for item in value)
    if isinstance(value, list | dict):
        from crmctl.values import jsontext

        return jsontext.dumps(value)
    return str(value)
