"""How deals, leads, campaigns, service and colleagues do: the models over what flows."""

from __future__ import annotations

from collections.abc import Mapping

from crmctl.models import Run, buying, campaigns, deals, forecasting, leads, servicing, staff

MODELS: Mapping[str, Run] = {
    **deals.MODELS,
    **forecasting.MODELS,
    **leads.MODELS,
    **campaigns.MODELS,
    **servicing.MODELS,
    **staff.MODELS,
    **buying.MODELS,
}
