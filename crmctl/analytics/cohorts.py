"""Cohorts: who bought first in the same period, and how many of them buy again in the next ones.

Nobody tells a shop that they have left, so this is a repeat-buying rate and no retention rate
(Fader and Hardie, "How to Project Customer Retention", 2007).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from crmctl.analytics.exact import percent
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

# In months.
UNITS = {"month": 1, "quarter": 3, "year": 12}

TITLES = {
    "by": N_("cohorts by"),
    "month": N_("month"),
    "quarter": N_("quarter"),
    "year": N_("year"),
    "within": N_("soon means within days"),
    "again": N_("bought again, in percent of all"),
    "soon": N_("bought again soon, in percent of those observed for so long"),
}


def _number(day: date, unit: str) -> int:
    """Periods since the year 0."""
    return (day.year * 12 + day.month - 1) // UNITS[unit]


def _name(number: int, unit: str) -> str:
    year, part = divmod(number, 12 // UNITS[unit])
    names = {"month": f"{year:04d}-{part + 1:02d}", "quarter": f"{year:04d}-Q{part + 1}"}
    return names.get(unit, f"{year:04d}")


def columns(periods: int) -> tuple[Column, ...]:
    """The columns for so many periods after the first."""
    return (
        Column("cohort", N_("Cohort"), "text"),
        Column("customers", N_("Customers"), "integer"),
        Column("again", N_("Bought again"), "percent"),
        Column("soon", N_("Soon"), "percent"),
        *(Column(f"rate_{k}", f"+{k}", "percent") for k in range(1, periods + 1)),
        Column("observed", N_("Observed long enough"), "integer", detail=True),
        *(Column(f"count_{k}", f"n +{k}", "integer", detail=True) for k in range(1, periods + 1)),
    )


def cohorts(
    days: Iterable[tuple[str, date]],
    as_of: date,
    by: str = "month",
    periods: int = 6,
    within: int = 90,
) -> ModelResult:
    """A row for each period in which somebody bought for the first time, the first one first.

    `days` are purchase events: customer and day, none later than `as_of`. `rate_k` is the percent
    of the cohort that bought in the k-th period after its own, `count_k` their number; both are
    None where that period has not begun. `again` is the percentage that bought on a second day
    until now; `soon` that of those who did so within `within` days, among the customers `observed`
    for so long.
    """
    bought: dict[str, set[date]] = {}
    for customer, day in days:
        bought.setdefault(customer, set()).add(day)
    groups: dict[int, list[list[date]]] = {}
    for found in bought.values():
        ordered = sorted(found)
        groups.setdefault(_number(ordered[0], by), []).append(ordered)
    last = _number(as_of, by)
    rows = [
        _row(number, groups[number], last, as_of, by, periods, within) for number in sorted(groups)
    ]
    everybody = [ordered for group in groups.values() for ordered in group]
    whole = _conversion(everybody, as_of, within)
    parameters: dict[str, Any] = {"by": by, "within": within}
    parameters |= {name: whole[name] for name in ("again", "soon")}
    notes = [_("The rates are of repeat buying: who does not buy in a period need not be lost.")]
    if _number(as_of + timedelta(days=1), by) == last and rows:
        notes.append(_("The last period is not over: its rates will still rise."))
    return ModelResult(
        "cohorts", as_of, parameters, len(bought), columns(periods), rows, notes, TITLES
    )


def _row(
    number: int, group: list[list[date]], last: int, as_of: date, by: str, periods: int, within: int
) -> dict[str, Any]:
    counts = [0] * (periods + 1)
    for ordered in group:
        for later in {_number(day, by) - number for day in ordered}:
            if later <= periods:
                counts[later] += 1
    shown = {k: counts[k] if number + k <= last else None for k in range(1, periods + 1)}
    conversion = _conversion(group, as_of, within)
    return {
        "cohort": _name(number, by),
        "customers": len(group),
        "again": conversion["again"],
        "soon": conversion["soon"],
        **{
            f"rate_{k}": None if count is None else percent(count, len(group))
            for k, count in shown.items()
        },
        "observed": conversion["observed"],
        **{f"count_{k}": count for k, count in shown.items()},
    }


def _conversion(group: list[list[date]], as_of: date, within: int) -> dict[str, Any]:
    """How many bought again at all, and soon, of those whom we have seen for long enough."""
    again = sum(len(ordered) > 1 for ordered in group)
    seen = [ordered for ordered in group if (as_of - ordered[0]).days >= within]
    soon = sum(len(one) > 1 and (one[1] - one[0]).days <= within for one in seen)
    return {
        "again": percent(again, len(group)),
        "soon": percent(soon, len(seen)),
        "observed": len(seen),
    }
