"""Lays the groups of one field side by side, as columns, where the others are rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.reports.definition import Measure
from crmctl.reports.ordering import rank

# Of so many columns no table can be read; it is the wrong field then.
MOST = 100
# What there is none of where there are no records; anything else is not known there.
_NOTHING = {"count": 0, "distinct": 0}


def values_of(column: Column, table: Sequence[Sequence[Any]], place: int) -> list[Any]:
    """The different values of a column of groups, in the order in which they are listed."""
    listed = tuple(column.values or ())
    return sorted({row[place] for row in table}, key=lambda value: rank(value, listed))


def pivoted(
    across: Column,
    values: Sequence[Any],
    measures: Sequence[Measure],
    shown: Sequence[Column],
    totals: Sequence[Sequence[Any]],
    table: Sequence[Sequence[Any]],
) -> tuple[list[Column], list[list[Any]]]:
    """The rows of `totals` with a cell for each value and measure before the total of the measure.

    `shown` are the columns of `totals`: groups, then measures. `table` has the same groups, then a
    value of `across`, then the measures. The column of a measure `m` for a value `v` is `m.v`.
    """
    size = len(shown) - len(measures)
    cells = {(*row[:size], row[size]): row[size + 1 :] for row in table}
    columns = list(shown[:size])
    for place, measure in enumerate(measures):
        total = shown[size + place]
        for value in values:
            title = "-" if value is None else across.value_title(str(value))
            if len(measures) > 1:
                title = f"{total.heading} {title}"
            columns.append(Column(f"{measure.name}.{_key(value)}", title, total.type))
        columns.append(total)
    rows = []
    for row in totals:
        found = list(row[:size])
        for place, measure in enumerate(measures):
            for value in values:
                there = cells.get((*row[:size], value))
                found.append(there[place] if there else _NOTHING.get(measure.function))
            found.append(row[size + place])
        rows.append(found)
    return columns, rows


def _key(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
