"""How many customers were lost in a period, by each definition of “lost” that the book allows.

With a contract, an end is an end. Without one, nobody says good-bye: then who has been silent for
more than k of their own purchase intervals counts as lost. And there are losses that somebody wrote
down. The definitions are never mixed, and who became a customer within the period is in none of
the denominators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.exact import percent, rounded
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.rhythm import intervals, median
from crmctl.locale import N_, _

DEFINITIONS = {
    "contract": N_("No contract any more"),
    "silence": N_("Silent too long"),
    "recorded": N_("Recorded as lost"),
}
VERDICTS = {"below": N_("Below"), "within": N_("Within"), "above": N_("Above")}

COLUMNS = (
    Column("definition", N_("Definition"), "enum", DEFINITIONS),
    Column("active", N_("At the start"), "integer"),
    Column("lost", N_("Customers lost"), "integer"),
    Column("rate", N_("Churn"), "percent"),
    Column("verdict", N_("Against the band"), "enum", VERDICTS),
    Column("evidence", N_("Who was lost"), "text", detail=True),
)

TITLES = {
    "since": N_("from the end of"),
    "intervals": N_("silent means more intervals than"),
    "usual": N_("interval of who has bought less than three times"),
    "band": N_("usual in a year, in percent"),
    "low": N_("from"),
    "high": N_("to"),
}


class Term(NamedTuple):
    """A contract of a customer: its first and its last day, None while it has no end."""

    customer: str
    starts: date
    until: date | None


class Loss(NamedTuple):
    """When somebody wrote down that a customer was lost, and when they came back."""

    customer: str
    at: date
    back: date | None


class Evidence(NamedTuple):
    """What the three definitions look at; the days of each buyer ascend."""

    days: Mapping[str, Sequence[date]]
    terms: Sequence[Term]
    losses: Sequence[Loss]


class Band(NamedTuple):
    """The churn of a year that is usual, in percent."""

    low: Decimal
    high: Decimal


def churn(
    evidence: Evidence,
    as_of: date,
    start: date,
    limit: Decimal,
    band: Band,
    groups: Grouping | None = None,
) -> ModelResult:
    """A row for each definition, for each group within it where `groups` tells customers apart.

    `active` are the customers on the day `start`, `lost` those of them who are gone on `as_of`,
    `rate` their percentage, None of nobody. Silence is a loss above `limit` intervals; customers
    with fewer than three purchases are measured by the median interval of those with more. A rate
    is compared with the band only where the period is a year.
    """
    found = {
        "contract": _contract(evidence.terms, start, as_of),
        "silence": _silence(evidence.days, start, as_of, Fraction(limit)),
        "recorded": _recorded(evidence, start, as_of),
    }
    yearly = 360 <= (as_of - start).days <= 370
    rows = []
    for definition, (active, lost) in found.items():
        for group, members in _divided(active, groups):
            gone = sorted(lost & members)
            rate = percent(len(gone), len(members))
            row = {"definition": definition, "active": len(members), "lost": len(gone)}
            row |= {"rate": rate, "verdict": _verdict(rate, band) if yearly else None}
            row["evidence"] = gone
            if groups is not None:
                row[groups.column.name] = group
            rows.append(row)
    columns = COLUMNS if groups is None else (COLUMNS[0], groups.column, *COLUMNS[1:])
    rows = [{column.name: row[column.name] for column in columns} for row in rows]
    usually = median(intervals(_until(evidence.days, as_of)).values())
    parameters = {
        "since": start.isoformat(),
        "intervals": limit,
        "usual": None if usually is None else rounded(usually),
        "band": band._asdict(),
    }
    notes = [_("Who became a customer after the start is not counted.")]
    if not yearly:
        notes.append(_("The band is for a year: another period is not compared with it."))
    everybody = frozenset[str]().union(*(active for active, _lost in found.values()))
    notes += several(everybody, groups)
    return ModelResult("churn", as_of, parameters, len(everybody), columns, rows, notes, TITLES)


Found = tuple[frozenset[str], frozenset[str]]


def _contract(terms: Sequence[Term], start: date, end: date) -> Found:
    def bound(day: date) -> frozenset[str]:
        return frozenset(
            one.customer
            for one in terms
            if one.starts <= day and (one.until is None or one.until >= day)
        )

    active = bound(start)
    return active, active - bound(end)


def _until(days: Mapping[str, Sequence[date]], day: date) -> dict[str, list[date]]:
    found = {customer: [one for one in bought if one <= day] for customer, bought in days.items()}
    return {customer: bought for customer, bought in found.items() if bought}


def _silence(days: Mapping[str, Sequence[date]], start: date, end: date, limit: Fraction) -> Found:
    def silent(day: date) -> tuple[frozenset[str], frozenset[str]]:
        known = _until(days, day)
        own = intervals(known)
        book = median(own.values())
        used = {one: own.get(one, book) for one in known}
        measured = {one: step for one, step in used.items() if step is not None}
        quiet = {
            one for one, step in measured.items() if (day - known[one][-1]).days > limit * step
        }
        return frozenset(measured), frozenset(quiet)

    before, quiet = silent(start)
    active = before - quiet
    return active, active & silent(end)[1]


def _recorded(evidence: Evidence, start: date, end: date) -> Found:
    def gone(day: date) -> frozenset[str]:
        return frozenset(
            one.customer
            for one in evidence.losses
            if one.at <= day and (one.back is None or one.back > day)
        )

    active = frozenset(_until(evidence.days, start)) - gone(start)
    return active, active & gone(end)


def _divided(
    active: frozenset[str], groups: Grouping | None
) -> Iterable[tuple[Any, frozenset[str]]]:
    if groups is None:
        return [(None, active)]
    members: dict[Any, set[str]] = {}
    for customer in active:
        for value in groups.of(customer):
            members.setdefault(value, set()).add(customer)
    listed = list(groups.column.values or ())

    def place(value: Any) -> tuple[bool, int, str]:
        return value is None, listed.index(value) if value in listed else len(listed), str(value)

    return [(value, frozenset(members[value])) for value in sorted(members, key=place)]


def _verdict(rate: Decimal | None, band: Band) -> str | None:
    if rate is None:
        return None
    return "below" if rate < band.low else "above" if rate > band.high else "within"
