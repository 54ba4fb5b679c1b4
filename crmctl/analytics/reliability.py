"""How well items agree: Cronbach's alpha (1951), and the correlation of Pearson (1895)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

from crmctl.analytics.answers import told
from crmctl.analytics.exact import EXACT, PLACES, trimmed


def alpha(rows: Sequence[Sequence[Fraction]], needed: int = 2) -> Decimal | None:
    """Cronbach's alpha of respondents (rows) over items (columns): k/(k-1) (1 - sum of the items'
    variances / variance of the sums).

    None for fewer rows than `needed`, fewer than two items, or sums that do not vary. After
    Cronbach, "Coefficient Alpha and the Internal Structure of Tests" (Psychometrika 16, 1951).
    """
    items = len(rows[0]) if rows else 0
    if len(rows) < max(needed, 2) or items < 2:
        return None
    columns = _whole([[row[place] for row in rows] for place in range(items)])
    whole = _common([sum(row) for row in zip(*columns, strict=True)])
    if not whole:
        return None
    parts = sum(_common(column) for column in columns)
    return told(Fraction(items, items - 1) * (1 - Fraction(parts, whole)))


def pearson(pairs: Sequence[tuple[Fraction, Fraction]]) -> Decimal | None:
    """Pearson's r, to six places; None for fewer than two pairs or where either does not vary."""
    if len(pairs) < 2:
        return None
    first, second = _whole([[one for one, _other in pairs], [other for _one, other in pairs]])
    product = _common(first) * _common(second)
    if not product:
        return None
    exact = EXACT.divide(Decimal(_common(first, second)), EXACT.sqrt(Decimal(product)))
    return trimmed(EXACT.quantize(exact, Decimal(1).scaleb(-PLACES)))


def _whole(columns: Sequence[Sequence[Fraction]]) -> list[list[int]]:
    """The columns times what makes all of them whole numbers: neither figure depends on it."""
    bottom = lcm(*{value.denominator for column in columns for value in column})
    return [
        [value.numerator * (bottom // value.denominator) for value in column] for column in columns
    ]


def _common(first: Sequence[int], second: Sequence[int] | None = None) -> int:
    """How two columns vary together, or one with itself: n^2 times their covariance."""
    other = first if second is None else second
    products = sum(one * two for one, two in zip(first, other, strict=True))
    return len(first) * products - sum(first) * sum(other)
