"""The least value of a function of a few numbers, found without derivatives.

The simplex search of Nelder and Mead, "A Simplex Method for Function Minimization" (The Computer
Journal 7, 1965), started anew where it stopped until that gains next to nothing, since a simplex
may collapse on the way. It draws no random numbers: the same function gives the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

Point = tuple[float, ...]

# The first search strides and stops early; those after it start near and go to the end.
_FIRST, _NEAR = 0.5, 0.05
_COARSE = 2e-4
# A gain below this part of the value is none.
_GAIN = 1e-7
_SEARCHES = 8


class Minimum(NamedTuple):
    """Where a function is least, its value there, and how often it was asked."""

    point: Point
    value: float
    calls: int


def minimum(
    function: Callable[[Point], float],
    start: Sequence[float],
    *,
    width: float = 1e-6,
    calls: int = 5000,
) -> Minimum:
    """The least value of `function` near `start`; it may say infinity where it is not defined.
    A search ends when no corner of its simplex is farther than `width` from the best one in any
    coordinate, or after so many calls.
    """
    best = Minimum(tuple(start), function(tuple(start)), 1)
    for number in range(_SEARCHES):
        reach, until = (_NEAR, width) if number else (_FIRST, max(width, _COARSE))
        found = _search(function, best, reach, until, calls - best.calls)
        gained = best.value - found.value
        best = Minimum(found.point, found.value, best.calls + found.calls)
        if (number and gained <= _GAIN * abs(best.value)) or best.calls >= calls:
            break
    return best


def _search(
    function: Callable[[Point], float], start: Minimum, reach: float, width: float, calls: int
) -> Minimum:
    size = len(start.point)
    corners = [(start.value, start.point)]
    for axis in range(size):
        moved = list(start.point)
        moved[axis] += reach
        corners.append((function(tuple(moved)), tuple(moved)))
    asked = size
    corners.sort()
    while asked < calls and _extent(corners) > width:
        centre = tuple(
            sum(axis) / size for axis in zip(*(p for _v, p in corners[:-1]), strict=True)
        )
        worst_value, worst = corners[-1]

        def along(step: float, centre: Point = centre, worst: Point = worst) -> tuple[float, Point]:
            point = tuple(c + step * (c - w) for c, w in zip(centre, worst, strict=True))
            return function(point), point

        reflected = along(1.0)
        asked += 1
        if reflected < corners[0]:
            expanded = along(2.0)
            asked += 1
            corners[-1] = min(reflected, expanded)
        elif reflected < corners[-2]:
            corners[-1] = reflected
        else:
            contracted = along(0.5 if reflected[0] < worst_value else -0.5)
            asked += 1
            if contracted[0] < min(reflected[0], worst_value):
                corners[-1] = contracted
            else:
                best = corners[0][1]
                shrunk = (
                    tuple((b + p) / 2 for b, p in zip(best, point, strict=True))
                    for _value, point in corners[1:]
                )
                corners[1:] = [(function(point), point) for point in shrunk]
                asked += size
        corners.sort()
    return Minimum(corners[0][1], corners[0][0], asked)


def _extent(corners: Sequence[tuple[float, Point]]) -> float:
    best = corners[0][1]
    return max(
        abs(there - here)
        for _value, point in corners[1:]
        for here, there in zip(best, point, strict=True)
    )
