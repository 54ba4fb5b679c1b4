"""Days that come back, by the solar and by the lunar calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.birthdays import age_on, canonical_partial, next_occurrence


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1990-05-17", "1990-05-17"),
        ("--05-17", "--05-17"),
        ("--5-7", "--05-07"),
        ("--02-29", "--02-29"),
        ("lunar:08-15", "lunar:08-15"),
        ("lunar:8-15", "lunar:08-15"),
        ("lunar:L06-15", "lunar:L06-15"),
        ("lunar:1990-08-15", "lunar:1990-08-15"),
        ("lunar:1990-L05-15", "lunar:1990-L05-15"),
        ("农历8-15", "lunar:08-15"),
        ("农历闰6-15", "lunar:L06-15"),
    ],
)
def test_canonical_forms(text: str, canonical: str) -> None:
    assert canonical_partial(text) == canonical
    assert canonical_partial(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "--02-30", "--04-31", "--13-01", "--00-10", "05-17", "1990-02-30", "1990-5-17",
     "lunar:08-31", "lunar:13-01", "lunar:00-01", "lunar:08-15+", "lunar:1990-L06-15",
     "lunar:1850-01-01", "lunar:2101-01-01", "lunar:1990-03-30", "lunar:"],
)  # fmt: skip
def test_days_that_do_not_exist(text: str) -> None:
    assert canonical_partial(text) is None
    assert next_occurrence(text, date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("1990-05-17", "2026-05-17", "2026-05-17"),
        ("1990-05-17", "2026-05-18", "2027-05-17"),
        ("--05-17", "2026-01-01", "2026-05-17"),
        ("2030-05-17", "2026-01-01", "2030-05-17"),
        ("--02-29", "2026-01-01", "2026-02-28"),
        ("1992-02-29", "2028-01-01", "2028-02-29"),
        # Mid-autumn of 2026 and 2027, Spring Festival of 2027, New Year's Eve before it.
        ("lunar:08-15", "2026-01-01", "2026-09-25"),
        ("lunar:08-15", "2026-09-26", "2027-09-15"),
        ("lunar:1990-01-01", "2026-03-01", "2027-02-06"),
        # The twelfth month of that lunar year has 29 days only.
        ("lunar:12-30", "2025-01-01", "2025-01-28"),
        # 2025 has a leap sixth month, 2026 has not.
        ("lunar:L06-15", "2025-01-01", "2025-08-08"),
        ("lunar:L06-15", "2026-01-01", "2026-07-28"),
        ("lunar:06-15", "2025-01-01", "2025-07-09"),
    ],
)
def test_the_next_time(text: str, today: str, expected: str) -> None:
    assert next_occurrence(text, date.fromisoformat(today)) == date.fromisoformat(expected)


def test_beyond_the_calendars_there_is_no_next_time() -> None:
    assert next_occurrence("--05-17", date(9999, 6, 1)) is None
    assert next_occurrence("lunar:08-15", date(2150, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "day", "age"),
    [
        ("1990-05-17", "2026-05-16", 35),
        ("1990-05-17", "2026-05-17", 36),
        ("1990-05-17", "1990-05-17", 0),
        ("1990-05-17", "1990-05-16", None),
        ("1992-02-29", "2026-02-28", 34),
        ("--05-17", "2026-05-17", None),
        ("lunar:08-15", "2026-05-17", None),
        ("lunar:1990-08-15", "2026-09-24", 35),
        ("lunar:1990-08-15", "2026-09-25", 36),
        # Born in February 1991 by the solar calendar.
        ("lunar:1990-12-20", "2026-01-15", 34),
        ("lunar:1990-12-20", "2026-03-01", 35),
        ("lunar:1990-12-20", "1991-02-04", 0),
        ("lunar:1990-12-20", "1991-02-03", None),
        ("lunar:1990-08-15", "2150-01-01", None),
        ("nonsense", "2026-01-01", None),
    ],
)
def test_ages(text: str, day: str, age: int | None) -> None:
    assert age_on(text, date.fromisoformat(day)) == age


lunar_texts = st.builds(
    "lunar:{}{:02d}-{:02d}".format,
    st.sampled_from(["", "L"]),
    st.integers(1, 12),
    st.integers(1, 30),
)
solar_texts = st.dates(date(1901, 1, 1), date(2090, 1, 1)).map(lambda day: f"--{day:%m-%d}")


@given(st.one_of(lunar_texts, solar_texts), st.dates(date(1901, 1, 1), date(2099, 1, 1)))
def test_it_comes_back_within_thirteen_months_and_stays_put(text: str, today: date) -> None:
    found = next_occurrence(text, today)
    assert found is not None
    assert timedelta(0) <= found - today <= timedelta(385 + 30)
    assert next_occurrence(text, found) == found


@given(st.dates(date(1901, 1, 1), date(2000, 1, 1)), st.integers(0, 36500))
def test_age_grows_by_one_at_each_birthday(birth: date, days: int) -> None:
    day = birth + timedelta(days)
    age = age_on(birth.isoformat(), day)
    later = next_occurrence(birth.isoformat(), day + timedelta(1))
    assert age is not None
    assert later is not None
    assert age_on(birth.isoformat(), later - timedelta(1)) == age
    assert age_on(birth.isoformat(), later) == age + 1
