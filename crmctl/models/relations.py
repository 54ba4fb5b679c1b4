"""What there is to see of each relation: who began, what was bought, what binds, what is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.relation import Event, Purchase, Relation, Said
from crmctl.analytics.stage import STAGES
from crmctl.facts.contracts import CONTRACTS, YEAR, term_end
from crmctl.facts.definitions import CUSTOMER
from crmctl.models import Request
from crmctl.models.gathered import (
    Along,
    Bought,
    among,
    answers,
    barrier,
    bought,
    customers,
    entries,
    rows,
    since,
)
from crmctl.models.touches import Touches, touch_rows, touches
from crmctl.policies.relationship import Stage
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date

BINDING = ("framework", "standing")

_MARKED = """
    SELECT customer, date, id, trial, date > :since AND standing FROM orders
    WHERE (trial OR standing) AND date <= :day AND customer IS NOT NULL{among}
        AND COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
    ORDER BY date, id
"""
# The first evidence of parts of exploration, beside events: the customer, its day and the record.
_EVIDENCE = {
    "communication": (
        "SELECT customer, min(date || ' ' || id) FROM quotes WHERE date <= :day"
        " AND COALESCE(status, 'draft') <> 'draft'",
    ),
    "position": (
        "SELECT customer, min(opened || ' ' || id) FROM opportunities WHERE opened <= :day"
        " AND (contacts LIKE '%\"role\"%' OR competitors IS NOT NULL)",
    ),
    "norms": (
        "SELECT customer, min(starts || ' ' || id) FROM contracts WHERE starts <= :day"
        " AND COALESCE(status, 'active') <> 'draft'",
    ),
    "expectations": (
        "SELECT customer, min(at || ' ' || id) FROM surveys WHERE at <= :day"
        " AND (expectations IS NOT NULL OR phase = 'before')",
        "SELECT customer, min(opened || ' ' || id) FROM opportunities WHERE opened <= :day"
        " AND expected_close IS NOT NULL",
    ),
}


class _Customer(NamedTuple):
    id: str
    said: Said | None
    lost: tuple[date | None] | None
    back: date | None
    ties: str | None
    own: tuple[str, ...]


def relations(request: Request, rules: Stage) -> Iterator[Relation]:
    """What there is to see of the relation with each customer who counts."""
    day = request.facts.day
    known = {id: _customer(id, day, cells) for id, cells in customers(request, _FIELDS).items()}
    trial, standing = _marked(request, since(request, rules.standing_days))
    binding, renewals = contracts(request)
    intention = _intention(request, rules)
    alive = _alive(request) if rules.dissolution == "p_alive" else {}
    documents = _evidence(request)
    before = since(request, rules.barrier_days)
    orders, events = Along(bought(request)), Along(touch_rows(request, rules))
    for id, one in sorted(known.items()):
        back = one.back or date.min
        touched = touches(request, events.of(id), one.back)
        bound = [*binding.get(id, ()), *([standing[id]] if id in standing else [])]
        yield Relation(
            customer=id,
            said=one.said,
            lost=one.lost,
            back=one.back,
            ours=touched.ours,
            theirs=touched.theirs,
            both=touched.both,
            heard=touched.heard,
            trial=_from(back, [trial.get(id)]),
            purchases=tuple(_purchases(orders.of(id), back)),
            binding=tuple(event for event in bound if event.day >= back),
            renewals=tuple(event for event in renewals.get(id, ()) if event.day >= back),
            intention=intention.get(id),
            p_alive=alive.get(id),
            processes=_processes(one, touched, documents.get(id, ())),
            barrier=barrier(one.ties, day),
            barrier_before=barrier(one.ties, before),
        )


def _evidence(request: Request) -> dict[str, list[tuple[str, Event]]]:
    """The documents that tell of parts of exploration, by customer."""
    found: dict[str, list[tuple[str, Event]]] = {}
    where = f" AND customer IS NOT NULL{among(request)} GROUP BY customer"
    for name, statements in _EVIDENCE.items():
        for statement in statements:
            for customer, text in rows(request, statement + where):
                at, _space, id = text.partition(" ")
                day = parse_date(at)
                if day is not None:
                    found.setdefault(customer, []).append((name, Event(day, id)))
    return found


def _processes(
    one: _Customer, touched: Touches, documents: Iterable[tuple[str, Event]]
) -> dict[str, tuple[str, ...]]:
    """The records that tell of each part of exploration."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(one.own, (one.id,))
    for name, event in documents:
        if one.back is None or event.day >= one.back:
            found[name] = (*found.get(name, ()), event.id)
    for name, id in touched.shown.items():
        found[name] = (*found.get(name, ()), id)
    return found


# The last three tell whether the customer's own record is evidence of parts of exploration.
_FIELDS = """
    status = 'lost' OR (status IS NULL AND lost IS NOT NULL), lost ->> '$.at', losses,
    stage_overrides, ties, json_array_length(interests) > 0,
    EXISTS (SELECT 1 FROM json_each(contacts) AS e WHERE e.value ->> '$.role' IS NOT NULL),
    COALESCE(profile ->> '$.trading.terms', profile ->> '$.trading.payment_days') IS NOT NULL
"""
_OWN = ("attraction", "position", "norms")


def _customer(id: str, day: date, cells: tuple[Any, ...]) -> _Customer:
    is_lost, ended, losses, overrides, ties, *own = cells
    return _Customer(
        id=id,
        said=_said(entries(overrides), day) if overrides else None,
        lost=(parse_date(ended or ""),) if is_lost else None,
        back=_back(entries(losses), day) if losses else None,
        ties=ties,
        own=tuple(name for name, told in zip(_OWN, own, strict=True) if told),
    )


