"""`agenda -o ics`: a calendar that other programs read as it was meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from crmctl.render.ics import Event, ics_lines
from tests.conftest import Book

NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)


def read(text: str) -> list[Any]:
    """The events of a calendar, as the library sees them."""
    calendar = Calendar.from_ical(text)
    return list(calendar.walk("VEVENT"))


def written(*events: Event) -> str:
    return "".join(f"{line}\n" for line in ics_lines(events, "Book", NOW))


def test_an_appointment_a_day_and_a_birthday(shop: Book) -> None:
    shop.gen(
        {
            "records/tasks/acme.yaml": """
                id: tsk-1
                customer: acme
                title: "Demo, part 1; bring: cables"
                at: 2026-11-24T14:00+08:00
                duration: 90
                place: Room 2
                notes: "First line.\\nSecond."
                ---
                id: tsk-2
                customer: acme
                title: Offer
                due: 2026-12-01
            """,
            "records/customers/zhang-wei.yaml": "id: zhang-wei\nname: 张伟\nbirthday: --12-05\n",
        }
    )
    out = shop.run("agenda -o ics --without festival").out
    assert "\r\n" in out
    demo, offer, birthday = read(out)
    assert demo["SUMMARY"] == "Demo, part 1; bring: cables · Acme GmbH"
    assert demo.decoded("DTSTART") == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert demo.decoded("DURATION") == timedelta(minutes=90)
    assert demo["LOCATION"] == "Room 2"
    assert demo["DESCRIPTION"] == "First line.\nSecond.\ntsk-1"
    (alarm,) = demo.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(minutes=-15)
    assert offer.decoded("DTSTART") == date(2026, 12, 1)
    assert offer.decoded("DTEND") == date(2026, 12, 2)
    assert birthday["SUMMARY"] == "Birthday: 张伟"
    assert birthday["RRULE"]["FREQ"] == ["YEARLY"]
    stamps = {event.decoded("DTSTAMP") for event in (demo, offer, birthday)}
    assert stamps == {NOW}
    again = read(shop.run("agenda -o ics --days 60 --without festival").out)
    assert [event["UID"] for event in again] == [e["UID"] for e in (demo, offer, birthday)]


def test_a_lunar_birthday_comes_once(shop: Book) -> None:
    shop.write(
        "records/customers/zhang-wei.yaml", "id: zhang-wei\nname: 张伟\nbirthday: lunar:10-14\n"
    )
    (found,) = read(shop.run("today -o ics --only birthday").out)
    assert "RRULE" not in found
    assert found["UID"] == "birthday-zhang-wei-2026@crmctl"


def test_nothing_is_a_calendar_too(shop: Book) -> None:
    assert read(shop.run("today -o ics --only task").out) == []


# What YAML cannot hold a record cannot either; ICS has no place for other control characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)


@given(summary=TEXTS, description=TEXTS)
def test_every_text_comes_back(summary: str, description: str) -> None:
    text = written(Event("a@b", date(2026, 1, 1), summary, description=description))
    assert all(len(line.encode()) <= 75 for line in text.replace("\r\n", "\n").split("\n"))
    (event,) = read(text)
    assert event["SUMMARY"] == summary
    assert event["DESCRIPTION"] == description


@pytest.mark.parametrize("text", ["two\r\nlines", "bell\x07"])
def test_line_breaks_and_control_characters(text: str) -> None:
    (event,) = read(written(Event("a@b", date(2026, 1, 1), text)))
    assert event["SUMMARY"] == text.replace("\r\n", "\n").replace("\x07", "")
