"""The life cycle of a customer, told from the slopes of volume and profit.

Four stages: a relation is tried, it forms, it is steady, it declines; volume and profit rise while
it forms, are highest while it is steady, and fall afterwards. So the texts that crmctl was made
from, without thresholds: those are settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import quotient, total
from crmctl.analytics.quantiles import as_decimal
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crmctl.policies.relationship import Lifecycle

LIFECYCLE = {
    "trial": N_("Trial"),
    "formation": N_("Formation"),
    "steady": N_("Steady"),
    "decline": N_("Decline"),
}
TRIAL, FORMATION, STEADY, DECLINE = LIFECYCLE

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("lifecycle", N_("Life cycle"), "enum", LIFECYCLE),
    Column("purchases", N_("Purchases"), "integer"),
    Column("volume", N_("Volume"), "money"),
    Column("volume_slope", N_("Slope of volume"), "percent"),
    Column("profit", N_("Profit"), "money"),
    Column("profit_slope", N_("Slope of profit"), "percent"),
    Column("price", N_("Price"), "money", detail=True),
    Column("cost", N_("Cost of touches"), "money", detail=True),
    Column("referrals", N_("Referrals"), "integer", detail=True),
    Column("before", N_("Life cycle before"), "enum", LIFECYCLE, detail=True),
    Column("churn", N_("Churn"), "percent", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {
    "periods": N_("periods"),
    "period_months": N_("months in a period"),
    "slope": N_("slope in percent of the mean a period"),
    "purchases": N_("purchases after trial"),
    "churn_days": N_("churn over days"),
    "counts": N_("customers,"),
    **LIFECYCLE,
}


class Deal(NamedTuple):
    """A purchase: its day and record, its value, its margin and units where they are known."""

    day: date
    id: str
    value: Decimal
    margin: Decimal | None = None
    quantity: Decimal | None = None


class Course(NamedTuple):
    """What one customer bought, in the order of days, and what else they cost and brought.

    `gone`: recorded as lost, or silent for longer than they use to be.
    """

    customer: str
    deals: Sequence[Deal] = ()
    cost: Decimal | None = None
    referrals: int = 0
    gone: bool = False


def slope(values: Sequence[Decimal]) -> Decimal | None:
    """The slope of a line through values by least squares, a period, in percent of their mean.

    None with fewer than two values or a mean that is not above zero.
    """
    count = len(values)
    sum_ = Fraction(total(values))
    if count < 2 or sum_ <= 0:
        return None
    middle = Fraction(count - 1, 2)
    rise = sum(((place - middle) * Fraction(one) for place, one in enumerate(values)), Fraction(0))
    spread = sum(((place - middle) ** 2 for place in range(count)), Fraction(0))
    found = as_decimal(rise / spread / (sum_ / count) * 100)
    exact = found if isinstance(found, Decimal) else Decimal(found.numerator) / found.denominator
    return quotient(exact, 1)


def lifecycle(
    courses: Iterable[Course], edges: Sequence[date], before: Sequence[date], rules: Lifecycle
) -> ModelResult:
    """The stage of the life cycle of each customer who has bought.

    `edges` are the last days before each period and of the last one, in order: periods run from
    the day after one edge to the next; the last edge is the day of the analysis. `before` are the
    edges as of the day churn is told from. Trial: fewer purchases than `purchases`. Else formation
    where volume, or with a level volume profit, rises by more than `slope` percent of its mean a
    period; decline where it falls by more; steady otherwise. Profit is None where the margin of a
    purchase is not known. Churn: 100 for whoever had bought by then and is gone now, 0 for whoever
    stayed. Rows are sorted by stage, then by volume, the highest first, then by id.
    """
    rows = [_row(course, edges, before, rules) for course in courses]
    ranks = {name: place for place, name in enumerate((FORMATION, STEADY, TRIAL, DECLINE, None))}
    rows.sort(key=lambda row: (ranks[row["lifecycle"]], -row["volume"], row["customer"]))
    counts = Counter(row["lifecycle"] for row in rows)
    parameters = {
        name: getattr(rules, name) for name in ("periods", "period_months", "slope", "purchases")
    }
    parameters["churn_days"] = rules.churn_days
    parameters["counts"] = {name: counts[name] for name in LIFECYCLE}
    n = sum(counts[name] for name in LIFECYCLE)
    notes = list(_notes(rows))
    return ModelResult("lifecycle", edges[-1], parameters, n, COLUMNS, rows, notes, TITLES)


def _sums(
    deals: Iterable[tuple[date, Decimal]], edges: Sequence[date], first: date
) -> list[Decimal]:
    """The sums of each period, without those that ended before the first purchase."""
    sums = [Decimal(0)] * (len(edges) - 1)
    for day, value in deals:
        for place, (after, until) in enumerate(pairwise(edges)):
            if after < day <= until:
                sums[place] += value
    return [one for one, until in zip(sums, edges[1:], strict=True) if until >= first]


def _judged(
    deals: Sequence[Deal], edges: Sequence[date], rules: Lifecycle
) -> tuple[str | None, Decimal | None, Decimal | None]:
    """The stage on the last edge, with the slopes of volume and profit."""
    known = [deal for deal in deals if deal.day <= edges[-1]]
    if not known:
        return None, None, None
    first = known[0].day
    seen = [deal for deal in known if deal.day > edges[0]]
    volume = slope(_sums(((deal.day, deal.value) for deal in seen), edges, first))
    profit = None
    if all(deal.margin is not None for deal in seen):
        profit = slope(
            _sums(((deal.day, deal.margin or Decimal(0)) for deal in seen), edges, first)
        )
    if len(known) < rules.purchases:
        return TRIAL, volume, profit
    if volume is None and not seen:
        return DECLINE, volume, profit
    level = Decimal(0) if volume is None else volume
    for way in (level, profit or Decimal(0)):
        if way > rules.slope:
            return FORMATION, volume, profit
        if way < -rules.slope:
            return DECLINE, volume, profit
    return STEADY, volume, profit


def _row(
    course: Course, edges: Sequence[date], before: Sequence[date], rules: Lifecycle
) -> dict[str, Any]:
    stage, volume, profit = _judged(course.deals, edges, rules)
    earlier, _volume, _profit = _judged(course.deals, before, rules)
    seen = [deal for deal in course.deals if deal.day > edges[0]]
    margins = [deal.margin for deal in seen]
    units = [deal.quantity for deal in seen]
    worth = total(deal.value for deal in seen)
    price = None
    if seen and all(units):
        price = quotient(worth, total(unit or Decimal(0) for unit in units))
    churn = None if earlier is None else Decimal(100 if course.gone else 0)
    return {
        "customer": course.customer,
        "lifecycle": stage,
        "purchases": len(course.deals),
        "volume": worth,
        "volume_slope": volume,
        "profit": quotient(total(one or Decimal(0) for one in margins), 1)
        if margins and None not in margins
        else None,
        "profit_slope": profit,
        "price": price,
        "cost": course.cost,
        "referrals": course.referrals,
        "before": earlier,
        "churn": churn,
        "evidence": [deal.id for deal in (*seen[:1], *seen[1:][-1:])],
        "change": _change(stage, course, rules),
    }


def _change(stage: str | None, course: Course, rules: Lifecycle) -> str | None:
    if stage == TRIAL:
        left = rules.purchases - len(course.deals)
        return ngettext(
            "{count} more purchase, and the slope tells.",
            "{count} more purchases, and the slope tells.",
            left,
        ).format(count=left)
    if stage == FORMATION:
        return _("Slopes of {slope} % or less make it steady.").format(slope=rules.slope)
    if stage == STEADY:
        text = _("Slopes beyond {slope} % make it formation or decline.")
        return text.format(slope=rules.slope)
    if stage == DECLINE:
        text = _("Slopes of -{slope} % or more make it steady.")
        return text.format(slope=rules.slope)
    return None


def _notes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    without = sum(row["lifecycle"] is not None and row["profit"] is None for row in rows)
    if without:
        yield ngettext(
            "The profit of {count} customer is not known: a purchase has neither margin nor cost.",
            "The profit of {count} customers is not known: a purchase has neither margin nor cost.",
            without,
        ).format(count=without)
    judged = [row["churn"] for row in rows if row["churn"] is not None]
    if judged:
        yield _(
            "Churn: {gone} of {count} who had bought by then are recorded as lost, or silent for "
            "longer than they use to be."
        ).format(gone=sum(one == 100 for one in judged), count=len(judged))
