"""Names of the days, weeks, months, quarters and years that events are grouped by."""

from __future__ import annotations

from datetime import date, timedelta

from crmctl.locale import N_

UNITS = {
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
}


def split_unit(path: str) -> tuple[str, str | None]:
    """The field and the unit of a path such as `customer.created.month`; no unit without one."""
    stem, _dot, last = path.rpartition(".")
    return (stem, last) if stem and last in UNITS else (path, None)


def bucket(day: date, unit: str) -> str:
    """`2026-03-05`, `2026-W10`, `2026-03`, `2026-Q1` or `2026`: the unit that the day falls in.

    These are the forms that the query language understands, and they sort by time. Weeks are
    those of ISO 8601: they start on Monday, and a year's first one holds its first Thursday.
    """
    if unit == "week":
        year, week, _weekday = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if unit == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    iso = day.isoformat()
    return {"day": iso, "month": iso[:7], "year": iso[:4]}[unit]


def starting(day: date, unit: str) -> date:
    """The first day of the week, month, quarter or year that a day falls in; `day` is itself."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]


def ending(day: date, unit: str) -> date:
    """The last day of the unit that a day falls in."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[unit]
    return starting(starting(day, unit) + timedelta(days=longest), unit) - timedelta(days=1)
