"""Special functions against closed forms."""

from __future__ import annotations

from math import asin, atanh, exp, lgamma, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.special import hyp2f1, log_beta, ones

KNOWN = {
    "at zero": ((2.5, 0.3, 1.7, 0.0), 1.0),
    "a logarithm": ((1, 1, 2, 0.5), 2 * log(2)),
    "a logarithm near the edge": ((1, 1, 2, 0.9999), log(1e4) / 0.9999),
    "below zero": ((1, 1, 2, -3.0), log(4) / 3),
    "far below zero": ((1, 1, 2, -1e6), log(1 + 1e6) / 1e6),
    "an arc sine": ((0.5, 0.5, 1.5, 0.25), asin(0.5) / 0.5),
    "an inverse hyperbolic tangent": ((1, 0.5, 1.5, 0.998), atanh(sqrt(0.998)) / sqrt(0.998)),
    "a power": ((3.2, 1.1, 1.1, 0.7), 0.3**-3.2),
    "a power near the edge": ((0.7, 2.4, 2.4, 0.999), 0.001**-0.7),
    "a polynomial": ((-2, 3, 1.5, 0.4), 1 - 2 * 2 * 0.4 + 3.2 * 0.16),
    "Gauss's sum, nearly": (
        (0.2, 0.3, 9.5, 1 - 1e-9),
        exp(lgamma(9.5) + lgamma(9.0) - lgamma(9.3) - lgamma(9.2)),
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_values(name: str) -> None:
    numbers, value = KNOWN[name]
    assert hyp2f1(*numbers) == pytest.approx(value, rel=1e-10)


POSITIVE = st.floats(0.05, 50)


@given(POSITIVE, POSITIVE, POSITIVE, st.floats(0, 0.97))
def test_euler_transformation(a: float, b: float, c: float, z: float) -> None:
    c += max(a, b)
    other = (1 - z) ** (c - a - b) * hyp2f1(c - a, c - b, c, z)
    assert hyp2f1(a, b, c, z) == pytest.approx(other, rel=1e-9)


@given(POSITIVE, POSITIVE, st.lists(st.floats(0, 0.999), max_size=4))
def test_with_a_one_it_is_a_continued_fraction_or_a_short_series(
    b: float, more: float, zs: list[float]
) -> None:
    c = b + more
    # The contiguous relation F(1, b; c) = 1 + b/c z F(1, b+1; c+1).
    after = ones(b + 1, c + 1, zs)
    for z, value, next_ in zip(zs, ones(b, c, zs), after, strict=True):
        assert value == pytest.approx(1 + b / c * z * next_, rel=1e-10)


def test_from_one_on_it_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        hyp2f1(1, 2, 3, 1.0)


def test_beta() -> None:
    assert log_beta(2, 3) == pytest.approx(log(1 / 12))
