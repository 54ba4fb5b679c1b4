"""What it costs to win a customer, against what it costs to keep one.

The claims that winning costs five or six times as much go about without a study behind them. They
stand in the settings with where they come from, and are used only where the book cannot tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _
from crmctl.values.money import format_amount

WHAT = {
    "won": N_("Customers won"),
    "new": N_("New customers served"),
    "kept": N_("Old customers served"),
    "ratio": N_("Won against kept"),
    "claim": N_("Claim"),
}

COLUMNS = (
    Column("what", N_("What"), "enum", WHAT),
    Column("cost", N_("Cost"), "money"),
    Column("customers", N_("Customers"), "integer"),
    Column("each", N_("For each"), "money"),
    Column("ratio", N_("Ratio"), "mean"),
    Column("source", N_("Source"), "text"),
)

TITLES = {
    "since": N_("from the end of"),
    "hourly_cost": N_("cost of an hour"),
    "ratio": N_("winning costs so many times what keeping costs"),
    "basis": N_("this ratio is"),
    "measured": N_("measured"),
    "fallback": N_("a claim, for want of figures"),
}


class Effort(NamedTuple):
    """Cost in the base currency, and the customers for whom it was spent."""

    cost: Decimal
    customers: int


class Claim(NamedTuple):
    """A ratio that somebody has claimed, and where."""

    ratio: Decimal
    source: str


def acquisition(
    won: Effort,
    new: Effort,
    kept: Effort,
    as_of: date,
    since: date,
    claims: Mapping[str, Claim],
    fallback: str,
    hourly_cost: Decimal | None = None,
    lost_on: Decimal = Decimal(0),
) -> ModelResult:
    """Cost of winning and of keeping for each customer within a period, and their ratio.

    `won` is what it cost to win the customers who first bought within the period, `new` what it
    cost to serve them since, `kept` what it cost to serve those who were customers before and
    bought again. The ratio is None where either is nothing; `parameters` then give the claim
    `fallback` and say so. `lost_on` is the part of the cost of winning that went into campaigns
    that nobody bought through.
    """
    each_won, each_kept = _each(won), _each(kept)
    measured = quotient(each_won, each_kept) if each_won and each_kept else None
    rows = [
        _row("won", cost=won.cost, customers=won.customers, each=each_won),
        _row("new", cost=new.cost, customers=new.customers, each=_each(new)),
        _row("kept", cost=kept.cost, customers=kept.customers, each=each_kept),
        _row("ratio", ratio=measured),
        *(_row("claim", ratio=one.ratio, source=one.source) for one in claims.values()),
    ]
    parameters = {
        "since": since.isoformat(),
        "hourly_cost": hourly_cost,
        "ratio": claims[fallback].ratio if measured is None else measured,
        "basis": "fallback" if measured is None else "measured",
    }
    notes = []
    if lost_on:
        text = _("Of the cost of winning, {amount} went into campaigns that nobody bought through.")
        notes.append(text.format(amount=format_amount(lost_on)))
    if measured is None:
        notes.append(_("The book has no cost of winning or of keeping, so a claim stands in."))
    count = won.customers + kept.customers
    return ModelResult("acquisition", as_of, parameters, count, COLUMNS, rows, notes, TITLES)


def _each(effort: Effort) -> Decimal | None:
    return quotient(effort.cost, effort.customers) if effort.customers else None


def _row(what: str, **cells: Any) -> dict[str, Any]:
    return {column.name: None for column in COLUMNS} | {"what": what} | cells
