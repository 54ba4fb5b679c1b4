"""Writes values so that every YAML reader, whatever it guesses, gets the same text back.

A scalar is plain only when no reader could take it for anything else; all other text stands in
double quotes with escapes for what cannot be seen. Lines are never folded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmctl.storage.reader import MISSING
from crmctl.values.tree import Tilde, Tree

LINE_WIDTH = 78
# YAML readers need not look for the colon of a key any further than 1,024 characters.
MAX_KEY = 1000

_PLAIN = re.compile(r"[^\W\d_][\w ./@+&()-]*")
# Words that some reader types as boolean, null or number.
_TYPED = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))
# Dates, instants, numbers and the like, which are plain by decision and not by the rule above.
_PLAIN_VALUE = re.compile(r"[\w+./~-](?:[\w ./@+~:-]*[\w./@+~-])?")
_INDICATOR = re.compile(r"[-~](?: |\Z)|---|\.\.\.|.*(?:: )", re.DOTALL)
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
# Controls, line breaks of other standards, bidirectional and invisible formatting, fillers that
# look like nothing, non-characters. ZWJ and variation selectors stay: emoji are made with them.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u180e"
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb"
    "\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"
) + "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0x10000, 0x110000, 0x10000)
)
_ESCAPED = re.compile(f'["\\\\{_INVISIBLE}]')
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Plain(str):
    """Text to be written without quotes: a date, an instant, a number in its own spelling."""

    __slots__ = ()


class Verbatim(str):
    """Text that is YAML already and is copied as it stands."""

    __slots__ = ()


class Flow(dict[str, Any]):
    """A mapping to be written on one line: `{value: active, at: 2026-01-02}`."""


def scalar(text: str) -> str:
    """A text as YAML that every reader takes for that text.

    Raises ValueError for lone surrogates: YAML has no spelling for them.
    """
    plain = _PLAIN.fullmatch(text) and text[0].isalpha() and text[-1] != " "
    if plain and text.lower() not in _TYPED and not _HIDDEN.search(text):
        return text
    if _SURROGATE.search(text):
        raise ValueError("a lone surrogate cannot be written")
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def key_text(key: str) -> str:
    """A key as YAML. Raises ValueError for one too long for other readers."""
    written = scalar(key)
    if len(written) > MAX_KEY:
        raise ValueError("a key of more than 1,000 characters cannot be written")
    return written


def leaf(value: object) -> str:
    """A single value as YAML: text by the quoting rule, numbers and booleans plain.

    Raises TypeError for anything that is no record value (floats among them), ValueError for
    numbers that are none.
    """
    if isinstance(value, str):
        return _text_leaf(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("not a number")
        return format(value, "f")
    if value is None:
        return "null"
    raise TypeError(f"{type(value).__name__} is no record value")


def _text_leaf(value: str) -> str:
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, Tilde):
        return "~"
    return str(value) if isinstance(value, Plain) and _reads_back(value) else scalar(value)


def _reads_back(text: str) -> bool:
    if text in MISSING or _INDICATOR.match(text) or _HIDDEN.search(text):
        return False
    return _PLAIN_VALUE.fullmatch(text) is not None


def prune(value: Any) -> Any:
    """The value without what is never written: keys with None, empty text, lists and mappings.

    Items of lists stay, except None. Returns None, "", [] or {} when nothing is left.
    """
    if isinstance(value, Mapping):
        pairs = ((str(key), prune(inner)) for key, inner in value.items())
        kept = {key: inner for key, inner in pairs if not is_empty(inner)}
        return Flow(kept) if isinstance(value, Flow) else kept
    if isinstance(value, list | tuple):
        return [prune(item) for item in value if item is not None]
    return value


def is_empty(value: object) -> bool:
    """Whether a value is one of those that are never written under a key."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def as_tree(value: Any) -> Tree:
    """What `parse_document` gives for a value once it is written."""
    if isinstance(value, Mapping):
        return {key: as_tree(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_tree(item) for item in value]
    if isinstance(value, Tilde) or value is None:
        return value
    return str(value) if isinstance(value, str) else leaf(value)


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{key_text(key)}: {inline(inner)}" for key, inner in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(inline(item) for item in value)}]"
    return leaf(value)


class Layout:
    """How far nested mappings and the dashes of lists are indented below their key."""

    __slots__ = ("dash", "step")

    def __init__(self, step: int = 2, dash: int = 2) -> None:
        self.step = step
        self.dash = dash


CANONICAL = Layout()


def render(value: Any, indent: int, room: int, layout: Layout) -> tuple[str, list[str]]:
    """A value of a block mapping whose keys stand at column `indent`, its line used up to `room`.

    Returns what follows the colon on the key's line ("" for nothing) and the lines below it.
    """
    if isinstance(value, Flow) or not value:
        return inline(value), []
    if isinstance(value, Mapping):
        return "", mapping_lines(value, indent + layout.step, layout)
    if isinstance(value, list):
        if not any(isinstance(item, Mapping) for item in value):
            line = inline(value)
            if room + len(line) <= LINE_WIDTH:
                return line, []
        return "", list_lines(value, indent + layout.dash, layout)
    if type(value) is str and _is_literal(value):
        return _literal(value, " " * (indent + layout.step))
    return leaf(value), []


def mapping_lines(value: Mapping[str, Any], indent: int, layout: Layout) -> list[str]:
    """The lines of a block mapping with its keys at column `indent`."""
    lines: list[str] = []
    for key, inner in value.items():
        start = f"{' ' * indent}{key_text(key)}:"
        head, body = render(inner, indent, len(start) + 1, layout)
        lines.append(f"{start} {head}" if head else start)
        lines += body
    return lines


def list_lines(value: Sequence[Any], indent: int, layout: Layout) -> list[str]:
    """The lines of a block list with its dashes at column `indent`."""
    lines: list[str] = []
    for item in value:
        lines += item_lines(item, indent, 2, layout)
    return lines


def item_lines(item: Any, indent: int, width: int, layout: Layout) -> list[str]:
    """The lines of one list item: its dash at `indent`, its content `width` columns later."""
    dash = f"{' ' * indent}-{' ' * (width - 1)}"
    if isinstance(item, Mapping) and item and not isinstance(item, Flow):
        lines = mapping_lines(item, indent + width, layout)
        return [dash + lines[0][indent + width :], *lines[1:]]
    return [dash + inline(item)]


def _is_literal(text: str) -> bool:
    """Whether `|` keeps a text to the character, and editors leave it alone."""
    if "\n" not in text or text[0] in " \t\n" or _SURROGATE.search(text):
        return False
    if _HIDDEN.search(text.replace("\n", "").replace("\t", "")):
        return False
    lines = text.rstrip("\n").split("\n")
    return all(not line or (line[0] != "\t" and line[-1] not in " \t") for line in lines)


def _literal(text: str, indent: str) -> tuple[str, list[str]]:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    head = ("|-", "|")[ends] if ends < 2 else "|+"
    lines = [indent + line if line else "" for line in body.split("\n")]
    return head, lines + [""] * max(ends - 1, 0)


def dump(tree: Mapping[str, Any]) -> str:
    """A record as a canonical document: block style, keys in the order given, LF.

    Takes str, Plain, int, bool, Decimal, list, dict and Flow; empty values are left out.
    Raises TypeError for other types, ValueError for text that YAML cannot hold.
    """
    pruned = prune(tree)
    if not pruned:
        return "{}\n"
    return "\n".join([*mapping_lines(pruned, 0, CANONICAL), ""])
