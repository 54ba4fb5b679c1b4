"""The calendar of a book: hours, public holidays, make-up working days, days of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmctl import policies
from crmctl.errors import BadDefinition
from crmctl.policies.calendar import Calendar, Hours, check, notes, worktime
from crmctl.storage.reader import parse_document
from crmctl.values.publicdays import public_days
from crmctl.values.worktime import WorkTime
from crmctl.workspace import Workspace
from tests.conftest import Book

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
SHOP = Hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-12:00", "13:30-18:00")))
NINE = ((540, 1080),)
CN = Calendar(country="CN")


def of(calendar: Calendar, zone: ZoneInfo = SHANGHAI) -> WorkTime:
    check(calendar, "crmctl.yaml")
    return worktime(calendar, zone, "crmctl.yaml")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def worked(time: WorkTime, *days: str) -> list[bool]:
    return [bool(time.spans(date.fromisoformat(day))) for day in days]


def test_the_shipped_file_says_what_the_class_does() -> None:
    text = Path(policies.__path__[0], "calendar.yaml").read_text("utf-8")
    tree, faults = parse_document(text)
    assert not faults
    assert tree is not None
    hours: Any = tree["hours"]
    shipped = Hours(**{day: tuple(spans) for day, spans in hours.items()})
    assert Calendar(hours=shipped) == Calendar()
    for name in (*Calendar.names(), "makeup"):
        assert f"# {name} " in text or f" {name} are" in text, name


# 调休: by the orders of the State Council for 2025 and 2026


@pytest.mark.parametrize(
    ("free", "made_up"),
    [
        # 春节 and 国庆 of 2025
        (
            "2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04",
            "2025-01-26 2025-02-08",
        ),
        (
            "2025-10-01 2025-10-02 2025-10-03 2025-10-06 2025-10-07 2025-10-08",
            "2025-09-28 2025-10-11",
        ),
        # 元旦, 春节 and 国庆 of 2026
        ("2026-01-01 2026-01-02", "2026-01-04"),
        (
            "2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23",
            "2026-02-14 2026-02-28",
        ),
        (
            "2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07",
            "2026-09-20 2026-10-10",
        ),
    ],
)
def test_make_up_days_of_china(free: str, made_up: str) -> None:
    time = of(CN)
    assert worked(time, *free.split()) == [False] * len(free.split())
    assert [time.spans(date.fromisoformat(day)) for day in made_up.split()] == [NINE, NINE][
        : len(made_up.split())
    ]


def test_a_ticket_over_the_national_holiday() -> None:
    time = of(Calendar(country="CN", hours=SHOP))
    opened = at("2026-09-30T17:00")
    assert time.after(opened, 4 * 60) == at("2026-10-08T12:00")
    # The Saturday after it is worked, as a Monday would be.
    assert time.after(at("2026-10-09T17:30"), 60) == at("2026-10-10T09:30")
    assert time.minutes(opened, at("2026-10-12T00:00")) == 60 + 3 * 450
    assert notes(CN, time) == []


def test_public_holidays_of_a_part_of_a_country() -> None:
    germany, bavaria = (
        of(Calendar(country="DE", subdivision=part), BERLIN) for part in (None, "BY")
    )
    assert worked(germany, "2026-12-25", "2026-01-06", "2026-06-04") == [False, True, True]
    assert worked(bavaria, "2026-12-25", "2026-01-06", "2026-06-04") == [False, False, False]
    assert worked(germany, "2026-04-03", "2026-04-06", "2026-12-24") == [False, False, True]


def test_the_book_knows_better() -> None:
    calendar = Calendar(
        country="CN",
        hours=SHOP.replaced(sat=(), makeup=("10:00-16:00",)),
        holidays=("2026-02-12..2026-02-15", "12-24", "2026-02-28"),
        workdays=("2026-10-01", "2026-11-21"),
    )
    time = of(calendar)
    days = ["2026-02-11", "2026-02-12", "2026-02-13", "2026-02-14", "2026-02-15", "2026-02-28"]
    assert worked(time, *days) == [True, *[False] * 5]
    assert worked(time, "2025-12-24", "2026-12-24", "2026-12-23") == [False, False, True]
    assert time.spans(date(2026, 10, 1)) == ((540, 720), (810, 1080))  # a Thursday
    assert time.spans(date(2026, 11, 21)) == ((600, 960),)  # a Saturday
    assert time.spans(date(2026, 10, 10)) == ((600, 960),)  # made up by order


def test_without_a_country_the_package_is_not_needed() -> None:
    program = """
