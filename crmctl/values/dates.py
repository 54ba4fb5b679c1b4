"""Days, periods and distances as people write them, in English and Chinese.

The ISO forms that files use stand in `instants.py` and can be imported from here as well. Nothing
here asks for the time: callers pass `today` or `now`.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from crmctl.values.frozen import Frozen
from crmctl.values.instants import (
    canonical_instant,
    end_of,
    epoch,
    format_instant,
    local_date,
    parse_date,
    parse_instant,
)

__all__ = [
    "Offset", "Period", "canonical_instant", "end_of", "epoch", "format_instant", "local_date",
    "parse_date", "parse_due", "parse_instant", "parse_offset", "parse_period", "parse_when",
]  # fmt: skip

Day = TypeVar("Day", date, datetime)

_DAY = timedelta(days=1)
_NOON = time(12)

_CALENDAR = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|W(?P<week>[0-9]{2})|(?P<month>[0-9]{2})))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?P<future>\+?)(?P<count>[0-9]{1,7})(?P<unit>[hdwmy])", re.IGNORECASE)

_DAY_WORDS = {
    "today": 0, "yesterday": -1, "tomorrow": 1,
    "今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "明天": 1, "明日": 1, "后天": 2,
    "大后天": 3,
}  # fmt: skip
_PERIOD_WORDS = {
    f"{which}-{unit}": (unit, shift)
    for unit in ("week", "month", "quarter", "year")
    for which, shift in (("last", -1), ("this", 0), ("next", 1))
} | {
    f"{word}{name}": (unit, shift)
    for unit, names in {
        "week": ("周", "星期", "个星期", "礼拜"),
        "month": ("月", "个月"),
        "quarter": ("季度", "个季度"),
    }.items()
    for name in names
    for word, shift in {"上": -1, "本": 0, "这": 0, "下": 1}.items()
} | {
    "去年": ("year", -1), "今年": ("year", 0), "本年": ("year", 0), "明年": ("year", 1),
}  # fmt: skip

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("monday", "mon", "一"), ("tuesday", "tue", "二"), ("wednesday", "wed", "三"),
            ("thursday", "thu", "四"), ("friday", "fri", "五"), ("saturday", "sat", "六"),
            ("sunday", "sun", "日", "天"),
        )
    )
    for name in names
}  # fmt: skip
_WEEKDAY_ZH = re.compile(r"(?P<week>[本这下]?)个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")

_UNITS = {
    "min": "n", "mins": "n", "minute": "n", "minutes": "n", "分钟": "n",
    "h": "h", "hour": "h", "hours": "h", "小时": "h", "个小时": "h",
    "d": "d", "day": "d", "days": "d", "天": "d",
    "w": "w", "week": "w", "weeks": "w", "周": "w", "个星期": "w", "星期": "w",
    "m": "m", "month": "m", "months": "m", "个月": "m",
    "y": "y", "year": "y", "years": "y", "年": "y",
}  # fmt: skip
_AGO = re.compile(r"(?P<count>[0-9]{1,7})\s*(?P<unit>[a-z]+?|[^\x00-\x7f]+?)\s*(?:ago|前|以前)")
_LATER = re.compile(r"(?P<count>[0-9]{1,7})\s*(?P<unit>[^\x00-\x7f]+?)(?:后|以后)")
_CLOCK = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|晚上)?\s*(?P<hour>[0-9]{1,2})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?|[点时](?P<half>半)?(?:(?P<min>[0-9]{1,2})分?)?)?"
    r"\s*(?P<half_day>am|pm)?"
)


def _shifted(day: Day, delta: timedelta) -> Day:
    try:
        return day + delta
    except OverflowError:
        return _limit(day, delta > timedelta())


def _limit(day: Day, latest: bool) -> Day:
    """The last or first moment that Python's calendar has, of the same type and zone."""
    if isinstance(day, datetime):
        # One day inside the limits: an instant must still exist in any other zone.
        edge = datetime.max - _DAY if latest else datetime.min + _DAY
        return edge.replace(microsecond=0, tzinfo=day.tzinfo)
    return date.max if latest else date.min


def _plus_months(day: Day, months: int) -> Day:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return _limit(day, months > 0)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


