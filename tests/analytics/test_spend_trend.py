"""Spend on a purchase, before and lately."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.spend_trend import spend_trend

TODAY, SINCE = date(2026, 6, 30), date(2025, 12, 31)
OLD, NEW = SINCE, date(2026, 1, 1)


def test_the_mean_of_a_purchase_before_and_lately() -> None:
    days = [
        ("up", OLD, Decimal(100)), ("up", OLD, Decimal(50)), ("up", NEW, Decimal(150)),
        ("same", OLD, Decimal(100)), ("same", NEW, Decimal(110)),
        ("down", OLD, Decimal(100)), ("down", NEW, Decimal(89)),
        ("new", NEW, Decimal(7)), ("gone", OLD, Decimal(7)), ("gift", OLD, Decimal(0)),
        ("gift", NEW, Decimal(7)),
    ]  # fmt: skip
    result = spend_trend(days, TODAY, SINCE, Decimal(10), {"up": ["ord-1"]})
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert [(row["customer"], row["change"], row["trend"]) for row in result.rows] == [
        ("up", 100, "rising"),
        ("down", -11, "falling"),
        ("same", 10, "steady"),
        ("gift", None, None),
        ("gone", None, None),
        ("new", None, None),
    ]
    up = result.rows[0]
    assert (up["before"], up["before_n"], up["recent"], up["recent_n"]) == (75, 2, 150, 1)
    assert up["evidence"] == ["ord-1"]
    assert result.n == 3
    assert result.parameters["counts"] == {"rising": 1, "steady": 1, "falling": 1}


def test_nobody_bought_in_both() -> None:
    result = spend_trend([("a", NEW, Decimal(1))], TODAY, SINCE, Decimal(10), {})
    assert result.n == 0
    assert result.notes == ["Nobody bought both before and lately."]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.dates(date(2025, 6, 1), TODAY),
            st.integers(-100, 1000).map(Decimal),
        ),
        max_size=20,
    ),
    st.integers(),
)
def test_the_order_of_the_input_does_not_matter(
    days: list[tuple[str, date, Decimal]], seed: int
) -> None:
    shuffled = Random(seed).sample(days, len(days))
    assert spend_trend(shuffled, TODAY, SINCE, Decimal(10), {}) == spend_trend(
        days, TODAY, SINCE, Decimal(10), {}
    )
