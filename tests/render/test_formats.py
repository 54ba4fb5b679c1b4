"""One table of values in every output format: it can be read back, and does nothing by itself."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from crmctl.analytics.result import Column
from crmctl.render.cells import cell, machine, plain_number
from crmctl.render.formats import FORMATS, markdown_text, objects, render
from crmctl.values import jsontext

COLUMNS = [
    Column("name", "Name", "text"),
    Column("level", "Level", "enum", {"vip": "VIP", "basic": "Basic"}),
    Column("amount", "Amount", "money"),
    Column("count", "Count", "integer"),
    Column("tags", "Tags", "tag"),
    Column("flag", "Flag", "boolean"),
]
ROW: list[Any] = ["Müller", "vip", Decimal("1200.50"), 3, ["a", "b"], True]
NOTHING: list[Any] = [None] * len(COLUMNS)

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
ROWS = st.lists(
    st.tuples(
        TEXT | st.none(),
        st.sampled_from(["vip", "basic", None]),
        st.decimals(-(10**12), 10**12, allow_nan=False, places=2) | st.none(),
        st.integers(-(10**15), 10**15) | st.none(),
        st.none(),
        st.booleans() | st.none(),
    ),
    max_size=5,
)


def text(format_: str, rows: list[Any], wide: int | None = None) -> str:
    return "".join(line + "\n" for line in render(format_, COLUMNS, rows, wide))


def as_objects(rows: list[Any]) -> list[dict[str, Any]]:
    names = [column.name for column in COLUMNS]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in rows
    ]


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        (
            "table",
            "Name    Level    Amount  Count  Tags  Flag\n"
            "------  -----  --------  -----  ----  ----\n"
            "Müller  VIP    1,200.50      3  a, b  yes\n"
            "-       -             -      -  -     -\n",
        ),
        (
            "csv",
            'name,level,amount,count,tags,flag\nMüller,vip,1200.50,3,"a,b",true\n,,,,,\n',
        ),
        (
            "tsv",
            "name\tlevel\tamount\tcount\ttags\tflag\nMüller\tvip\t1200.50\t3\ta,b\ttrue\n\t\t\t\t\t\n",
        ),
        (
            "json",
            '[\n{"name": "Müller", "level": "vip", "amount": 1200.50, "count": 3,'
            ' "tags": ["a", "b"], "flag": true}\n,\n{}\n]\n',
        ),
        (
            "jsonl",
            '{"name": "Müller", "level": "vip", "amount": 1200.50, "count": 3,'
            ' "tags": ["a", "b"], "flag": true}\n{}\n',
        ),
        ("ids", "Müller\n\n"),
    ],
)
def test_examples(format_: str, expected: str) -> None:
    assert text(format_, [ROW, NOTHING]) == expected


def test_markdown_is_a_table() -> None:
    lines = text("md", [ROW]).splitlines()
    assert [part.strip() for part in lines[0].strip("|").split("|")] == [c.title for c in COLUMNS]
    assert lines[1].count(":") == len(COLUMNS)
    assert [part.strip() for part in lines[2].strip("|").split("|")] == [
        "Müller", "VIP", "1,200.50", "3", "a, b", "yes",
    ]  # fmt: skip


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_list_is_well_formed(format_: str) -> None:
    empty = text(format_, [])
    assert json.loads(empty) == [] if format_ == "json" else "Müller" not in empty


@given(ROWS)
def test_csv_reads_back(rows: list[Any]) -> None:
    read = list(csv.reader(io.StringIO(text("csv", rows), newline="")))
    assert read[0] == [column.name for column in COLUMNS]
    for row, found in zip(rows, read[1:], strict=True):
        for value, shown in zip(row, found, strict=True):
            # One apostrophe in front disarms a text, and is the only difference.
            assert shown in (machine(value), "'" + machine(value))


@given(TEXT)
def test_no_text_is_a_formula_in_csv(value: str) -> None:
    (_, found) = csv.reader(
        io.StringIO("\n".join(render("csv", COLUMNS[:1], [[value]])), newline="")
    )
    number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+", found[0])
    assert found[0][:1] not in ("=", "+", "-", "@", "\t", "\r") or number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49 711", "'+49 711"),
        ("-cmd", "'-cmd"),
        ("'quoted", "''quoted"),
        ("-12.5", "-12.5"),
        ("+49", "+49"),
        (Decimal("-12.5"), "-12.5"),
        (["=a", "b"], '"\'=a,b"'),
    ],
)
def test_formulas_are_disarmed(value: Any, expected: str) -> None:
    assert list(render("csv", COLUMNS[:1], [[value]]))[1] == expected


@given(ROWS)
@example([("\u2028 \x0b \x85 \\u2028", None, None, None, None, None)])
def test_tsv_is_one_line_a_row_and_reads_back(rows: list[Any]) -> None:
    lines = text("tsv", rows).split("\n")[:-1]
    assert len(lines) == len(rows) + 1
    escapes = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    for row, line in zip(rows, lines[1:], strict=True):
        cells = [re.sub(r"\\[tnr\\]", lambda m: escapes[m[0]], c) for c in line.split("\t")]
        assert cells == [machine(value) for value in row]


@given(ROWS)
def test_json_reads_back(rows: list[Any]) -> None:
    assert json.loads(text("json", rows), parse_float=Decimal) == as_objects(rows)
    lines = text("jsonl", rows).split("\n")[:-1]
    assert [jsontext.loads(line) for line in lines] == as_objects(rows)


@given(ROWS)
def test_yaml_reads_back(rows: list[Any]) -> None:
    found = [*yaml.load_all(text("yaml", rows), yaml.BaseLoader)] if rows else []
    expected = [{name: machine(value) for name, value in one.items()} for one in as_objects(rows)]
    assert [one or {} for one in found] == expected


@given(ROWS)
def test_nothing_reaches_a_terminal_raw(rows: list[Any]) -> None:
    for format_ in ("table", "md", "json", "jsonl"):
        for char in text(format_, rows).replace("\n", ""):
            assert char.isprintable() or char.isspace() or char == "\xad" or ord(char) > 0xFF
            assert char not in "\x1b\x9b\r\t\u202e\u2066\u200b"


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("a|b", "a\\|b"),
        ("<script>", "&lt;script&gt;"),
        ("a & b", "a &amp; b"),
        ("*_`[x](y)", "\\*\\_\\`\\[x\\](y)"),
        ("~~gone~~", "\\~\\~gone\\~\\~"),
        ("\\", "\\\\"),
    ],
)
def test_markdown_shows_text_as_it_is(raw: str, escaped: str) -> None:
    assert markdown_text(raw) == escaped
    (line,) = [*render("md", COLUMNS[:1], [[raw]])][2:]
    assert escaped in line


@given(TEXT)
def test_a_markdown_row_has_as_many_cells_as_the_table(value: str) -> None:
    *_, line = render("md", COLUMNS[:2], [[value, "vip"]])
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3
    assert "<" not in line


@pytest.mark.parametrize(
    ("value", "type_", "shown"),
    [
        (Decimal("0.5"), "number", "0.5"),
        (Decimal("1E+3"), "number", "1,000"),
        (Decimal("-19040.0349"), "number", "-19,040.03"),
        (26070, "number", "26,070"),
        (Decimal("0.33333333"), "number", "0.3333"),
        (7, "number", "7"),
        (Decimal("10.714286"), "mean", "10.71"),
        (24, "mean", "24.00"),
        (Decimal("12.345"), "percent", "12.3 %"),
        ("2026-11-21T14:30+08:00", "instant", "2026-11-21 14:30"),
        (False, "boolean", "no"),
        ([], "tag", "-"),
        ("", "text", "-"),
        ({"a": 1, "b": ["x"]}, "object", "a: 1, b: x"),
        (["vip", "other"], "enum", "VIP, other"),
    ],
)
def test_cells(value: Any, type_: str, shown: str) -> None:
    assert cell(value, Column("x", "X", type_, {"vip": "VIP"})) == shown


def test_machine_cells() -> None:
    assert machine([{"a": Decimal("1.50")}]) == '[{"a": 1.50}]'
    assert machine({"a": "x"}) == '{"a": "x"}'
    assert plain_number("x") == "x"


def test_objects_in_yaml_are_documents() -> None:
    found = [{"id": "a", "note": "x\ny\n"}, {"id": "b"}]
    assert "\n".join(objects("yaml", found)) == "id: a\nnote: |\n  x\n  y\n---\nid: b"
