"""How deals flow from opening to won or lost: funnel, win rate, cycle, velocity, their cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.analytics.cycle import cycle
from crmctl.analytics.dealcost import Effort, deal_cost
from crmctl.analytics.deals import ENDS, Course, Spell, Stages, all_spells
from crmctl.analytics.funnel import funnel
from crmctl.analytics.result import ModelResult
from crmctl.analytics.velocity import velocity
from crmctl.analytics.winrate import win_rate
from crmctl.facts.tables import Facts
from crmctl.locale import pick
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping
from crmctl.policies.pipelines import Pipeline, pipeline_titles, stage_titles, usual
from crmctl.values import jsontext
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

OPPORTUNITY = "opportunity"

# As it is, whatever day is shown: the past of a deal is cut out of its course, at any day.
_COURSES = (
    "SELECT id, customer, pipeline, stage, stage_history, COALESCE(opened, created),"
    " closed ->> '$.at', amount__base FROM main.opportunities WHERE id IS NOT NULL"
)


def courses(facts: Facts) -> list[Course]:
    """The courses of all deals, later than the day of the facts too."""
    pipelines: Mapping[str, Pipeline] = facts.workspace.policy("pipelines")
    return [_course(pipelines, *row) for row in facts.index.rows(_COURSES)]


def _course(
    pipelines: Mapping[str, Pipeline],
    id: str,
    customer: str | None,
    named: str | None,
    stage: str | None,
    history: str | None,
    opened: str | None,
    closed: str | None,
    units: int | None,
) -> Course:
    entries: list[dict[str, Any]] = jsontext.loads(history) if history else []
    dated = [(entry, _day(entry.get("at"))) for entry in entries]
    moves = tuple((str(_stage(entry.get("value"))), day) for entry, day in dated if day is not None)
    was = _stage(entries[0].get("was")) if entries else None
    stage = _stage(stage)
    known = [one for one in (was, *(name for name, _at in moves), stage) if one not in ENDS]
    first = next(filter(None, known), None)
    amount = None if units is None else from_units(units)
    pipeline = usual(pipelines, named, first)
    return Course(id, customer, pipeline, _day(opened), moves, was, stage, _day(closed), amount)


def _stage(text: Any) -> str | None:
    if text is None:
        return None
    return str(text).lower() if str(text).lower() in ENDS else str(text)


def _day(text: Any) -> date | None:
    return parse_date(str(text)[:10]) if text else None


def stages(facts: Facts) -> Stages:
    """The stages of each pipeline of the book, in their order."""
    pipelines: Mapping[str, Pipeline] = facts.workspace.policy("pipelines")
    return {
        name: [stage for stage in one.stages if stage not in ENDS]
        for name, one in pipelines.items()
    }


def titled(facts: Facts) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What people call stages and pipelines, in the current language."""
    pipelines = facts.workspace.policy("pipelines")
    found = stage_titles(pipelines), pipeline_titles(pipelines)
    names, ways = ({name: pick(title) for name, title in one.items()} for one in found)
    return names, ways


def spells(request: Request) -> list[Spell]:
    """The spells of the deals that count, until the day of the facts."""
    found = all_spells(courses(request.facts), request.facts.day)
    return [one for one in found if request.wants(one.deal)]


def _funnel(request: Request) -> ModelResult:
    names, ways = titled(request.facts)
    known = stages(request.facts)
    return funnel(
        [one for one in spells(request) if one.pipeline in known],
        known,
        request.facts.day,
        period=request.settings.period,
        by=grouping(request, OPPORTUNITY),
        titles=names,
        pipelines=ways,
    )


def _win_rate(request: Request) -> ModelResult:
    return win_rate(
        spells(request),
        request.facts.day,
        days=request.settings.days,
        period=request.settings.period,
        by=grouping(request, OPPORTUNITY),
    )


def _cycle(request: Request) -> ModelResult:
    names, ways = titled(request.facts)
    return cycle(
        spells(request),
        stages(request.facts),
        request.facts.day,
        days=request.settings.days,
        by=grouping(request, OPPORTUNITY),
        titles=names,
        pipelines=ways,
    )


def _velocity(request: Request) -> ModelResult:
    hidden = archived(request.facts)
    return velocity(
        [one for one in spells(request) if one.outcome is not None or one.deal not in hidden],
        request.facts.day,
        days=request.settings.days,
        by=grouping(request, OPPORTUNITY),
        pipelines=titled(request.facts)[1],
    )


def archived(facts: Facts) -> frozenset[str]:
    """The deals that were archived by the day of the facts: nobody works on these."""
    rows = facts.index.rows(
        "SELECT id FROM main.opportunities WHERE archived <= ?", (facts.day.isoformat(),)
    )
    return frozenset(id for (id,) in rows)


_EFFORTS = (
    "SELECT opportunity, count(*), sum(cost__base), sum(duration) FROM interactions"
    " WHERE opportunity IS NOT NULL AND at__ts < ? GROUP BY opportunity"
)


def _deal_cost(request: Request) -> ModelResult:
    rows: Sequence[tuple[str, int, int | None, int | None]] = request.facts.index.rows(
        _EFFORTS, (request.facts.parameters["end"],)
    )
    efforts = {
        id: Effort(talks, from_units(units or 0), minutes or 0)
        for id, talks, units, minutes in rows
    }
    settings = request.settings
    hour: Decimal | None = settings.hour
    return deal_cost(
        spells(request),
        efforts,
        request.facts.day,
        days=settings.days,
        period=settings.period,
        hour=hour,
        by=grouping(request, OPPORTUNITY),
    )


MODELS: Mapping[str, Run] = {
    "funnel": _funnel,
    "win-rate": _win_rate,
    "cycle": _cycle,
    "velocity": _velocity,
    "deal-cost": _deal_cost,
}
