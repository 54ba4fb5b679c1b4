"""Cohorts by first purchase."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.cohorts import cohorts

D = date.fromisoformat
BOUGHT = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.dates(date(2024, 1, 1), date(2026, 6, 30))),
    max_size=30,
)


def test_cdnow_gives_the_published_figures(cdnow_days: list[tuple[str, date]]) -> None:
    result = cohorts(cdnow_days, date(1998, 6, 30), periods=18)
    found = {
        row["cohort"]: (row["customers"], [row[f"count_{k}"] for k in (1, 2, 3)])
        for row in result.rows
    }
    assert found == {
        "1997-01": (781, [124, 95, 70]),
        "1997-02": (857, [134, 110, 75]),
        "1997-03": (719, [87, 84, 78]),
    }
    assert result.n == 2357
    # The months after June 1998 have not been, and are no zeros.
    assert [result.rows[2][f"count_{k}"] is None for k in (15, 16)] == [False, True]


def test_periods_that_have_not_begun_are_blank() -> None:
    days = [("a", D("2026-01-31")), ("a", D("2026-02-01")), ("b", D("2026-01-01"))]
    (row,) = cohorts(days, D("2026-03-15"), periods=3).rows
    assert (row["rate_1"], row["rate_2"], row["rate_3"]) == (50, 0, None)
    assert (row["count_1"], row["count_2"], row["count_3"]) == (1, 0, None)


def test_two_orders_in_the_same_later_month_count_once() -> None:
    days = [("a", D("2026-01-31")), ("a", D("2026-02-01")), ("a", D("2026-02-20"))]
    assert cohorts(days, D("2026-03-31")).rows[0]["count_1"] == 1


@pytest.mark.parametrize(
    ("by", "names"),
    [("quarter", ["2025-Q4", "2026-Q1"]), ("year", ["2025", "2026"]),
     ("month", ["2025-12", "2026-02"])],
)  # fmt: skip
def test_cohorts_by_other_periods(by: str, names: list[str]) -> None:
    days = [("a", D("2025-12-31")), ("a", D("2026-01-01")), ("b", D("2026-02-01"))]
    result = cohorts(days, D("2026-06-30"), by)
    assert [row["cohort"] for row in result.rows] == names
    assert result.rows[0]["count_1"] == 1


def test_who_buys_again_soon_among_those_seen_for_long_enough() -> None:
    days = [
        ("soon", D("2026-01-01")), ("soon", D("2026-03-01")),
        ("late", D("2026-01-01")), ("late", D("2026-05-01")),
        ("once", D("2026-01-01")),
        ("new", D("2026-06-01")), ("new", D("2026-06-02")),
    ]  # fmt: skip
    result = cohorts(days, D("2026-06-30"), within=90)
    first, second = result.rows
    assert (str(first["again"]), str(first["soon"])) == ("66.666667", "33.333333")
    # Nobody knows yet what becomes of June within 90 days.
    assert (second["again"], second["soon"], second["observed"]) == (100, None, 0)
    assert result.parameters["again"] == 75


def test_a_period_that_is_not_over_is_said() -> None:
    days = [("a", D("2026-06-01"))]
    assert len(cohorts(days, D("2026-06-29")).notes) == 2
    assert len(cohorts(days, D("2026-06-30")).notes) == 1


def test_nobody_bought() -> None:
    result = cohorts([], D("2026-06-30"))
    assert (result.n, result.rows, result.parameters["again"]) == (0, [], None)


@given(BOUGHT, st.integers())
def test_the_order_of_the_input_does_not_matter(days: list[tuple[str, date]], seed: int) -> None:
    day = date(2026, 6, 30)
    assert cohorts(Random(seed).sample(days, len(days)), day) == cohorts(days, day)


@given(BOUGHT, st.dates(date(2025, 1, 1), date(2026, 6, 30)))
def test_what_was_seen_does_not_change_later(days: list[tuple[str, date]], day: date) -> None:
    then = cohorts([one for one in days if one[1] <= day], day)
    now = {row["cohort"]: row for row in cohorts(days, date(2026, 6, 30)).rows}
    for row in then.rows:
        later = now[row["cohort"]]
        assert row["customers"] <= later["customers"]
        assert all(row[f"count_{k}"] is None or later[f"count_{k}"] is not None for k in (1, 2, 3))
