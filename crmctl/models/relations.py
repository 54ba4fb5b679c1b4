"""What there is to see of each relation: who began, what was bought, what binds, what is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.stage import PROCESSES, STAGES, Event, Purchase, Relation, Said
from crmctl.facts.accounts import RETURNS
from crmctl.facts.contracts import CONTRACTS, YEAR, term_end
from crmctl.facts.definitions import CUSTOMER
from crmctl.models import Request
from crmctl.models.gathered import (
    among,
    answers,
    barrier,
    bought,
    customers,
    entries,
    local_day,
    rows,
    since,
)
from crmctl.policies.relationship import Stage
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date

BINDING = ("framework", "standing")

# Human events until the day and from the return on; a noted feeling tells that they took part.
_TOUCHES = """
    SELECT i.customer, CASE
            WHEN i.kind IN (SELECT value FROM json_each(:two_way)) OR i.feeling IS NOT NULL
            THEN 'both' WHEN i.direction = 'in' THEN 'theirs'
            WHEN i.direction = 'out' THEN 'ours' END AS side, {at}(i.at__ts), i.id
    FROM interactions AS i LEFT JOIN comeback_facts AS b ON b.id = i.customer
    WHERE i.at__ts < :end AND i.customer IS NOT NULL AND COALESCE(i.automatic, 0) = 0
        AND side IS NOT NULL{among}
        AND (b.won_back IS NULL OR i.at__ts >= ts(b.won_back || 'T00:00'))
    GROUP BY 1, 2
"""
_ORDERS = """
    SELECT customer, {at}(date), id FROM orders
    WHERE {flag} AND date <= :day AND date > :since AND customer IS NOT NULL{among}
        AND COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
    GROUP BY customer
"""
# The first evidence of each part of exploration: the customer, its day, the record.
_EVIDENCE = {
    "attraction": (
        "SELECT customer, min(at__ts), id FROM interactions WHERE at__ts < :end"
        " AND (direction = 'in' OR initiator = 'them') AND COALESCE(automatic, 0) = 0",
    ),
    "communication": (
        "SELECT customer, min(date), id FROM quotes WHERE date <= :day"
        " AND COALESCE(status, 'draft') <> 'draft'",
        "SELECT customer, min(at__ts), id FROM interactions WHERE at__ts < :end"
        " AND kind IN ('quote', 'meeting')",
    ),
    "position": (
        "SELECT customer, min(opened), id FROM opportunities WHERE opened <= :day"
        " AND (contacts LIKE '%\"role\"%' OR competitors IS NOT NULL)",
    ),
    "norms": (
        "SELECT customer, min(starts), id FROM contracts WHERE starts <= :day"
        " AND COALESCE(status, 'active') <> 'draft'",
    ),
    "expectations": (
        "SELECT customer, min(at), id FROM surveys WHERE at <= :day"
        " AND (expectations IS NOT NULL OR phase = 'before')",
        "SELECT customer, min(opened), id FROM opportunities WHERE opened <= :day"
        " AND expected_close IS NOT NULL",
    ),
}


class _Customer(NamedTuple):
    said: Said | None
    lost: tuple[date | None] | None
    back: date | None
    ties: str | None
    own: Mapping[str, bool]


def relations(request: Request, rules: Stage) -> Iterator[Relation]:
    """What there is to see of the relation with each customer who counts."""
    facts = request.facts
    known = {id: _customer(facts.day, cells) for id, cells in customers(request, _FIELDS).items()}
    backs = {id: one.back for id, one in known.items() if one.back is not None}
    facts.make(RETURNS)
    first = _touches(request, rules, "min")
    heard = _touches(request, rules, "max")
    purchases = _purchases(request, backs)
    trial = _flagged(request, "trial", "min", date.min)
    standing = _flagged(request, "standing", "max", since(request, rules.standing_days))
    binding, renewals = contracts(request)
    intention = _intention(request, rules)
    alive = _alive(request) if rules.dissolution == "p_alive" else {}
    processes = evidence(request, backs, {id: one.own for id, one in known.items()})
    before = since(request, rules.barrier_days)
    for id, one in known.items():
        back = one.back or date.min
        last = [heard[id, side].day for side in ("both", "theirs") if (id, side) in heard]
        events = [*binding.get(id, ()), *([standing[id]] if id in standing else [])]
        yield Relation(
            customer=id,
            said=one.said,
            lost=one.lost,
            back=one.back,
            ours=first.get((id, "ours")),
            theirs=first.get((id, "theirs")),
            both=first.get((id, "both")),
            heard=max(last, default=None),
            trial=_from(back, [trial.get(id)]),
            purchases=tuple(purchases.get(id, ())),
            binding=tuple(event for event in events if event.day >= back),
            renewals=tuple(event for event in renewals.get(id, ()) if event.day >= back),
            intention=intention.get(id),
            p_alive=alive.get(id),
            processes=processes.get(id, {}),
            barrier=barrier(one.ties, facts.day),
            barrier_before=barrier(one.ties, before),
        )


def evidence(
    request: Request, backs: Mapping[str, date], own: Mapping[str, Mapping[str, bool]]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """The records that tell of each part of exploration, by customer."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for id, parts in own.items():
        for name, told in parts.items():
            if told:
                found.setdefault(id, {})[name] = (id,)
    for name in PROCESSES:
        for statement in _EVIDENCE[name]:
            where = f" AND customer IS NOT NULL{among(request)} GROUP BY customer"
            for customer, at, id in rows(request, statement + where):
                day = local_day(request, at) if isinstance(at, int) else parse_date(at)
                if day is not None and day >= backs.get(customer, date.min):
                    parts_ = found.setdefault(customer, {})
                    parts_[name] = (*parts_.get(name, ()), id)
    return found


