"""Calendar files as RFC 5545 wants them: folded lines, escaped texts, stable ids.

Days are dates and times are in UTC, so no time zone has to be described.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from crmctl.values.frozen import Frozen

LONGEST = 75  # bytes of a line, without its end
PRODUCT = "-//crmctl//crmctl//EN"
HOUR = 60


class Event(Frozen):
    """One entry: a whole day, or a moment with a length in minutes.

    `uid` stays the same from file to file, so that programs recognize the entry. `alarm` is how
    many minutes before a person is told.
    """

    uid: str
    start: date | datetime
    summary: str
    minutes: int = HOUR
    yearly: bool = False
    place: str | None = None
    description: str | None = None
    alarm: int | None = None


def ics_lines(events: Iterable[Event], name: str, now: datetime) -> Iterator[str]:
    """The lines of a calendar file; each ends in a carriage return, its newline is added later."""
    stamp = _moment(now)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}"]
    for event in events:
        lines += _event(event, stamp)
    for line in [*lines, "END:VCALENDAR"]:
        yield from (f"{part}\r" for part in folded(line))


def _event(event: Event, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{stamp}"
    if isinstance(event.start, datetime):
        yield f"DTSTART:{_moment(event.start)}"
        yield f"DURATION:PT{max(event.minutes, 1)}M"
    else:
        yield f"DTSTART;VALUE=DATE:{event.start:%Y%m%d}"
        if event.start < date.max:
            yield f"DTEND;VALUE=DATE:{event.start + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    if event.yearly:
        yield "RRULE:FREQ=YEARLY"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.alarm is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escaped(event.summary)}"
        yield f"TRIGGER:-PT{event.alarm}M"
        yield "END:VALARM"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A text with what means something in such a file escaped; other control characters go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if char >= " " or char in "\n\t")
    for char, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(char, written)
    return text


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 bytes, never within a character; later ones are indented."""
    part, room = "", LONGEST
    for char in line:
        size = len(char.encode())
        if size > room:
            yield part
            part, room = " ", LONGEST - 1
        part += char
        room -= size
    yield part


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
