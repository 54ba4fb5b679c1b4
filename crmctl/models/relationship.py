"""How relations with customers stand: models over what both sides did, felt and are bound by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from crmctl.analytics.bond import Link, bond
from crmctl.analytics.exact import percent, quotient, total
from crmctl.analytics.exploration import exploration
from crmctl.analytics.lifecycle import Course, Deal, lifecycle
from crmctl.analytics.relationship import HUNDRED, Felt, Sides, relationship
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rhythm import interval
from crmctl.analytics.stage import silence_limit, stage
from crmctl.facts.purchases import PURCHASES
from crmctl.models import Request, Run, health, meeting
from crmctl.models.gathered import (
    Bought,
    among,
    answers,
    barrier,
    begun,
    bought,
    customers,
    entries,
    rows,
    since,
)
from crmctl.models.purchases import left_out
from crmctl.models.relations import contracts, relations
from crmctl.policies.relationship import Lifecycle, Relationship, Stage, bounds
from crmctl.values.dates import Offset
from crmctl.values.money import from_units


def _stage(request: Request) -> ModelResult:
    result = stage(relations(request, request.settings), request.facts.day, request.settings)
    result.notes.extend(left_out(request))
    return result


def _exploration(request: Request) -> ModelResult:
    rules: Stage = request.facts.workspace.policy("relationship").stage
    return exploration(relations(request, rules), request.facts.day)


def _relationship(request: Request) -> ModelResult:
    found = relationship(_sides(request, request.settings), request.facts.day, request.settings)
    found.notes.extend(_unsaid(request, request.settings.days))
    found.notes.extend(left_out(request))
    return found


def _sides(request: Request, rules: Relationship) -> Iterator[Sides]:
    after = since(request, rules.days)
    purchases: dict[str, list[str]] = {}
    for one in bought(request):
        if one.day > after:
            purchases.setdefault(one.customer, []).append(one.id)
    touches, felt = _touches(request, rules.days)
    scales = {item: bounds(text) for item, text in rules.scales.items()}
    sides: dict[str, dict[str, list[Felt]]] = {"customer": {}, "staff": {}}
    for side, given in sides.items():
        for answer in answers(request, rules.days, side=side):
            scale = scales.get(answer.item)
            if scale is not None and scale[0] <= answer.value <= scale[1]:
                on_100 = quotient((answer.value - scale[0]) * 100, scale[1] - scale[0])
                given.setdefault(answer.customer, []).append(Felt(on_100, answer.survey))
    initiative = begun(request, rules.days)
    before = since(request, rules.barrier_days)
    for id, (ties,) in customers(request, "ties").items():
        by_us, by_them = initiative.get(id, (0, 0))
        yield Sides(
            customer=id,
            purchases=purchases.get(id, ()),
            touches=touches.get(id, 0),
            felt=felt.get(id, ()),
            answered=sides["customer"].get(id, ()),
            ours=sides["staff"].get(id, ()),
            by_us=by_us,
            by_them=by_them,
            barrier=barrier(ties, request.facts.day),
            barrier_before=barrier(ties, before),
        )


def _touches(request: Request, days: int) -> tuple[dict[str, int], dict[str, list[Felt]]]:
    """How many human events there were in the last `days`, and the feelings noted with them."""
    where = (
        " FROM interactions WHERE at__ts < :end AND at__ts >= :end - :days * 86400"
        f" AND customer IS NOT NULL AND COALESCE(automatic, 0) = 0{among(request)}"
    )
    count = "SELECT customer, count(*)" + where + " GROUP BY customer"
    counts = dict(rows(request, count, days=days))
    felt: dict[str, list[Felt]] = {}
    noted = "SELECT customer, id, feeling" + where + " AND feeling IS NOT NULL ORDER BY at__ts, id"
    for customer, id, feeling in rows(request, noted, days=days):
        value = HUNDRED * (Decimal(feeling) + 2) / 4
        felt.setdefault(customer, []).append(Felt(value, id))
    return counts, felt


def _unsaid(request: Request, days: int) -> Iterator[str]:
    """A note on the events for which the direction stands in for the initiator."""
    from crmctl.locale import ngettext

    sql = (
        "SELECT count(*) FROM interactions WHERE at__ts < :end AND at__ts >= :end - :days * 86400"
        " AND initiator IS NULL AND direction IS NOT NULL AND COALESCE(automatic, 0) = 0"
        f" AND customer IS NOT NULL{among(request)}"
    )
    ((count,),) = rows(request, sql, days=days)
    if count:
        yield ngettext(
            "{count} event does not say who began it; who sent it stands in.",
            "{count} events do not say who began them; who sent them stands in.",
            count,
        ).format(count=count)


def _lifecycle(request: Request) -> ModelResult:
    rules: Lifecycle = request.settings
    day = request.facts.day
    before = Offset(rules.churn_days, "d").before(day)
    courses = _courses(request, _edges(day, rules)[0])
    result = lifecycle(courses, _edges(day, rules), _edges(before, rules), rules)
    result.notes.extend(left_out(request))
    return result


def _edges(day: date, rules: Lifecycle) -> list[date]:
    """The last days before each period and of the last one."""
    back = range(rules.periods, 0, -1)
    return [*(Offset(rules.period_months * each, "m").before(day) for each in back), day]


def _courses(request: Request, after: date) -> Iterator[Course]:
    deals: dict[str, list[Deal]] = {}
    for one in bought(request):
        deal = Deal(one.day, one.id, one.value, one.margin, one.quantity)
        deals.setdefault(one.customer, []).append(deal)
    spent = "SELECT customer, sum(cost__base) FROM interactions WHERE at__ts < :end"
    spent += f" AND at >= :since AND customer IS NOT NULL{among(request)} GROUP BY customer"
    cost = dict(rows(request, spent, since=after.isoformat()))
    referred = "SELECT referred_by, count(*) FROM customers WHERE referred_by IS NOT NULL"
    referred += f"{among(request, 'referred_by')} GROUP BY referred_by"
    referrals = dict(rows(request, referred))
    silence: Stage = request.facts.workspace.policy("relationship").stage
    for id, (status,) in customers(request, "status").items():
        own = deals.get(id, [])
        units = cost.get(id)
        yield Course(
            customer=id,
            deals=own,
            cost=from_units(units) if units is not None else None,
            referrals=referrals.get(id, 0),
            gone=status == "lost" or _silent(own, request.facts.day, silence),
        )


def _silent(deals: list[Deal], day: date, rules: Stage) -> bool:
    if not deals:
        return False
    days = sorted({deal.day for deal in deals})
    return (day - days[-1]).days > silence_limit(interval(days), rules)


def _bond(request: Request) -> ModelResult:
    result = bond(_links(request), request.facts.day, request.settings)
    result.notes.extend(left_out(request))
    return result


def _links(request: Request) -> Iterator[Link]:
    facts, rules = request.facts, request.settings
    facts.make(PURCHASES)
    spend = f"SELECT id, spend FROM {PURCHASES.name} WHERE true{among(request, 'id')}"
    spends = dict(rows(request, spend))
    ((whole,),) = rows(request, f"SELECT COALESCE(sum(spend), 0) FROM {PURCHASES.name}")
    words = (
        "SELECT customer, min(count(*) FILTER (WHERE direction = 'in'),"
        " count(*) FILTER (WHERE direction = 'out')) FROM interactions"
        " WHERE at__ts < :end AND at__ts >= :end - :days * 86400 AND customer IS NOT NULL"
        " AND COALESCE(automatic, 0) = 0 AND kind <> 'transaction'"
        f"{among(request)} GROUP BY customer"
    )
    exchanges = dict(rows(request, words, days=rules.days))
    told: dict[str, dict[str, None]] = {}
    for answer in answers(request, rules.days):
        told.setdefault(answer.customer, {})[answer.survey] = None
    binding, _renewals = contracts(request)
    purchases: dict[str, list[Bought]] = {}
    for one in bought(request):
        purchases.setdefault(one.customer, []).append(one)
    after = since(request, 365)
    wallet = (
        "base(category_spend ->> '$.amount', category_spend ->> '$.currency',"
        " COALESCE(category_spend ->> '$.date', :day))"
    )
    for id, (ties, needs, category) in customers(request, f"ties, needs, {wallet}").items():
        own = purchases.get(id, [])
        year = total(one.value for one in own if one.day > after)
        share = percent(year, from_units(category)) if category else None
        knows = any(str(need.get("date") or "") <= facts.day.isoformat() for need in entries(needs))
        yield Link(
            customer=id,
            purchases=len({one.day for one in own}),
            exchanges=exchanges.get(id, 0),
            told=[*([id] if knows else []), *told.get(id, ())],
            barrier=barrier(ties, facts.day),
            contracts=[event.id for event in binding.get(id, ())],
            share=percent(spends.get(id, 0) or 0, whole),
            # More than all that they buy is an estimate that is wrong.
            wallet=share if share is None or share <= HUNDRED else None,
            last=own[-1].id if own else None,
        )


MODELS: Mapping[str, Run] = {
    "stage": _stage,
    "exploration": _exploration,
    "relationship": _relationship,
    "lifecycle": _lifecycle,
    "bond": _bond,
    **meeting.MODELS,
    **health.MODELS,
}
