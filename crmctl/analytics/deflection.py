"""Deflection: whether tickets of a cause became rarer since a solution for it came.

1 - (tickets a day since / tickets a day before), for as many days on either side as there are.
Views of solutions are on no record, so what customers solved by themselves shows only in what they
no longer ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import percent, quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _


class Solution(NamedTuple):
    """A published solution, since when it is, and for which causes and products, all without."""

    id: str
    since: date | None
    causes: frozenset[str]
    products: frozenset[str]
    self_service: bool


class Asked(NamedTuple):
    """A ticket: when it came, its cause and product, and the solution that settled it, if any."""

    id: str
    day: date
    cause: str | None
    product: str | None
    solution: str | None
    settled: bool


COLUMNS = (
    Column("solution", N_("Solution"), "ref", kind="solution"),
    Column("self_service", N_("Self-service"), "boolean"),
    Column("since", N_("Since"), "date"),
    Column("used", N_("Used"), "integer"),
    Column("before", N_("Tickets before"), "integer"),
    Column("days_before", N_("in so many days"), "integer"),
    Column("after", N_("Tickets since"), "integer"),
    Column("days_after", N_("in so many days"), "integer"),
    Column("deflected", N_("Deflected"), "percent"),
    Column("evidence", N_("Evidence"), "text", detail=True),
)
TITLES = {
    "days": N_("days on either side"),
    "settled": N_("settled tickets"),
    "with_solution": N_("of them with a solution, in percent"),
    "self_service": N_("with one that customers can follow themselves, in percent"),
}


def deflection(
    solutions: Iterable[Solution], tickets: Iterable[Asked], as_of: date, days: int
) -> ModelResult:
    """A row for each solution, those that customers can follow first, then by id.

    `deflected` is in percent, below zero where tickets became more; None where none came before, or
    no day has passed since. `used` counts the tickets that were settled with it. The days before
    begin with the first ticket of all, since nothing is known of earlier ones.
    """
    past = (one for one in tickets if one.day <= as_of)
    asked = sorted(past, key=lambda one: (one.day, one.id))
    begun = min((one.day for one in asked), default=as_of)
    known = sorted(solutions)
    rows = [_row(one, asked, begun, as_of, days) for one in known]
    rows.sort(key=lambda row: (not row["self_service"], row["solution"]))
    own = {one.id for one in known if one.self_service}
    settled = [one for one in asked if one.settled]
    parameters = {
        "days": days,
        "settled": len(settled),
        "with_solution": percent(sum(one.solution is not None for one in settled), len(settled)),
        "self_service": percent(sum(one.solution in own for one in settled), len(settled)),
    }
    notes = [] if rows else [_("There are no solutions.")]
    return ModelResult("deflection", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)


def _row(
    one: Solution, asked: Iterable[Asked], begun: date, as_of: date, days: int
) -> dict[str, Any]:
    about = [
        ticket
        for ticket in asked
        if ticket.cause in one.causes and (not one.products or ticket.product in one.products)
    ]
    row: dict[str, Any] = {
        "solution": one.id,
        "self_service": one.self_service,
        "since": one.since.isoformat() if one.since else None,
        "used": sum(ticket.solution == one.id and ticket.settled for ticket in asked),
        "before": None,
        "days_before": None,
        "after": None,
        "days_after": None,
        "deflected": None,
        "evidence": [],
    }
    if one.since is None:
        return row
    since = one.since
    spans = min(days, max(0, (since - begun).days)), min(days, max(0, (as_of - since).days))
    before = [t for t in about if 0 < (since - t.day).days <= spans[0]]
    after = [t for t in about if 0 <= (t.day - since).days < max(1, spans[1])]
    if before and spans[1]:
        ratio = Decimal(100 * len(after) * spans[0])
        row["deflected"] = 100 - quotient(ratio, len(before) * spans[1])
    names = ("before", "days_before", "after", "days_after")
    row.update(zip(names, (len(before), spans[0], len(after), spans[1]), strict=True))
    row["evidence"] = [ticket.id for ticket in (*before, *after)]
    return row
