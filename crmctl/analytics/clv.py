"""Customer lifetime value: what customers have brought, or what they are still going to bring.

Three methods that must not be mixed. `historic` adds up what was earned so far. `btyd` is what is
to come without a contract: Fader, Hardie and Lee (2005) with the margin of each purchase, as Fader
and Hardie, "Probability Models for Customer-Base Analysis" (2015), have it. `retention` is what is
to come under contract: Gupta and Lehmann (2003), Berger and Nasr (1998), and on its forms Fader and
Hardie, "Reconciling and Clarifying CLV Formulas" (2012). The sum over customers is the customer
equity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics import gammagamma
from crmctl.analytics.btyd import FIT_TITLES, WEEK, Buyer, Fit, History, Model, decimal, grouped
from crmctl.analytics.exact import EXACT, percent, total, trimmed
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

PROSPECT, RESIDUAL, END = "prospect", "residual", "end_of_period"
# Days in a unit of the horizon, and how many units are in a year.
UNITS = {
    "week": (Decimal(7), Decimal("365.25") / 7),
    "month": (Decimal("30.4375"), Decimal(12)),
    "year": (Decimal("365.25"), Decimal(1)),
}

# From here on the assumption of independence is worth a warning.
_RELATED = 0.3

_CUSTOMER = Column("customer", N_("Customer"), "ref")
_CLV = Column("clv", N_("Lifetime value"), "money")
HISTORIC_COLUMNS = (
    _CUSTOMER,
    Column("revenue", N_("Revenue"), "money"),
    Column("margin", N_("Margin"), "money"),
    Column("cost_to_serve", N_("Cost to serve"), "money"),
    Column("acquisition_cost", N_("Acquisition cost"), "money"),
    _CLV,
)
BTYD_COLUMNS = (
    _CUSTOMER,
    Column("purchases", N_("Purchases"), "integer"),
    Column("p_alive", N_("P(alive)"), "percent"),
    Column("expected", N_("Purchases to come"), "mean"),
    Column("value", N_("Value of each"), "money"),
    _CLV,
)
RETENTION_COLUMNS = (
    _CUSTOMER,
    Column("margin", N_("Margin a year"), "money"),
    _CLV,
    Column("evidence", N_("Evidence"), "text"),
)

TITLES = {
    **FIT_TITLES,
    "method": N_("method"),
    "historic": N_("historic: margin so far less costs"),
    "btyd": N_("btyd: what is to come, without contract"),
    "retention": N_("retention: what is to come under contract"),
    "form": N_("form"),
    PROSPECT: N_("prospect: the first payment is still to come"),
    RESIDUAL: N_("residual: what follows after the present payment"),
    END: N_("end of period: payments at the end of each year"),
    "equity": N_("customer equity"),
    "margin": N_("margin in percent"),
    "assumed_margin": N_("margin assumed where none is known, in percent"),
    "rate": N_("retention in percent a year"),
    "renewals": N_("renewals it was measured on"),
    "growth": N_("growth in percent a year"),
    "periods": N_("years"),
    "discount": N_("discount in percent a year"),
    "discount_per_unit": N_("discount in percent a unit"),
    "horizon": N_("horizon"),
    "unit": N_("unit"),
    "week": N_("week"),
    "month": N_("month"),
    "year": N_("year"),
    "spend": N_("value of purchases,"),
    "mean": N_("mean"),
    "correlation": N_("correlation of number and value of purchases"),
}


class Earned(NamedTuple):
    """What a customer has brought and cost so far, in the base currency; revenue is net.

    `assumed`: of how many percent of the revenue no margin is known; None without any.
    """

    customer: str
    revenue: Decimal
    margin: Decimal
    cost_to_serve: Decimal = Decimal(0)
    acquisition_cost: Decimal = Decimal(0)
    assumed: Decimal | None = None


class Terms(NamedTuple):
    """Margin in percent of sales, discount in percent a year, and how far to look, in units."""

    margin: Decimal = Decimal(30)
    discount: Decimal = Decimal(10)
    horizon: int = 36
    unit: str = "month"


class Contracted(NamedTuple):
    """The margin a year of a customer under contract, and the ids of the contracts."""

    customer: str
    margin: Decimal
    contracts: tuple[str, ...]


def margin_of(earned: Iterable[Earned], usual: Decimal) -> Decimal:
    """The margin of all in percent of their sales; the usual one where there are none."""
    found = list(earned)
    share = percent(total(one.margin for one in found), total(one.revenue for one in found))
    return usual if share is None else share


def historic(earned: Iterable[Earned], as_of: date, usual: Decimal) -> ModelResult:
    """Margin less the costs of service and of winning the customer, the most valuable first.

    `usual` is the margin in percent that stands in where none is known.
    """
    found = list(earned)
    rows = [
        {
            "customer": one.customer,
            "revenue": one.revenue,
            "margin": one.margin,
            "cost_to_serve": one.cost_to_serve,
            "acquisition_cost": one.acquisition_cost,
            "clv": EXACT.subtract(one.margin, EXACT.add(one.cost_to_serve, one.acquisition_cost)),
        }
        for one in found
    ]
    parameters = {
        "method": "historic",
        "equity": _equity(rows),
        "margin": margin_of(found, usual),
        "assumed_margin": usual,
    }
    return _result(as_of, parameters, HISTORIC_COLUMNS, rows, assumptions(found, usual))


def assumptions(earned: Iterable[Earned], usual: Decimal) -> list[str]:
    """A note on the sales of which no margin is known."""
    found = list(earned)
    blind = total(EXACT.multiply(one.revenue, (one.assumed or Decimal(0)) / 100) for one in found)
    share = percent(blind, total(one.revenue for one in found))
    if not share:
        return []
    text = _("For {share} % of the revenue no margin is known: {margin} % is assumed.")
    return [text.format(share=round(share, 1), margin=usual)]


def btyd(
    buyers: Iterable[Buyer], as_of: date, model: Model, fit: Fit, terms: Terms, exact: int
) -> ModelResult:
    """Margin x value of a purchase x purchases to come, discounted in the middle of each unit.

    Values are those of a Gamma-Gamma fit, for which repeat purchases must be worth something; else
    their mean in all stands for everybody. From `exact` different histories on weeks are whole.
    """
    found = sorted(buyers, key=lambda one: one.customer)
    spend, notes = _spend(found, exact)
    days, units = UNITS[terms.unit]
    weeks = [float(days * number / WEEK) for number in range(1, terms.horizon + 1)]
    rate = (1 + float(terms.discount) / 100) ** (1 / float(units))
    factors = [rate ** -(number + 0.5) for number in range(terms.horizon)]
    whole = grouped((one.history(as_of) for one in found), exact // model.cost).weeks

    def key(one: Buyer) -> tuple[int, float]:
        history = one.history(as_of)
        return history.x, float(round(history.T)) if whole else history.T

    # One x after the other: what depends on x alone is kept for the next.
    known = {
        (x, T): _to_come(model.if_alive(fit, History(x, 0.0, T), weeks), factors)
        for x, T in sorted(set(map(key, found)))
    }
    rows = []
    for one in found:
        history = one.history(as_of)
        p_alive = model.p_alive(fit, history)
        value = spend.of(one)
        purchases, discounted = known[key(one)]
        clv = None if value is None else float(terms.margin) / 100 * value * discounted * p_alive
        rows.append(
            {
                "customer": one.customer,
                "purchases": history.x + 1,
                "p_alive": decimal(100 * p_alive),
                "expected": decimal(purchases * p_alive),
                "value": None if value is None else decimal(value),
                "clv": None if clv is None else decimal(clv),
            }
        )
    parameters = {
        "method": "btyd",
        "equity": _equity(rows),
        "horizon": terms.horizon,
        "unit": terms.unit,
        "discount": terms.discount,
        "discount_per_unit": decimal(100 * (rate - 1)),
        "margin": terms.margin,
        "fit": fit.shown(),
        "spend": spend.shown(),
    }
    return _result(as_of, parameters, BTYD_COLUMNS, rows, notes)


def _to_come(expected: Sequence[float], factors: Sequence[float]) -> tuple[float, float]:
    """Purchases until the horizon of one who is alive, and what they are worth now."""
    gained = (now - before for before, now in zip([0.0, *expected], expected, strict=False))
    return expected[-1], sum(more * factor for more, factor in zip(gained, factors, strict=True))


class _Spend(NamedTuple):
    """What purchases are worth: by a fit, else the same for all."""

    fit: Fit | None
    mean: float | None
    correlation: float | None

    def of(self, buyer: Buyer) -> float | None:
        if self.fit is None:
            return self.mean
        return gammagamma.expected(self.fit, _spending(buyer) if buyer.intervals else None)

    def shown(self) -> dict[str, Any]:
        found = (
            {"mean": None if self.mean is None else decimal(self.mean)}
            if self.fit is None
            else self.fit.shown()
        )
        related = None if self.correlation is None else decimal(self.correlation)
        return {**found, "correlation": related}


def _spending(buyer: Buyer) -> gammagamma.Spending:
    x = len(buyer.intervals)
    return gammagamma.Spending(x, float(buyer.repeat_value) / x)


def _spend(buyers: Sequence[Buyer], exact: int) -> tuple[_Spend, list[str]]:
    spendings = [_spending(one) for one in buyers if one.intervals]
    worth = [one for one in spendings if one.mean > 0]
    related = gammagamma.correlation(worth)
    notes = []
    if related is not None and abs(related) > _RELATED:
        notes.append(
            _(
                "Number and value of purchases are correlated ({r}): the Gamma-Gamma model takes "
                "them to be independent."
            ).format(r=f"{related:.2f}")
        )
    fit = gammagamma.fit(worth, exact) if worth else None
    if fit is not None and gammagamma.expected(fit) is not None:
        return _Spend(fit, None, related), notes
    notes.append(_("There is no usable Gamma-Gamma fit; every purchase counts with the mean."))
    count = sum(one.x for one in spendings)
    whole = sum(one.x * one.mean for one in spendings)
    return _Spend(None, whole / count if count else None, related), notes


def retention(
    contracted: Iterable[Contracted],
    as_of: date,
    rate: Decimal | None,
    discount: Decimal,
    form: str = RESIDUAL,
    growth: Decimal = Decimal(0),
    years: int | None = None,
) -> ModelResult:
    """What contracts bring when `rate` percent of them stay each year, the most valuable first.

    Without a rate nothing is worked out. `discount` and `growth` (of the margin) are in percent a
    year too; with growth the discount is (d - g)/(1 + g). `years`: no further than that; else
    endless, which takes r < 1 + d.
    """
    hundred = Decimal(100)
    g = growth / hundred
    d = (discount / hundred - g) / (1 + g)
    notes = []
    factor: Decimal | None = None
    if rate is not None and years is None and rate / hundred >= 1 + d:
        notes.append(_("With this retention, growth and discount the value would be endless."))
    elif rate is not None:
        factor = _annuity(rate / hundred, d, form, years)
    rows = [
        {
            "customer": one.customer,
            "margin": one.margin,
            "clv": None if factor is None else trimmed(round(one.margin * factor, 6)),
            "evidence": list(one.contracts),
        }
        for one in contracted
    ]
    parameters = {
        "method": "retention",
        "form": form,
        "equity": _equity(rows),
        "rate": rate,
        "discount": discount,
        "growth": growth,
        "periods": years,
    }
    return _result(as_of, parameters, RETENTION_COLUMNS, rows, notes)


def _annuity(r: Decimal, d: Decimal, form: str, years: int | None) -> Decimal:
    """By what a margin a year is multiplied."""
    step = r / (1 + d)
    if years is None:
        first = (1 + d) / (1 + d - r)
    else:
        first = sum((step**year for year in range(years)), Decimal(0))
    return {PROSPECT: first, RESIDUAL: first * step, END: first / (1 + d)}[form]


def _equity(rows: Iterable[dict[str, Any]]) -> Decimal | None:
    values = [row["clv"] for row in rows if row["clv"] is not None]
    return trimmed(total(values)) if values else None


def _result(
    as_of: date,
    parameters: dict[str, Any],
    columns: tuple[Column, ...],
    rows: list[dict[str, Any]],
    notes: list[str],
) -> ModelResult:
    rows.sort(key=lambda row: (row["clv"] is None, -(row["clv"] or 0), row["customer"]))
    return ModelResult("clv", as_of, parameters, len(rows), columns, rows, notes, TITLES)
