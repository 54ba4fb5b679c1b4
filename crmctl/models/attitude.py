"""What customers think: the models over what they answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from crmctl.analytics.answers import Answer, Form, latest
from crmctl.analytics.attitude_reasons import of_satisfaction
from crmctl.analytics.csat import ces, csat
from crmctl.analytics.csi import csi
from crmctl.analytics.delivered import delivered_value
from crmctl.analytics.expectation import expectation
from crmctl.analytics.grouping import Grouping
from crmctl.analytics.importance import importance
from crmctl.analytics.mirror import Voice, mirror
from crmctl.analytics.nps import nps
from crmctl.analytics.quality import Relation, quality
from crmctl.analytics.result import ModelResult
from crmctl.analytics.satisfaction import Feelings, satisfaction
from crmctl.analytics.scale import readings, scale
from crmctl.analytics.servqual import servqual
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import N_
from crmctl.models import Request, Run
from crmctl.models.grouping import grouping
from crmctl.models.loyal import run_loyalty, run_sat_loyalty
from crmctl.models.surveys import (
    CUSTOMER_SIDE,
    STAFF_SIDE,
    SURVEY,
    Measure,
    Surveys,
    asked,
    other_version,
)


class _Asked(NamedTuple):
    """What a model over one questionnaire is about."""

    said: Any
    surveys: Surveys
    form: Form
    answers: list[Answer]
    by: Grouping | None
    day: date


def _ask(request: Request, of: str = SURVEY) -> _Asked:
    """The answers that a request is about; `of` is the kind of the records that it chose."""
    said, surveys = request.settings, Surveys(request, of)
    answers = surveys.answers(said.template, said.side, said.days)
    by = grouping(request, of)
    return _Asked(said, surveys, surveys.form(said.template), answers, by, request.facts.day)


def _csat(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request)
    return _noted(csat(answers, form, day, said.satisfied, by), surveys)


def _nps(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request)
    cuts = (said.promoter, said.detractor, said.sure, said.errors)
    return _noted(nps(answers, form, day, *cuts, by=by), surveys)


def _ces(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request)
    result = _noted(ces(answers, form, day, said.easy, by), surveys)
    for name in said.earlier:
        left = len(surveys.answers(name, said.side, said.days))
        if left:
            result.notes.append(other_version(left, name))
    return result


def _csi(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request)
    return _noted(csi(answers, form, day, said.weights, by), surveys)


def _servqual(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request)
    before = surveys.before(said.template, said.side)
    return _noted(servqual(answers, before, form, day, said.weights, said.points, by), surveys)


def _expectation(request: Request) -> ModelResult:
    said, surveys = request.settings, Surveys(request)
    names = [said.template] if said.template else asked(request.facts)
    answers = {name: surveys.answers(name, said.side, said.days) for name in names}
    before = {name: surveys.before(name, said.side) for name in names}
    forms = [surveys.form(name) for name in names]
    by = grouping(request, SURVEY)
    return _noted(expectation(answers, before, forms, request.facts.day, by), surveys)


def _importance(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request)
    return _noted(importance(answers, form, day, said.overall, said.enough, by), surveys)


def _scale(model: str, title: str) -> Run:
    """The model over a questionnaire with dimensions, under a name and a title of its own."""

    def run(request: Request) -> ModelResult:
        said, surveys, form, answers, by, day = _ask(request, CUSTOMER)
        return _noted(scale(model, title, answers, form, day, said.reliable, by), surveys)

    return run


def _delivered_value(request: Request) -> ModelResult:
    said, surveys, form, answers, by, day = _ask(request, CUSTOMER)
    return _noted(delivered_value(answers, form, day, said.benefit, said.cost, by), surveys)


def _quality(request: Request) -> ModelResult:
    said, surveys = request.settings, Surveys(request, CUSTOMER)
    pleased = surveys.measures(said.satisfaction, said.days)
    parts = [_totals(surveys, name, said.days) for name in ("trust", "commitment")]
    relations = []
    for customer in sorted({*pleased, *parts[0], *parts[1]}):
        found = [every.get(customer) for every in (pleased, *parts)]
        happy, trust, commitment = (None if one is None else one.value for one in found)
        ids = [id for one in found if one is not None for id in one.ids]
        relations.append(Relation(customer, happy, trust, commitment, ids))
    by = grouping(request, CUSTOMER)
    return _noted(quality(relations, request.facts.day, said.reliable, by), surveys)


def _totals(surveys: Surveys, model: str, days: int | None) -> dict[str, Measure]:
    """What the model of a questionnaire says of each customer in all."""
    said = getattr(surveys.policy, model)
    answers = surveys.answers(said.template, said.side, days or said.days)
    return {
        one.customer: Measure(one.total, one.ids)
        for one in readings(answers, surveys.form(said.template))
        if one.total is not None
    }


def _satisfaction(request: Request) -> ModelResult:
    said, surveys = request.settings, Surveys(request, CUSTOMER)
    pleased = surveys.measures(said.satisfaction, said.days)
    annoyed = surveys.measures(said.dissatisfaction, said.days)
    reasons: dict[str, tuple[dict[str, int], dict[str, int], list[str]]] = {}
    for customer, is_good, reason, id in _reasons(request, surveys):
        found = reasons.setdefault(customer, ({}, {}, []))
        counts = found[0] if is_good else found[1]
        counts[reason] = counts.get(reason, 0) + 1
        if id not in found[2]:
            found[2].append(id)
    feelings = []
    for customer in sorted({*pleased, *annoyed}):
        one, other = pleased.get(customer), annoyed.get(customer)
        good, bad, ids = reasons.get(customer, ({}, {}, []))
        said_by = [id for each in (one, other) if each is not None for id in each.ids]
        feelings.append(
            Feelings(
                customer,
                None if one is None else one.value,
                None if other is None else other.value,
                good,
                bad,
                list(dict.fromkeys([*said_by, *ids])),
            )
        )
    by = grouping(request, CUSTOMER)
    tells = said.word_of_mouth
    hears = {"satisfied": tells.satisfied, "dissatisfied": tells.dissatisfied}
    result = _noted(satisfaction(feelings, request.facts.day, said.high, by, hears), surveys)
    return of_satisfaction(result) if by is None else result


def _reasons(request: Request, surveys: Surveys) -> Iterator[tuple[str, bool, str, str]]:
    """Why customers are pleased (True) or annoyed: the customer, the reason, the record."""
    said = request.settings
    for name in said.reasons:
        form = surveys.form(name)
        whole = {word.partition(".")[2] for word in said.satisfaction}
        for answer in latest(surveys.answers(name, days=said.days)):
            for item, value in answer.given.items():
                rated = form.items[item].rating(value)
                if item not in whole and (rated >= said.good or rated <= said.bad):
                    yield answer.customer, rated >= said.good, form.items[item].title, answer.id
    rows = request.facts.index.rows(
        "SELECT id, customer, cause FROM tickets WHERE kind = 'complaint' AND cause IS NOT NULL"
        " AND opened__ts < ? ORDER BY id",
        (request.facts.parameters["end"],),
    )
    for id, customer, cause in rows:
        if request.wants(customer):
            yield customer, False, cause, id


def _mirror(request: Request) -> ModelResult:
    said, surveys = request.settings, Surveys(request)
    teams = dict(request.facts.index.rows("SELECT id, team FROM users WHERE team IS NOT NULL"))
    rows = request.facts.index.rows(
        "SELECT s.id, COALESCE(t.assignee, c.owner) FROM surveys AS s"
        " LEFT JOIN tickets AS t ON t.id = s.ticket LEFT JOIN customers AS c ON c.id = s.customer"
    )
    whose = dict(rows)
    voices = []
    for staff, words in ((False, said.customers), (True, said.staff)):
        side = STAFF_SIDE if staff else CUSTOMER_SIDE
        for answer, value in surveys.voices(words, side, said.days):
            team = teams.get(answer.respondent if staff else whose.get(answer.id))
            if team is not None:
                voices.append(Voice(team, staff, value))
    return _noted(mirror(voices, request.facts.day, said.teams), surveys)


def _noted(result: ModelResult, surveys: Surveys) -> ModelResult:
    result.notes.extend(surveys.notes)
    return result


MODELS: Mapping[str, Run] = {
    "csat": _csat,
    "nps": _nps,
    "ces": _ces,
    "csi": _csi,
    "servqual": _servqual,
    "expectation": _expectation,
    "importance": _importance,
    "scale": _scale("scale", N_("All dimensions")),
    "trust": _scale("trust", N_("Trust")),
    "commitment": _scale("commitment", N_("Commitment to us")),
    "delivered-value": _delivered_value,
    "quality": _quality,
    "satisfaction": _satisfaction,
    "loyalty": run_loyalty,
    "sat-loyalty": run_sat_loyalty,
    "mirror": _mirror,
}
