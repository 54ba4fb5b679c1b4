"""The piece of a record that shows why it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmctl.index.store import Index
from crmctl.matching.bands import Match
from crmctl.render.width import clip, width
from crmctl.schema.access import searched
from crmctl.schema.model import Kind
from crmctl.values import jsontext
from crmctl.values.names import has_cjk, search_keys
from crmctl.values.phones import digits
from crmctl.values.text import fold

COLUMNS = 40


def located(
    index: Index, kind: Kind, values: Mapping[str, Any], match: Match, needles: Sequence[str]
) -> tuple[str, str]:
    """The field (dotted path) and the snippet for a match; `needles` are folded, best first."""
    if match.field == "id":
        return "id", str(values["id"])
    texts = [(field.dotted, text) for field, text in searched(kind, values)]
    if match.field:
        texts = [(field, text) for field, text in texts if field == match.field] or texts
    whole = [(field, text) for field, text in texts if fold(text) == match.found]
    for needle in dict.fromkeys((*needles, match.found)):
        for field, text in whole or texts:
            place = find(text, needle)
            if place is not None:
                return field, cut(text, *place)
    for field, text in texts:
        if match.found in (digits(text), *_keys(index, text)):
            return field, cut(text, 0, 0)
    field, text = next(iter(texts), ("id", str(values["id"])))
    return field, cut(text, 0, 0)


def _keys(index: Index, text: str) -> Iterable[str]:
    """The forms under which a text is found; readings of Chinese come from the index alone."""
    known = index.rows("SELECT keys FROM reading WHERE text = ?", (text,))
    if known:
        return list(jsontext.loads(known[0][0]))
    return [] if has_cjk(text) else search_keys(text)


def find(text: str, needle: str) -> tuple[int, int] | None:
    """Start and end in `text` of a folded needle, also where folding changes the length."""
    folded = fold(text)
    start = folded.find(needle)
    if start < 0 or not needle:
        return None
    if len(folded) == len(text):
        return start, start + len(needle)
    origin = [place for place, char in enumerate(text) for _ in fold(char)]
    start = "".join(fold(char) for char in text).find(needle)
    if start < 0:
        return 0, 0
    return origin[start], origin[start + len(needle) - 1] + 1


def cut(text: str, start: int, end: int) -> str:
    """About COLUMNS of the text around a hit, in one line, with an ellipsis where it goes on."""
    before, hit, after = _flat(text[:start]), _flat(text[start:end]), _flat(text[end:])
    hit = clip(hit, COLUMNS)
    room = max(4, COLUMNS - width(hit))
    before = _tail(before, max(room // 2, room - width(after)))
    return f"{before}{hit}{clip(after, room - width(before))}".strip()


def _flat(text: str) -> str:
    """The text without line breaks; spaces at its ends stay apart from what follows."""
    inner = " ".join(text.split())
    if not inner:
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{inner}{' ' * text[-1].isspace()}"


def _tail(text: str, columns: int) -> str:
    """The end of a text that fits, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    kept = ""
    for char in reversed(text):
        if width(char + kept) > columns - 1:
            break
        kept = char + kept
    return "…" + kept
