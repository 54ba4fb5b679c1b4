"""The rhythm in which customers buy: the days between purchases, and the silence since the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

# With two purchases there is one gap, which is no habit yet.
FEWEST = 3


def interval(days: Sequence[date]) -> Fraction | None:
    """The median of the days between purchases; `days` ascend. None for fewer than three."""
    if len(days) < FEWEST:
        return None
    return median((after - before).days for before, after in pairwise(days))


def median(values: Iterable[int | Fraction]) -> Fraction | None:
    """The exact median; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)


def intervals(rhythms: Mapping[str, Sequence[date]]) -> dict[str, Fraction]:
    """The intervals of the customers who have one."""
    found = ((customer, interval(days)) for customer, days in rhythms.items())
    return {customer: days for customer, days in found if days is not None}
