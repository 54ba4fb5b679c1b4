"""Whom we lose, whom we win back, and what winning and keeping cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.analytics.acquisition import Claim, Effort, acquisition
from crmctl.analytics.churn import Band, Evidence, Loss, Term, churn
from crmctl.analytics.result import ModelResult
from crmctl.analytics.winback import REASONS, Lost, winback
from crmctl.facts.campaigns import EXPENSES
from crmctl.facts.costs import COST
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.margins import MARGINS
from crmctl.facts.purchases import PURCHASES
from crmctl.facts.tables import Facts
from crmctl.locale import pick
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping
from crmctl.models.purchases import rhythms, span, unrated
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

_LOSSES = """
    SELECT id, lost ->> '$.at', lost ->> '$.reason', lost ->> '$.by', NULL FROM customers
    WHERE lost IS NOT NULL AND COALESCE(lost ->> '$.at', :day) <= :day AND status = 'lost'
    UNION ALL
    SELECT c.id, l.value ->> '$.at', l.value ->> '$.reason', l.value ->> '$.by',
        CASE WHEN l.value ->> '$.back' <= :day THEN l.value ->> '$.back' END
    FROM customers AS c, json_each(c.losses) AS l
    WHERE c.losses IS NOT NULL AND COALESCE(l.value ->> '$.at', :day) <= :day
"""
_NEW_AND_KEPT = f"""
    SELECT count(*) FILTER (WHERE first_order > :since),
        count(*) FILTER (WHERE first_order <= :since AND last_order > :since)
    FROM {PURCHASES.name} AS p WHERE first_order IS NOT NULL AND (:all OR p.id IN
        (SELECT value FROM json_each(:chosen)))
"""
_SPENT = f"""{COST}
    SELECT CASE WHEN winning THEN 'won' WHEN f.day > :since THEN 'new' ELSE 'kept' END AS what,
        COALESCE(sum(c.cost), 0), COALESCE(sum(c.minutes), 0)
    FROM cost AS c LEFT JOIN first AS f USING (id)
    WHERE c.day > :since AND c.day <= :day
        AND (:all OR c.id IN (SELECT value FROM json_each(:chosen)))
    GROUP BY what
"""
_IDLE = f"""{COST}
    SELECT COALESCE(sum(e.spent), 0) FROM {EXPENSES.name} AS e JOIN campaigns AS c USING (id)
    WHERE COALESCE(c.starts, c.created) > :since AND c.id NOT IN (SELECT campaign FROM bought)
"""


def _terms(facts: Facts) -> Iterator[Term]:
    """The time in which each contract binds; one that renews itself has no end while it does."""
    for customer, starts, ends, renews, status, history in facts.index.rows(
        "SELECT customer, starts, ends, auto_renew, COALESCE(status, 'active'), status_history"
        " FROM contracts WHERE customer IS NOT NULL AND starts <= ?",
        (facts.day.isoformat(),),
    ):
        begin, until = parse_date(starts), parse_date(ends or "")
        if begin is None or status == "draft":
            continue
        if status == "active":
            yield Term(customer, begin, None if renews else until)
            continue
        ended = [
            parse_date(str(entry.get("at") or "")[:10])
            for entry in (jsontext.loads(history) if history else ())
            if entry.get("value") == status
        ]
        stops = [day for day in (until, *ended[-1:]) if day is not None]
        yield Term(customer, begin, min(stops, default=begin))


def _churn(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    losses = [
        Loss(id, parse_date(at or "") or facts.day, parse_date(back or ""))
        for id, at, _reason, _by, back in facts.index.rows(_LOSSES, facts.parameters)
    ]
    found = Evidence(
        {id: bought for id, bought in rhythms(facts).items() if request.wants(id)},
        [term for term in _terms(facts) if request.wants(term.customer)],
        [loss for loss in losses if request.wants(loss.customer)],
    )
    start = span(told.period).before(facts.day)
    band = Band(told.band.low, told.band.high)
    result = churn(found, facts.day, start, told.intervals, band, grouping(request, CUSTOMER))
    result.notes.extend(unrated(facts))
    return result


def _winback(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    facts.make(MARGINS)
    assumed = facts.workspace.policy("value").worth.assumed_margin
    bought: dict[str, list[tuple[date, str, Decimal]]] = defaultdict(list)
    for id, customer, day, net, margin in facts.index.rows(
        f"SELECT id, customer, date, net_amount, net_margin FROM {MARGINS.name} ORDER BY date, id"
    ):
        left = from_units(net) * assumed / 100 if margin is None else from_units(margin)
        bought[customer].append((date.fromisoformat(day), id, left))
    losses = [
        _lost(id, parse_date(at or ""), reason, by, parse_date(back or ""), bought[id])
        for id, at, reason, by, back in facts.index.rows(_LOSSES, facts.parameters)
        if request.wants(id)
    ]
    chances = {name: getattr(told.chances, name) for name in (*REASONS, "other")}
    field = facts.workspace.registry.kinds["customer"].field("lost.reason").field
    reasons = {name: field.value_title(name) for name in field.leaf.values}
    result = winback(losses, facts.day, chances, reasons)
    result.notes.extend(unrated(facts))
    return result


def _lost(
    id: str,
    at: date | None,
    reason: str | None,
    by: str | None,
    back: date | None,
    bought: list[tuple[date, str, Decimal]],
) -> Lost:
    """A loss with the margin of the year before it, or before the last order without a day."""
    end = at or (bought[-1][0] if bought else None)
    before: list[tuple[date, str, Decimal]] = []
    if end is not None:
        since = Offset(1, "y").before(end)
        before = [one for one in bought if since < one[0] <= end]
    value = sum((left for _day, _id, left in before), Decimal(0))
    after = sum((left for day, _id, left in bought if back and day >= back), Decimal(0))
    ids = tuple(id for _day, id, _left in before[-3:][::-1])
    return Lost(id, at, reason, by == "us", value, back, after, ids)


def _acquisition(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    since = span(told.period).before(facts.day)
    for source in (PURCHASES, EXPENSES):
        facts.make(source)
    said: dict[str, Any] = {
        **facts.parameters,
        "since": since.isoformat(),
        "all": request.chosen is None,
        "chosen": jsontext.dumps(sorted(request.chosen or ())),
    }
    price = facts.workspace.policy("value").worth.hourly_cost
    costs = dict.fromkeys(("won", "new", "kept"), Decimal(0))
    for what, units, minutes in facts.index.rows(_SPENT, said):
        costs[what] = from_units(units) + minutes * (price or Decimal(0)) / 60
    idle = Decimal(0)
    if request.chosen is None:
        idle = from_units(facts.index.rows(_IDLE, said)[0][0])
    new, kept = facts.index.rows(_NEW_AND_KEPT, said)[0]
    claims = {name: Claim(one.ratio, pick(one.source)) for name, one in told.claims.items()}
    result = acquisition(
        Effort(costs["won"] + idle, new),
        Effort(costs["new"], new),
        Effort(costs["kept"], kept),
        facts.day,
        since,
        claims,
        told.fallback,
        price,
        idle,
    )
    result.notes.extend(unrated(facts))
    return result


MODELS: Mapping[str, Run] = {
    "churn": _churn,
    "winback": _winback,
    "acquisition": _acquisition,
}
