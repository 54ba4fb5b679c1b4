"""Functions of mathematics that the standard library has not: Gauss's hypergeometric function.

Formulas after Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), chapter 15, and
Gauss's continued fraction ("Disquisitiones generales circa seriem infinitam", 1813).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lgamma, log

_EXACT = 1e-16
_TINY = 1e-300
_TERMS = 1_000_000
_SMALL = 0.5


def log_beta(a: float, b: float) -> float:
    """The logarithm of the beta function of two numbers above zero."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def hyp2f1(a: float, b: float, c: float, z: float) -> float:
    """2F1(a, b; c; z) for real numbers, c not zero or a negative integer, and z below 1.

    A z below zero is moved into 0 to 1 (15.3.4, after Pfaff). Where a or b is 1, Gauss's continued
    fraction converges up to the edge; elsewhere the power series does, after Euler's transformation
    (15.3.3) where that leaves smaller terms. Raises ValueError for z from 1 on, ArithmeticError
    where z is so near 1 that a million terms do not do.
    """
    if z >= 1:
        raise ValueError("2F1 is computed for z below 1 alone")
    if z < 0:
        return float((1 - z) ** -a) * hyp2f1(a, c - b, c, z / (z - 1))
    if a == 1 or b == 1:
        return ones(a * b, c, [z])[0]
    if c < a + b:
        return float((1 - z) ** (c - a - b)) * _series(c - a, c - b, c, z)
    return _series(a, b, c, z)


def _series(a: float, b: float, c: float, z: float) -> float:
    term = total = 1.0
    for n in range(_TERMS):
        ratio = (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        term *= ratio
        total += term
        # What is still to come is at most a geometric series once the ratio has settled.
        if abs(term) <= _EXACT * abs(total) * (1 - z) and abs(ratio) < 1:
            return total
    raise ArithmeticError("2F1 does not converge")


def ones(b: float, c: float, zs: Sequence[float]) -> list[float]:
    """2F1(1, b; c; z) for many z from 0 to below 1.

    The coefficients of the power series are shared; where that would be long, each z goes its way.
    """
    most = max((z for z in zs if z < _SMALL), default=0.0)
    upto = int(log(_EXACT) / log(most)) + 2 if most else 0
    coefficients = [1.0]
    for n in range(upto):
        coefficients.append(coefficients[-1] * (b + n) / (c + n))
    coefficients.reverse()
    found = []
    for z in zs:
        if z < _SMALL:
            value = 0.0
            for coefficient in coefficients:
                value = value * z + coefficient
            found.append(value)
        else:
            found.append(_fraction(b, c, z))
    return found


def _fraction(b: float, c: float, z: float) -> float:
    """2F1(1, b; c; z) = 1/(1 - k1 z/(1 - k2 z/(1 - ...))), from the top down (Lentz, 1976)."""
    value = ahead = 1.0
    behind = 0.0
    for n in range(1, _TERMS):
        half = n // 2
        if n % 2:
            k = (b + half) * (c - 1 + half) / ((c + n - 2) * (c + n - 1)) if n > 1 else b / c
        else:
            k = half * (c - b + half - 1) / ((c + n - 2) * (c + n - 1))
        behind = 1 / ((1 - k * z * behind) or _TINY)
        ahead = (1 - k * z / ahead) or _TINY
        change = ahead * behind
        value *= change
        if abs(change - 1) <= _EXACT * 4:
            return 1 / value
    raise ArithmeticError("2F1 does not converge")
