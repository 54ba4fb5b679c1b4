"""Attribution, and the return on campaigns."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.attribution import METHODS, attributed
from crmctl.analytics.campaigns import Campaign, Method, Purchase, Touch, campaigns
from crmctl.analytics.result import ModelResult

TODAY = date(2026, 6, 30)
# 12,000 won on day 38 over touches on days 0, 5, 12, 30 and 38
DAYS = [38, 33, 26, 8, 0]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("time_decay", ["175.20", "287.44", "574.88", "3417.04", "7545.45"]),
        ("position", ["4800", "800", "800", "800", "4800"]),
        ("first", ["12000", "0", "0", "0", "0"]),
        ("last", ["0", "0", "0", "0", "12000"]),
        ("linear", ["2400"] * 5),
    ],
)
def test_the_published_shares(method: str, expected: list[str]) -> None:
    shares = attributed(Decimal(12000), DAYS, method)
    assert [round(one, 2) for one in shares] == [Decimal(text) for text in expected]


@pytest.mark.parametrize("method", METHODS)
def test_a_single_touch_gets_all(method: str) -> None:
    assert attributed(Decimal(100), [3], method) == [100]


def test_two_touches_by_position_get_half_each() -> None:
    assert attributed(Decimal(100), [9, 1], "position") == [50, 50]


@given(
    st.decimals(-(10**9), 10**9, places=4),
    st.lists(st.integers(0, 400), min_size=1, max_size=12).map(lambda n: sorted(n, reverse=True)),
    st.sampled_from([*METHODS]),
)
def test_shares_add_up_exactly(value: Decimal, days: list[int], method: str) -> None:
    assert sum(attributed(value, days, method)) == value


def purchase(order: str, customer: str, day: str, revenue: int, first: bool = False) -> Purchase:
    on = date.fromisoformat(f"2026-{day}")
    return Purchase(order, customer, on, Decimal(revenue), Decimal(revenue) / 2, first)


def touch(day: str, campaign: str) -> Touch:
    return Touch(date.fromisoformat(f"2026-{day}"), campaign)


FAIR = Campaign("fair", Decimal(1000), Decimal(500), 4)
MAIL = Campaign("mail", Decimal(0), Decimal(0), 0)
TOUCHES = {
    "acme": [touch("01-10", "fair"), touch("01-20", "mail")],
    "beta": [touch("01-10", "fair")],
}
BOUGHT = [
    purchase("o1", "acme", "02-01", 4000, first=True),
    purchase("o2", "beta", "02-01", 2000, first=True),
    purchase("o3", "acme", "06-01", 700),  # more than 90 days later
    purchase("o4", "none", "02-01", 300),
]


def run(method: str = "linear", **more: int) -> ModelResult:
    return campaigns([MAIL, FAIR], TOUCHES, BOUGHT, TODAY, Method(method, **more))


def test_the_return_on_campaigns() -> None:
    result = run()
    fair, mail = result.rows
    assert (fair["campaign"], fair["revenue"], fair["profit"]) == ("fair", 4000, 2000)
    assert (fair["roi"], fair["receipts_roi"]) == (100, -50)
    assert (fair["cpl"], fair["cac"], fair["new_customers"]) == (250, Decimal("666.666667"), 1.5)
    # what cost nothing has no return, and nobody knows what a lead of it cost
    assert (mail["revenue"], mail["roi"], mail["cpl"], mail["cac"]) == (2000, None, None, None)
    assert result.parameters["unattributed"] == {"orders": 2, "revenue": 1000, "profit": 500}
    assert result.notes == [
        "2 orders are unattributed: no campaign touched their customers in the 90 days before."
    ]


def test_the_last_touch_gets_all_of_it() -> None:
    rows = {row["campaign"]: row["revenue"] for row in run("last").rows}
    assert rows == {"fair": 2000, "mail": 4000}


def test_a_wider_window_attributes_more() -> None:
    assert run(window=365).parameters["unattributed"]["orders"] == 1
    assert run(window=0).parameters["unattributed"]["orders"] == 4


def test_a_touch_after_the_order_has_no_part_in_it() -> None:
    late = {"acme": [touch("02-02", "fair")]}
    result = campaigns([FAIR], late, BOUGHT[:1], TODAY, Method())
    assert result.rows[0]["revenue"] == 0


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc")), max_size=8),
    st.lists(st.tuples(st.integers(0, 60), st.integers(-500, 500)), max_size=6),
    st.sampled_from([*METHODS]),
    st.randoms(use_true_random=False),
)
def test_all_is_attributed_or_named_and_order_does_not_matter(
    touched: list[tuple[int, str]],
    bought: list[tuple[int, int]],
    method: str,
    random: Random,
) -> None:
    begin = date(2026, 1, 1)
    touches = [Touch(begin + timedelta(days=n), name) for n, name in touched]
    orders = [
        Purchase(f"o{at}", "acme", begin + timedelta(days=n), Decimal(value), Decimal(value), False)
        for at, (n, value) in enumerate(bought)
    ]
    found = [Campaign(name, Decimal(10), Decimal(0), 0) for name in "abc"]
    result = campaigns(found, {"acme": touches}, orders, TODAY, Method(method, 30))
    whole = sum(row["revenue"] for row in result.rows)
    whole += result.parameters["unattributed"]["revenue"]
    assert whole == sum(one.revenue for one in orders)
    random.shuffle(touches)
    random.shuffle(orders)
    random.shuffle(found)
    assert campaigns(found, {"acme": touches}, orders, TODAY, Method(method, 30)) == result
