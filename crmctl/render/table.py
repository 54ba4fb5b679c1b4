"""Tables for the terminal, aligned by what the eye sees.

tabulate would do it, but loading it takes as long as a whole list of records; it is used for
Markdown, where nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from crmctl.analytics.result import Column
from crmctl.render.cells import RIGHT, cell
from crmctl.render.width import clip, pad, width

GAP = "  "
PROSE = frozenset(("text", "note"))
EXACT = RIGHT | {"id", "date", "instant"}
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
    needed = [max((wide for _, wide in place), default=0) for place in zip(*body, strict=True)]
    widths = [max(wide, w) for (_, wide), w in zip(heads, needed or [0] * len(heads), strict=True)]
    if columns_wide is not None:
        room = columns_wide - len(GAP) * (len(widths) - 1)
        places = {place: column.type for place, column in enumerate(columns)}
        # A text still says something when it is cut; an id, a date or a number says something else.
        _narrow(widths, room, {p: STILL_READABLE for p, type_ in places.items() if type_ in PROSE})
        least = {p: needed[p] if type_ in EXACT and body else 0 for p, type_ in places.items()}
        _narrow(widths, room, {p: max(w, NARROWEST) for p, w in least.items()})
        _narrow(widths, room, dict.fromkeys(places, NARROWEST))
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


def _narrow(widths: list[int], room: int, least: Mapping[int, int]) -> None:
    """Takes from the widest of some columns until all fit; each keeps its `least`."""
    for place, own in least.items():
        widths[place] = min(widths[place], max(room, own))
    while sum(widths) > room:
        wider = [place for place, own in least.items() if widths[place] > own]
        if not wider:
            return
        widths[max(wider, key=lambda place: widths[place])] -= 1


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
