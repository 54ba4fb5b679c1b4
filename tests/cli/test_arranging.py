"""Columns, order and number of rows of tables that come from no query."""

from __future__ import annotations

from typing import Any

import pytest

from crmctl.analytics.result import Column
from crmctl.cli.arranging import arranged
from crmctl.errors import BadOption

COLUMNS = [Column("customer", "Customer", "ref"), Column("value", "Value", "money")]
ROWS: list[dict[str, Any]] = [
    {"customer": "a", "value": 2},
    {"customer": "b", "value": None},
    {"customer": "c", "value": 1},
    {"customer": "d", "value": 2},
]


def order(sort: str | None, limit: int = 0) -> str:
    return "".join(row["customer"] for row in arranged(COLUMNS, ROWS, None, sort, limit)[1])


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, "abcd"),
        ("value", "cadb"),
        ("-value", "adcb"),
        ("-value,-customer", "dacb"),
        ("Value，-customer", "cdab"),
    ],
)
def test_rows_are_sorted_stably_with_what_is_missing_last(sort: str | None, expected: str) -> None:
    assert order(sort) == expected


def test_a_limit_comes_after_the_order() -> None:
    assert order("-value", 1) == "a"
    assert order("-value", 9) == "adcb"


def test_columns_by_name_or_heading_in_the_order_asked_for() -> None:
    columns, _rows = arranged(COLUMNS, ROWS, "VALUE,customer", None, 0)
    assert [column.name for column in columns] == ["value", "customer"]
    assert arranged(COLUMNS, ROWS, None, None, 0)[0] == COLUMNS


@pytest.mark.parametrize(("names", "sort"), [("valeu", None), (None, "-valeu")])
def test_an_unknown_column_is_refused_with_a_suggestion(
    names: str | None, sort: str | None
) -> None:
    with pytest.raises(BadOption) as raised:
        arranged(COLUMNS, ROWS, names, sort, 0)
    assert raised.value.hint == "Did you mean “value”?"
