"""Rows with their lines, out of CSV in its dialects and out of JSON."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.result import Column
from crmctl.exchange.errors import NoHeader, NotATable
from crmctl.exchange.tabular import Row, format_of, read, read_csv, read_json, restored, sniff
from crmctl.render.formats import csv_lines

CELLS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


def rows(text: str, delimiter: str | None = None) -> list[tuple[int, list[str]]]:
    return [(row.line, row.cells) for row in read_csv(text, "x.csv", delimiter).rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    text = delimiter.join(["name", '"a,b;c|d\te"', "city"]) + "\n" + delimiter.join("xyz") + "\n"
    assert sniff(text) == delimiter
    assert rows(text) == [(2, ["x", "y", "z"])]


def test_one_column_needs_no_delimiter() -> None:
    assert rows("name\nAcme\n\nBeta") == [(2, ["Acme"]), (4, ["Beta"])]


def test_excel_may_say_its_delimiter() -> None:
    assert rows("sep=;\nname;city\nA,B;C\n") == [(3, ["A,B", "C"])]


def test_lines_are_counted_through_quoted_breaks() -> None:
    text = 'name,notes\r\n"A","one\r\ntwo ""quoted"""\r\nB,\r\n'
    assert rows(text) == [(2, ["A", 'one\r\ntwo "quoted"']), (4, ["B", ""])]


def test_empty_rows_are_no_rows() -> None:
    assert rows("a,b\n,\n  , \n1,2\n,,,,\n") == [(4, ["1", "2"])]


def test_cells_too_many_or_too_few_are_faults_of_their_row() -> None:
    table = read_csv("a,b\n1\n1,2,3\n1,2,,\n", "x.csv")
    assert [bool(row.fault) for row in table.rows] == [True, True, False]
    assert table.rows[0].cells == ["1", ""]
    assert (table.rows[1].cells, table.rows[1].rest) == (["1", "2"], "3")


def test_a_stray_quotation_mark_costs_one_row() -> None:
    table = read_csv('a,b\n"x"y,2\n1,2\n', "x.csv")
    assert table.rows[0].fault
    assert table.rows[0].rest == '"x"y,2'
    assert (table.rows[1].line, table.rows[1].cells) == (3, ["1", "2"])


def test_an_open_quotation_mark_stops_the_file_and_says_where() -> None:
    with pytest.raises(NotATable, match=r"x\.csv:3: a quotation mark"):
        read_csv('a,b\n1,2\n"x,2\n1,2\n', "x.csv")


def test_columns_without_a_name_are_called_by_their_place() -> None:
    assert read_csv("a,,c\n1,2,3\n", "x.csv").columns == ["a", "#2", "c"]


@pytest.mark.parametrize("text", ["", "\n\n", ",,\n"])
def test_a_file_without_a_header_is_an_error(text: str) -> None:
    with pytest.raises(NoHeader, match=r"x\.csv"):
        read_csv(text, "x.csv")


@given(CELLS)
def test_a_disarmed_cell_is_restored(text: str) -> None:
    (_, line) = csv_lines([Column("a", "A", "text")], [[text]])
    (cells,) = csv.reader(io.StringIO(line, newline=""))
    assert restored(cells[0]) == text


def test_cells_that_a_spreadsheet_would_compute_are_restored() -> None:
    assert [restored(cell) for cell in ("'=1+1", "'+49", "'@x", "''", "'tis", "-5")] == [
        "=1+1", "+49", "@x", "'", "'tis", "-5",
    ]  # fmt: skip


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8))
def test_what_we_write_as_csv_reads_back(written: list[tuple[str, str, str]]) -> None:
    columns = [Column(name, name, "text") for name in "abc"]
    text = "".join(f"{line}\n" for line in csv_lines(columns, written))
    found = [tuple(cells) for _line, cells in rows(text)]
    assert found == [row for row in written if any(cell.strip() for cell in row)]


def test_json_lines_keep_exact_numbers_and_their_lines() -> None:
    table = read_json('{"a": 1.50}\n\n{"b": ["x"], "a": null}\n', "x.jsonl")
    assert table.columns == ["a", "b"]
    assert table.rows == [Row(1, [Decimal("1.50"), None]), Row(3, [None, ["x"]])]


@pytest.mark.parametrize("line", ['{"a": }', "[1", '"text"', "NaN", '{"a": "\\ud83d"}'])
def test_a_bad_json_line_costs_one_row(line: str) -> None:
    table = read_json('{"a": 1}\n' + line + '\n{"a": 2}\n', "x.jsonl")
    assert [bool(row.fault) for row in table.rows] == [False, True, False]
    assert (table.rows[1].line, table.rows[1].rest) == (2, line)


def test_a_json_array_has_lines_too() -> None:
    table = read_json('[{"a": 1}\n,\n  {"a": 2}, 3]\n', "x.json")
    assert [(row.line, bool(row.fault)) for row in table.rows] == [
        (1, False),
        (3, False),
        (3, True),
    ]


@pytest.mark.parametrize("text", ['[{"a": 1}', '[{"a": 1} {"a": 2}]', "[1] 2", '[{"a": 1},]'])
def test_a_broken_array_stops_the_file(text: str) -> None:
    with pytest.raises(NotATable, match="JSON array"):
        read_json(text, "x.json")


def test_an_empty_array_has_no_rows() -> None:
    assert read_json(" [ ] \n", "x.json").rows == []


@pytest.mark.parametrize(
    ("path", "text", "format_"),
    [
        ("x.csv", "{", "csv"),
        ("x.TSV", "a", "csv"),
        ("x.jsonl", "a", "jsonl"),
        ("-", ' {"a": 1}', "jsonl"),
        ("-", "[", "jsonl"),
        ("-", "name,city", "csv"),
    ],
)
def test_the_format_is_known_by_name_or_content(path: str, text: str, format_: str) -> None:
    assert format_of(path, text) == format_


def test_what_stood_outside_the_columns_must_be_mended() -> None:
    table = read("a,_rest\n1,\n2,surplus\n", "x.csv")
    assert [bool(row.fault) for row in table.rows] == [False, True]
