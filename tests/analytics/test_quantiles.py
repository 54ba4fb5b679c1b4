"""Quantiles of type 7."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.quantiles import as_decimal, quantile


@pytest.mark.parametrize(
    ("numbers", "p", "expected"),
    [
        ([7], Fraction(1, 5), Decimal(7)),
        ([1, 2, 3, 4, 5, 6], Fraction(1, 5), Decimal(2)),
        ([1, 2, 3, 4], Fraction(1, 5), Decimal("1.6")),
        ([1, 2, 3, 4], Fraction(1, 2), Decimal("2.5")),
        ([Decimal("0.1"), Decimal("0.3")], Fraction(1, 2), Decimal("0.2")),
        ([1, 2], Fraction(0), Decimal(1)),
        ([1, 2], Fraction(1), Decimal(2)),
        ([0, 1], Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_examples(numbers: list[int | Decimal], p: Fraction, expected: Decimal | Fraction) -> None:
    found = quantile(numbers, p)
    assert found == expected
    assert type(found) is type(expected)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=2))
def test_quintiles_are_those_of_the_standard_library(numbers: list[int]) -> None:
    expected = statistics.quantiles([Fraction(n) for n in numbers], n=5, method="inclusive")
    assert [quantile(sorted(numbers), Fraction(k, 5)) for k in (1, 2, 3, 4)] == expected


def test_digits_beyond_the_default_context_are_kept() -> None:
    low = Decimal("1000000000000000000000000000000.1")
    high = Decimal("1000000000000000000000000000001.1")
    assert str(quantile([low, high], Fraction(1, 2))) == "1000000000000000000000000000000.6"


@pytest.mark.parametrize(("numbers", "p"), [([], Fraction(1, 2)), ([1], Fraction(3, 2))])
def test_nothing_and_a_p_outside_its_range_are_refused(numbers: list[int], p: Fraction) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        quantile(numbers, p)


def test_a_fraction_with_very_many_digits_stays_one() -> None:
    tiny = Fraction(1, 2**500)
    assert as_decimal(tiny) is tiny
    assert str(as_decimal(Fraction(-1, 8))) == "-0.125"
