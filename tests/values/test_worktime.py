"""Working time between instants, and instants after so much of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.worktime import Days, Pause, Span, WorkTime

BERLIN, SHANGHAI, NEW_YORK = map(ZoneInfo, ("Europe/Berlin", "Asia/Shanghai", "America/New_York"))
OFFICE: tuple[Span, ...] = ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60))
NIGHT: tuple[Span, ...] = ((22 * 60, 30 * 60),)
ALWAYS: tuple[Span, ...] = ((0, 1440),)


def week(spans: tuple[Span, ...], days: int = 5) -> list[tuple[Span, ...]]:
    return [spans] * days + [()] * (7 - days)


def office(zone: ZoneInfo = SHANGHAI, off: str = "", on: str = "") -> WorkTime:
    """Monday to Friday, 09:00 to 12:00 and 13:30 to 18:00, with some days off and on."""
    free, worked = (frozenset(map(date.fromisoformat, text.split())) for text in (off, on))
    return WorkTime(zone, week(OFFICE), OFFICE, lambda year: Days(free, worked))


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp())


# 2026-11-16 is a Monday.
@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-16T10:00", "2026-11-16T11:30", 90),
        ("2026-11-16T11:30", "2026-11-16T14:00", 60),  # over lunch
        ("2026-11-16T12:15", "2026-11-16T13:15", 0),  # within it
        ("2026-11-16T06:00", "2026-11-16T09:00", 0),
        ("2026-11-16T17:00", "2026-11-17T10:00", 120),  # over night
        ("2026-11-20T17:00", "2026-11-23T09:30", 90),  # over the weekend
        ("2026-11-21T10:00", "2026-11-22T17:00", 0),
        ("2026-11-16T00:00", "2026-11-23T00:00", 5 * 450),
        ("2026-11-16T10:00", "2026-11-16T10:00", 0),
        ("2026-11-16T11:30", "2026-11-16T10:00", -90),  # backwards
        ("2026-12-31T17:00", "2027-01-01T10:00", 120),  # into the next year
    ],
)
def test_between(start: str, end: str, minutes: int) -> None:
    time = office()
    assert time.minutes(at(start), at(end)) == minutes
    assert time.minutes(at(end), at(start)) == -minutes


def test_minutes_are_full_ones() -> None:
    start = at("2026-11-16T10:00")
    assert office().minutes(start, start + 119) == 1
    assert office().minutes(start + 119, start) == -1
    assert office().seconds(start, start + 119) == 119


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-16T10:00", 0, "2026-11-16T10:00"),
        ("2026-11-16T10:00", 30, "2026-11-16T10:30"),
        ("2026-11-16T11:30", 60, "2026-11-16T14:00"),
        ("2026-11-16T11:00", 60, "2026-11-16T12:00"),  # when work ends, not when it goes on
        ("2026-11-16T20:00", 1, "2026-11-17T09:01"),
        ("2026-11-20T17:30", 31, "2026-11-23T09:01"),
        ("2026-11-21T12:00", 450, "2026-11-23T18:00"),
        ("2026-12-31T17:30", 60, "2027-01-01T09:30"),
    ],
)
def test_after(start: str, minutes: int, end: str) -> None:
    assert office().after(at(start), minutes) == at(end)


def test_the_calendar_grows_as_far_as_asked() -> None:
    time = office()
    start = at("2026-11-16T09:00")
    end = time.after(start, 450 * 5 * 520)  # ten years of weeks
    assert end is not None
    assert time.minutes(start, end) == 450 * 5 * 520
    assert time.minutes(at("2016-11-14T09:00"), start) == 450 * 5 * 522


def test_days_off_and_make_up_days() -> None:
    time = office(off="2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07", on="2026-10-10")
    assert time.minutes(at("2026-09-30T17:00"), at("2026-10-08T10:00")) == 120
    assert time.after(at("2026-09-30T17:30"), 60) == at("2026-10-08T09:30")
    assert time.minutes(at("2026-10-09T17:00"), at("2026-10-10T10:00")) == 120
    assert time.after(at("2026-10-09T17:30"), 60) == at("2026-10-10T09:30")
    assert time.spans(date(2026, 10, 11)) == ()


def test_a_working_day_on_a_worked_weekday_keeps_its_hours() -> None:
    time = WorkTime(
        BERLIN, [*week(OFFICE)[:4], NIGHT, (), ()], ALWAYS, lambda year: Days(on=FRIDAY_AND_SUNDAY)
    )
    assert time.spans(date(2026, 11, 20)) == NIGHT
    assert time.spans(date(2026, 11, 22)) == ALWAYS


FRIDAY_AND_SUNDAY = frozenset({date(2026, 11, 20), date(2026, 11, 22)})


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    time = WorkTime(
        BERLIN, week(NIGHT), NIGHT, lambda year: Days(off=frozenset({date(2026, 11, 18)}))
    )
    b = BERLIN
    assert time.minutes(at("2026-11-16T23:00", b), at("2026-11-17T07:00", b)) == 7 * 60
    assert time.minutes(at("2026-11-17T03:00", b), at("2026-11-17T04:00", b)) == 60
    assert time.minutes(at("2026-11-16T00:00", b), at("2026-11-16T12:00", b)) == 0  # from Sunday
    # The night from Wednesday, which is free, to Thursday.
    assert time.minutes(at("2026-11-18T00:00", b), at("2026-11-19T12:00", b)) == 6 * 60
    assert time.minutes(at("2026-11-20T22:00", b), at("2026-11-22T00:00", b)) == 8 * 60
    assert time.after(at("2026-11-20T23:00", b), 7 * 60) == at("2026-11-21T06:00", b)
    assert time.minutes(at("2026-12-31T23:00", b), at("2027-01-01T05:00", b)) == 6 * 60


def test_shifts_that_overlap_count_once() -> None:
    time = WorkTime(BERLIN, week(((0, 480), (420, 540), (1320, 1800))), ())
    b = BERLIN
    # Monday 00:00-09:00 and 22:00-06:00, Tuesday from midnight on until 09:00.
    assert time.minutes(at("2026-11-16T00:00", b), at("2026-11-17T12:00", b)) == (9 + 2 + 9) * 60


@pytest.mark.parametrize(
    ("zone", "start", "end", "hours"),
    [
        (BERLIN, "2026-03-29T00:00", "2026-03-30T00:00", 23),
        (BERLIN, "2026-10-25T00:00", "2026-10-26T00:00", 25),
        (NEW_YORK, "2026-03-08T00:00", "2026-03-09T00:00", 23),
        (SHANGHAI, "2026-03-29T00:00", "2026-03-30T00:00", 24),
    ],
)
def test_clocks_that_change_at_night(zone: ZoneInfo, start: str, end: str, hours: int) -> None:
    time = WorkTime(zone, [ALWAYS] * 7, ALWAYS)
    assert time.minutes(at(start, zone), at(end, zone)) == hours * 60


def test_an_office_does_not_notice_the_change() -> None:
    time = office(BERLIN)
    for friday, monday in (("2026-03-27", "2026-03-30"), ("2026-10-23", "2026-10-26")):
        start, end = at(f"{friday}T17:00", BERLIN), at(f"{monday}T10:00", BERLIN)
        assert time.minutes(start, end) == 120
        assert time.after(start, 120) == end


def test_work_in_the_hour_that_comes_twice() -> None:
    time = WorkTime(BERLIN, [((120, 180),)] * 7, ())  # 02:00 to 03:00
    day = at("2026-10-25T00:00", BERLIN), at("2026-10-26T00:00", BERLIN)
    assert time.minutes(*day) == 120
    assert time.minutes(at("2026-10-25T02:30", BERLIN), at("2026-10-25T02:30", BERLIN, 1)) == 60
    assert time.minutes(at("2026-03-29T00:00", BERLIN), at("2026-03-30T00:00", BERLIN)) == 0


def test_pauses() -> None:
    time = office()
    start, end = at("2026-11-16T09:00"), at("2026-11-17T09:00")
    pause = at("2026-11-16T10:00"), at("2026-11-16T11:00")
    assert time.minutes(start, end, [pause]) == 390
    assert time.minutes(end, start, [pause]) == -390
    # Overlapping, touching, in free time, outside of the clock, backwards.
    others: list[Pause] = [
        (at("2026-11-16T10:30"), at("2026-11-16T11:30")),
        (at("2026-11-16T11:30"), at("2026-11-16T13:00")),
        (at("2026-11-10T10:30"), at("2026-11-16T08:00")),
        (at("2026-11-17T09:00"), None),
        (at("2026-11-16T17:00"), at("2026-11-16T16:00")),
    ]
    assert time.minutes(start, end, [*others, pause]) == 330
    assert time.minutes(start, end, [(at("2026-11-16T17:00"), None)]) == 390
    assert time.after(start, 60, [pause]) == at("2026-11-16T10:00")
    assert time.after(start, 61, [pause]) == at("2026-11-16T11:01")
    assert time.after(at("2026-11-16T10:30"), 30, [pause]) == at("2026-11-16T11:30")
    assert time.after(start, 61, [(at("2026-11-16T10:00"), None)]) is None
    assert time.after(start, 60, [(at("2026-11-16T10:00"), None)]) == at("2026-11-16T10:00")


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="week"):
        WorkTime(BERLIN, [()] * 7, OFFICE)
    with pytest.raises(ValueError, match="negative"):
        office().after(0, -1)


def test_beyond_the_calendar() -> None:
    time = office()
    first = int(datetime(1, 1, 2, tzinfo=UTC).timestamp())
    last = int(datetime(9999, 12, 30, tzinfo=UTC).timestamp())
    assert time.minutes(last, last + 3600) == 0
    assert time.after(last, 1) is None
    assert time.minutes(first, first + 3600) == 0


def test_years_that_nobody_knows_are_remembered() -> None:
    time = WorkTime(SHANGHAI, week(OFFICE), OFFICE, lambda year: Days(known=year < 2027))
    time.minutes(at("2025-11-16T17:00"), at("2026-11-16T17:00"))
    assert time.unknown_years == set()
    assert time.after(at("2026-12-31T17:00"), 120) == at("2027-01-01T10:00")
    assert time.unknown_years == {2027}


# laws

MOMENTS = st.integers(at("2025-12-20T00:00"), at("2026-11-20T00:00"))
SPANS = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 900)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=3,
).map(lambda spans: tuple(sorted(spans)))
TIMES = st.builds(
    lambda zone, spans, off, on: WorkTime(
        zone,
        spans,
        OFFICE,
        lambda year: Days(frozenset(d for d in off if d.year == year), frozenset(on)),
    ),
    st.sampled_from([BERLIN, SHANGHAI, NEW_YORK]),
    st.lists(SPANS, min_size=7, max_size=7).filter(any),
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=9),
    st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=9),
)
PAUSES = st.lists(st.tuples(MOMENTS, st.none() | MOMENTS), max_size=3)


@given(TIMES, MOMENTS, MOMENTS, MOMENTS, PAUSES)
def test_parts_add_up(time: WorkTime, a: int, b: int, c: int, pauses: list[Pause]) -> None:
    whole = time.seconds(a, c, pauses)
    assert time.seconds(a, b, pauses) + time.seconds(b, c, pauses) == whole
    assert 0 <= time.seconds(min(a, c), max(a, c), pauses) <= abs(c - a)


@given(TIMES, MOMENTS, st.integers(0, 20_000), PAUSES)
def test_so_much_has_passed_after_it(
    time: WorkTime, start: int, minutes: int, pauses: list[Pause]
) -> None:
    end = time.after(start, minutes, pauses)
    if end is not None:
        assert end >= start
        assert time.seconds(start, end, pauses) == minutes * 60
        if minutes:  # and not a second earlier
            assert time.seconds(start, end - 1, pauses) == minutes * 60 - 1


@given(TIMES, MOMENTS, st.integers(0, 40 * 24 * 60))
def test_it_counts_what_a_clock_would(time: WorkTime, start: int, length: int) -> None:
    """Minute by minute, from the spans of the day and the day before, on the clock of the zone."""
    start -= start % 60
    length %= 3000
    counted = sum(_is_worked(time, start + 60 * minute) for minute in range(length))
    assert time.minutes(start, start + 60 * length) == counted


def _is_worked(time: WorkTime, instant: int) -> bool:
    for back in (0, 1):
        day = datetime.fromtimestamp(instant, time.zone).date() - timedelta(days=back)
        for begin, end in time.spans(day):
            edges = [
                (datetime(day.year, day.month, day.day) + timedelta(minutes=minutes))
                .replace(tzinfo=time.zone)
                .timestamp()
                for minutes in (begin, end)
            ]
            if edges[0] <= instant < edges[1]:
                return True
    return False
