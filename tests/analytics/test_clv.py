"""Lifetime value by its three methods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest

from crmctl.analytics import bgnbd, gammagamma
from crmctl.analytics.btyd import Buyer, Gates, fit_of
from crmctl.analytics.clv import Contracted, Earned, Terms, btyd, historic, margin_of, retention
from crmctl.analytics.gammagamma import Spending
from tests.analytics.conftest import CALIBRATED

TODAY = date(2026, 6, 30)
EXACT = Gates.exact


def earned(id: str, revenue: int, margin: int, *costs: int, assumed: int = 0) -> Earned:
    return Earned(id, *map(Decimal, (revenue, margin, *(costs or (0, 0)), assumed)))


# historic


def test_margin_less_what_service_and_winning_cost() -> None:
    book = [earned("a", 1000, 400, 50, 20), earned("b", 100, 30, 80, 0, assumed=100)]
    result = historic(book, TODAY, Decimal(30))
    assert [(row["customer"], row["clv"]) for row in result.rows] == [("a", 330), ("b", -50)]
    assert result.parameters == {
        "method": "historic",
        "equity": 280,
        "margin": Decimal("39.090909"),
        "assumed_margin": 30,
    }
    assert result.notes == ["For 9.1 % of the revenue no margin is known: 30 % is assumed."]


def test_without_sales_the_assumed_margin_stands() -> None:
    assert margin_of([], Decimal(30)) == 30
    assert margin_of([earned("a", 0, -5)], Decimal(30)) == 30
    nothing = historic([], TODAY, Decimal(30))
    assert (nothing.n, nothing.parameters["equity"], nothing.notes) == (0, None, [])


# buying until one stops


def test_what_is_to_come_is_discounted_unit_by_unit(cdnow_buyers: list[Buyer]) -> None:
    fit, _notes = fit_of(bgnbd.MODEL, cdnow_buyers, CALIBRATED, Gates())
    assert fit is not None
    terms = Terms(Decimal(40), Decimal(15), 39, "week")
    result = btyd(cdnow_buyers, CALIBRATED, bgnbd.MODEL, fit, terms, EXACT)
    assert result.n == 2357
    rows = {row["customer"]: row for row in result.rows}
    (one,) = [one for one in cdnow_buyers if one.customer == "0001"]
    history = one.history(CALIBRATED)
    assert tuple(history) == pytest.approx((2, 30.43, 38.86), abs=0.01)
    assert float(rows["0001"]["expected"]) == pytest.approx(1.226, abs=0.001)
    # Unit by unit, as the definition has it.
    until = [bgnbd.MODEL.expected(fit, history, week) for week in range(40)]
    rate = 1.15 ** (7 / 365.25)
    purchases = sum((until[i] - until[i - 1]) / rate ** (i - 0.5) for i in range(1, 40))
    spend = gammagamma.fit(
        Spending(len(one.intervals), float(one.repeat_value) / len(one.intervals))
        for one in cdnow_buyers
        if one.intervals
    )
    value = gammagamma.expected(spend, Spending(2, float(one.repeat_value) / 2)) or 0
    assert float(rows["0001"]["clv"]) == pytest.approx(0.4 * value * purchases, rel=1e-6)
    # Of one who has not come back it is the value of a purchase of all.
    once = next(row for row in result.rows if row["purchases"] == 1)
    assert float(once["value"]) == pytest.approx(gammagamma.expected(spend) or 0, rel=1e-6)
    equity = sum(row["clv"] for row in result.rows)
    assert result.parameters["equity"] == equity
    assert result.parameters["spend"]["correlation"] == pytest.approx(
        Decimal("0.1139"), abs=Decimal("0.00005")
    )
    assert result.parameters["unit"] == "week"


def test_a_longer_horizon_brings_more_and_order_makes_no_difference(
    cdnow_buyers: list[Buyer],
) -> None:
    fit, _notes = fit_of(bgnbd.MODEL, cdnow_buyers, CALIBRATED, Gates())
    assert fit is not None
    some = cdnow_buyers[:100]
    short, long = (
        btyd(some, CALIBRATED, bgnbd.MODEL, fit, Terms(horizon=years, unit="year"), EXACT)
        for years in (1, 3)
    )
    assert short.parameters["equity"] < long.parameters["equity"]
    mixed = Random(1).sample(some, len(some))
    again = btyd(mixed, CALIBRATED, bgnbd.MODEL, fit, Terms(horizon=1, unit="year"), EXACT)
    assert again == short


def test_without_a_gamma_gamma_fit_the_mean_stands_for_all(cdnow_buyers: list[Buyer]) -> None:
    fit, _notes = fit_of(bgnbd.MODEL, cdnow_buyers, CALIBRATED, Gates())
    assert fit is not None
    free = [one._replace(repeat_value=Decimal(0)) for one in cdnow_buyers[:50]]
    result = btyd(free, CALIBRATED, bgnbd.MODEL, fit, Terms(), EXACT)
    assert {row["clv"] for row in result.rows} == {0}
    assert result.notes == [
        "There is no usable Gamma-Gamma fit; every purchase counts with the mean."
    ]


# under contract

A_YEAR = [Contracted("a", Decimal(100), ("k1", "k2"))]


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("prospect", "366.666667"),  # 100 x 1.1 / (1.1 - .8)
        ("residual", "266.666667"),  # 100 x .8 / .3
        ("end_of_period", "333.333333"),  # 100 / .3
    ],
)
def test_the_three_forms(form: str, value: str) -> None:
    result = retention(A_YEAR, TODAY, Decimal(80), Decimal(10), form)
    assert [row["clv"] for row in result.rows] == [Decimal(value)]
    assert result.parameters["form"] == form
    assert result.parameters["equity"] == Decimal(value)
    assert result.rows[0]["evidence"] == ["k1", "k2"]


def test_years_and_growth() -> None:
    def value(**more: object) -> Decimal:
        rows = retention(A_YEAR, TODAY, Decimal(80), Decimal(10), **more).rows  # type: ignore[arg-type]
        return Decimal(rows[0]["clv"])

    # 100 x (.8/1.1 + (.8/1.1)^2)
    assert value(years=2) == Decimal("125.619835")
    assert value(years=500) == value()
    # With growth of 5 % the discount is .05/1.05.
    assert value(growth=Decimal(5)) == pytest.approx(Decimal(100 * 0.8 / (1 + 0.05 / 1.05 - 0.8)))


@pytest.mark.parametrize(("rate", "discount", "growth"), [(100, 0, 0), (95, 0, 10), (99, 5, 8)])
def test_what_would_never_end_is_not_worked_out(rate: int, discount: int, growth: int) -> None:
    result = retention(A_YEAR, TODAY, Decimal(rate), Decimal(discount), growth=Decimal(growth))
    assert result.rows[0]["clv"] is None
    assert result.parameters["equity"] is None
    assert result.notes == ["With this retention, growth and discount the value would be endless."]
    finite = retention(
        A_YEAR, TODAY, Decimal(rate), Decimal(discount), growth=Decimal(growth), years=5
    )
    assert finite.rows[0]["clv"] > 0


def test_without_a_rate_nothing_is_worked_out() -> None:
    assert retention(A_YEAR, TODAY, None, Decimal(10)).rows[0]["clv"] is None