def _back(losses: Iterable[Mapping[str, Any]], day: date) -> date | None:
    """When the customer came back last."""
    days = [parse_date(str(loss.get("back") or "")) for loss in losses]
    return max((back for back in days if back is not None and back <= day), default=None)


def _said(overrides: Iterable[Mapping[str, Any]], day: date) -> Said | None:
    """What was said last of the stage, if it still holds on the day."""
    at = day.isoformat()
    held = [
        (str(one.get("at") or ""), place, one)
        for place, one in enumerate(overrides)
        if str(one.get("at") or "") <= at <= str(one.get("until") or at)
        and one.get("stage") in STAGES
    ]
    if not held:
        return None
    when, _place, last = max(held, key=lambda one: one[:2])
    by, reason = last.get("by"), last.get("reason")
    return Said(str(last["stage"]), parse_date(when) or day, by, str(reason or "-"))


def _from(back: date, events: Iterable[Event | None]) -> Event | None:
    return next((event for event in events if event is not None and event.day >= back), None)


def _marked(request: Request, after: date) -> tuple[dict[str, Event], dict[str, Event]]:
    """The first order that is marked as a trial, and the last one that stands since a day."""
    found = rows(request, _MARKED.format(among=among(request)), since=after.isoformat())
    trial: dict[str, Event] = {}
    standing: dict[str, Event] = {}
    for customer, day, id, is_trial, stands in found:
        event = Event(date.fromisoformat(day), id)
        if is_trial:
            trial.setdefault(customer, event)
        if stands:
            standing[customer] = event
    return trial, standing


def _purchases(orders: Iterable[Bought], back: date) -> list[Purchase]:
    """Days with a purchase from the return on, from the orders of one customer by day."""
    days: list[Purchase] = []
    for one in orders:
        purchase = Purchase(one.day, one.id, one.value, one.products)
        if days and days[-1].day == one.day:
            days[-1] = days[-1].joined(purchase)
        elif one.day >= back:
            days.append(purchase)
    return days


def contracts(request: Request) -> tuple[dict[str, list[Event]], dict[str, list[Event]]]:
    """The contracts that bind as a framework or for standing supply, and those renewed."""
    facts = request.facts
    facts.make(CONTRACTS)
    found = rows(
        request,
        "SELECT c.customer, c.id, c.kind, c.starts, c.ends, c.ends_history, c.auto_renew,"
        " c.renewal_months, COALESCE(c.status, 'active'),"
        f' EXISTS (SELECT 1 FROM "{CONTRACTS.name}" AS f WHERE f.id = c.id)'
        " FROM contracts AS c WHERE c.starts <= :day AND c.customer IS NOT NULL"
        f" AND COALESCE(c.status, 'active') <> 'draft'{among(request, 'c.customer')}"
        " ORDER BY c.customer, c.starts, c.id",
    )
    binding: dict[str, list[Event]] = {}
    renewals: dict[str, list[Event]] = {}
    ended: dict[tuple[str, str | None], str] = {}
    for customer, id, kind, starts, ends, past, auto, months, status, binds in found:
        begin = Event(date.fromisoformat(starts), id)
        if kind in BINDING and binds:
            binding.setdefault(customer, []).append(begin)
        later = [
            Event(date.fromisoformat(str(entry["at"])[:10]), id)
            for entry in entries(past)
            if str(entry.get("value") or "") > str(entry.get("was") or "~")
            and str(entry.get("at"))[:10] <= facts.day.isoformat()
        ]
        last = parse_date(ends or "")
        if auto and status == "active" and last is not None:
            later += _terms(last, months or YEAR, facts.day, id)
        if starts > ended.get((customer, kind), "~"):
            later.append(begin)  # a contract of its own that goes on where another ended
        if ends:
            ended[customer, kind] = min(ends, ended.get((customer, kind), "~"))
        renewals.setdefault(customer, []).extend(later)
    return binding, renewals


def _terms(ends: date, months: int, day: date, id: str) -> Iterator[Event]:
    """One event for each term that began by itself."""
    until, terms = term_end(ends, months, day), 0
    while (end := Offset(terms * months, "m").after(ends)) < until:
        yield Event(end, id)
        terms += 1


def _intention(request: Request, rules: Stage) -> dict[str, tuple[Decimal, str]]:
    """The latest answer to the first item that was asked for, of 5."""
    ranks = {item: place for place, item in enumerate(rules.items)}
    latest: dict[str, tuple[int, Decimal, str]] = {}
    for one in answers(request, rules.answer_days):
        rank = ranks.get(one.item)
        if rank is not None and rank <= latest.get(one.customer, (rank,))[0]:
            of_five = one.value * 5 / rules.items[one.item]
            latest[one.customer] = (rank, round(of_five, 6).normalize(), one.survey)
    return {customer: (value, survey) for customer, (_rank, value, survey) in latest.items()}


def _alive(request: Request) -> dict[str, float]:
    """The probability of being alive, where the book has that fact."""
    facts = request.facts
    field = facts.workspace.registry.kinds[CUSTOMER].facts.get("p_alive")
    if field is None:
        return {}
    value = facts.expression(field, "c")
    where = f"true{among(request, 'c.id')}"
    found = rows(request, f"SELECT c.id, {value} FROM customers AS c WHERE {where}")
    return {id: p for id, p in found if p is not None}
