"""What is bought together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.basket import Basket, basket
from crmctl.analytics.result import ModelResult

TODAY = date(2026, 6, 30)


def rules(sets: Iterable[str], count: int = 2, confidence: int = 0, items: int = 3) -> ModelResult:
    baskets = [Basket(f"o{place}", frozenset(each)) for place, each in enumerate(sets)]
    return basket(baskets, TODAY, "order", count, Decimal(confidence), items)


def rule(result: ModelResult, left: str, then: str) -> dict[str, Any]:
    (found,) = (row for row in result.rows if row["if"] == list(left) and row["then"] == then)
    return found


def test_support_confidence_and_lift() -> None:
    result = rules(["ab", "ab", "ab", "a", "bc", "c"])
    found = rule(result, "a", "b")
    assert (found["count"], found["support"], found["confidence"]) == (3, 50, 75)
    # b is in four of six: 75 % against 66.7 %.
    assert found["lift"] == Decimal("1.125")
    assert found["evidence"] == ["o0", "o1", "o2"]
    assert rule(result, "b", "a")["confidence"] == 75
    # Only one basket has b and c.
    assert {(*row["if"], row["then"]) for row in result.rows} == {("a", "b"), ("b", "a")}
    assert [column.name for column in result.columns] == list(result.rows[0])


def test_either_side_may_come_first() -> None:
    result = rules(["xy", "xy", "xz", "z"])
    assert [tuple(row.values())[:6] for row in result.rows] == [
        # of 4 baskets 3 have x, 2 have y, 2 both: 2 x 4 / (3 x 2)
        (["x"], "y", 2, 50, Decimal("66.666667"), Decimal("1.333333")),
        (["y"], "x", 2, 50, 100, Decimal("1.333333")),
    ]
    assert result.n == 4
    assert rules(["xy", "xy", "xz", "z"], count=3).rows == []


def test_rules_of_three() -> None:
    result = rules(["abc", "abc", "ab", "c"])
    assert rule(result, "ab", "c")["confidence"] == Decimal("66.666667")
    assert rule(result, "ac", "b")["lift"] == Decimal("1.333333")
    assert all(len(row["if"]) == 1 for row in rules(["abc", "abc"], items=2).rows)


def test_rules_that_few_baskets_bear_do_not_come() -> None:
    assert rules(["ab"] * 4, count=5).notes == [
        "No products were bought together in so many baskets."
    ]
    assert len(rules(["ab"] * 5, count=5).rows) == 2
    assert rules(["ab", "ab", "a", "a", "a"], confidence=50).rows[0]["if"] == ["b"]


@given(st.lists(st.text("abcd", max_size=4), max_size=12), st.integers())
def test_it_finds_what_counting_everything_finds(sets: list[str], seed: int) -> None:
    baskets = [Basket(f"o{place:02}", frozenset(each)) for place, each in enumerate(sets)]
    shuffled = Random(seed).sample(baskets, len(baskets))
    result = basket(shuffled, TODAY, "order", 2, Decimal(0), 3)
    assert result == basket(baskets, TODAY, "order", 2, Decimal(0), 3)
    for row in result.rows:
        whole = {*row["if"], row["then"]}
        assert row["count"] == sum(whole <= one.items for one in baskets) >= 2
    pairs = {
        (one, other)
        for one in "abcd"
        for other in "abcd"
        if one != other and sum({one, other} <= each.items for each in baskets) >= 2
    }
    assert pairs == {(row["if"][0], row["then"]) for row in result.rows if len(row["if"]) == 1}
