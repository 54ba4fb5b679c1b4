"""How likely leads are to buy, by the rules of the book, and whether the rules tell it right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal

from crmctl import startup
from crmctl.analytics.deals import WON, Spell, all_spells, closed_within
from crmctl.analytics.leadscore import Event, Lead, Outcome, Scale, lead_check, leads, scored
from crmctl.analytics.result import ModelResult
from crmctl.errors import BadDefinition
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.tables import Facts
from crmctl.index.layout import event_column, quoted
from crmctl.locale import _, pick
from crmctl.models import Request, Run
from crmctl.models.deals import courses
from crmctl.models.grouping import ids
from crmctl.policies.flow import Leads, Rule, Signal
from crmctl.values.dates import local_date
from crmctl.values.instants import parse_date
from crmctl.values.periods import starting

_FACTS = ("lead_score", "lead_grade")


def _scale(told: Leads) -> Scale:
    return Scale(told.most_fit, told.most_behavior, told.half_life, told.grades)


def _titles(told: Leads) -> dict[str, str]:
    found: dict[str, Rule | Signal] = {**told.fit, **told.behavior, **told.zero}
    return {name: pick(one.title) if one.title else name for name, one in found.items()}


def _checked(told: Leads) -> None:
    """BadDefinition for rules that ask for the score that they make."""
    asked = {"who": told.who}
    for part in ("fit", "behavior", "zero"):
        rules: Mapping[str, Rule | Signal] = getattr(told, part)
        asked |= {f"{part}.{name}.query": one.query for name, one in rules.items()}
    for place, query in asked.items():
        if any(fact in query for fact in _FACTS):
            reason = _("a score cannot be asked for while it is being made")
            raise BadDefinition(startup.CONFIG, f"flow.leads.{place}", reason)


def events(facts: Facts, told: Leads) -> dict[str, list[Event]]:
    """What each customer did until the day, each record by the first rule that it matches."""
    found: dict[str, list[Event]] = {}
    seen: set[str] = set()
    for rule, signal in told.behavior.items():
        kind = facts.workspace.registry.kind(signal.kind)
        field = kind.fields[kind.date] if kind.date else None
        if field is None or CUSTOMER not in kind.fields:
            reason = _("needs a kind that has a customer and a date")
            raise BadDefinition(startup.CONFIG, f"flow.leads.behavior.{rule}.kind", reason)
        matching = ids(facts, kind.name, signal.query)
        rows = facts.index.rows(
            f"SELECT id, customer, {quoted(field.name)} FROM {quoted(kind.plural)}"
            f" WHERE customer IS NOT NULL AND {quoted(event_column(kind))} IS NOT NULL"
        )
        for id, customer, at in rows:
            day = _day(facts, str(at))
            if id in matching and id not in seen and day is not None and day <= facts.day:
                seen.add(id)
                found.setdefault(customer, []).append(Event(id, rule, day, signal.points))
    return found


def _day(facts: Facts, at: str) -> date | None:
    return parse_date(at) if len(at) <= len("2026-01-01") else local_date(at, facts.workspace.zone)


def _fitting(
    facts: Facts, told: Leads, only: list[str] | None = None
) -> tuple[dict[str, dict[str, Decimal]], dict[str, list[str]]]:
    """The points of each customer by rule of fit, and what forbids a score."""
    fit: dict[str, dict[str, Decimal]] = {}
    for rule, signal in told.fit.items():
        for id in ids(facts, CUSTOMER, signal.query, only):
            fit.setdefault(id, {})[rule] = signal.points
    blocked: dict[str, list[str]] = {}
    for rule, one in told.zero.items():
        for id in ids(facts, CUSTOMER, one.query, only):
            blocked.setdefault(id, []).append(rule)
    return fit, blocked


def _leads(request: Request) -> ModelResult:
    facts, told = request.facts, request.settings
    _checked(told)
    fit, blocked = _fitting(facts, told)
    done = events(facts, told)
    found = [
        Lead(id, fit.get(id, {}), done.get(id, ()), blocked.get(id, ()))
        for id in sorted(ids(facts, CUSTOMER, told.who))
        if request.wants(id)
    ]
    return leads(found, facts.day, _scale(told), _titles(told))


def _lead_check(request: Request) -> ModelResult:
    """Each deal that was decided, with the score of its customer on the day it was opened.

    What fits is looked up as of the end of the month before, so that nothing of the deal itself
    can speak for it.
    """
    facts, settings = request.facts, request.settings
    told: Leads = facts.workspace.policy("flow").leads
    _checked(told)
    done = events(facts, told)
    decided = [
        one
        for one in closed_within(all_spells(courses(facts), facts.day), facts.day, settings.days)
        if request.wants(one.deal) and one.opened is not None and one.customer is not None
    ]
    months: dict[date, list[Spell]] = {}
    for one in decided:
        months.setdefault(starting(one.opened or facts.day, "month"), []).append(one)
    scale = _scale(told)
    outcomes = []
    for month in sorted(months):
        known = _known_before(facts, told, month, {str(one.customer) for one in months[month]})
        for one in months[month]:
            id, opened = str(one.customer), one.opened or facts.day
            fit, blocked = known[0].get(id, {}), known[1].get(id, ())
            lead = Lead(id, fit, done.get(id, ()), blocked)
            deal = f"{one.deal} {one.number}"
            outcomes.append(Outcome(deal, scored(lead, opened, scale), one.outcome == WON))
    return lead_check(outcomes, facts.day, scale, days=settings.days, least=settings.least)


def _known_before(
    facts: Facts, told: Leads, month: date, customers: Collection[str]
) -> tuple[Mapping[str, Mapping[str, Decimal]], Mapping[str, list[str]]]:
    shown = facts.index.day
    facts.index.as_of(month - timedelta(days=1))
    try:
        return _fitting(facts, told, sorted(customers))
    finally:
        facts.index.as_of(shown)


MODELS: Mapping[str, Run] = {"leads": _leads, "lead-check": _lead_check}
