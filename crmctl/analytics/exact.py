"""Decimal arithmetic that does not round on the way: sums exactly, quotients once, at the end."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

PLACES = 6
# Values have at most 30 digits on either side of the point; the default context keeps 28 in all.
EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
_ONE = Decimal(1)
_STEP = _ONE.scaleb(-PLACES)
_HUNDRED = Decimal(100)


def total(values: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0 of nothing."""
    result = Decimal(0)
    for value in values:
        result = EXACT.add(result, value)
    return result


def trimmed(value: Decimal) -> Decimal:
    """The same number without trailing zeros after the point and without an exponent."""
    plain = EXACT.normalize(value)
    if not plain:
        return Decimal(0)
    whole = plain.to_integral_value()
    return EXACT.quantize(plain, _ONE) if plain == whole else plain


def quotient(dividend: Decimal, divisor: Decimal | int) -> Decimal:
    """`dividend / divisor` to six places, a half to the even digit, without trailing zeros."""
    exact = EXACT.divide(dividend, Decimal(divisor))
    return trimmed(EXACT.quantize(exact, _STEP))


@lru_cache(maxsize=20_000)
def halved(days: int, half_life: int) -> Decimal:
    """2^(-days / half_life): kept, for such a power takes a millisecond."""
    return EXACT.power(Decimal(2), EXACT.divide(Decimal(-days), Decimal(half_life)))


def rounded(exact: Fraction | Decimal) -> Decimal:
    """The same number to six places, as `quotient` has it."""
    if isinstance(exact, Decimal):
        return quotient(exact, _ONE)
    return quotient(Decimal(exact.numerator), Decimal(exact.denominator))


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """`part` in percent of `whole`, to six places; None where `whole` is not above zero."""
    if whole <= 0:
        return None
    return quotient(EXACT.multiply(Decimal(part), _HUNDRED), whole)
