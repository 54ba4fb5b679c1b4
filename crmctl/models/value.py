"""What customers are worth: the models over what they bought."""

from __future__ import annotations

from collections.abc import Mapping

from crmctl.analytics import reasons
from crmctl.analytics.abc import abc
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rfm import rfm
from crmctl.models import Request, Run, clv, components, lifetime, worth
from crmctl.models.purchases import purchases, span, unrated


def _rfm(request: Request) -> ModelResult:
    told, day = request.settings, request.facts.day
    since = span(told.window).before(day) if told.window else None
    found = purchases(request.facts, since)
    result = rfm(
        [one for one in found if request.wants(one.customer)],
        day,
        told.method,
        {name: getattr(told.cuts, name) for name in told.cuts.names()},
        told.monetary == "mean",
    )
    if since:
        result.parameters["window"] = told.window
    result.notes.extend(unrated(request.facts))
    return reasons.of_rfm(result)


def _abc(request: Request) -> ModelResult:
    found = purchases(request.facts)
    values = [(one.customer, one.spend) for one in found if request.wants(one.customer)]
    result = abc(values, request.facts.day, request.settings.a, request.settings.b)
    result.notes.extend(unrated(request.facts))
    return reasons.of_abc(result)


MODELS: Mapping[str, Run] = {
    "rfm": _rfm,
    "abc": _abc,
    **worth.MODELS,
    **components.MODELS,
    **clv.MODELS,
    **lifetime.MODELS,
}
