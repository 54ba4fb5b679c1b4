"""Values into scores from 1 (worst) to 5 (best), by cut points or by equal numbers of each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from crmctl.analytics.quantiles import Number, quantile

SCORES = 5
_LEVELS = tuple(Fraction(level, SCORES) for level in range(1, SCORES))

Cuts = Sequence[Number]


def cut_points(values: Iterable[Number]) -> list[Decimal | Fraction]:
    """The type-7 quantiles at 20, 40, 60 and 80 %; none of nothing."""
    ordered = sorted(values)
    return [quantile(ordered, level) for level in _LEVELS] if ordered else []


def rising(value: Number, cuts: Cuts) -> int:
    """A score where more is better: one more than the cut points below the value."""
    return 1 + bisect_left(cuts, value)


def falling(value: Number, cuts: Cuts) -> int:
    """A score where less is better: five less the cut points below the value."""
    return SCORES - bisect_left(cuts, value)


def ntile(ids: Sequence[str], key: Sequence[Number], places: Iterable[int]) -> dict[int, int]:
    """A score for each of the `places` in `ids` and `key`, so that each goes to equally many.

    More is better, and equal values go by id, as NTILE of SQL does it: where the number cannot be
    divided by five, the lowest scores go to one more.
    """
    order = sorted(places, key=lambda place: (key[place], ids[place]))
    size, longer = divmod(len(order), SCORES)
    found = {}
    start = 0
    for score in range(1, SCORES + 1):
        end = start + size + (score <= longer)
        found.update(dict.fromkeys(order[start:end], score))
        start = end
    return found
