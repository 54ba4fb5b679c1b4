"""The output formats that every command shares: rows of values in, lines of text out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmctl.analytics.result import Column
from crmctl.render.cells import cell, machine
from crmctl.render.table import table
from crmctl.schema.model import PLAIN_TYPES
from crmctl.values import jsontext

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
Rows = Iterable[Sequence[Any]]


def render(
    format_: str, columns: Sequence[Column], rows: Rows, columns_wide: int | None = None
) -> Iterator[str]:
    """The lines of a table of values in one of FORMATS ("ids": the first column alone)."""
    match format_:
        case "table":
            yield from table(columns, [*rows], columns_wide)
        case "md":
            yield from markdown(columns, [*rows])
        case "csv":
            yield from csv_lines(columns, rows)
        case "tsv":
            yield from tsv_lines(columns, rows)
        case "ids":
            for row in rows:
                yield machine(row[0])
        case "yaml":
            yield from yaml_lines(_object(columns, [*map(_plain, row, columns)]) for row in rows)
        case _:
            yield from objects(format_, (_object(columns, row) for row in rows))


def objects(format_: str, found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Whole objects as a JSON array (one a line), as JSON lines or as YAML documents."""
    if format_ == "jsonl":
        yield from (jsontext.dumps(one) for one in found)
    elif format_ == "yaml":
        yield from yaml_lines(found)
    else:
        yield from json_array(found)


def json_array(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """An array with one object a line: valid JSON that grep and diff can use too."""
    before = "["
    for one in found:
        yield before
        before = ","
        yield jsontext.dumps(one)
    yield "[]" if before == "[" else "]"


def yaml_lines(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Documents separated by `---`, each as crmctl writes records."""
    from crmctl.storage.writer import dump

    separator = False
    for one in found:
        if separator:
            yield "---"
        separator = True
        yield from dump(_exact(one)).rstrip("\n").split("\n")


def _exact(value: Any) -> Any:
    """A value as records have it: a computed float becomes the decimal that it shows."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: _exact(each) for key, each in value.items()}
    return [_exact(each) for each in value] if isinstance(value, list) else value


def csv_lines(columns: Sequence[Column], rows: Rows, delimiter: str = ",") -> Iterator[str]:
    """CSV with a header of field names; a text that a spreadsheet would compute is disarmed."""
    line = io.StringIO(newline="")
    # Only the characters of the line's own end make the writer quote a cell for its line breaks.
    end = "\r\n"
    writer = csv.writer(line, delimiter=delimiter, lineterminator=end)

    def written(values: Sequence[str]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(values)
        return line.getvalue().removesuffix(end)

    yield written([_disarmed(column.name) for column in columns])
    for row in rows:
        yield written([_disarmed(value) for value in row])


def _disarmed(value: Any) -> str:
    text = machine(value)
    if isinstance(value, str | list) and text[:1] in ("=", "+", "-", "@", "\t", "\r", "'"):
        return text if _is_number(text) else "'" + text
    return text


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-").removeprefix("+").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()


def tsv_lines(columns: Sequence[Column], rows: Rows) -> Iterator[str]:
    """Tab-separated text in which tabs, line breaks and backslashes are written as escapes."""
    yield "\t".join(column.name for column in columns)
    for row in rows:
        yield "\t".join(_escaped(machine(value)) for value in row)


# The four that other readers of TSV know, and no more: all else is itself, as in CSV.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def markdown(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """A Markdown table; what Markdown or HTML would read as markup is escaped."""
    from tabulate import tabulate

    from crmctl.render.cells import RIGHT

    body = [
        [markdown_text(cell(value, column)) for value, column in zip(row, columns, strict=True)]
        for row in rows
    ]
    align = ["right" if column.type in RIGHT else "left" for column in columns]
    heads = [markdown_text(column.heading) for column in columns]
    text = tabulate(body, heads, "pipe", colalign=align if body else None, disable_numparse=True)
    yield from text.split("\n")


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for char in "\\`*_[]|#~":
        escaped = escaped.replace(char, "\\" + char)
    return escaped


def _plain(value: Any, column: Column) -> Any:
    """A value as the writer takes it: what is plain in records is plain here."""
    from crmctl.storage.writer import Plain

    if column.type in PLAIN_TYPES and isinstance(value, str | list):
        return Plain(value) if isinstance(value, str) else [_plain(item, column) for item in value]
    return value


def _object(columns: Sequence[Column], row: Sequence[Any]) -> dict[str, Any]:
    return {
        column.name: value for column, value in zip(columns, row, strict=True) if value is not None
    }
