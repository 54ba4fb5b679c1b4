"""Tables for the terminal, aligned by what the eye sees.

tabulate would do it, but loading it takes as long as a whole list of records; it is used for
Markdown, where nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from crmctl.analytics.result import Column
from crmctl.render.cells import RIGHT, cell
from crmctl.render.width import clip, pad, width

GAP = "  "
PROSE = frozenset(("text", "note"))
STILL_READABLE = 16
NARROWEST = 8

Measured: TypeAlias = tuple[str, int]  # a text and its width


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], columns_wide: int | None = None
) -> Iterator[str]:
    """The lines of a table; with `columns_wide` the widest columns are cut until it fits."""
    heads = [_measured(column.heading) for column in columns]
    body = [
        [_measured(cell(value, column)) for value, column in zip(row, columns, strict=True)]
        for row in rows
    ]
    widths = [max(wide for _, wide in place) for place in zip(heads, *body, strict=True)]
    if columns_wide is not None:
        room = columns_wide - len(GAP) * (len(widths) - 1)
        prose = [place for place, column in enumerate(columns) if column.type in PROSE]
        # A text still says something when it is cut, an id or a date does not.
        _narrow(widths, room, prose, STILL_READABLE)
        _narrow(widths, room, range(len(widths)), NARROWEST)
    right = [column.type in RIGHT for column in columns]
    for texts in (heads, [("-" * wide, wide) for wide in widths], *body):
        yield GAP.join(map(_fit, texts, widths, right)).rstrip()


def _measured(text: str) -> Measured:
    return text, width(text)


def _fit(measured: Measured, columns: int, right: bool) -> str:
    text, wide = measured
    if wide > columns:
        text = clip(text, columns)
        wide = width(text)
    blanks = " " * (columns - wide)
    return blanks + text if right else text + blanks


def _narrow(widths: list[int], room: int, places: Sequence[int], least: int) -> None:
    """Takes columns from the widest of `places` until all fit or none of these has more to give."""
    for place in places:
        widths[place] = min(widths[place], max(room, least))
    while sum(widths) > room:
        widest = max(places, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= least:
            return
        widths[widest] -= 1


def pairs(items: Sequence[tuple[str, str]], columns_wide: int | None = None) -> Iterator[str]:
    """Two columns of titles and texts; long texts continue below themselves."""
    from crmctl.render.width import wrap

    left = max((width(title) for title, _ in items), default=0)
    for title, text in items:
        room = max(20, columns_wide - left - 2) if columns_wide else 10_000
        first, *rest = wrap(text, room)
        yield f"{pad(title, left)}{GAP}{first}".rstrip()
        for line in rest:
            yield f"{' ' * left}{GAP}{line}".rstrip()
