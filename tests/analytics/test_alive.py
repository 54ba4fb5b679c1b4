"""Who still buys."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics import bgnbd, mbgnbd
from crmctl.analytics.alive import Bounds, alive
from crmctl.analytics.btyd import Buyer, Fit
from crmctl.analytics.result import ModelResult
from tests.analytics.conftest import CALIBRATED

TODAY = date(2026, 6, 30)


def buyer(id: str, silent: int, *intervals: int, group: str | None = None) -> Buyer:
    """A customer who is silent for so many days, after purchases so many days apart."""
    last = TODAY - timedelta(silent)
    return Buyer(
        id, last - timedelta(sum(intervals)), last, intervals, orders=(f"{id}1",), group=group
    )


def states(result: ModelResult) -> dict[str, str | None]:
    return {row["customer"]: row["state"] for row in result.rows}


def test_a_small_book_goes_by_silence_and_says_so() -> None:
    book = [
        buyer("own", 61, 30, 30),  # twice the own interval and a day
        buyer("edge", 60, 30, 30),
        buyer("group", 41, 20, group="a"),  # too few of its own: its like take 20 days
        buyer("once", 41, group="a"),
        buyer("new", 3),  # of no group: everybody's interval
    ]
    result = alive(book, TODAY, mbgnbd.MODEL)
    assert states(result) == {
        "own": "lost",
        "edge": "active",
        "group": "lost",
        "once": "lost",
        "new": "active",
    }
    assert result.parameters == {
        "method": "silence",
        "multiple": 2,
        "own_from": 3,
        "counts": {"active": 2, "doubtful": 0, "lost": 3},
    }
    assert all(row["p_alive"] is None for row in result.rows)
    assert result.notes[0].startswith("Too few for a fit")
    changes = {row["customer"]: row["change"] for row in result.rows}
    assert changes["edge"] == "Likely lost after 1 more day of silence."
    assert changes["own"] == "A purchase would make it active."
    assert result.rows[0]["evidence"] == [f"{result.rows[0]['customer']}1"]


def test_where_nobody_came_back_nothing_is_known() -> None:
    (row,) = alive([buyer("a", 900)], TODAY, mbgnbd.MODEL).rows
    assert (row["interval"], row["p_alive"], row["state"]) == (None, None, None)
    assert alive([], TODAY, mbgnbd.MODEL).n == 0


def test_with_a_fit_the_bounds_say_who_is_lost(cdnow_buyers: list[Buyer]) -> None:
    result = alive(cdnow_buyers, CALIBRATED, mbgnbd.MODEL)
    assert result.n == 2357
    assert result.parameters["method"] == "mbgnbd"
    assert result.parameters["counts"] == {"active": 522, "doubtful": 1708, "lost": 127}
    assert result.parameters["expected"] == pytest.approx(Decimal("1057.6"), abs=Decimal("0.1"))
    chances = [row["p_alive"] for row in result.rows]
    assert chances == sorted(chances)
    strict = alive(cdnow_buyers, CALIBRATED, mbgnbd.MODEL, bounds=Bounds(Decimal(99), Decimal(98)))
    assert strict.parameters["counts"]["lost"] > 2300


def test_bg_nbd_is_warned_of(cdnow_buyers: list[Buyer]) -> None:
    result = alive(cdnow_buyers, CALIBRATED, bgnbd.MODEL)
    assert result.notes == [
        "BG/NBD calls 1411 customers with a single purchase alive for sure; MBG/NBD does not."
    ]
    assert {row["p_alive"] for row in result.rows if row["purchases"] == 1} == {100}


def test_what_would_change_it_holds(cdnow_buyers: list[Buyer]) -> None:
    result = alive(cdnow_buyers, CALIBRATED, mbgnbd.MODEL)
    active = next(row for row in result.rows if row["state"] == "active")
    days = int(active["change"].split()[4])
    later = CALIBRATED + timedelta(days)
    fit = result.parameters["fit"]
    (one,) = [found for found in cdnow_buyers if found.customer == active["customer"]]
    values = {name: float(fit[name]) for name in mbgnbd.MODEL.parameters}
    rule = Fit("mbgnbd", values, 0.0, 1, 1)
    assert mbgnbd.MODEL.p_alive(rule, one.history(later)) < 0.5
    assert mbgnbd.MODEL.p_alive(rule, one.history(later - timedelta(2))) >= 0.499


BUYERS = st.builds(
    lambda id, silent, days, group: buyer(str(id), silent, *days, group=group),
    st.uuids(),
    st.integers(0, 400),
    st.lists(st.integers(1, 200), max_size=4),
    st.sampled_from([None, "a", "b"]),
)


@given(st.lists(BUYERS, unique_by=lambda one: one.customer, max_size=12), st.randoms())
def test_the_order_of_customers_makes_no_difference(book: list[Buyer], random: Random) -> None:
    before = alive(book, TODAY, mbgnbd.MODEL)
    mixed = [
        one._replace(intervals=tuple(random.sample(one.intervals, len(one.intervals))))
        for one in book
    ]
    random.shuffle(mixed)
    assert alive(mixed, TODAY, mbgnbd.MODEL) == before
