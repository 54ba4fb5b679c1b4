"""Birthdays and other days that come back: with or without a year, solar or lunar.

Lunar days come from the tables of borax, which cover the lunar years 1900 to 2100.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from crmctl.values.instants import parse_date

_YEARLESS = re.compile(r"--([0-9]{1,2})-([0-9]{1,2})")
_LUNAR = re.compile(
    r"(?:lunar:|农历|阴历)\s*(?:([0-9]{4})-)?([L闰]?)([0-9]{1,2})-([0-9]{1,2})", re.IGNORECASE
)
_FIRST_LUNAR_YEAR, _LAST_LUNAR_YEAR = 1900, 2100
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class _Lunar(NamedTuple):
    year: int | None
    month: int
    day: int
    leap: bool


def _month_days(year: int, month: int, leap: bool) -> int:
    """Days of a lunar month; 0 when the year has no such leap month."""
    from borax.calendars.lunardate import LCalendars  # type: ignore[import-untyped]

    if leap and LCalendars.leap_month(year) != month:
        return 0
    return int(LCalendars.ndays(year, month, int(leap)))


def _read_lunar(text: str) -> _Lunar | None:
    match = _LUNAR.fullmatch(text)
    if match is None:
        return None
    year = int(match[1]) if match[1] else None
    found = _Lunar(year, int(match[3]), int(match[4]), bool(match[2]))
    if not (1 <= found.month <= 12 and 1 <= found.day <= 30):
        return None
    if year is None:
        return found
    if not _FIRST_LUNAR_YEAR <= year <= _LAST_LUNAR_YEAR:
        return None
    return found if found.day <= _month_days(year, found.month, found.leap) else None


def _read_yearless(text: str) -> tuple[int, int] | None:
    match = _YEARLESS.fullmatch(text)
    if match is None:
        return None
    month, day = int(match[1]), int(match[2])
    return (month, day) if 1 <= month <= 12 and 1 <= day <= _MONTH_LENGTHS[month - 1] else None


def canonical_partial(text: str) -> str | None:
    """Canonical text of a date that may lack its year; None when there is no such day.

    `1990-05-17`, `--05-17`, `lunar:08-15`, `lunar:L06-15` (leap month), `lunar:1990-08-15`,
    `lunar:1990-L05-15`. Also read: missing zeros, small letters, 农历8-15, 农历闰6-15.
    """
    text = text.strip()
    if parse_date(text):
        return text
    yearless = _read_yearless(text)
    if yearless is not None:
        return f"--{yearless[0]:02d}-{yearless[1]:02d}"
    lunar = _read_lunar(text)
    if lunar is None:
        return None
    year = f"{lunar.year}-" if lunar.year else ""
    return f"lunar:{year}{'L' if lunar.leap else ''}{lunar.month:02d}-{lunar.day:02d}"


def _solar_in(year: int, month: int, day: int) -> date:
    """A birthday in one year; 29 February falls on the 28th of a common year."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)


def _lunar_in(year: int, lunar: _Lunar) -> date:
    """A lunar birthday in one lunar year, as a solar date.

    A leap month that the year lacks is kept in the ordinary month of that number, day 30 of a
    short month on its last day.
    """
    from borax.calendars.lunardate import LunarDate

    days = _month_days(year, lunar.month, lunar.leap)
    leap = lunar.leap and days > 0
    if not days:
        days = _month_days(year, lunar.month, False)
    found: date = LunarDate(year, lunar.month, min(lunar.day, days), int(leap)).to_solar_date()
    return found


def _lunar_birth(lunar: _Lunar) -> date | None:
    return None if lunar.year is None else _lunar_in(lunar.year, lunar)


def next_occurrence(text: str, today: date) -> date | None:
    """The first day on or after `today` (and not before the birth) on which it comes back.

    None for text that is no such date, and beyond the calendars (year 9999, lunar year 2100).
    """
    lunar = _read_lunar(text)
    if lunar is not None:
        since = max(today, _lunar_birth(lunar) or today)
        first = max(since.year - 1, _FIRST_LUNAR_YEAR)
        years = range(first, min(since.year + 1, _LAST_LUNAR_YEAR) + 1)
        return next((day for year in years if (day := _lunar_in(year, lunar)) >= since), None)
    birth = parse_date(text)
    month_day = (birth.month, birth.day) if birth else _read_yearless(text)
    if month_day is None:
        return None
    since = max(today, birth or today)
    for year in (since.year, since.year + 1):
        if year <= date.max.year and (day := _solar_in(year, *month_day)) >= since:
            return day
    return None


def age_on(text: str, day: date) -> int | None:
    """Completed years on `day`, counted by the birthday's own calendar.

    None without a year of birth, before the birth, and beyond the lunar tables.
    """
    birth = parse_date(text)
    if birth is not None:
        if day < birth:
            return None
        had = day >= _solar_in(day.year, birth.month, birth.day)
        return day.year - birth.year - (not had)
    lunar = _read_lunar(text)
    born = _lunar_birth(lunar) if lunar else None
    if lunar is None or lunar.year is None or born is None or day < born:
        return None
    if day.year > _LAST_LUNAR_YEAR:
        return None
    # A lunar year begins in January or February, so its last days lie in the next solar year.
    latest = (y for y in (day.year, day.year - 1) if _lunar_in(max(y, lunar.year), lunar) <= day)
    return max(next(latest, day.year - 2) - lunar.year, 0)
