"""Columns, order and number of rows for tables that come from no query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmctl.analytics.result import Column
from crmctl.cli.options import split
from crmctl.errors import BadOption, did_you_mean
from crmctl.locale import _
from crmctl.values.text import suggest

if TYPE_CHECKING:
    from crmctl.cli.app import App

Row = Mapping[str, Any]


def arranged(
    columns: Sequence[Column],
    rows: Sequence[Row],
    names: str | None,
    sort: str | None,
    limit: int,
    *,
    details: bool = True,
) -> tuple[list[Column], list[dict[str, Any]]]:
    """The columns asked for, and the rows sorted (what is missing last) and limited.

    Where no columns are asked for these are all, or without `details` all that are none.
    """
    by_name = {column.name: column for column in columns}
    chosen = [_known(name, by_name) for name in split(names)]
    chosen = chosen or [column for column in columns if details or not column.detail]
    ordered = list(rows)
    for term in reversed(split(sort)):
        name = _known(term.removeprefix("-"), by_name).name
        there = [row for row in ordered if row.get(name) is not None]
        gone = [row for row in ordered if row.get(name) is None]
        there.sort(key=lambda row: row[name], reverse=term.startswith("-"))
        ordered = [*there, *gone]
    return chosen, [dict(row) for row in (ordered[:limit] if limit else ordered)]


def print_rows(
    app: App,
    columns: Sequence[Column],
    rows: Sequence[Row],
    format_: str,
    *,
    names: str | None = None,
    sort: str | None = None,
    limit: int = 0,
) -> None:
    """Prints rows as `render` does: for people with the names of what references mean."""
    from crmctl.render.formats import render

    chosen, found = arranged(columns, rows, names, sort, limit)
    cells = [[row.get(column.name) for column in chosen] for row in found]
    if cells or format_ not in ("table", "md"):
        app.print(render(format_, chosen, cells, app.width))


def _known(name: str, columns: Mapping[str, Column]) -> Column:
    for column in columns.values():
        if name.casefold() in (column.name, column.heading.casefold()):
            return column
    raise BadOption(_("A column"), name, columns, did_you_mean(suggest(name, columns)))
