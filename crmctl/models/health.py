"""The health of relations: what purchases, answers, tickets, promises and payments show of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from crmctl.analytics.exact import percent, quotient, rounded, total
from crmctl.analytics.health import Signs, health
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rhythm import interval
from crmctl.facts.cadence import CADENCE
from crmctl.facts.receivables import SETTLED
from crmctl.models import Request, Run
from crmctl.models.gathered import Bought, among, answers, bought, customers, local_day, rows, since
from crmctl.models.purchases import left_out
from crmctl.policies.relationship import Health
from crmctl.values.dates import Offset

HALF_YEAR = 182  # days

_TICKETS = """
    SELECT t.customer, t.id, t.archived IS NULL AND (
            COALESCE(t.status, 'open') NOT IN ('resolved', 'closed')
            OR COALESCE(raw.resolved__ts, raw.closed__ts) >= :end
        )
    FROM tickets AS t JOIN main.tickets AS raw ON raw.rid = t.rid
    WHERE t.opened__ts < :end AND t.customer IS NOT NULL{among} ORDER BY t.opened__ts, t.id
"""
_PROMISES = """
    SELECT i.customer, i.id, p.value ->> '$.status' = 'kept'
    FROM interactions AS i, json_each(i.promises) AS p
    WHERE i.promises IS NOT NULL AND i.at__ts < :end AND i.customer IS NOT NULL
        AND i.archived IS NULL AND COALESCE(p.value ->> '$.side', 'us') = 'us'
        AND p.value ->> '$.status' IN ('kept', 'broken')
        AND COALESCE(p.value ->> '$.closed', :day) <= :day{among} ORDER BY i.at__ts, i.id
"""
_INVOICES = """
    SELECT customer, id, days_late FROM invoice_facts
    WHERE customer IS NOT NULL AND days_late IS NOT NULL AND due > :since
        AND (due <= :day OR paid_on IS NOT NULL){among} ORDER BY due, id
"""
_TOUCHED = """
    SELECT i.customer, max(i.at__ts), c.touch_every, i.id
    FROM interactions AS i JOIN cadence_facts AS c ON c.id = i.customer
    WHERE i.at__ts < :end AND COALESCE(i.automatic, 0) = 0 AND c.touch_every > 0{among}
    GROUP BY i.customer
"""

Evidence = dict[str, list[str]]


def _health(request: Request) -> ModelResult:
    result = health(_signs(request, request.settings), request.facts.day, request.settings)
    result.notes.extend(left_out(request))
    return result


def _signs(request: Request, rules: Health) -> Iterator[Signs]:
    facts = request.facts
    facts.make(SETTLED)
    facts.make(CADENCE)
    after = since(request, rules.days)
    purchases: dict[str, list[Bought]] = {}
    for one in bought(request):
        purchases.setdefault(one.customer, []).append(one)
    touched = {
        customer: (quotient(Decimal((facts.day - local_day(request, at)).days), every), id)
        for customer, at, every, id in rows(
            request, _TOUCHED.format(among=among(request, "i.customer"))
        )
    }
    csat: dict[str, list[tuple[Decimal, str]]] = {}
    for answer in answers(request, rules.days):
        if answer.item in rules.csat and 1 <= answer.value <= 5:
            csat.setdefault(answer.customer, []).append((answer.value, answer.survey))
    tickets = _listed(request, _TICKETS.format(among=among(request, "t.customer")))
    promises = _listed(request, _PROMISES.format(among=among(request, "i.customer")))
    invoices = _listed(request, _INVOICES.format(among=among(request)), since=after.isoformat())
    for id in customers(request, "id"):
        own = purchases.get(id, [])
        opened = [ticket for ticket, still in tickets.get(id, []) if still]
        kept = [held for _id, held in promises.get(id, [])]
        late = invoices.get(id, [])
        silent = _silence(request, own) or touched.get(id)
        given = csat.get(id, [])
        recent, earlier = _halves(request, own)
        yield Signs(
            customer=id,
            silence=silent[0] if silent else None,
            recent=recent,
            earlier=earlier,
            products=_breadth([one for one in own if one.day > after]) if own else None,
            answers=[value for value, _survey in given],
            open_tickets=len(opened) if own or id in tickets else None,
            kept=percent(sum(kept), len(kept)),
            late=quotient(Decimal(sum(days for _id, days in late)), len(late)) if late else None,
            evidence={
                "recency": [silent[1]] if silent else [],
                "trend": [one.id for one in own[-2:]],
                "breadth": [one.id for one in own[-2:]],
                "csat": [survey for _value, survey in sorted(given)[:2]],
                "issues": opened,
                "promises": [told for told, held in promises.get(id, []) if not held],
                "payment": [one for one, days in late if days],
            },
        )


def _listed(request: Request, sql: str, **more: str) -> dict[str, list[tuple[str, int]]]:
    """Record and number of each row, by customer."""
    found: dict[str, list[tuple[str, int]]] = {}
    for customer, id, number in rows(request, sql, **more):
        found.setdefault(customer, []).append((id, number))
    return found


def _silence(request: Request, own: list[Bought]) -> tuple[Decimal, str] | None:
    """Days since the last purchase in intervals of their own; None without a habit."""
    days = sorted({one.day for one in own})
    usual = interval(days)
    if not usual:
        return None
    return rounded((request.facts.day - days[-1]).days / usual), own[-1].id


def _halves(request: Request, own: list[Bought]) -> tuple[Decimal, Decimal]:
    """What was bought in the last half year, and in the one before."""
    middle = Offset(HALF_YEAR, "d").before(request.facts.day)
    start = Offset(HALF_YEAR, "d").before(middle)
    return (
        total(one.value for one in own if one.day > middle),
        total(one.value for one in own if start < one.day <= middle),
    )


def _breadth(own: list[Bought]) -> int | None:
    """How many products were bought; None where orders do not say which."""
    found = frozenset[str]().union(*(one.products for one in own))
    return len(found) if found or not own else None


MODELS: Mapping[str, Run] = {"health": _health}
