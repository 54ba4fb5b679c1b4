"""The return on campaigns: what customers bought after they were touched, shared among the touches.

(attributed gross profit - cost) / cost, and the same of the receipts that name a campaign; cost per
lead and per new customer. The shares are those of `attribution`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.attribution import METHODS, attributed
from crmctl.analytics.exact import EXACT, percent, quotient, total
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

COLUMNS = (
    Column("campaign", N_("Campaign"), "ref", kind="campaign"),
    Column("cost", N_("Cost"), "money"),
    Column("leads", N_("Leads"), "integer"),
    Column("cpl", N_("Cost per lead"), "money"),
    Column("orders", N_("Orders touched"), "integer"),
    Column("revenue", N_("Revenue"), "money"),
    Column("profit", N_("Gross profit"), "money"),
    Column("roi", N_("Return"), "percent"),
    Column("new_customers", N_("New customers"), "number"),
    Column("cac", N_("Cost per new customer"), "money"),
    Column("receipts", N_("Receipts"), "money"),
    Column("receipts_roi", N_("Return on receipts"), "percent"),
)
TITLES = {
    "attribution": N_("attribution"),
    **METHODS,
    "window": N_("window in days"),
    "half_life": N_("half-life in days"),
    "unattributed": N_("unattributed,"),
    "orders": N_("number of orders"),
    "revenue": N_("revenue in all"),
    "profit": N_("gross profit"),
}


class Campaign(NamedTuple):
    """What a campaign cost so far, and what names it; amounts in the base currency."""

    id: str
    cost: Decimal
    receipts: Decimal
    leads: int


class Touch(NamedTuple):
    """A day on which a campaign reached a customer."""

    day: date
    campaign: str


class Purchase(NamedTuple):
    """An order less its refunds; `first` is the one that made a customer of somebody."""

    order: str
    customer: str
    day: date
    revenue: Decimal
    profit: Decimal
    first: bool


class Method(NamedTuple):
    """One of `attribution.METHODS`, the days before an order in which touches count, half-life."""

    name: str = "last"
    window: int = 90
    half_life: int = 7


class _Share:
    """What is attributed to one campaign."""

    def __init__(self) -> None:
        self.orders: set[str] = set()
        self.revenue = self.profit = self.buyers = Decimal(0)


def campaigns(
    found: Iterable[Campaign],
    touches: Mapping[str, Iterable[Touch]],
    purchases: Iterable[Purchase],
    as_of: date,
    method: Method,
) -> ModelResult:
    """A row for each campaign, the highest return first, those without a cost last, then by id.

    `touches` are those of each customer, of all campaigns, whichever are in `found`. Returns are in
    percent; without a cost there is none. `parameters.unattributed` is what no touch came before.
    """
    shares, alone = _shared(touches, sorted(purchases), method)
    rows = [_row(one, shares.get(one.id, _Share())) for one in found]
    rows.sort(key=lambda row: (row["roi"] is None, -(row["roi"] or 0), row["campaign"]))
    parameters = {
        "attribution": method.name,
        "window": method.window,
        **({"half_life": method.half_life} if method.name == "time_decay" else {}),
        "unattributed": {
            "orders": len(alone),
            "revenue": total(one.revenue for one in alone),
            "profit": total(one.profit for one in alone),
        },
    }
    notes = [] if rows else [_("There are no campaigns.")]
    if rows and alone:
        text = ngettext(
            "{count} order is unattributed: no campaign touched its customer in the {days} days "
            "before.",
            "{count} orders are unattributed: no campaign touched their customers in the {days} "
            "days before.",
            len(alone),
        )
        notes.append(text.format(count=len(alone), days=method.window))
    return ModelResult("campaigns", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)


def _shared(
    touches: Mapping[str, Iterable[Touch]], purchases: Sequence[Purchase], method: Method
) -> tuple[dict[str, _Share], list[Purchase]]:
    shares: dict[str, _Share] = {}
    alone = []
    known = {customer: sorted(set(several)) for customer, several in touches.items()}
    for one in purchases:
        before = [
            touch
            for touch in known.get(one.customer, ())
            if 0 <= (one.day - touch.day).days <= method.window
        ]
        if not before:
            alone.append(one)
            continue
        days = [(one.day - touch.day).days for touch in before]
        parts = {
            name: attributed(value, days, method.name, method.half_life)
            for name, value in (
                ("revenue", one.revenue),
                ("profit", one.profit),
                ("buyers", Decimal(one.first)),
            )
        }
        for at, touch in enumerate(before):
            share = shares.setdefault(touch.campaign, _Share())
            share.orders.add(one.order)
            for name, amounts in parts.items():
                setattr(share, name, EXACT.add(getattr(share, name), amounts[at]))
    return shares, alone


def _row(one: Campaign, share: _Share) -> dict[str, Any]:
    return {
        "campaign": one.id,
        "cost": one.cost,
        "leads": one.leads,
        "cpl": quotient(one.cost, one.leads) if one.leads and one.cost > 0 else None,
        "orders": len(share.orders),
        "revenue": share.revenue,
        "profit": share.profit,
        "roi": percent(EXACT.subtract(share.profit, one.cost), one.cost),
        "new_customers": share.buyers,
        "cac": quotient(one.cost, share.buyers) if share.buyers > 0 and one.cost > 0 else None,
        "receipts": one.receipts,
        "receipts_roi": percent(EXACT.subtract(one.receipts, one.cost), one.cost),
    }
