"""What customers leave us: margin less what it costs to serve them and what it cost to win them.

The classes are those of Peppers and Rogers, "Enterprise One to One" (1997): most valuable
customers (MVC), second-tier or most growable ones (STC), and those below zero (BZC), who cost more
than they bring. Who is below zero is named and no more: nothing follows of itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from crmctl.analytics.exact import EXACT, percent, quotient, total
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext
from crmctl.values.money import format_amount

MVC, STC, BZC, ORDINARY = "mvc", "stc", "bzc", "ordinary"
CLASSES = {
    MVC: N_("Most valuable (MVC)"),
    STC: N_("Most growable (STC)"),
    ORDINARY: N_("Ordinary"),
    BZC: N_("Below zero (BZC)"),
}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("revenue", N_("Revenue"), "money"),
    Column("margin", N_("Margin"), "money"),
    Column("cost_to_serve", N_("Cost to serve"), "money"),
    Column("acquisition_cost", N_("Acquisition cost"), "money"),
    Column("profit", N_("Profit"), "money"),
    Column("class", N_("Class"), "enum", CLASSES),
    Column("assumed", N_("Margin assumed"), "percent", detail=True),
    Column("minutes", N_("Minutes"), "integer", detail=True),
    Column("yearly", N_("Margin within a year"), "money", detail=True),
    Column("potential", N_("Unrealized potential"), "money", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)

TITLES = {
    "assumed_margin": N_("margin assumed where none is known, in percent"),
    "hourly_cost": N_("cost of an hour"),
    "most_valuable": N_("most valuable, percent of the buyers"),
    "most_growable": N_("most growable, percent of the buyers"),
    "counts": N_("customers,"),
    "totals": N_("total of"),
    "revenue": N_("revenue"),
    "margin": N_("margin"),
    "cost_to_serve": N_("cost to serve"),
    "acquisition_cost": N_("acquisition cost"),
    "profit": N_("profit"),
    **CLASSES,
}

_HUNDRED = Decimal(100)


class Account(NamedTuple):
    """What is known of one customer, amounts in the base currency.

    `revenue` is net spend; `known` the margin of the orders that have one, `unknown` the revenue
    of those that have none. `yearly` and `yearly_unknown` are the same within the last year.
    Costs and minutes come apart: until the first order (`winning`), and from it on (`serving`).
    `wallet` is what the customer spends in our category in a year, None without an estimate.
    `orders` and `costs` are the ids of the records that weigh most.
    """

    customer: str
    buyer: bool
    revenue: Decimal = Decimal(0)
    known: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)
    yearly_revenue: Decimal = Decimal(0)
    yearly_known: Decimal = Decimal(0)
    yearly_unknown: Decimal = Decimal(0)
    winning_cost: Decimal = Decimal(0)
    winning_minutes: int = 0
    serving_cost: Decimal = Decimal(0)
    serving_minutes: int = 0
    wallet: Decimal | None = None
    orders: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()


class Rules(NamedTuple):
    """What the model is told: see `worth`."""

    assumed_margin: Decimal
    hourly_cost: Decimal | None
    most_valuable: Decimal
    most_growable: Decimal


def worth(
    accounts: Iterable[Account],
    as_of: date,
    rules: Rules,
    wanted: Callable[[str], bool] | None = None,
) -> ModelResult:
    """Profit of each customer, the highest first, then by id, and a class for each buyer.

    `accounts` are the whole book, and classes go by all of it; rows come, and are added up, for the
    customers that are `wanted`, all without it.

    Margin is `known` plus `rules.assumed_margin` percent of `unknown`. An hour of ours costs
    `rules.hourly_cost`; without it only costs that were written down count. Profit is margin less
    cost to serve less acquisition cost. The potential that is not realized yet is the margin, at
    the customer's own rate, of what they buy from others within a year; None without an estimate
    of their wallet, or where that is below what they bought from us.

    Classes, the first that fits: `bzc` where the cost to serve is above the margin; `mvc` for the
    first `rules.most_valuable` percent of the buyers by profit (rounded up), if it is above zero;
    `stc` for the first `rules.most_growable` percent by potential, if it is above zero; else
    `ordinary`. Who never bought has no class.
    """
    known = {one.customer: one for one in accounts}
    rows = [_row(one, rules) for one in known.values()]
    rows.sort(key=lambda row: (row["profit"].copy_negate(), row["customer"]))
    edges = _classify(rows, rules)
    for row in rows:
        one = known[row["customer"]]
        row["evidence"] = [*(one.costs if row["class"] == BZC else ()), *one.orders]
        row["change"] = _change(row, edges) if row["class"] else None
    rows = [row for row in rows if wanted is None or wanted(row["customer"])]
    buyers = [row for row in rows if row["class"]]
    counts = Counter(row["class"] for row in buyers)
    sums = ("revenue", "margin", "cost_to_serve", "acquisition_cost", "profit")
    parameters = {
        "assumed_margin": rules.assumed_margin,
        "hourly_cost": rules.hourly_cost,
        "most_valuable": rules.most_valuable,
        "most_growable": rules.most_growable,
        "counts": {name: counts[name] for name in CLASSES},
        "totals": {name: total(row[name] for row in rows) for name in sums},
    }
    notes = list(_notes(rows, total(known[row["customer"]].unknown for row in rows), rules))
    return ModelResult("worth", as_of, parameters, len(buyers), COLUMNS, rows, notes, TITLES)


def _row(one: Account, rules: Rules) -> dict[str, Any]:
    margin = _margin(one.known, one.unknown, rules)
    yearly = _margin(one.yearly_known, one.yearly_unknown, rules)
    serving = _cost(one.serving_cost, one.serving_minutes, rules)
    winning = _cost(one.winning_cost, one.winning_minutes, rules)
    return {
        "customer": one.customer,
        "revenue": one.revenue,
        "margin": margin,
        "cost_to_serve": serving,
        "acquisition_cost": winning,
        "profit": total((margin, serving.copy_negate(), winning.copy_negate())),
        "class": ORDINARY if one.buyer else None,
        "assumed": percent(one.unknown, one.revenue),
        "minutes": one.winning_minutes + one.serving_minutes,
        "yearly": yearly,
        "potential": _potential(one, margin, rules),
    }


def _margin(known: Decimal, unknown: Decimal, rules: Rules) -> Decimal:
    return EXACT.add(known, quotient(EXACT.multiply(unknown, rules.assumed_margin), _HUNDRED))


def _cost(cost: Decimal, minutes: int, rules: Rules) -> Decimal:
    hours = EXACT.multiply(Decimal(minutes), rules.hourly_cost or Decimal(0))
    return EXACT.add(cost, quotient(hours, 60))


def _potential(one: Account, margin: Decimal, rules: Rules) -> Decimal | None:
    if one.wallet is None or one.wallet < one.yearly_revenue:
        return None
    rate = Fraction(rules.assumed_margin) / 100
    if one.revenue > 0:
        rate = Fraction(margin) / Fraction(one.revenue)
    left = Fraction(EXACT.subtract(one.wallet, one.yearly_revenue)) * rate
    return quotient(Decimal(left.numerator), Decimal(left.denominator))


def _classify(rows: Sequence[dict[str, Any]], rules: Rules) -> Mapping[str, Decimal | None]:
    """Sets the class of each buyer; the profit and the potential at which the classes begin."""
    buyers = [row for row in rows if row["class"]]
    for row in buyers:
        if row["cost_to_serve"] > row["margin"]:
            row["class"] = BZC
    able = [row for row in buyers if row["class"] != BZC]
    most = ceil(Fraction(rules.most_valuable) * len(buyers) / 100)
    best = [row for row in able if row["profit"] > 0][:most]
    for row in best:
        row["class"] = MVC
    left = [row for row in able if row["class"] != MVC and (row["potential"] or 0) > 0]
    left.sort(key=lambda row: (row["potential"].copy_negate(), row["customer"]))
    growable = left[: ceil(Fraction(rules.most_growable) * len(buyers) / 100)]
    for row in growable:
        row["class"] = STC
    beyond = [row["profit"] for row in able if row["class"] != MVC]
    return {
        "last": best[-1]["profit"] if best else None,
        "next": beyond[0] if beyond else None,
        "potential": growable[-1]["potential"] if growable else None,
    }


def _change(row: Mapping[str, Any], edges: Mapping[str, Decimal | None]) -> str:
    """What would put a buyer into another class."""
    if row["class"] == BZC:
        gap = EXACT.subtract(row["cost_to_serve"], row["margin"])
        return _("{amount} more margin, or as much less cost to serve, lifts it above zero").format(
            amount=format_amount(gap)
        )
    if row["class"] == MVC:
        if edges["next"] is None:
            return _("a profit of zero or less")
        return _("a profit below {amount}, that of the first who is not").format(
            amount=format_amount(edges["next"])
        )
    if edges["last"] is None:
        return _("a profit above zero")
    gap = EXACT.subtract(edges["last"], row["profit"])
    return _("{amount} more profit makes it one of the most valuable").format(
        amount=format_amount(gap)
    )


def _notes(rows: Sequence[Mapping[str, Any]], unknown: Decimal, rules: Rules) -> Iterable[str]:
    share = percent(unknown, total(row["revenue"] for row in rows))
    if share:
        text = _("For {share} % of the revenue no margin is known: {margin} % is assumed.")
        yield text.format(share=round(share, 1), margin=rules.assumed_margin)
    if rules.hourly_cost is None and any(row["minutes"] for row in rows):
        yield _("Our time costs nothing here: the setting “hourly_cost” gives it a price.")
    blind = sum(row["potential"] is None for row in rows if row["class"])
    if blind:
        yield ngettext(
            "{count} buyer has no usable estimate of the wallet, so the potential is not known.",
            "{count} buyers have no usable estimate of the wallet, so the potential is not known.",
            blind,
        ).format(count=blind)
    if any(row["class"] == BZC for row in rows):
        yield _("Who is below zero is named and no more: it is for you to find out why.")
