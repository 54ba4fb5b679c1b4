"""Answers: which count, what they are worth, and how well they agree."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.answers import Item, latest, once
from crmctl.analytics.reliability import alpha, pearson
from tests.analytics.answered import answer


def test_one_answer_counts_per_respondent_and_event() -> None:
    found = [
        answer("c", who="ann", day="2026-02-01", overall=5),
        answer("a", who="ann", day="2026-02-01", overall=1),
        answer("b", who="bob", day="2026-02-01", overall=2),
        answer("d", who="ann", day="2026-03-01", overall=3),
    ]
    kept, doubles = once(found)
    assert [one.id for one in kept] == ["b", "c", "d"]
    assert doubles == 1
    assert [one.id for one in latest(found)] == ["d", "b"]


def test_a_phase_is_an_event_of_its_own() -> None:
    before = answer("a", day="2026-02-01", overall=5)._replace(phase="before")
    assert once([before, answer("b", day="2026-02-01", overall=4)])[1] == 0


@pytest.mark.parametrize(
    ("value", "turned", "rating"), [(1, False, 0), (5, False, 100), (2, False, 25), (2, True, 75)]
)
def test_an_answer_in_percent_of_its_scale(value: int, turned: bool, rating: int) -> None:
    assert Item("x", Decimal(1), Decimal(5), turned).rating(value) == rating


def test_alpha_of_a_known_table() -> None:
    # Variances of the items 2/3, 2/3; of the sums 8/3: 2 (1 - (4/3) / (8/3)) = 1.
    rows = [[Fraction(one), Fraction(one)] for one in (1, 2, 3)]
    assert alpha(rows) == 1
    # Squares about the means of the items add up to 2, 2 and 8, of the sums to 18.
    mixed = [[1, 2, 1], [2, 3, 5], [3, 1, 3]]
    assert alpha([[Fraction(value) for value in row] for row in mixed]) == Decimal("0.5")


@pytest.mark.parametrize("rows", [[], [[1, 2]], [[1], [2]], [[1, 2], [2, 1]]])
def test_alpha_is_unknown(rows: list[list[int]]) -> None:
    assert alpha([[Fraction(value) for value in row] for row in rows]) is None


def test_alpha_wants_enough_respondents() -> None:
    rows = [[Fraction(one), Fraction(one)] for one in range(9)]
    assert alpha(rows, 10) is None
    assert alpha([*rows, [Fraction(9), Fraction(9)]], 10) == 1


def test_correlation() -> None:
    up = [(Fraction(one), Fraction(2 * one + 1)) for one in range(5)]
    assert pearson(up) == 1
    assert pearson([(one, -other) for one, other in up]) == -1
    # Anscombe's first quartet has r = .816.
    xs = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    ys = "8.04 6.95 7.58 8.81 8.33 9.96 7.24 4.26 10.84 4.82 5.68".split()
    pairs = [(Fraction(x), Fraction(y)) for x, y in zip(xs, ys, strict=True)]
    assert pearson(pairs) == Decimal("0.816421")
    assert pearson([(Fraction(1), Fraction(y)) for y in (1, 2)]) is None


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), max_size=20), st.integers())
def test_order_changes_neither(rows: list[tuple[int, int]], seed: int) -> None:
    table = [(Fraction(one), Fraction(other)) for one, other in rows]
    mixed = Random(seed).sample(table, len(table))
    assert pearson(mixed) == pearson(table)
    assert alpha(mixed) == alpha(table)
    assert -1 <= (pearson(table) or 0) <= 1
