"""How deals, leads, campaigns, service and colleagues do: the models over what flows."""

from __future__ import annotations

from collections.abc import Mapping

from crmctl.models import Run, campaigns, deals, forecasting, leads, servicing, staff, visitors

MODELS: Mapping[str, Run] = {
    **deals.MODELS,
    **forecasting.MODELS,
    **leads.MODELS,
    **campaigns.MODELS,
    **servicing.MODELS,
    **staff.MODELS,
    **visitors.MODELS,
}
