"""ABC classes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.abc import abc
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rfm import Purchases

TODAY = date(2026, 6, 30)


def classify(**values: int | str) -> ModelResult:
    return abc([(name, Decimal(value)) for name, value in values.items()], TODAY)


def classes(result: ModelResult) -> dict[str, str | None]:
    return {row["customer"]: row["class"] for row in result.rows}


def test_cdnow_gives_the_published_figures(cdnow: list[Purchases]) -> None:
    result = abc([(one.customer, one.spend) for one in cdnow], date(1998, 6, 30))
    assert result.n == 2357
    assert result.parameters["counts"] == {"A": 777, "B": 801, "C": 779}
    assert result.parameters["top_20_count"] == 472
    assert round(result.parameters["top_20_share"], 2) == Decimal("67.46")
    assert result.parameters["total"] == Decimal("244091.94")


def test_the_share_before_a_customer_decides() -> None:
    # Before c are 79 %: still A, though it reaches beyond 80. Before e are 95 %: C.
    result = classify(a=50, b=29, c=11, d=5, e=3, f=2)
    assert [tuple(row.values()) for row in result.rows] == [
        ("a", 50, 50, 50, "A"),
        ("b", 29, 29, 79, "A"),
        ("c", 11, 11, 90, "A"),
        ("d", 5, 5, 95, "B"),
        ("e", 3, 3, 98, "C"),
        ("f", 2, 2, 100, "C"),
    ]
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert result.parameters["cuts"] == {"A": 80, "B": 95}
    # ceil(6 / 5) = 2 customers
    assert (result.parameters["top_20_count"], result.parameters["top_20_share"]) == (2, 79)


def test_the_cuts_can_be_chosen() -> None:
    values = [("a", Decimal(6)), ("b", Decimal(3)), ("c", Decimal(1))]
    assert classes(abc(values, TODAY, a=Decimal(50), b=Decimal(60))) == {
        "a": "A",
        "b": "C",
        "c": "C",
    }


def test_equal_values_come_by_id() -> None:
    assert [row["customer"] for row in classify(c=1, a=1, b=1).rows] == ["a", "b", "c"]


def test_shares_have_six_places() -> None:
    shares = [str(row["share"]) for row in classify(a=1, b=1, c=1).rows]
    assert shares == ["33.333333"] * 3
    assert str(classify(a=1, b=1, c=1).rows[-1]["cumulative"]) == "100"


def test_who_brings_nothing_is_in_c() -> None:
    # Without this rule b would be in A: before it are 100 of 50.
    result = classify(a=100, b=0, c=-50)
    assert classes(result) == {"a": "A", "b": "C", "c": "C"}
    assert result.parameters["gini"] is None
    assert result.notes == [
        "1 customer has a negative value and is in class C; there is no Gini coefficient."
    ]


@pytest.mark.parametrize("values", [{}, {"a": 0, "b": 0}, {"a": 5, "b": -5}, {"a": -1}])
def test_without_a_total_above_zero_there_are_no_classes(values: dict[str, int]) -> None:
    result = classify(**values)
    assert set(classes(result).values()) <= {None}
    assert all(row["share"] is None and row["cumulative"] is None for row in result.rows)
    assert result.parameters["counts"] == {"A": 0, "B": 0, "C": 0}
    assert result.parameters["top_20_share"] is None
    assert result.parameters["gini"] is None
    assert result.notes == ["The total value is not above zero, so there are no classes."]


@pytest.mark.parametrize(
    ("values", "gini"),
    [
        ({"a": 5, "b": 5}, "0"),
        ({"a": 1, "b": 0, "c": 0, "d": 0}, "0.75"),  # all with one of n: (n - 1) / n
        ({"a": 3, "b": 1}, "0.25"),
    ],
)
def test_gini(values: dict[str, int], gini: str) -> None:
    assert str(classify(**values).parameters["gini"]) == gini


VALUES = st.lists(
    st.tuples(st.uuids().map(str), st.decimals(0, 10**9, places=2)),
    unique_by=lambda item: item[0],
    min_size=1,
    max_size=40,
).filter(lambda values: any(value for _customer, value in values))


@given(VALUES, st.integers())
def test_the_order_of_the_input_does_not_matter(
    values: list[tuple[str, Decimal]], seed: int
) -> None:
    assert abc(Random(seed).sample(values, len(values)), TODAY) == abc(values, TODAY)


@given(VALUES)
def test_classes_never_rise_down_the_list_and_shares_reach_a_hundred(
    values: list[tuple[str, Decimal]],
) -> None:
    result = abc(values, TODAY)
    found = [row["class"] for row in result.rows]
    assert found == sorted(found)
    assert found[0] == "A"
    assert result.rows[-1]["cumulative"] == 100
    assert 0 <= result.parameters["gini"] < 1
