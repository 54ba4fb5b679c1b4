"""The order of a table's rows: by value, enum values as their schema lists them, missing last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from crmctl.analytics.result import Column

Rank = tuple[int, Any]


def rank(value: Any, values: Sequence[str] = ()) -> Rank:
    """A key that sorts any values: listed ones, numbers, texts, then what is missing (None)."""
    if value is None:
        return (3, 0)
    if value in values:
        return (0, values.index(value))
    return (1, value) if isinstance(value, (int, float, Decimal)) else (2, str(value))


def ordered(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], terms: Iterable[str]
) -> list[int]:
    """The places of `rows` as sorted by `terms`, names of columns with `-` for descending.

    The first term counts most; missing values come last either way, and equals keep their order.
    """
    places = list(range(len(rows)))
    names = [column.name for column in columns]
    for term in reversed(tuple(terms)):
        at = names.index(term.removeprefix("-"))
        values = tuple(columns[at].values or ())
        ranks = [rank(row[at], values) for row in rows]
        there = [place for place in places if rows[place][at] is not None]
        there.sort(key=ranks.__getitem__, reverse=term.startswith("-"))
        places = there + [place for place in places if rows[place][at] is None]
    return places
