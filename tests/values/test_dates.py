"""Periods, distances and days as people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.dates import (
    Offset,
    Period,
    format_instant,
    parse_due,
    parse_offset,
    parse_period,
    parse_when,
)

TODAY = date(2026, 11, 21)  # a Saturday
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 16, 45, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-q4", "2026-10-01", "2026-12-31"),
        ("2026-W12", "2026-03-16", "2026-03-22"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-03-05", "2026-03-05", "2026-03-05"),
        ("today", "2026-11-21", "2026-11-21"),
        ("Yesterday", "2026-11-20", "2026-11-20"),
        ("明天", "2026-11-22", "2026-11-22"),
        ("this-week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("下周", "2026-11-23", "2026-11-29"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("上个月", "2026-10-01", "2026-10-31"),
        ("next-quarter", "2027-01-01", "2027-03-31"),
        ("本季度", "2026-10-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("明年", "2027-01-01", "2027-12-31"),
        ("9999-W52", "9999-12-27", "9999-12-31"),
    ],
)
def test_periods(text: str, start: str, end: str) -> None:
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    assert parse_period(text, TODAY) == period
    assert period.start in period
    assert period.end in period


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-Q5", "2025-W53", "2026-W00", "2026-02-30", "0000", "26", "20260305",
     "soon", "2026 03", "2026-3", "this-decade", "-2026"],
)  # fmt: skip
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text, TODAY) is None


@pytest.mark.parametrize("word", ["week", "month", "quarter", "year"])
@given(today=st.dates(date(2, 1, 1), date(9997, 1, 1)))
def test_neighboring_periods_touch(word: str, today: date) -> None:
    last, this, following = (parse_period(f"{w}-{word}", today) for w in ("last", "this", "next"))
    assert last is not None
    assert this is not None
    assert following is not None
    assert today in this
    assert last.end + timedelta(1) == this.start
    assert this.end + timedelta(1) == following.start


@pytest.mark.parametrize(
    "word", ["last-week", "next-week", "last-year", "next-year", "tomorrow", "yesterday"]
)
@pytest.mark.parametrize("today", [date.min, date.max])
def test_the_ends_of_the_calendar_hold(word: str, today: date) -> None:
    period = parse_period(word, today)
    assert period is not None
    assert period.start <= period.end


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("30d", Offset(30, "d")),
        ("2w", Offset(2, "w")),
        ("3M", Offset(3, "m")),
        ("1y", Offset(1, "y")),
        ("12h", Offset(12, "h")),
        ("+7d", Offset(7, "d", future=True)),
    ],
)
def test_offsets(text: str, offset: Offset) -> None:
    assert parse_offset(text) == offset


@pytest.mark.parametrize("text", ["", "d", "30", "-3d", "3 d", "1.5d", "3x", "٣d", "12345678d"])
def test_what_is_no_offset(text: str) -> None:
    assert parse_offset(text) is None


@pytest.mark.parametrize(
    ("offset", "day", "before", "after"),
    [
        ("30d", "2026-11-21", "2026-10-22", "2026-12-21"),
        ("2w", "2026-11-21", "2026-11-07", "2026-12-05"),
        ("1m", "2026-03-31", "2026-02-28", "2026-04-30"),
        ("1m", "2024-01-31", "2023-12-31", "2024-02-29"),
        ("1y", "2024-02-29", "2023-02-28", "2025-02-28"),
        ("14m", "2026-11-21", "2025-09-21", "2028-01-21"),
        ("12h", "2026-11-21", "2026-11-21", "2026-11-21"),
        ("36h", "2026-11-21", "2026-11-20", "2026-11-22"),
        ("9999y", "2026-11-21", "0001-01-01", "9999-12-31"),
        ("9999999w", "2026-11-21", "0001-01-01", "9999-12-31"),
    ],
)
def test_offsets_follow_the_calendar(offset: str, day: str, before: str, after: str) -> None:
    found = parse_offset(offset)
    assert found is not None
    assert found.before(date.fromisoformat(day)).isoformat() == before
    assert found.after(date.fromisoformat(day)).isoformat() == after


def test_hours_of_an_instant_are_elapsed_and_days_keep_the_wall_clock() -> None:
    spring = datetime(2026, 3, 29, 12, 0, tzinfo=BERLIN)  # the clocks went forward at 2:00
    assert Offset(12, "h").before(spring).isoformat() == "2026-03-28T23:00:00+01:00"
    assert Offset(1, "d").before(spring).isoformat() == "2026-03-28T12:00:00+01:00"


@given(
    st.integers(0, 9_999_999),
    st.sampled_from("hdwmy"),
    st.dates(),
    st.datetimes(timezones=st.just(BERLIN)),
)
def test_offsets_never_fail_and_go_the_right_way(
    count: int, unit: str, day: date, moment: datetime
) -> None:
    offset = Offset(count, unit)
    assert offset.before(day) <= day <= offset.after(day)
    for found in (offset.before(moment), offset.after(moment)):
        assert found.tzinfo is BERLIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", "2026-11-21T14:30+08:00"),
        ("9:05", "2026-11-21T09:05+08:00"),
        ("14：30", "2026-11-21T14:30+08:00"),
        ("2pm", "2026-11-21T14:00+08:00"),
        ("12am", "2026-11-21T00:00+08:00"),
        ("12:15 pm", "2026-11-21T12:15+08:00"),
        ("yesterday 14:30", "2026-11-20T14:30+08:00"),
        ("yesterday", "2026-11-20T12:00+08:00"),
        ("today", "2026-11-21T16:45+08:00"),
        ("now", "2026-11-21T16:45+08:00"),
        ("2026-11-21", "2026-11-21T16:45+08:00"),
        ("2026-11-20", "2026-11-20T12:00+08:00"),
        ("2026-11-20 9:05", "2026-11-20T09:05+08:00"),
        ("2026-11-20T09:05Z", "2026-11-20T09:05+00:00"),
        ("2h ago", "2026-11-21T14:45+08:00"),
        ("30 minutes ago", "2026-11-21T16:15+08:00"),
        ("3d ago", "2026-11-18T16:45+08:00"),
        ("2 weeks ago", "2026-11-07T16:45+08:00"),
        ("昨天 14:30", "2026-11-20T14:30+08:00"),
        ("昨天下午3点", "2026-11-20T15:00+08:00"),
        ("前天上午10点半", "2026-11-19T10:30+08:00"),
        ("今天9点5分", "2026-11-21T09:05+08:00"),
        ("2小时前", "2026-11-21T14:45+08:00"),
        ("30分钟前", "2026-11-21T16:15+08:00"),
        ("3天前", "2026-11-18T16:45+08:00"),
        ("刚才", "2026-11-21T16:45+08:00"),
    ],
)
def test_moments_as_people_say_them(text: str, expected: str) -> None:
    found = parse_when(text, NOW)
    assert found is not None
    assert format_instant(found) == expected


@pytest.mark.parametrize(
    "text",
    ["", "14", "25:00", "14:60", "13pm", "25点", "soon", "3 ago", "3x ago", "2026-13-01",
     "friday 14:30", "下午3", "2026-11", "yesterday 99", "下午3pm"],
)  # fmt: skip
def test_unclear_moments(text: str) -> None:
    assert parse_when(text, NOW) is None


def test_long_ago_ends_with_the_calendar() -> None:
    assert parse_when("9999999 days ago", NOW) == datetime(1, 1, 2, tzinfo=SHANGHAI)
    early = datetime(1, 3, 1, tzinfo=SHANGHAI)
    assert parse_when("9999999h ago", early) == datetime(1, 1, 2, tzinfo=SHANGHAI)


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        parse_when("14:30", datetime(2026, 11, 21))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", "2026-11-28"),
        ("+2w", "2026-12-05"),
        ("1m", "2026-12-21"),
        ("3天后", "2026-11-24"),
        ("2个月后", "2027-01-21"),
        ("today", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("后天", "2026-11-23"),
        ("2026-12-24", "2026-12-24"),
        ("saturday", "2026-11-28"),
        ("Sun", "2026-11-22"),
        ("monday", "2026-11-23"),
        ("周五", "2026-11-27"),
        ("星期天", "2026-11-22"),
        ("下周三", "2026-11-25"),
        ("本周日", "2026-11-22"),
        ("next-week", "2026-11-23"),
        ("下周", "2026-11-23"),
        ("next month", "2026-12-01"),
        ("明年", "2027-01-01"),
    ],
)
def test_due_days(text: str, expected: str) -> None:
    assert parse_due(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text", ["", "12h", "soon", "2026-12", "last-week", "一", "周八", "3分钟后"]
)
def test_unclear_due_days(text: str) -> None:
    assert parse_due(text, TODAY) is None


@given(
    st.dates(max_value=date(9999, 12, 1)), st.sampled_from(["mon", "周三", "saturday", "礼拜日"])
)
def test_a_weekday_is_within_the_next_seven_days(today: date, word: str) -> None:
    found = parse_due(word, today)
    assert found is not None
    assert timedelta(1) <= found - today <= timedelta(7)
