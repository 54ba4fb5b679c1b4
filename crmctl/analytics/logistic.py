"""Logistic regression, by the standard library alone.

Maximum likelihood by Newton's method (iteratively reweighted least squares; McCullagh and Nelder,
"Generalized Linear Models", 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum, log
from typing import NamedTuple

_STEPS = 50
_CLOSE = 1e-10
_STEEP = 30.0  # odds beyond e^30 are certain: the outcomes can be told apart completely


class Fit(NamedTuple):
    """The constant and a coefficient for each input, and the likelihood, to six places."""

    coefficients: tuple[float, ...]
    log_likelihood: float


def fitted(inputs: Sequence[Sequence[float]], outcomes: Sequence[bool]) -> Fit | None:
    """The coefficients that make the outcomes most likely; None where none do.

    That is so without both outcomes, for an input that never varies, and where the inputs separate
    the outcomes completely. The order of the observations does not matter.
    """
    if len(set(outcomes)) < 2:
        return None
    rows = sorted(zip(([1.0, *row] for row in inputs), map(bool, outcomes), strict=True))
    width = len(rows[0][0])
    beta = [0.0] * width
    for _step in range(_STEPS):
        odds = [fsum(b * x for b, x in zip(beta, row, strict=True)) for row, _won in rows]
        if any(abs(one) > _STEEP for one in odds):
            return None
        chances = [1 / (1 + exp(-one)) for one in odds]
        slope = [
            fsum((won - p) * row[i] for (row, won), p in zip(rows, chances, strict=True))
            for i in range(width)
        ]
        curve = [
            [
                fsum(
                    p * (1 - p) * row[i] * row[j]
                    for (row, _won), p in zip(rows, chances, strict=True)
                )
                for j in range(width)
            ]
            for i in range(width)
        ]
        step = _solved(curve, slope)
        if step is None:
            return None
        beta = [b + s for b, s in zip(beta, step, strict=True)]
        if max(map(abs, step)) < _CLOSE:
            likelihood = fsum(
                log(p if won else 1 - p) for (_row, won), p in zip(rows, chances, strict=True)
            )
            return Fit(tuple(round(b, 6) for b in beta), round(likelihood, 6))
    return None


def _solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float] | None:
    """The solution of linear equations by elimination; None where there is no single one."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < _CLOSE:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [rows[at][size] / rows[at][at] for at in range(size)]
