"""The rhythm in which customers buy: the days between purchases, and the silence since the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from crmctl.analytics.exact import quotient
from crmctl.analytics.quantiles import quantile

# With two purchases there is one gap, which is no habit yet.
FEWEST = 3
_HALF = Fraction(1, 2)


def interval(days: Sequence[date]) -> Fraction | None:
    """The median of the days between purchases; `days` ascend. None for fewer than three."""
    if len(days) < FEWEST:
        return None
    return median((after - before).days for before, after in pairwise(days))


def median(values: Iterable[int | Fraction]) -> Fraction | None:
    """The exact median; None of nothing."""
    ordered = sorted(values)
    return Fraction(quantile(ordered, _HALF)) if ordered else None


def usual(rhythms: Mapping[str, Sequence[date]]) -> Fraction | None:
    """The median of the intervals of those who have one, for those who have none."""
    own = (interval(days) for days in rhythms.values())
    return median(one for one in own if one is not None)


def rounded(value: Fraction) -> Decimal:
    """A number to six places."""
    return quotient(Decimal(value.numerator), Decimal(value.denominator))
