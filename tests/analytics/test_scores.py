"""Scores by cut points and by equal numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.scores import cut_points, falling, ntile, rising


def test_cut_points_are_quantiles() -> None:
    assert cut_points([5, 1, 4, 2, 3]) == [Decimal(text) for text in ("1.8", "2.6", "3.4", "4.2")]
    assert cut_points([]) == []


def test_a_value_on_a_cut_point_is_not_beyond_it() -> None:
    cuts = [10, 20, 30, 40]
    assert [rising(value, cuts) for value in (0, 10, 11, 40, 41)] == [1, 1, 2, 4, 5]
    assert [falling(value, cuts) for value in (0, 10, 11, 40, 41)] == [5, 5, 4, 2, 1]


@pytest.mark.parametrize(
    ("count", "sizes"), [(5, [1] * 5), (7, [2, 2, 1, 1, 1]), (3, [1, 1, 1, 0, 0]), (0, [0] * 5)]
)
def test_fifths_differ_by_one_at_most(count: int, sizes: list[int]) -> None:
    scores = ntile([str(place) for place in range(count)], [0] * count, range(count))
    assert [sum(score == each for score in scores.values()) for each in range(1, 6)] == sizes


@given(st.lists(st.integers(), max_size=30))
def test_more_never_scores_less(values: list[int]) -> None:
    ids = [f"{place:02}" for place in range(len(values))]
    scores = ntile(ids, values, range(len(values)))
    order = sorted(range(len(values)), key=lambda place: (values[place], ids[place]))
    assert [scores[place] for place in order] == sorted(scores.values())
