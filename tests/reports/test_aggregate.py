"""Groups and measures."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.reports.aggregate import Aggregate, aggregate

SALES = [
    ("east", Decimal("10.10"), "ann"),
    ("west", Decimal("5"), "bob"),
    ("east", Decimal("20.20"), "bob"),
    (None, Decimal("1"), "ann"),
    ("east", None, "ann"),
]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (Aggregate("count"), [3, 1, 1]),
        (Aggregate("share"), [60, 20, 20]),
        (Aggregate("sum", 1), [Decimal("30.30"), 5, 1]),
        (Aggregate("mean", 1), [Decimal("15.15"), 5, 1]),
        (Aggregate("median", 1), [Decimal("15.15"), 5, 1]),
        (Aggregate("min", 1), [Decimal("10.10"), 5, 1]),
        (Aggregate("max", 1), [Decimal("20.20"), 5, 1]),
        (Aggregate("distinct", 2), [2, 1, 1]),
        (
            Aggregate("share", 1),
            [Decimal("83.471074"), Decimal("13.774105"), Decimal("2.754821")],
        ),
    ],
)
def test_every_measure_by_region_with_the_missing_region_last(
    measure: Aggregate, expected: list[Any]
) -> None:
    table = aggregate(SALES, 1, [measure])
    assert [row[0] for row in table] == ["east", "west", None]
    assert [row[1] for row in table] == expected


def test_a_group_without_values_has_no_sum_rather_than_zero() -> None:
    measures = [Aggregate(name, 1) for name in ("sum", "mean", "median", "min", "max", "share")]
    assert aggregate([("a", None)], 1, measures) == [["a", *[None] * 6]]
    assert aggregate([("a", None)], 1, [Aggregate("distinct", 1)]) == [["a", 0]]


def test_without_groups_there_is_one_row_even_of_nothing() -> None:
    measures = [Aggregate("count"), Aggregate("sum", 1)]
    assert aggregate(SALES, 0, measures) == [[5, Decimal("36.30")]]
    assert aggregate([], 0, measures) == [[0, None]]
    assert aggregate([], 1, measures) == []


def test_shares_of_a_total_that_is_not_above_zero_are_unknown() -> None:
    rows = [("a", Decimal(5)), ("b", Decimal(-5))]
    assert aggregate(rows, 1, [Aggregate("share", 1)]) == [["a", None], ["b", None]]


def test_sums_are_exact_where_floats_and_the_default_context_are_not() -> None:
    rows = [(Decimal("0.1"),)] * 10 + [(Decimal("1" + "0" * 29),)]
    assert aggregate(rows, 0, [Aggregate("sum", 0)]) == [[Decimal("1" + "0" * 28 + "1.0")]]
    assert aggregate([(0.1,)] * 3, 0, [Aggregate("sum", 0)]) == [[Decimal("0.3")]]


def test_a_list_counts_with_each_element() -> None:
    rows = [([Decimal(1), None, Decimal(2)],), ([],), (None,)]
    assert aggregate(rows, 0, [Aggregate("sum", 0), Aggregate("distinct", 0)]) == [[3, 2]]


def test_groups_of_several_fields_sort_from_the_first() -> None:
    rows = [("b", 1), ("a", 2), ("b", None), ("a", 10)]
    table = aggregate(rows, 2, [Aggregate("count")])
    assert table == [["a", 2, 1], ["a", 10, 1], ["b", 1, 1], ["b", None, 1]]


ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from("abc")),
        st.one_of(st.none(), st.decimals(-(10**6), 10**6, places=2)),
    )
)


@given(ROWS, st.integers())
def test_groups_add_up_and_do_not_depend_on_the_order(rows: list[Any], seed: int) -> None:
    measures = [Aggregate("count"), Aggregate("sum", 1), Aggregate("median", 1)]
    table = aggregate(rows, 1, measures)
    assert sum(row[1] for row in table) == len(rows)
    assert sum(row[2] or 0 for row in table) == sum(value or 0 for _group, value in rows)
    assert aggregate(Random(seed).sample(rows, len(rows)), 1, measures) == table
