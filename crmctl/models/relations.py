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
    WITH back AS (SELECT id, ts(won_back || 'T00:00') AS at FROM comeback_facts),
    touch AS (
        SELECT i.customer, CASE
                WHEN i.kind IN (SELECT value FROM json_each(:two_way)) OR i.feeling IS NOT NULL
                THEN 'both' WHEN i.direction = 'in' THEN 'theirs'
                WHEN i.direction = 'out' THEN 'ours' END AS side, i.at__ts AS at, i.id
        FROM interactions AS i LEFT JOIN back AS b ON b.id = i.customer
        WHERE i.at__ts < :end AND i.customer IS NOT NULL AND COALESCE(i.automatic, 0) = 0
            AND i.at__ts >= COALESCE(b.at, i.at__ts) AND side IS NOT NULL{among}
    )
"""
_MARKED = """
    SELECT customer, date, id, trial, date > :since AND standing FROM orders
    WHERE (trial OR standing) AND date <= :day AND customer IS NOT NULL{among}
        AND COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
    ORDER BY date, id
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
    own: tuple[str, ...]


def relations(request: Request, rules: Stage) -> Iterator[Relation]:
    """What there is to see of the relation with each customer who counts."""
    facts = request.facts
    known = {id: _customer(facts.day, cells) for id, cells in customers(request, _FIELDS).items()}
    backs = {id: one.back for id, one in known.items() if one.back is not None}
    facts.make(RETURNS)
    first, heard = _first_touches(request, rules), _heard(request, rules)
    purchases = _purchases(request, backs)
    trial, standing = _marked(request, since(request, rules.standing_days))
    binding, renewals = contracts(request)
    intention = _intention(request, rules)
    alive = _alive(request) if rules.dissolution == "p_alive" else {}
    processes = evidence(request, backs, {id: one.own for id, one in known.items()})
    before = since(request, rules.barrier_days)
    for id, one in known.items():
        back = one.back or date.min
        events = [*binding.get(id, ()), *([standing[id]] if id in standing else [])]
        yield Relation(
            customer=id,
            said=one.said,
            lost=one.lost,
            back=one.back,
            ours=first.get((id, "ours")),
            theirs=first.get((id, "theirs")),
            both=first.get((id, "both")),
            heard=heard.get(id),
            trial=_from(back, [trial.get(id)]),
            purchases=tuple(purchases.pop(id, ())),
            binding=tuple(event for event in events if event.day >= back),
            renewals=tuple(event for event in renewals.get(id, ()) if event.day >= back),
            intention=intention.get(id),
            p_alive=alive.get(id),
            processes=processes.get(id, {}),
            barrier=barrier(one.ties, facts.day),
            barrier_before=barrier(one.ties, before),
        )


def evidence(
    request: Request, backs: Mapping[str, date], own: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """The records that tell of each part of exploration, by customer."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for id, names in own.items():
        for name in names:
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


# The last three tell whether the customer's own record is evidence of parts of exploration.
_FIELDS = """
    status = 'lost' OR (status IS NULL AND lost IS NOT NULL), lost ->> '$.at', losses,
    stage_overrides, ties, json_array_length(interests) > 0,
    EXISTS (SELECT 1 FROM json_each(contacts) AS e WHERE e.value ->> '$.role' IS NOT NULL),
    COALESCE(profile ->> '$.trading.terms', profile ->> '$.trading.payment_days') IS NOT NULL
"""
_OWN = ("attraction", "position", "norms")


def _customer(day: date, cells: tuple[Any, ...]) -> _Customer:
    is_lost, ended, losses, overrides, ties, *own = cells
    return _Customer(
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


def _first_touches(request: Request, rules: Stage) -> dict[tuple[str, str], Event]:
    """The first event of each side, by customer and side."""
    found = _touches(request, rules, "SELECT customer, side, min(at), id FROM touch GROUP BY 1, 2")
    return {
        (customer, side): Event(local_day(request, second), id)
        for customer, side, second, id in found
    }


def _heard(request: Request, rules: Stage) -> dict[str, date]:
    """The last day on which each customer took part."""
    last = "SELECT customer, max(at) FROM touch WHERE side <> 'ours' GROUP BY customer"
    found = _touches(request, rules, last)
    return {customer: local_day(request, second) for customer, second in found}


def _touches(request: Request, rules: Stage, asked: str) -> list[tuple[Any, ...]]:
    """What is asked of the touches there were."""
    two_way = jsontext.dumps(list(rules.two_way))
    return rows(
        request, _TOUCHES.format(among=among(request, "i.customer")) + asked, two_way=two_way
    )


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


def _purchases(request: Request, backs: Mapping[str, date]) -> dict[str, list[Purchase]]:
    found: dict[str, list[Purchase]] = {}
    for one in bought(request):
        purchase = Purchase(one.day, one.id, one.value, one.products)
        days = found.setdefault(one.customer, [])
        if days and days[-1].day == one.day:
            days[-1] = days[-1].joined(purchase)
        else:
            days.append(purchase)
    for id in backs.keys() & found.keys():
        found[id] = [purchase for purchase in found[id] if purchase.day >= backs[id]]
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
