"""What colleagues achieve, and targets beside what was reached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crmctl import startup
from crmctl.analytics.deals import LOST, WON, Spell, all_spells
from crmctl.analytics.exact import total
from crmctl.analytics.performance import Work, performance
from crmctl.analytics.result import ModelResult
from crmctl.analytics.targets import Aim, targets
from crmctl.errors import UsageError
from crmctl.facts.margins import ORDER
from crmctl.facts.service import CLOCKS
from crmctl.facts.tables import Facts
from crmctl.locale import _, ngettext, pick
from crmctl.models import Request, Run
from crmctl.models.deals import OPPORTUNITY, courses
from crmctl.models.grouping import values
from crmctl.models.purchases import unrated
from crmctl.policies.flow import Performance, Target
from crmctl.values import jsontext
from crmctl.values.dates import end_of
from crmctl.values.money import from_units
from crmctl.values.periods import ending, starting

_SURVEYS = """
    SELECT s.answers, COALESCE(t.assignee, s."by", c.owner) FROM surveys AS s
        LEFT JOIN tickets AS t ON t.id = s.ticket LEFT JOIN customers AS c ON c.id = s.customer
    WHERE s.template = ? AND s.at BETWEEN ? AND ? AND s.answers IS NOT NULL
        AND COALESCE(s.side, 'customer') = 'customer'
"""
# Each on its own day, a refund like an order, as “sum amount” of a period counts them too.
_SALES = """
    SELECT COALESCE(o."by", r."by"), sum(
            CASE WHEN o.refund_of IS NULL THEN o.amount__base ELSE -abs(o.amount__base) END),
        count(*) FILTER (WHERE o.refund_of IS NULL AND o.amount__base >= 0)
    FROM orders AS o LEFT JOIN orders AS r ON r.id = o.refund_of
    WHERE COALESCE(o.status, 'confirmed') IN (SELECT value FROM json_each(?))
        AND o.date BETWEEN ? AND ? AND o.amount__base IS NOT NULL
    GROUP BY COALESCE(o."by", r."by")
"""
_TALKS = 'SELECT "by", count(*) FROM interactions WHERE at__ts >= ? AND at__ts < ? GROUP BY "by"'
_SETTLED = (
    f"SELECT t.assignee, count(*) FROM tickets AS t JOIN {CLOCKS.name} AS f USING (id)"
    " WHERE f.settled >= ? AND f.settled < ? GROUP BY t.assignee"
)


def _answers(facts: Facts, told: Performance, first: date) -> dict[str | None, list[bool]]:
    """Whether each answer was a satisfied one, by whoever settled the ticket, asked, or owns."""
    found: dict[str | None, list[bool]] = {}
    span = (told.template, first.isoformat(), facts.day.isoformat())
    for answers, user in facts.index.rows(_SURVEYS, span):
        value = jsontext.loads(answers).get(told.item)
        if value is not None:
            found.setdefault(user, []).append(Decimal(str(value)) >= told.satisfied)
    return found


def _performance(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    first = starting(facts.day, told.period)
    span = (facts.parameters["confirmed"], first.isoformat(), facts.day.isoformat())
    sold = {user: (from_units(units), count) for user, units, count in
            facts.index.rows(_SALES, span)}  # fmt: skip
    _column, owners = values(facts, OPPORTUNITY, "owner")
    ended = [
        one
        for one in all_spells(courses(facts), facts.day)
        if one.closed is not None and one.closed >= first
    ]
    deals_of: dict[str | None, list[Spell]] = defaultdict(list)
    for spell in ended:
        deals_of[owners.get(spell.deal)].append(spell)
    answers = _answers(facts, told, first)
    facts.make(CLOCKS)
    zone = facts.workspace.zone
    seconds = (end_of(first - timedelta(days=1), zone), end_of(facts.day, zone))
    talks: Counter[str | None] = Counter(dict(facts.index.rows(_TALKS, seconds)))
    settled: Counter[str | None] = Counter(dict(facts.index.rows(_SETTLED, seconds)))
    goals: Mapping[str, Decimal] = {}
    target: Target | None = facts.workspace.policy("flow").targets.get(told.target)
    if target is not None and target.period == told.period:
        goals = target.goals
    active = facts.index.rows("SELECT id FROM users WHERE COALESCE(active, 1) = 1")
    names = {*answers, *talks, *settled, *goals, *(id for (id,) in active)}
    names |= {*sold, *deals_of}
    works = []
    for name in sorted(name for name in names if name is not None and request.wants(name)):
        decided = deals_of[name]
        revenue, orders = sold.get(name, (Decimal(0), 0))
        works.append(
            Work(
                name,
                revenue,
                orders,
                goals.get(name),
                sum(one.outcome == WON for one in decided),
                sum(one.outcome == LOST for one in decided),
                total(one.amount or Decimal(0) for one in decided if one.outcome == WON),
                sum(answers.get(name, ())),
                len(answers.get(name, ())),
                talks[name],
                settled[name],
            )
        )
    result = performance(works, first, facts.day)
    nobody = sold.get(None, (Decimal(0), 0))[1]
    if nobody:
        text = ngettext(
            "{count} order names nobody who made the sale.",
            "{count} orders name nobody who made the sale.",
            nobody,
        )
        result.notes.append(text.format(count=nobody))
    result.notes.extend(unrated(facts))
    return result


_NOTHING_IS_ZERO = ("count", "sum", "distinct")


def _targets(request: Request) -> ModelResult:
    if request.chosen is not None:
        raise UsageError(_("Targets have queries of their own, so --where says nothing here."))
    told: Mapping[str, Target] = request.settings
    aims = [aim for name, one in told.items() for aim in _aims(request.facts, name, one)]
    result = targets(aims, request.facts.day)
    if any(one.kind == ORDER for one in told.values()):
        result.notes.extend(unrated(request.facts))
    return result


def _aims(facts: Facts, name: str, target: Target) -> list[Aim]:
    title = pick(target.title) if target.title else name
    less = target.better == "less"
    first = last = None
    if target.date is not None:
        first, last = starting(facts.day, target.period), ending(facts.day, target.period)
    goals: list[tuple[str | None, Decimal]] = [*target.goals.items()]
    if target.goal is not None:
        goals.insert(0, (None, target.goal))
    found = {}
    for grouped in {part is not None for part, _goal in goals}:
        found[grouped] = _measured(facts, name, target, first, grouped)
    zero = Decimal(0) if target.measure.split()[0] in _NOTHING_IS_ZERO else None
    return [
        Aim(name, title, part, found[part is not None].get(part, zero), goal, less, first, last)
        for part, goal in goals
    ]


def _measured(
    facts: Facts, name: str, target: Target, first: date | None, grouped: bool
) -> dict[str | None, Decimal]:
    """What a target has come to, as a report would say it: of all, or of each value of `by`."""
    from crmctl.reporting import BookSource
    from crmctl.reports.definition import parse
    from crmctl.reports.run import run

    query = f"({target.query})" if target.query else ""
    if first is not None:
        query = f"{query} {target.date}:{first}..{facts.day}".strip()
    tree: dict[str, Any] = {
        "kind": target.kind,
        "query": query,
        "measures": {"actual": target.measure},
    }
    if grouped:
        tree["group"] = [target.by]
    definition = parse(f"flow.targets.{name}", tree, startup.CONFIG)
    (section,) = run(definition, BookSource(facts.workspace, facts.day), facts.day).sections
    return {
        row[0] if grouped else None: Decimal(row[-1]) for row in section.rows if row[-1] is not None
    }


MODELS: Mapping[str, Run] = {"performance": _performance, "targets": _targets}
