"""ISO dates and instants: what is read, what is written, and that nothing is lost between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.instants import (
    canonical_instant,
    epoch,
    format_instant,
    local_date,
    parse_date,
    parse_instant,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [SHANGHAI, BERLIN, ZoneInfo("UTC"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
aware = st.datetimes(
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 12, 30),
    timezones=st.one_of(ZONES, offsets),
)


@pytest.mark.parametrize(
    "text",
    ["2026-2-1", "20260201", "2026-W05-1", "2026-02-30", "0000-01-01", "", "2026-02-01 ",
     "２０２６-01-01", "2026-02-01T00:00"],
)  # fmt: skip
def test_only_the_strict_form_is_a_date(text: str) -> None:
    assert parse_date(text) is None


@given(st.dates())
def test_every_date_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2026-11-21T14:30+08:00", "2026-11-21T14:30+08:00"),
        ("2026-11-21 14:30", "2026-11-21T14:30+08:00"),
        ("2026-11-21T14:30:00", "2026-11-21T14:30+08:00"),
        ("2026-11-21T14:30:07", "2026-11-21T14:30:07+08:00"),
        ("2026-11-21t14:30:07.500z", "2026-11-21T14:30:07.500000+00:00"),
        ("2026-11-21T14:30Z", "2026-11-21T14:30+00:00"),
        ("2026-11-21T14:30-0330", "2026-11-21T14:30-03:30"),
        ("2026-11-21T14:30+08", "2026-11-21T14:30+08:00"),
    ],
)
def test_instants_have_one_canonical_form(text: str, canonical: str) -> None:
    assert canonical_instant(text, SHANGHAI) == canonical
    assert canonical_instant(canonical, BERLIN) == canonical


@pytest.mark.parametrize(
    "text",
    ["2026-11-21", "14:30", "2026-11-21T25:00", "2026-11-21T14", "20261121T1430", "",
     "2026-11-21T14:30+25:00", "2026-11-21T14:30+08:75", "2026-02-30T10:00", "2026-11-21_14:30",
     "0001-01-01T00:00+08:00", "9999-12-31T23:59-08:00", "2026-11-21T14:30 +08:00"],
)  # fmt: skip
def test_what_is_no_instant(text: str) -> None:
    assert parse_instant(text, SHANGHAI) is None
    assert canonical_instant(text, SHANGHAI) is None
    assert epoch(text, SHANGHAI) is None
    assert local_date(text, SHANGHAI) is None


def test_the_zone_gives_the_offset_of_that_day() -> None:
    assert canonical_instant("2026-07-01 12:00", BERLIN) == "2026-07-01T12:00+02:00"
    assert canonical_instant("2026-01-01 12:00", BERLIN) == "2026-01-01T12:00+01:00"


def test_local_mean_time_is_written_with_whole_minutes_and_stays_the_instant() -> None:
    text = canonical_instant("1890-01-01 00:00", SHANGHAI)
    assert text is not None
    assert text.endswith("+08:05")
    assert epoch(text, SHANGHAI) == epoch("1890-01-01 00:00", SHANGHAI)


def test_seconds_are_rounded_down_before_1970_too() -> None:
    assert epoch("1970-01-01T00:00:01.9Z", SHANGHAI) == 1
    assert epoch("1969-12-31T23:59:59.5Z", SHANGHAI) == -1


def test_the_local_day_may_differ_from_the_written_one() -> None:
    assert local_date("2026-11-20T23:30Z", SHANGHAI) == date(2026, 11, 21)
    assert local_date("2026-11-21T00:30+08:00", BERLIN) == date(2026, 11, 20)
    assert local_date("9999-12-31T23:59Z", SHANGHAI) == date(9999, 12, 31)


def test_an_instant_needs_an_offset_to_be_written() -> None:
    with pytest.raises(ValueError, match="offset"):
        format_instant(datetime(2026, 1, 1))


@given(aware, ZONES)
def test_writing_and_reading_keeps_the_instant(moment: datetime, zone: ZoneInfo) -> None:
    text = format_instant(moment)
    found = parse_instant(text, zone)
    assert found is not None
    assert found.astimezone(UTC) == moment.astimezone(UTC)
    assert format_instant(found) == text


@given(aware, aware)
def test_epochs_sort_as_instants_do(a: datetime, b: datetime) -> None:
    first, second = sorted([a, b], key=lambda moment: moment.astimezone(UTC))
    low = epoch(format_instant(first), SHANGHAI)
    high = epoch(format_instant(second), SHANGHAI)
    assert low is not None
    assert high is not None
    assert low <= high


@given(st.text("0123456789-:T Z+.", max_size=30), ZONES)
def test_no_text_makes_it_fail(text: str, zone: ZoneInfo) -> None:
    canonical = canonical_instant(text, zone)
    if canonical is not None:
        assert epoch(canonical, zone) == epoch(text, zone)
