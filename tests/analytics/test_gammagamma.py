"""What purchases are worth."""

from __future__ import annotations

import pytest

from crmctl.analytics import gammagamma
from crmctl.analytics.btyd import Buyer
from crmctl.analytics.gammagamma import Spending


@pytest.fixture(scope="session")
def spendings(cdnow_buyers: list[Buyer]) -> list[Spending]:
    back = [(len(one.intervals), float(one.repeat_value)) for one in cdnow_buyers if one.intervals]
    return [Spending(x, value / x) for x, value in back]


def test_cdnow_gives_the_published_figures(spendings: list[Spending]) -> None:
    fit = gammagamma.fit(spendings)
    assert fit.n == 946
    assert tuple(fit.values.values()) == pytest.approx((6.24957, 3.74422, 15.44352), abs=0.0005)
    assert fit.log_likelihood == pytest.approx(-4055.918, abs=0.01)
    assert gammagamma.correlation(spendings) == pytest.approx(0.1139, abs=0.00005)


def test_a_customer_is_drawn_towards_the_others(spendings: list[Spending]) -> None:
    fit = gammagamma.fit(spendings)
    of_all = gammagamma.expected(fit)
    assert of_all == pytest.approx(35.17, abs=0.01)
    once, often = (gammagamma.expected(fit, Spending(x, 100.0)) or 0 for x in (1, 20))
    assert (of_all or 0) < once < often < 100


def test_the_currency_makes_no_difference(spendings: list[Spending]) -> None:
    fit = gammagamma.fit(spendings)
    dear = gammagamma.fit(Spending(x, mean * 1e6) for x, mean in spendings)
    assert dear.values["p"] == pytest.approx(fit.values["p"], rel=1e-4)
    assert dear.values["gamma"] == pytest.approx(fit.values["gamma"] * 1e6, rel=1e-4)


def test_many_customers_are_taken_to_three_digits(spendings: list[Spending]) -> None:
    rough = gammagamma.fit(spendings, exact=100)
    assert rough.values["q"] == pytest.approx(3.744, abs=0.01)


def test_without_spread_there_is_no_correlation() -> None:
    assert gammagamma.correlation([Spending(2, 5.0), Spending(2, 7.0)]) is None
    assert gammagamma.correlation([]) is None
    with pytest.raises(ValueError, match="came back"):
        gammagamma.fit([])
