"""Text -> rows with their line numbers: CSV in its dialects, JSON lines, a JSON array.

A row that cannot be read is a row with a fault, so that it is counted and handed back like any
other; only what makes the rest of a file meaningless (an open quote) stops all of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crmctl.exchange.errors import NoHeader, NotATable
from crmctl.locale import _
from crmctl.values import jsontext

DELIMITERS = (",", ";", "\t", "|")
MAX_CELL = 1 << 24
CSV, JSONL = "csv", "jsonl"
REST = "_rest"
"""The column of a file of rejects that holds what stood outside the columns of a row."""

_ARMED = re.compile(r"'(?=[=+\-@\t\r'])")
_SEP_LINE = re.compile(r"\ufeff?sep=(.)(?:\r\n|\r|\n)")


@dataclass(slots=True)
class Row:
    """One row: its 1-based line, a cell for each column, and why it cannot be used, if so.

    `rest` is the text that found no column.
    """

    line: int
    cells: list[Any]
    fault: str | None = None
    rest: str = ""


@dataclass(slots=True)
class Table:
    """The columns of a file and its rows; rows without any content are left out."""

    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    format: str = CSV


def format_by_name(path: str) -> str | None:
    """“csv” or “jsonl” by the name of a file; None for a name that says nothing."""
    if path.lower().endswith((".json", ".jsonl", ".ndjson")):
        return JSONL
    return CSV if path.lower().endswith((".csv", ".tsv", ".txt")) else None


def format_of(path: str, text: str) -> str:
    """“csv” or “jsonl”, by the name of the file, else by its first character."""
    return format_by_name(path) or (JSONL if text.lstrip()[:1] in ("{", "[") else CSV)


def read(text: str, path: str, format_: str | None = None, delimiter: str | None = None) -> Table:
    """The table in a text; `format_` is “csv” or “jsonl”, by default what `format_of` says.

    Raises NotATable when no rows can be made out, NoHeader when CSV does not name its columns.
    """
    if (format_ or format_of(path, text)) == CSV:
        table = read_csv(text, path, delimiter)
    else:
        table = read_json(text, path)
    if REST in table.columns:
        place = table.columns.index(REST)
        for row in table.rows:
            if row.cells[place] and not row.fault:
                row.fault = _("there is text in the column “{name}”").format(name=REST)
                row.rest = str(row.cells[place])
    return table


def restored(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from computing it."""
    return cell[1:] if _ARMED.match(cell) else cell


# CSV


def read_csv(text: str, path: str, delimiter: str | None = None) -> Table:
    """The rows of a CSV text (RFC 4180); the delimiter is found in the header line."""
    line = 1
    said = _SEP_LINE.match(text)
    if said:
        text, line, delimiter = text[said.end() :], 2, delimiter or said[1]
    records = _records(text, path, delimiter or sniff(text), line)
    for number, cells, fault, _raw in records:
        if fault:
            raise NotATable(f"{path}:{number}: {fault}")
        if any(cell.strip() for cell in cells):
            break
    else:
        raise NoHeader(path)
    table = Table(_headed(cells))
    for number, cells, fault, raw in records:
        if fault:
            table.rows.append(Row(number, [""] * len(table.columns), fault, raw))
        elif any(cell.strip() for cell in cells):
            table.rows.append(_row(number, cells, len(table.columns)))
    return table


def _records(
    text: str, path: str, delimiter: str, line: int
) -> Iterator[tuple[int, list[str], str | None, str]]:
    """(line, cells, fault, the text as it was when there is a fault) of every record."""
    csv.field_size_limit(MAX_CELL)
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for one in io.StringIO(text, newline=""):
            taken.append(one)
            yield one

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        start = line + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raw = "".join(taken).rstrip("\r\n")
            # Only the last record can lack its closing quote, and it swallows all that follows.
            if "unexpected end" in str(error) or len(raw) > MAX_CELL:
                raise NotATable(
                    _("{path}:{line}: a quotation mark is opened and never closed.").format(
                        path=path, line=start
                    ),
                    _("Nothing was written. Close it, or double it where it is part of a text."),
                ) from None
            yield start, [], _("a quotation mark stands within the text of a cell"), raw
        else:
            yield start, [restored(cell) for cell in cells], None, ""


def sniff(text: str) -> str:
    """The delimiter that stands most often in the header line, outside quotes."""
    header: list[str] = []
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        elif not quoted:
            if char in "\r\n" and "".join(header).strip():
                break
            header.append(char)
    return max(DELIMITERS, key=header.count)


def _headed(cells: list[str]) -> list[str]:
    return [cell.strip() or f"#{place}" for place, cell in enumerate(cells, 1)]


def _row(line: int, cells: list[str], width: int) -> Row:
    if len(cells) == width:
        return Row(line, cells)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    fault = None
    if len(cells) > width:
        fault = _("the row has {count} cells, the header {width}").format(
            count=len(cells), width=width
        )
    rest = ",".join(cells[width:])
    if len(cells) < width:
        fault = _("the row has {count} cells, the header {width}").format(
            count=len(cells), width=width
        )
        cells += [""] * (width - len(cells))
    return Row(line, cells[:width], fault, rest)


# JSON


def read_json(text: str, path: str) -> Table:
    """The objects of JSON lines, or of one JSON array; the columns are all keys that occur."""
    text = text.removeprefix("\ufeff")
    found = _array(text, path) if text.lstrip().startswith("[") else _lines(text)
    columns: dict[str, int] = {}
    rows: list[tuple[int, dict[str, Any], str | None, str]] = []
    for line, value, fault, raw in found:
        if not fault and not isinstance(value, dict):
            fault = _("a JSON object is expected")
        if fault:
            rows.append((line, {}, fault, raw))
        elif any(not _empty(node) for node in value.values()):
            for name in value:
                columns.setdefault(name, len(columns))
            rows.append((line, value, None, ""))
    return Table(
        list(columns),
        [
            Row(line, [value.get(name) for name in columns], fault, raw)
            for line, value, fault, raw in rows
        ],
        JSONL,
    )


def _empty(node: Any) -> bool:
    return node is None or node in ("", [], {}) or (isinstance(node, str) and not node.strip())


def _lines(text: str) -> Iterator[tuple[int, Any, str | None, str]]:
    halves = "\\ud" in text.lower()
    # Not splitlines: JSON allows U+2028 and its like within a string.
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if not line.strip():
            continue
        try:
            value = jsontext.loads(line.strip())
        except (ValueError, RecursionError) as error:
            yield number, None, _("not JSON: {reason}").format(reason=error), line
        else:
            yield number, value, _half_character(value) if halves else None, line


def _array(text: str, path: str) -> Iterator[tuple[int, Any, str | None, str]]:
    halves = "\\ud" in text.lower()
    line, seen = 1, 0
    try:
        for start, value in jsontext.array_items(text):
            line += text.count("\n", seen, start)
            seen = start
            fault = _half_character(value) if halves else None
            useless = fault or not isinstance(value, dict)
            yield line, value, fault, text[start:].split("\n", 1)[0] if useless else ""
    except (ValueError, RecursionError) as error:
        raise NotATable(
            _("{path} is no JSON array: {reason}").format(path=path, reason=error),
            _("Nothing was written. JSON lines, one object a line, can have single bad lines."),
        ) from None


def _half_character(value: Any) -> str | None:
    """The fault of a value with half of a surrogate pair in it, which no file can hold."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return _("a text has half a character in it")
    return None