class Period(Frozen):
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


class Offset(Frozen):
    """A distance in calendar units; `future` when it was written with a plus sign.

    Units: h hours, d days, w weeks, m months, y years.
    """

    count: int
    unit: str
    future: bool = False

    def before(self, day: Day) -> Day:
        """The day (or instant) this long before `day`; see `after`."""
        return _moved(day, -self.count, self.unit)

    def after(self, day: Day) -> Day:
        """The day (or instant) this long after `day`.

        A month ends where it ends: one month after 31 January is the end of February. On a date,
        hours count in whole days. Results outside the years 1 to 9999 become the limit. Hours of
        an aware instant are elapsed hours; longer units keep the wall clock.
        """
        return _moved(day, self.count, self.unit)


def _moved(day: Day, count: int, unit: str) -> Day:
    if unit in "my":
        return _plus_months(day, count * 12 if unit == "y" else count)
    hours = {"h": 1, "d": 24, "w": 168}[unit] * count
    if isinstance(day, datetime) and unit == "h" and day.tzinfo is not None:
        return _elapsed(day, timedelta(hours=hours))
    # Dividing the magnitude: half a day before a date is that date, as half a day after it is.
    days = abs(hours) // 24 * (1 if hours > 0 else -1)
    return _shifted(day, timedelta(hours=hours) if isinstance(day, datetime) else days * _DAY)


def _elapsed(moment: datetime, delta: timedelta) -> datetime:
    try:
        return (moment.astimezone(UTC) + delta).astimezone(moment.tzinfo)
    except OverflowError:
        return _limit(moment, delta > timedelta())


