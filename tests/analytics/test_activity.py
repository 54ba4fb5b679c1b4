"""Who is active, by the rhythm of their own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.activity import activity
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rhythm import interval, intervals, median

TODAY = date(2026, 6, 30)


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(each) for each in days]


def judged(**bought: list[date]) -> ModelResult:
    return activity(bought, TODAY, Decimal(1), Decimal(2), {"a": ["ord-1"]})


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (ago(10), None),
        (ago(20, 10), None),
        (ago(30, 20, 0), 15),
        (ago(100, 90, 70, 10), 20),
    ],
)
def test_the_interval_is_a_median_from_three_purchases_on(
    days: list[date], expected: int | None
) -> None:
    assert interval(days) == expected


def test_what_is_usual_is_the_median_of_those_who_have_a_rhythm() -> None:
    known = intervals({"a": ago(20, 10, 0), "b": ago(201, 100, 0), "c": ago(3)})
    assert known == {"a": 10, "b": Fraction(201, 2)}
    assert median(known.values()) == Fraction(221, 4)
    assert median([]) is None


@pytest.mark.parametrize(
    ("last", "name", "change"),
    [
        (10, "active", "slowing down from 2026-07-01 on, dormant from 2026-07-11 on"),
        (11, "slowing", "a purchase; dormant from 2026-07-10 on"),
        (20, "slowing", "a purchase; dormant from 2026-07-01 on"),
        (21, "dormant", "a purchase"),
    ],
)
def test_silence_in_intervals(last: int, name: str, change: str) -> None:
    (row,) = judged(a=ago(last + 20, last + 10, last)).rows
    assert (row["activity"], row["change"], row["basis"]) == (name, change, "own")
    assert row["silence"] == Decimal(last) / 10
    assert row["expected"] == (TODAY - timedelta(last - 10)).isoformat()
    assert row["evidence"] == ["ord-1"]


def test_who_has_no_rhythm_yet_goes_by_that_of_all() -> None:
    result = judged(a=ago(20, 10, 0), once=ago(15))
    assert [(row["customer"], row["basis"]) for row in result.rows] == [
        ("once", "book"),
        ("a", "own"),
    ]
    assert result.rows[0]["activity"] == "slowing"
    assert result.notes == [
        "1 buyer has bought less than three times and goes by the interval of all."
    ]
    assert result.parameters["counts"] == {"active": 1, "slowing": 1, "dormant": 0}


def test_without_any_rhythm_nobody_is_judged() -> None:
    result = judged(a=ago(5), b=ago(400, 300))
    assert {row["activity"] for row in result.rows} == {None}
    assert result.parameters["usual"] is None
    assert result.notes == ["Nobody has bought three times yet, so there is no interval to go by."]


def test_who_is_looked_at_does_not_change_what_is_usual() -> None:
    days = {"a": ago(20, 10, 0), "b": ago(15)}
    (row,) = activity(days, TODAY, Decimal(1), Decimal(2), {}, {"b"}.__contains__).rows
    assert (row["customer"], row["interval"]) == ("b", 10)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.sets(st.dates(date(2025, 1, 1), TODAY), min_size=1, max_size=6).map(sorted),
    )
)
def test_the_order_of_the_input_does_not_matter(days: dict[str, list[date]]) -> None:
    turned = dict(reversed(days.items()))
    assert activity(turned, TODAY, Decimal(1), Decimal(2), {}) == activity(
        days, TODAY, Decimal(1), Decimal(2), {}
    )
