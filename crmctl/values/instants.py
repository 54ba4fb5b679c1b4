"""ISO dates and instants as text: the canonical form in files, and its reading.

Kept apart from the words people use (`dates.py`), because these functions run once per record and
load nothing heavy.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?:[Zz]|[+-][0-9]{2}(?::?[0-5][0-9])?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_AFTER_EVERYTHING = 253_402_387_200  # a day after the year 9999 ends in UTC


def parse_date(text: str) -> date | None:
    """The date written as `YYYY-MM-DD`, and nothing else; None when it is not one."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(text: str, zone: ZoneInfo) -> tuple[datetime, timedelta] | None:
    """The instant, and its distance from the epoch (which exists only inside the years 1..9999)."""
    if _INSTANT.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        if moment.year in (1, 9999):
            moment.astimezone(UTC)
        return moment, moment - _EPOCH
    except (ValueError, OverflowError):
        return None


def parse_instant(text: str, zone: ZoneInfo) -> datetime | None:
    """The aware instant of ISO text; one without offset is in `zone`.

    `T` or a space, optional seconds and fraction, an offset or `Z`. A bare date is no instant.
    The result has a fixed offset, so that comparisons never depend on the wall clock.
    """
    found = _read(text, zone)
    if found is None:
        return None
    moment = found[0]
    if moment.tzinfo is zone:
        moment = moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()), fold=0)
    return moment


def format_instant(moment: datetime) -> str:
    """Canonical text of an aware instant: `2026-11-21T14:30+08:00`, seconds only when nonzero.

    Local mean times before standard time have offsets with seconds, which ISO 8601 cannot write:
    the same instant is then written with an offset of whole minutes.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("an instant needs an offset")
    seconds = offset // _SECOND
    if seconds % 60:
        minutes = -(-seconds // 60) if moment.year == 1 else seconds // 60
        moment = moment.astimezone(timezone(timedelta(minutes=minutes)))
    if moment.second == 0 and moment.microsecond == 0:
        return moment.isoformat(timespec="minutes")
    return moment.isoformat()


def canonical_instant(text: str, zone: ZoneInfo) -> str | None:
    """Canonical text of an instant written in any accepted form; None when it is not one."""
    found = _read(text, zone)
    return format_instant(found[0]) if found else None


def epoch(text: str, zone: ZoneInfo) -> int | None:
    """Whole seconds since 1970-01-01 UTC, rounded down; None when the text is no instant."""
    found = _read(text, zone)
    return found[1] // _SECOND if found else None


def local_date(text: str, zone: ZoneInfo) -> date | None:
    """The calendar day in `zone` on which an instant falls; None when the text is no instant."""
    found = _read(text, zone)
    if found is None:
        return None
    try:
        return found[0].astimezone(zone).date()
    except OverflowError:
        # The last hours of year 9999 or the first of year 1, seen from another zone.
        return found[0].date()


def local_instant(text: str, zone: ZoneInfo) -> str:
    """An instant as the clocks of `zone` showed it; text that is no instant stays as it is."""
    found = _read(text, zone)
    if found is None:
        return text
    try:
        return format_instant(found[0].astimezone(zone))
    except OverflowError:
        return text


def end_of(day: date, zone: ZoneInfo) -> int:
    """The first second after a local day, as UTC epoch seconds."""
    if day == date.max:
        return _AFTER_EVERYTHING
    following = datetime.combine(day + timedelta(days=1), time(), zone)
    return int(following.timestamp())
