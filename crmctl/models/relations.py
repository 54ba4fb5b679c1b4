"""What there is to see of each relation: who began, what was bought, what binds, what is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from crmctl.analytics.relation import Event, Relation, Said, purchases
from crmctl.analytics.stage import STAGES
from crmctl.facts.contracts import CONTRACTS, YEAR, term_end
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.relations import relations as kept
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
from crmctl.models.touches import Touches, touches
from crmctl.policies.relationship import Stage
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date

Dated = TypeVar("Dated", Event, Bought)
BINDING = ("framework", "standing")
NO_TOUCHES = Touches()

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


# What of the rules tells what is gathered; the others tell what is made of it.
_GATHERING = ("standing_days", "answer_days", "items", "two_way", "barrier_days")


def relations(request: Request, rules: Stage) -> Iterator[Relation]:
    """What there is to see of the relation with each customer who counts, in the order of ids."""
    usual: Stage = request.facts.workspace.policy("relationship").stage
    as_usual = all(getattr(rules, name) == getattr(usual, name) for name in _GATHERING)
    everyone = request.chosen is None and as_usual
    found = kept(request.facts) if everyone else gathered(request, rules)
    alive = _alive(request) if rules.dissolution == "p_alive" else {}
    if not alive:
        return found
    return (one._replace(p_alive=alive.get(one.customer)) for one in found)


def gathered(request: Request, rules: Stage) -> Iterator[Relation]:
    """The same without a look at what is kept, and without the probability of being alive."""
    day = request.facts.day
    known = {id: _customer(id, day, cells) for id, cells in customers(request, _FIELDS).items()}
    returns = {id: one.back for id, one in known.items() if one.back is not None}
    trial, standing = _marked(request, since(request, rules.standing_days))
    binding, renewals = contracts(request)
    intention = _intention(request, rules)
    documents = _evidence(request)
    before = since(request, rules.barrier_days)
    orders, events = Along(bought(request)), Along(touches(request, rules, returns))
    for id, one in sorted(known.items()):
        touched = next((found for _id, found in events.of(id)), NO_TOUCHES)
        bound = binding.get(id, ())
        if id in standing:
            bound = [*bound, standing[id]]
        yield Relation(
            customer=id,
            said=one.said,
            lost=one.lost,
            back=one.back,
            ours=touched.ours,
            theirs=touched.theirs,
            both=touched.both,
            heard=touched.heard,
            trial=next(iter(_since(one.back, trial.get(id, ()))), None),
            purchases=purchases(_since(one.back, orders.of(id))),
            binding=tuple(_since(one.back, bound)),
            renewals=tuple(_since(one.back, renewals.get(id, ()))),
            intention=intention.get(id),
            processes=_processes(one, touched, documents.get(id, ())),
            barrier=barrier(one.ties, day),
            barrier_before=barrier(one.ties, before),
        )


def _since(back: date | None, found: Sequence[Dated]) -> Sequence[Dated]:
    """What happened from the return on."""
    return found if back is None else [one for one in found if one.day >= back]


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
) -> dict[str, list[str]]:
    """The records that tell of each part of exploration."""
    found = {name: [one.id] for name in one.own}
    for name, event in documents:
        if one.back is None or event.day >= one.back:
            found.setdefault(name, []).append(event.id)
    for name, id in touched.shown.items():
        found.setdefault(name, []).append(id)
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


def _marked(request: Request, after: date) -> tuple[dict[str, list[Event]], dict[str, Event]]:
    """The orders that are marked as a trial, and the last one that stands since a day."""
    found = rows(request, _MARKED.format(among=among(request)), since=after.isoformat())
    trial: dict[str, list[Event]] = {}
    standing: dict[str, Event] = {}
    for customer, day, id, is_trial, stands in found:
        event = Event(date.fromisoformat(day), id)
        if is_trial:
            trial.setdefault(customer, []).append(event)
        if stands:
            standing[customer] = event
    return trial, standing


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
