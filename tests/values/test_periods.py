"""Days, weeks, months, quarters and years as groups."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.dates import parse_period
from crmctl.values.periods import UNITS, bucket, ending, split_unit, starting


@pytest.mark.parametrize(
    ("day", "unit", "expected"),
    [
        ("2026-03-20", "day", "2026-03-20"),
        ("2026-03-20", "week", "2026-W12"),
        ("2026-03-20", "month", "2026-03"),
        ("2026-03-31", "quarter", "2026-Q1"),
        ("2026-04-01", "quarter", "2026-Q2"),
        ("2026-03-20", "year", "2026"),
        ("2027-01-01", "week", "2026-W53"),  # a Friday, still in the old year's last week
        ("2024-12-30", "week", "2025-W01"),
    ],
)
def test_buckets(day: str, unit: str, expected: str) -> None:
    assert bucket(date.fromisoformat(day), unit) == expected


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("date.month", ("date", "month")),
        ("customer.created.year", ("customer.created", "year")),
        ("customer.owner", ("customer.owner", None)),
        ("month", ("month", None)),
    ],
)
def test_the_unit_is_split_off_a_path(path: str, split: tuple[str, str | None]) -> None:
    assert split_unit(path) == split


# The ends of the calendar lie in weeks that reach beyond it.
@given(st.dates(date(2, 1, 1), date(9998, 12, 31)), st.sampled_from(list(UNITS)))
def test_the_query_language_understands_every_bucket(day: date, unit: str) -> None:
    period = parse_period(bucket(day, unit), day)
    assert period is not None
    assert period.start <= day <= period.end


@pytest.mark.parametrize(
    ("day", "unit", "first", "last"),
    [
        ("2026-02-14", "day", "2026-02-14", "2026-02-14"),
        ("2026-11-21", "week", "2026-11-16", "2026-11-22"),
        ("2024-02-14", "month", "2024-02-01", "2024-02-29"),
        ("2026-12-31", "month", "2026-12-01", "2026-12-31"),
        ("2026-02-14", "quarter", "2026-01-01", "2026-03-31"),
        ("2026-08-31", "quarter", "2026-07-01", "2026-09-30"),
        ("2026-06-30", "year", "2026-01-01", "2026-12-31"),
        ("2024-12-31", "year", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_unit_has_a_first_and_a_last_day(day: str, unit: str, first: str, last: str) -> None:
    asked = date.fromisoformat(day)
    assert starting(asked, unit).isoformat() == first
    assert ending(asked, unit).isoformat() == last