_FIELDS = "status, lost, losses, stage_overrides, ties, contacts, interests, profile"


def _customer(day: date, cells: tuple[Any, ...]) -> _Customer:
    status, lost, losses, overrides, ties, contacts, interests, profile = cells
    ended = parse_date(str((jsontext.loads(lost) if lost else {}).get("at") or ""))
    is_lost = status == "lost" or (status is None and lost is not None)
    days = [parse_date(str(loss.get("back") or "")) for loss in entries(losses)]
    backs = [back for back in days if back is not None and back <= day]
    trading = (jsontext.loads(profile) if profile else {}).get("trading") or {}
    return _Customer(
        said=_said(entries(overrides), day),
        lost=(ended,) if is_lost else None,
        back=max(backs, default=None),
        ties=ties,
        own={
            "attraction": bool(entries(interests)),
            "position": any(contact.get("role") for contact in entries(contacts)),
            "norms": any(trading.get(name) for name in ("terms", "payment_days")),
        },
    )


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


def _touches(request: Request, rules: Stage, at: str) -> dict[tuple[str, str], Event]:
    """The first or the last event of each side, by customer and side."""
    found = rows(
        request,
        _TOUCHES.format(at=at, among=among(request, "i.customer")),
        two_way=jsontext.dumps(list(rules.two_way)),
    )
    return {
        (customer, side): Event(local_day(request, second), id)
        for customer, side, second, id in found
    }


def _flagged(request: Request, flag: str, at: str, after: date) -> dict[str, Event]:
    """The first or the last order that is marked as a trial, or as standing."""
    statement = _ORDERS.format(flag=flag, at=at, among=among(request))
    found = rows(request, statement, since=after.isoformat())
    return {customer: Event(date.fromisoformat(day), id) for customer, day, id in found}


def _purchases(request: Request, backs: Mapping[str, date]) -> dict[str, list[Purchase]]:
    found: dict[str, list[Purchase]] = {}
    for one in bought(request):
        if one.day < backs.get(one.customer, date.min):
            continue
        days = found.setdefault(one.customer, [])
        if days and days[-1].day == one.day:
            same = days.pop()
            one_day = Purchase(
                one.day, same.id, same.value + one.value, same.products | one.products
            )
            days.append(one_day)
        else:
            days.append(Purchase(one.day, one.id, one.value, one.products))
    return found


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
