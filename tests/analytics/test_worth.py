"""Profit of customers, and the classes of Peppers and Rogers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.result import ModelResult
from crmctl.analytics.worth import Account, Rules, worth

TODAY = date(2026, 6, 30)
RULES = Rules(Decimal(30), None, Decimal(20), Decimal(20))


def account(customer: str, known: int = 0, **more: Any) -> Account:
    more = {name: Decimal(value) if isinstance(value, int) and name not in MINUTES else value
            for name, value in more.items()}  # fmt: skip
    more.setdefault("revenue", Decimal(known) * 2)
    return Account(customer, more.pop("buyer", True), known=Decimal(known), **more)


MINUTES = ("serving_minutes", "winning_minutes", "buyer")


def classes(result: ModelResult) -> dict[str, str | None]:
    return {row["customer"]: row["class"] for row in result.rows}


def test_profit_is_margin_less_what_they_cost() -> None:
    one = account("a", 100, serving_cost=30, winning_cost=15)
    (row,) = worth([one], TODAY, RULES).rows
    assert (row["margin"], row["cost_to_serve"], row["acquisition_cost"], row["profit"]) == (
        100, 30, 15, 55,
    )  # fmt: skip


def test_a_margin_that_nobody_knows_is_assumed_and_that_is_said() -> None:
    one = account("a", 100, revenue=300, unknown=100)
    result = worth([one], TODAY, RULES)
    assert (result.rows[0]["margin"], round(result.rows[0]["assumed"], 1)) == (
        130,
        Decimal("33.3"),
    )
    assert "For 33.3 % of the revenue no margin is known: 30 % is assumed." in result.notes


def test_time_costs_what_the_book_says_and_nothing_before() -> None:
    one = account("a", 100, serving_minutes=90, winning_minutes=30)
    result = worth([one], TODAY, RULES)
    assert result.rows[0]["profit"] == 100
    assert any("hourly_cost" in note for note in result.notes)
    priced = worth([one], TODAY, RULES._replace(hourly_cost=Decimal(20)))
    assert (priced.rows[0]["cost_to_serve"], priced.rows[0]["acquisition_cost"]) == (30, 10)
    assert not any("hourly_cost" in note for note in priced.notes)


def test_the_classes() -> None:
    book = [
        account("best", 500),
        account("growing", 50, wallet=1000, yearly_revenue=100),
        account("losing", 20, serving_cost=21),
        # Its wallet is the larger one, but who costs more than he brings comes first.
        account("losing-big", 20, serving_cost=25, wallet=9000, yearly_revenue=40),
        account("plain", 60),
        account("asked", 0, buyer=False, winning_cost=7),
    ]
    result = worth(book, TODAY, RULES)
    assert classes(result) == {
        "best": "mvc",
        "plain": "ordinary",
        "growing": "stc",
        "losing": "bzc",
        "losing-big": "bzc",
        "asked": None,
    }
    assert result.n == 5
    rows = {row["customer"]: row for row in result.rows}
    # Half of every sale is margin: of the 900 that they buy elsewhere, too.
    assert rows["growing"]["potential"] == 450
    assert rows["plain"]["potential"] is None
    assert rows["asked"]["profit"] == -7
    assert rows["plain"]["change"] == "440.00 more profit makes it one of the most valuable"
    assert rows["best"]["change"] == "a profit below 60.00, that of the first who is not"
    assert rows["losing"]["change"] == (
        "1.00 more margin, or as much less cost to serve, lifts it above zero"
    )
    assert any("below zero is named and no more" in note for note in result.notes)


def test_nobody_without_profit_is_most_valuable() -> None:
    result = worth([account("a", 0, revenue=10)], TODAY, RULES)
    assert classes(result) == {"a": "ordinary"}
    assert result.rows[0]["change"] == "a profit above zero"


def test_evidence_is_the_costs_of_whom_we_lose_on_and_the_orders_of_all() -> None:
    ids: dict[str, Any] = {"orders": ("ord-1",), "costs": ("int-1",)}
    result = worth([account("a", 9, **ids), account("b", 1, serving_cost=2, **ids)], TODAY, RULES)
    assert [row["evidence"] for row in result.rows] == [["ord-1"], ["int-1", "ord-1"]]


def test_an_estimate_below_what_they_buy_from_us_says_nothing() -> None:
    one = account("a", 10, wallet=15, yearly_revenue=20)
    assert worth([one], TODAY, RULES).rows[0]["potential"] is None


def test_who_is_looked_at_changes_no_class() -> None:
    book = [account("best", 500), account("plain", 60, unknown=10)]
    result = worth(book, TODAY, RULES, {"plain"}.__contains__)
    assert classes(result) == {"plain": "ordinary"}
    assert result.rows == worth(book, TODAY, RULES).rows[1:]
    assert (result.n, result.parameters["totals"]["profit"]) == (1, 63)


def test_nobody_at_all() -> None:
    result = worth([], TODAY, RULES)
    assert (result.n, result.rows, result.notes) == (0, [], [])


AMOUNTS = st.integers(-(10**6), 10**6).map(lambda units: Decimal(units) / 100)
MORE = AMOUNTS.map(abs)
MINUTES_SPENT = st.integers(0, 1000)
BOOKS = st.lists(
    st.tuples(
        st.uuids().map(str), st.booleans(), *[AMOUNTS] * 6,
        MORE, MINUTES_SPENT, MORE, MINUTES_SPENT, st.none() | MORE,
    ).map(lambda cells: Account(*cells)),
    unique_by=lambda one: one.customer,
    max_size=20,
)  # fmt: skip


@given(BOOKS, st.integers())
def test_the_order_of_the_input_does_not_matter(book: list[Account], seed: int) -> None:
    assert worth(Random(seed).sample(book, len(book)), TODAY, RULES) == worth(book, TODAY, RULES)


@given(BOOKS)
def test_sums_add_up_and_each_buyer_has_one_class(book: list[Account]) -> None:
    result = worth(book, TODAY, RULES)
    assert sum(result.parameters["counts"].values()) == result.n == sum(one.buyer for one in book)
    totals = result.parameters["totals"]
    assert totals["profit"] == (
        totals["margin"] - totals["cost_to_serve"] - totals["acquisition_cost"]
    )
    assert result.parameters["counts"]["mvc"] <= -(-result.n // 5)
    for row in result.rows:
        assert (row["class"] == "bzc") == (
            row["class"] is not None and row["cost_to_serve"] > row["margin"]
        )
