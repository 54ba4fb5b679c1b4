"""How well items agree: Cronbach's alpha, and the correlation of Pearson."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

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
    whole = _spread([sum(row, Fraction(0)) for row in rows])
    if not whole:
        return None
    parts = sum((_spread([row[place] for row in rows]) for place in range(items)), Fraction(0))
    return told(Fraction(items, items - 1) * (1 - parts / whole))


def pearson(pairs: Sequence[tuple[Fraction, Fraction]]) -> Decimal | None:
    """Pearson's r, to six places; None for fewer than two pairs or where either does not vary."""
    if len(pairs) < 2:
        return None
    first, second = [one for one, _other in pairs], [other for _one, other in pairs]
    product = _spread(first) * _spread(second)
    if not product:
        return None
    common = _covariance(first, second)
    root = EXACT.sqrt(EXACT.divide(Decimal(product.numerator), Decimal(product.denominator)))
    top = EXACT.divide(Decimal(common.numerator), Decimal(common.denominator))
    return trimmed(EXACT.quantize(EXACT.divide(top, root), Decimal(1).scaleb(-PLACES)))


def _spread(values: Sequence[Fraction]) -> Fraction:
    """The sum of squared distances from the mean."""
    return _covariance(values, values)


def _covariance(first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction:
    """The sum of products of distances from the means."""
    size = len(first)
    mean, other = sum(first, Fraction(0)) / size, sum(second, Fraction(0)) / size
    pairs = zip(first, second, strict=True)
    return sum(((one - mean) * (two - other) for one, two in pairs), Fraction(0))