def parse_offset(text: str) -> Offset | None:
    """`30d`, `2w`, `3m`, `1y`, `12h`, or with a plus sign `+7d`; None when it is none of these."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    return Offset(int(match["count"]), match["unit"].lower(), bool(match["future"]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _month_period(year: int, month: int, months: int) -> Period:
    last = month + months - 1
    return Period(date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def _around(today: date, unit: str, shift: int) -> Period:
    """The week, month, quarter or year `shift` units from the one that holds `today`."""
    if unit == "week":
        monday = _shifted(_shifted(today, -today.weekday() * _DAY), shift * 7 * _DAY)
        return Period(monday, _shifted(monday, 6 * _DAY))
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    first = _plus_months(first, shift * months)
    # Clamped at the end of the calendar, the first day may be any; its own period holds it.
    return _month_period(first.year, (first.month - 1) // months * months + 1, months)


def parse_period(text: str, today: date) -> Period | None:
    """The days that a calendar expression covers; None when it is none.

    `2026`, `2026-03`, `2026-Q1`, `2026-W12`, `2026-03-05`, `today`, `yesterday`, `tomorrow`,
    `this-`, `last-`, `next-` with `week` (Monday to Sunday), `month`, `quarter`, `year`, and the
    Chinese words for these (今天, 上周, 本季度, 去年, ...).
    """
    word = _folded(text)
    if word in _DAY_WORDS:
        day = _shifted(today, _DAY_WORDS[word] * _DAY)
        return Period(day, day)
    if "-".join(word.split()) in _PERIOD_WORDS:
        return _around(today, *_PERIOD_WORDS["-".join(word.split())])
    exact = parse_date(text)
    if exact is not None:
        return Period(exact, exact)
    match = _CALENDAR.fullmatch(text)
    if match is None or int(match["year"]) == 0:
        return None
    year = int(match["year"])
    if match["quarter"]:
        return _month_period(year, int(match["quarter"]) * 3 - 2, 3)
    if match["week"]:
        try:
            monday = date.fromisocalendar(year, int(match["week"]), 1)
        except ValueError:
            return None
        return Period(monday, _shifted(monday, 6 * _DAY))
    if match["month"]:
        month = int(match["month"])
        return _month_period(year, month, 1) if 1 <= month <= 12 else None
    return _month_period(year, 1, 12)


def _parse_clock(text: str) -> time | None:
    match = _CLOCK.fullmatch(text)
    if match is None or (match["half_day"] and match["part"]):
        return None
    if not (match["minute"] or match["half_day"] or "点" in text or "时" in text):
        return None
    hour = int(match["hour"])
    minute = 30 if match["half"] else int(match["minute"] or match["min"] or 0)
    afternoon = match["half_day"] == "pm" or match["part"] in ("下午", "晚上")
    if match["half_day"]:
        if not 1 <= hour <= 12:
            return None
        hour %= 12
    if (afternoon or (match["part"] == "中午" and hour < 11)) and hour < 12:
        hour += 12
    try:
        return time(hour, minute, int(match["second"] or 0))
    except ValueError:
        return None


def _parse_day(text: str, today: date) -> date | None:
    if text in _DAY_WORDS:
        return _shifted(today, _DAY_WORDS[text] * _DAY)
    return parse_date(text)


def _split_day(text: str, today: date) -> tuple[date, str] | None:
    """A leading day and what follows it: `昨天14:30`, `2026-11-20 9:05`."""
    head, _, rest = text.partition(" ")
    day = _parse_day(head, today)
    if day is not None:
        return day, rest.strip()
    for word, shift in _DAY_WORDS.items():
        if not word.isascii() and text.startswith(word):
            return _shifted(today, shift * _DAY), text.removeprefix(word).strip()
    return None


def _parse_ago(text: str, now: datetime) -> datetime | None:
    match = _AGO.fullmatch(text)
    unit = _UNITS.get(match["unit"]) if match else None
    if match is None or unit is None:
        return None
    count = int(match["count"])
    if unit == "n":
        return _elapsed(now, timedelta(minutes=-count))
    return Offset(count, unit).before(now)


def parse_when(text: str, now: datetime) -> datetime | None:
    """The instant a person means, in the zone of the aware `now`; None when it is unclear.

    ISO instants, `14:30` (today), `2pm`, `yesterday 14:30`, `昨天下午3点`, `2026-11-20`, `now`,
    `2h ago`, `3d ago`, `30分钟前`. A day alone is that day at noon, or the current time for today.
    A time that the clocks skip or repeat is taken as the earlier offset.
    """
    if not isinstance(now.tzinfo, ZoneInfo):
        raise ValueError("now must be in a named time zone")
    moment = parse_instant(text.strip(), now.tzinfo)
    if moment is not None:
        return moment
    folded = _folded(text)
    if not folded:
        return None
    if folded in ("now", "现在", "刚才"):
        return now
    found = _parse_ago(folded, now)
    if found is not None:
        return found
    day, rest = _split_day(folded, now.date()) or (now.date(), folded)
    if not rest:
        return now if day == now.date() else datetime.combine(day, _NOON, now.tzinfo)
    clock = _parse_clock(rest)
    return datetime.combine(day, clock, now.tzinfo) if clock else None


def _parse_weekday(text: str, today: date) -> date | None:
    if text in _WEEKDAYS and text.isascii():
        ahead = (_WEEKDAYS[text] - today.weekday() - 1) % 7 + 1
        return _shifted(today, ahead * _DAY)
    match = _WEEKDAY_ZH.fullmatch(text)
    if match is None:
        return None
    number = _WEEKDAYS[match["day"]]
    if match["week"]:
        monday = _around(today, "week", 1 if match["week"] == "下" else 0).start
        return _shifted(monday, number * _DAY)
    return _shifted(today, ((number - today.weekday() - 1) % 7 + 1) * _DAY)


def parse_due(text: str, today: date) -> date | None:
    """The day by which something is to be done; None when it is unclear.

    `7d`, `+2w`, `3天后`, `tomorrow`, an ISO date, `next-week` (its Monday) and `next-month`,
    `next-quarter`, `next-year` (their first day), a weekday in English or Chinese (the next such
    day after today), `下周三`.
    """
    word = _folded(text)
    offset = parse_offset(word)
    later = _LATER.fullmatch(word)
    if later is not None and _UNITS.get(later["unit"]) in ("d", "w", "m", "y"):
        offset = Offset(int(later["count"]), _UNITS[later["unit"]])
    if offset is not None:
        return None if offset.unit == "h" else offset.after(today)
    period = _PERIOD_WORDS.get("-".join(word.split()))
    if period is not None:
        return _around(today, *period).start if period[1] == 1 else None
    return _parse_day(word, today) or _parse_weekday(word, today)
