"""What open deals will bring, and how good earlier forecasts were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from crmctl.analytics.deals import all_spells
from crmctl.analytics.forecast import Open, Rules, forecast, forecast_score
from crmctl.analytics.result import ModelResult
from crmctl.facts.tables import Facts
from crmctl.models import Request, Run
from crmctl.models.deals import archived, courses, stages, titled
from crmctl.policies.flow import Forecast
from crmctl.policies.pipelines import ENDS, Pipeline
from crmctl.values.instants import parse_date
from crmctl.values.periods import starting


def _rules(facts: Facts, told: Forecast) -> Rules:
    pipelines: Mapping[str, Pipeline] = facts.workspace.policy("pipelines")
    configured = {
        (name, stage): settings.chance
        for name, one in pipelines.items()
        for stage, settings in one.stages.items()
        if stage not in ENDS
    }
    return Rules(stages(facts), configured, told.days, told.least)


def month_ends(day: date, months: int) -> Iterator[date]:
    """The last days of so many months before the one of a day, the latest first."""
    for _month in range(months):
        day = starting(day, "month") - timedelta(days=1)
        yield day


def _score(request: Request, rules: Rules, months: int) -> ModelResult:
    day = request.facts.day
    made = month_ends(day, months)
    return forecast_score(courses(request.facts), made, day, rules, request.chosen)


def _forecast_score(request: Request) -> ModelResult:
    told: Forecast = request.facts.workspace.policy("flow").forecast
    return _score(request, _rules(request.facts, told), request.settings.months)


def _forecast(request: Request) -> ModelResult:
    facts = request.facts
    hidden = archived(facts)
    rows = facts.index.rows("SELECT id, expected_close, probability FROM main.opportunities")
    deals = [
        Open(id, parse_date(expected or ""), None if said is None else Decimal(str(said)))
        for id, expected, said in rows
        if request.wants(id) and id not in hidden
    ]
    rules = _rules(facts, request.settings)
    months: int = facts.workspace.policy("flow").forecast_score.months
    past = _score(request, rules, months).parameters
    # Chances are measured on all deals, whichever are asked for.
    spells = all_spells(courses(facts), facts.day)
    return forecast(spells, deals, facts.day, rules, past=past, titles=titled(facts)[0])


MODELS: Mapping[str, Run] = {"forecast": _forecast, "forecast-score": _forecast_score}
