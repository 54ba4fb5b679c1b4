"""Customer lifetime value out of a book, by the method that it can bear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.analytics import btyd, clv
from crmctl.analytics.renewals import renewals
from crmctl.analytics.result import ModelResult
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _, ngettext
from crmctl.models import Request, Run
from crmctl.models.contracts import chains, contracted
from crmctl.models.lifetime import buyers, gates, model
from crmctl.models.purchases import unrated
from crmctl.models.worth import worths


def _earned(request: Request) -> tuple[list[clv.Earned], Any]:
    """What customers brought and cost, if they did, and the margin that is assumed."""
    told = request.facts.workspace.policy("value").worth
    keys = ("customer", "revenue", "margin", "cost_to_serve", "acquisition_cost", "assumed")
    rows = ([row[key] for key in keys] for row in worths(request, told).rows)
    return [clv.Earned(*row) for row in rows if any(row[1:])], told.assumed_margin


def _clv(request: Request) -> ModelResult:
    method = request.settings.method
    if method == "retention":
        return _retention(request)
    result: ModelResult | None = None
    notes: list[str] = []
    if method != "historic":
        result, notes = _btyd(request)
    if result is None:
        if notes:
            notes.append(_("So the value is the historic one: what was earned so far."))
        result = clv.historic(*_at(request))
    result.notes[:0] = notes
    result.notes.extend(unrated(request.facts))
    return result


def _at(request: Request) -> tuple[list[clv.Earned], Any, Any]:
    earned, usual = _earned(request)
    return earned, request.facts.day, usual


def _btyd(request: Request) -> tuple[ModelResult | None, list[str]]:
    told, facts = request.settings, request.facts
    found, rule, limits = buyers(request), model(told.model), gates(facts)
    fit, notes = btyd.fit_of(rule, found, facts.day, limits)
    if fit is None:
        return None, notes
    earned, usual = _earned(request)
    terms = clv.Terms(clv.margin_of(earned, usual), told.discount, told.horizon, told.unit)
    notes += clv.assumptions(earned, usual)
    return clv.btyd(found, facts.day, rule, fit, terms, limits.exact), notes


def _retention(request: Request) -> ModelResult:
    told, policy = request.settings, request.facts.workspace.policy("value")
    usual = policy.worth.assumed_margin
    found, left_out = contracted(request, usual)
    form, day = told.retention, request.facts.day
    rate, measured = form.rate, None
    if rate is None:
        seen = renewals(chains(request, policy.renewals.grace, CUSTOMER), day).parameters
        measured = seen["renewed"] + seen["ended"]
        rate = seen["rate"] if measured >= policy.renewals.contracts else None
    result = clv.retention(found, day, rate, told.discount, form.form, form.growth, form.periods)
    result.parameters["assumed_margin"] = usual
    if measured is not None:
        result.parameters["renewals"] = measured
    if rate is None:
        result.notes.append(
            _(
                "Retention is measured on {least} renewals or more, there are {count}: say "
                "--set retention.rate=PERCENT."
            ).format(least=policy.renewals.contracts, count=measured)
        )
    if left_out:
        result.notes.append(
            ngettext(
                "{count} contract without a last day or an amount is left out: {ids}.",
                "{count} contracts without a last day or an amount are left out: {ids}.",
                len(left_out),
            ).format(count=len(left_out), ids=", ".join(left_out[:5]))
        )
    return result


MODELS: Mapping[str, Run] = {"clv": _clv}
