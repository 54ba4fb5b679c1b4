"""Layers of customers: what they bring, and what they get."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.pyramid import Member, pyramid, ranked
from crmctl.analytics.result import Column

TODAY = date(2026, 6, 30)
EDGES = {"top": Decimal(1), "large": Decimal(5), "medium": Decimal(20)}
LEVEL = Column("level", "Level", "enum", {"vip": "VIP", "basic": "Basic"})


def member(
    customer: str, layers: list[str | None], revenue: int, profit: int, cost: int, minutes: int = 0
) -> Member:
    return Member(customer, layers, Decimal(revenue), Decimal(profit), Decimal(cost), minutes)


def test_layers_by_rank() -> None:
    revenues = [(f"c{place:03}", Decimal(1000 - place)) for place in range(100)]
    revenues.append(("gone", Decimal(10**6)))
    layers = ranked(revenues, {customer for customer, _revenue in revenues[:100]}, EDGES)
    found = [layers[customer][0] for customer, _revenue in revenues]
    assert found == ["top", *["large"] * 4, *["medium"] * 15, *["small"] * 80, "inactive"]


def test_few_customers_fill_the_upper_layers_first() -> None:
    layers = ranked([("b", Decimal(1)), ("a", Decimal(1))], {"a", "b"}, EDGES)
    assert layers == {"a": ["top"], "b": ["small"]}


def test_shares_and_what_is_pointed_out() -> None:
    book = [
        member("a", ["vip"], 900, 500, 10, 30),
        member("b", ["basic"], 60, -5, 20, 20),
        member("c", ["basic"], 40, 5, 20, 50),
        member("d", [None], 0, 0, 0),
    ]
    result = pyramid(book, TODAY, LEVEL)
    assert [column.name for column in result.columns] == list(result.rows[0])
    vip, basic, none = result.rows
    assert (vip["level"], vip["revenue_share"], vip["cost_share"]) == ("vip", 90, 20)
    assert (vip["return"], vip["minutes_share"]) == (50, 30)
    assert vip["suggestion"] == (
        "gets 30.0 %, brings 90.0 % of the revenue: there is room for more"
    )
    assert basic["suggestion"] == "gets 80.0 % of the cost, brings 10.0 %: look for a cheaper way"
    # Who brings nothing is pointed out by id, and that is all.
    assert (basic["unprofitable"], basic["evidence"]) == (1, ["b"])
    assert (none["level"], none["return"], none["suggestion"]) == (None, None, None)
    assert result.n == 4


def test_a_customer_of_two_layers_counts_in_each_and_once_in_all() -> None:
    result = pyramid([member("a", ["vip", "basic"], 10, 5, 1)], TODAY, LEVEL)
    assert [row["revenue_share"] for row in result.rows] == [100, 100]
    assert result.parameters["totals"]["revenue"] == 10
    assert result.notes == ["1 customer belongs to several layers and counts in each."]


def test_nothing_sold_has_no_shares() -> None:
    (row,) = pyramid([member("a", ["vip"], 0, 0, 0)], TODAY, LEVEL).rows
    assert row["revenue_share"] is None
    assert row["cost_share"] is None
    assert row["suggestion"] is None


MEMBERS = st.lists(
    st.builds(
        member,
        st.uuids().map(str),
        st.sampled_from([["vip"], ["basic"], [None], ["vip", "basic"]]),
        st.integers(-50, 1000),
        st.integers(-100, 500),
        st.integers(0, 100),
        st.integers(0, 100),
    ),
    unique_by=lambda one: one.customer,
    max_size=20,
)


@given(MEMBERS, st.integers())
def test_the_order_of_the_input_does_not_matter(book: list[Member], seed: int) -> None:
    assert pyramid(Random(seed).sample(book, len(book)), TODAY, LEVEL) == pyramid(
        book, TODAY, LEVEL
    )
