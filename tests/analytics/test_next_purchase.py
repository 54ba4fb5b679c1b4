"""When customers buy again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crmctl.analytics import bgnbd, mbgnbd
from crmctl.analytics.btyd import Buyer, Fit
from crmctl.analytics.next_purchase import Horizon, next_purchase
from tests.analytics.conftest import CALIBRATED
from tests.analytics.test_alive import TODAY, buyer


def test_a_small_book_goes_by_habits() -> None:
    book = [
        buyer("own", 10, 20, 40, 30),  # median 30, 90 % of the intervals within 38 days
        buyer("late", 39, 20, 40, 30),
        buyer("twice", 5, 30, group="a"),
        buyer("once", 200, group="a"),
    ]
    result = next_purchase(book, TODAY, mbgnbd.MODEL)
    rows = {row["customer"]: row for row in result.rows}
    told = {
        id: (row["expected"], row["late"], row["overdue"], row["way"]) for id, row in rows.items()
    }
    assert told == {
        "own": ("2026-07-20", 38, False, "own"),
        "late": ("2026-06-21", 38, True, "own"),
        "twice": ("2026-07-25", 30, False, "group"),
        "once": ("2026-01-11", 30, True, "once"),
    }
    assert [row["customer"] for row in result.rows] == ["once", "late", "own", "twice"]
    assert rows["own"]["median"] == 20
    assert rows["late"]["median"] == -9
    assert all(row["p_buy"] is None and row["mean"] is None for row in result.rows)
    assert rows["own"]["change"] == "Overdue after 29 more days of silence."
    assert result.parameters["ways"] == {"own": 2, "group": 1, "once": 1}
    assert result.notes[1:] == [
        "So days go by the usual intervals.",
        "1 customer has bought once: there the day is one interval of others later.",
    ]


def test_where_nobody_came_back_nothing_is_known() -> None:
    (row,) = next_purchase([buyer("a", 900)], TODAY, mbgnbd.MODEL).rows
    assert (row["late"], row["overdue"], row["expected"], row["way"]) == (None, None, None, None)


def test_beyond_the_calendar_there_is_no_day() -> None:
    far = Buyer("a", date(1, 1, 1), date(9000, 1, 1), (900_000,) * 3)
    (row,) = next_purchase([far], date(9990, 1, 1), mbgnbd.MODEL).rows
    assert (row["expected"], row["median"]) == (None, None)


def test_with_a_fit_rates_are_gamma_distributed(cdnow_buyers: list[Buyer]) -> None:
    result = next_purchase(cdnow_buyers, CALIBRATED, bgnbd.MODEL, horizon=Horizon(days=273))
    fit = result.parameters["fit"]
    rows = {row["customer"]: row for row in result.rows}
    (one,) = [one for one in cdnow_buyers if one.customer == "0001"]
    x, _t_x, T = one.history(CALIBRATED)
    shape, rate = float(fit["r"]) + x, float(fit["alpha"]) + T
    row = rows["0001"]
    assert float(row["median"]) == pytest.approx(7 * rate * (2 ** (1 / shape) - 1), rel=1e-4)
    assert float(row["mean"]) == pytest.approx(7 * rate / (shape - 1), rel=1e-4)
    assert row["expected"] == (CALIBRATED + timedelta(int(row["median"]) + 1)).isoformat()
    # P(buy) is one less the chance of no purchase, which the expectation of few purchases bounds.
    rule = Fit("bgnbd", {name: float(fit[name]) for name in bgnbd.MODEL.parameters}, 0.0, 1, 1)
    chance = float(row["p_buy"]) / 100
    assert 0 < chance < bgnbd.MODEL.expected(rule, one.history(CALIBRATED), 39)
    assert chance == pytest.approx(
        bgnbd.MODEL.p_alive(rule, one.history(CALIBRATED)) * (1 - (rate / (rate + 39)) ** shape),
        abs=1e-4,
    )
    assert result.parameters["ways"] == {"modeled": 946, "once": 1411}
    single = next(row for row in result.rows if row["way"] == "once")
    assert single["p_buy"] is not None


def test_a_rate_without_a_mean_has_a_median_alone() -> None:
    # One repeat of customers with r below 1: the mean of the wait is finite from r + x > 1 on.
    book = [buyer(str(n), n % 90, *([n % 50 + 1] * (n % 2))) for n in range(220)]
    result = next_purchase(book, TODAY, mbgnbd.MODEL)
    assert "fit" in result.parameters
    for row in result.rows:
        shape = result.parameters["fit"]["r"] + row["purchases"] - 1
        assert (row["mean"] is None) == (row["way"] == "once" or shape <= 1)
        assert row["p_buy"] <= Decimal(100)
