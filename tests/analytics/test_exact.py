"""Sums and quotients of amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.exact import percent, quotient, total, trimmed

AMOUNTS = st.decimals(
    min_value=-(10**24), max_value=10**24, places=6, allow_nan=False, allow_infinity=False
)


def test_a_sum_keeps_digits_that_the_default_context_would_round_away() -> None:
    big = Decimal("123456789012345678901234567890")
    assert str(total([big, Decimal("0.000001")])) == "123456789012345678901234567890.000001"
    assert total([]) == 0


@given(st.lists(AMOUNTS), st.randoms())
def test_a_sum_does_not_depend_on_the_order(amounts: list[Decimal], random: object) -> None:
    assert total(amounts) == total(reversed(amounts))


@pytest.mark.parametrize(
    ("dividend", "divisor", "expected"),
    [
        ("10", 4, "2.5"),
        ("10", 3, "3.333333"),
        ("20", 3, "6.666667"),
        ("0.0000005", 1, "0"),  # halfway: to the even digit
        ("0.0000015", 1, "0.000002"),
        ("3000", 3, "1000"),
        ("-1", 3, "-0.333333"),
    ],
)
def test_quotients_are_rounded_to_six_places(dividend: str, divisor: int, expected: str) -> None:
    assert str(quotient(Decimal(dividend), divisor)) == expected


def test_trimmed_drops_zeros_and_exponents_but_no_value() -> None:
    assert [str(trimmed(Decimal(text))) for text in ("1.500", "1E+3", "-0.00", "40")] == [
        "1.5",
        "1000",
        "0",
        "40",
    ]


def test_a_percentage_of_nothing_is_unknown() -> None:
    assert percent(1, 8) == Decimal("12.5")
    assert percent(1, 0) is None
    assert percent(1, -8) is None
