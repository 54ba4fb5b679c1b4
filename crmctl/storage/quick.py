"""A short cut for records in the form that crmctl itself writes: most of any book.

It reads `key: value` lines, nested by two spaces, with scalars that nobody can mistake, and gives
up (None) on the first thing beyond that: comments, escapes, block text, odd indentation, a key
that comes twice. The careful reader then decides, so there is one dialect and not two; a property
test holds the two together. Four times as fast as events, which matters for a first index.
"""

from __future__ import annotations

import re

from crmctl.values.tree import TILDE, Tree

MAX_TEXT = 200_000
MAX_INDENT = 12
STEP = 2

_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):(?: |\Z)")
_FLOW_ITEM = re.compile(r'"[^"\\]*"|\w(?:[\w ./@+()-]*[\w./@+()-])?')
_DASHED = re.compile("--?[0-9]")
_STARTS = frozenset("+./(")
MISSING: dict[str, str | None] = {"null": None, "Null": None, "NULL": None, "~": TILDE}


class _GiveUp(Exception):
    """Something that only the careful reader can judge."""


def quick(text: str) -> dict[str, Tree] | None:
    """The record in a document of the plainest form; None when the careful reader must look."""
    if len(text) > MAX_TEXT or not text.endswith("\n"):
        return None
    lines = text.split("\n")
    lines.pop()
    if not all(map(str.isprintable, lines)):
        return None
    try:
        tree, end = _mapping(lines, 0, 0)
    except _GiveUp:
        return None
    return tree if tree and end == len(lines) else None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _mapping(lines: list[str], at: int, indent: int) -> tuple[dict[str, Tree], int]:
    if indent > MAX_INDENT:
        raise _GiveUp
    tree: dict[str, Tree] = {}
    margin = " " * indent
    match_key = _KEY.match
    while at < len(lines):
        line = lines[at]
        match = match_key(line, indent)
        if match is None or not line.startswith(margin):
            if _indent(line) < indent:
                break
            raise _GiveUp
        name = match[1]
        if name in tree or name in MISSING:
            raise _GiveUp
        value = line[match.end() :]
        at += 1
        if not value:
            tree[name], at = _nested(lines, at, indent)
        elif value in ("|", "|-"):
            tree[name], at = _literal(lines, at, indent + STEP, value)
        else:
            tree[name] = _value(value)
    return tree, at


def _nested(lines: list[str], at: int, indent: int) -> tuple[Tree, int]:
    """What stands below a key without a value of its own."""
    if at == len(lines) or _indent(lines[at]) < indent:
        return None, at
    inner = indent + STEP
    found = _indent(lines[at])
    if found == indent:
        if lines[at].startswith("-", indent):
            raise _GiveUp
        return None, at
    if found != inner:
        raise _GiveUp
    if lines[at].startswith("- ", inner):
        return _list(lines, at, inner)
    return _mapping(lines, at, inner)


def _literal(lines: list[str], at: int, indent: int, sign: str) -> tuple[str, int]:
    """A block text whose lines all stand at `indent` or deeper, the first one at `indent`."""
    start = at
    while at < len(lines) and _indent(lines[at]) >= indent:
        at += 1
    # Blank lines, within or after, fall under rules that are not worth repeating here.
    if (
        at == start
        or _indent(lines[start]) != indent
        or not all(map(str.strip, lines[start : at + 1]))
    ):
        raise _GiveUp
    text = "\n".join([line[indent:] for line in lines[start:at]])
    return (text if sign == "|-" else text + "\n"), at


def _list(lines: list[str], at: int, indent: int) -> tuple[list[Tree], int]:
    items: list[Tree] = []
    while at < len(lines):
        line = lines[at]
        found = _indent(line)
        if found < indent:
            break
        if found != indent or not line.startswith("- ", indent):
            raise _GiveUp
        inside = indent + STEP
        if _KEY.match(line, inside):
            # The dash takes the place of two spaces: below it stands an ordinary mapping.
            lines[at] = " " * inside + line[inside:]
            item, at = _mapping(lines, at, inside)
            items.append(item)
        else:
            items.append(_value(line[inside:]))
            at += 1
    return items, at


def _value(text: str) -> Tree:
    first = text[:1]
    if first.isalnum() and ": " not in text and " #" not in text and text[-1] not in ": ":
        return MISSING.get(text, text)
    if first == '"':
        inner = text[1:-1]
        if len(text) < 2 or text[-1] != '"' or '"' in inner or "\\" in inner:
            raise _GiveUp
        return inner
    if first == "[" and text[-1] == "]":
        return [_flow_item(item) for item in text[1:-1].split(", ")] if text != "[]" else []
    if first == "{" and text[-1] == "}":
        return _flow_mapping(text[1:-1])
    if text == "~":
        return TILDE
    begins = first in _STARTS or _DASHED.match(text)
    if not begins or ": " in text or " #" in text or text[-1] in ": ":
        raise _GiveUp
    return text


def _flow_item(text: str) -> Tree:
    if _FLOW_ITEM.fullmatch(text) is None:
        raise _GiveUp
    if text[0] == '"':
        return text[1:-1]
    return MISSING.get(text, text)


def _flow_mapping(text: str) -> dict[str, Tree]:
    tree: dict[str, Tree] = {}
    for part in text.split(", "):
        match = _KEY.match(part)
        if match is None or match[1] in tree or match[1] in MISSING:
            raise _GiveUp
        tree[match[1]] = _flow_item(part[match.end() :])
    return tree
