"""Quantiles that are exact, so that a value on a cut point is never put on its wrong side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from crmctl.analytics.exact import EXACT, trimmed

Number = int | Decimal | Fraction


def quantile(ordered: Sequence[Number], p: Fraction) -> Decimal | Fraction:
    """The quantile at `p` (0 to 1) of numbers in ascending order, by linear interpolation.

    Definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (The American
    Statistician 50, 1996): with n numbers counted from 0, the value at position (n - 1) p. The
    result is exact: a Decimal where it can be written as one, else a Fraction.

    Raises ValueError without numbers or for a `p` outside 0 to 1.
    """
    if not ordered or not 0 <= p <= 1:
        raise ValueError("needs at least one number and a p from 0 to 1")
    below, rest = divmod((len(ordered) - 1) * p.numerator, p.denominator)
    low = ordered[below]
    if not rest or ordered[below + 1] == low:
        return as_decimal(low)
    low = Fraction(low)
    step = Fraction(ordered[below + 1]) - low
    return as_decimal(low + Fraction(rest, p.denominator) * step)


def as_decimal(value: Number) -> Decimal | Fraction:
    """The same number as a Decimal, or itself when its digits would not end or are very many."""
    if isinstance(value, int):
        return Decimal(value)
    value = Fraction(value) if isinstance(value, Decimal) else value
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    scaled = value * 10 ** max(twos, fives)
    if rest > 1 or abs(scaled.numerator) >= 10**EXACT.prec:
        return value
    return trimmed(EXACT.scaleb(Decimal(scaled.numerator), -max(twos, fives)))