import json, sys
sys.modules["holidays"] = None
from datetime import date
from zoneinfo import ZoneInfo
from crmctl.policies.calendar import Calendar, worktime
calendar = Calendar(holidays=("2026-10-01..2026-10-07",), workdays=("2026-10-10",))
time = worktime(calendar, ZoneInfo("Asia/Shanghai"), "crmctl.yaml")
print(json.dumps([day for day in range(1, 32) if time.spans(date(2026, 10, day))]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    off = {1, 2, 3, 4, 5, 6, 7, 11, 17, 18, 24, 25, 31}
    assert json.loads(done.stdout) == [day for day in range(1, 32) if day not in off]


def test_years_beyond_what_is_known() -> None:
    assert public_days("CN", None, 2026).known
    assert not public_days("CN", None, 2060).known
    assert public_days("DE", None, 2060).known
    assert not public_days("DE", None, 2150).known
    time = of(CN)
    time.minutes(at("2060-09-30T10:00"), at("2060-10-11T10:00"))
    assert notes(CN, time) == [
        "The holidays of 2060 are not known for CN: count them as provisional, or list them under"
        " “calendar:”."
    ]
    germany = of(Calendar(country="DE"), BERLIN)
    assert worked(germany, "2150-12-25", "2150-12-26") == [True, False]  # a Friday, a Saturday


BAD = [
    (Calendar(hours=Hours(mon=("9-12",))), "calendar.hours.mon"),
    (Calendar(hours=Hours(mon=("09:00-25:00",))), "calendar.hours.mon"),
    (Calendar(hours=Hours(mon=("09:00-24:30",))), "calendar.hours.mon"),
    (Calendar(hours=Hours(mon=("09:00-09:00",))), "calendar.hours.mon"),
    (Calendar(hours=Hours(makeup=("09:00-18:00",))), "calendar.hours"),
    (Calendar(holidays=("2026-02-30",)), "calendar.holidays"),
    (Calendar(holidays=("Christmas",)), "calendar.holidays"),
    (Calendar(holidays=("13-01",)), "calendar.holidays"),
    (Calendar(workdays=("2026-03-02..2026-03-01",)), "calendar.workdays"),
    (Calendar(workdays=("2026-03-02..2029-03-01",)), "calendar.workdays"),
]


@pytest.mark.parametrize(("calendar", "place"), BAD)
def test_what_is_no_calendar(calendar: Calendar, place: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        check(calendar, "crmctl.yaml")
    assert place in caught.value.message


@pytest.mark.parametrize(
    ("country", "part", "said"),
    [("XX", None, "calendar.country"), ("DE", "BQ", "calendar.subdivision")],
)
def test_a_place_that_nobody_knows(country: str, part: str | None, said: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        of(Calendar(country=country, subdivision=part))
    assert said in caught.value.message


def test_hours_may_be_written_loosely() -> None:
    time = of(Calendar(hours=Hours(mon=("13:30 - 18:00", "09:00-12:00"), sun=("22:00-24:00",))))
    assert time.spans(date(2026, 11, 16)) == ((540, 720), (810, 1080))
    assert time.spans(date(2026, 11, 22)) == ((1320, 1440),)
    assert time.spans(date(2028, 2, 29)) == ()


def test_a_book_has_a_calendar(book: Book) -> None:
    book.config(
        timezone="Asia/Shanghai",
        calendar={"country": "CN", "hours": {"sat": ["10:00-12:00"], "fri": []}},
    )
    calendar = Workspace(book.root).policy("calendar")
    assert calendar.hours.sat == ("10:00-12:00",)
    assert calendar.hours.mon == ("09:00-18:00",)
    time = of(calendar)
    assert worked(time, "2026-11-19", "2026-11-20", "2026-11-21") == [True, False, True]
    book.config(calendar={"hours": {"mon": ["9 to 5"]}})
    with pytest.raises(BadDefinition, match=r"calendar\.hours\.mon"):
        _ = Workspace(book.root).policy("calendar")
