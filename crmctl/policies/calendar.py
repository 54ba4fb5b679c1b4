"""The calendar of a book: working hours, public holidays, and days of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.values.dates import parse_date
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest
from crmctl.values.worktime import Days, Span, WorkTime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST = timedelta(days=366)  # of one span of holidays
LEAP_YEAR = 2028  # has every day that a year may have
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_YEARLY = re.compile(r"(?:--)?([0-9]{2}-[0-9]{2})")


class Hours(Frozen):
    """What is worked on each weekday, as texts such as 09:00-12:00."""

    mon: tuple[str, ...] = ()
    tue: tuple[str, ...] = ()
    wed: tuple[str, ...] = ()
    thu: tuple[str, ...] = ()
    fri: tuple[str, ...] = ()
    sat: tuple[str, ...] = ()
    sun: tuple[str, ...] = ()
    makeup: tuple[str, ...] = ()


class Calendar(Frozen):
    """Working hours, and the days on which they do not hold."""

    country: str | None = None
    subdivision: str | None = None
    hours: Hours = Hours(**dict.fromkeys(WEEKDAYS[:5], ("09:00-18:00",)))
    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


SHAPE = Calendar


def check(calendar: Calendar, where: str) -> None:
    """BadDefinition for what is no hour, no day, or a week without work; countries come later."""
    for name in Hours.names():
        for text in getattr(calendar.hours, name):
            if _span(text) is None:
                raise _bad(where, f"hours.{name}", text, _("hours look like 09:00-12:00"))
    if not any(getattr(calendar.hours, name) for name in WEEKDAYS):
        raise BadDefinition(where, "calendar.hours", _("some day of the week must be worked"))
    for name in ("holidays", "workdays"):
        for text in getattr(calendar, name):
            if _ends(text, LEAP_YEAR) is None:
                reason = _("days look like 2026-12-24, 2026-08-03..2026-08-14 or, each year, 12-24")
                raise _bad(where, name, text, reason)


def worktime(calendar: Calendar, zone: ZoneInfo, where: str) -> WorkTime:
    """The working time of a calendar that passed `check`; BadDefinition for an unknown country."""
    country, part = calendar.country, calendar.subdivision
    if country is not None:
        _check_place(country, part, where)
    week = [_spans(getattr(calendar.hours, day)) for day in WEEKDAYS]
    makeup = _spans(calendar.hours.makeup) or next(filter(None, week), ())
    known: dict[int, Days] = {}

    def days(year: int) -> Days:
        found = known.get(year)
        if found is None:
            found = known[year] = _year(calendar, year)
        return found

    return WorkTime(zone, week, makeup, days)


def notes(calendar: Calendar, time: WorkTime) -> list[str]:
    """What to know of an answer that was computed: the years whose holidays nobody knows yet."""
    if not time.unknown_years:
        return []
    text = _(
        "The holidays of {years} are not known for {country}: count them as provisional, or list"
        " them under “calendar:”."
    )
    years = ", ".join(map(str, sorted(time.unknown_years)))
    return [text.format(years=years, country=calendar.country)]


def _year(calendar: Calendar, year: int) -> Days:
    """The exceptions of a year: what the book says goes before what the country says."""
    off = {day for text in calendar.holidays for day in _days(text, year)}
    on = {day for text in calendar.workdays for day in _days(text, year)}
    if calendar.country is None:
        return Days(frozenset(off - on), frozenset(on))
    from crmctl.values.publicdays import public_days

    public = public_days(calendar.country, calendar.subdivision, year)
    free = (public.off | off) - on
    return Days(frozenset(free), frozenset((public.on - off) | on), public.known)


def _check_place(country: str, part: str | None, where: str) -> None:
    from crmctl.values import publicdays

    try:
        publicdays.check(country, part)
    except publicdays.UnknownPlace as error:
        wrong, name = (country, "country") if part is None else (part, "subdivision")
        hint = did_you_mean(suggest(wrong, error.places))
        raise _bad(where, name, wrong, _("no public holidays are known for it"), hint) from None


def _bad(where: str, name: str, text: str, reason: str, hint: str | None = None) -> BadDefinition:
    return BadDefinition(where, f"calendar.{name}", f"“{text}”: {reason}", hint)


def _spans(texts: tuple[str, ...]) -> tuple[Span, ...]:
    return tuple(sorted(span for text in texts if (span := _span(text)) is not None))


def _span(text: str) -> Span | None:
    found = _SPAN.fullmatch("".join(text.split()))
    if found is None:
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    begin, end = 60 * from_hour + from_minute, 60 * to_hour + to_minute
    if end > 1440 or begin == end:
        return None
    return begin, end if end > begin else end + 1440


def _ends(text: str, year: int) -> tuple[date, date] | None:
    """The first and the last day that an entry of the calendar means, seen from a year."""
    yearly = _YEARLY.fullmatch(text)
    first, _dots, last = (f"{year:04d}-{yearly[1]}" if yearly else text).partition("..")
    begin, end = parse_date(first), parse_date(last or first)
    fits = begin and end and timedelta() <= end - begin <= LONGEST
    return (begin, end) if begin and end and fits else None


def _days(text: str, year: int) -> Iterator[date]:
    """The days of a year that an entry of the calendar means."""
    ends = _ends(text, year)
    if ends is not None:
        first = max(ends[0], date(year, 1, 1))
        for number in range((min(ends[1], date(year, 12, 31)) - first).days + 1):
            yield first + timedelta(days=number)
