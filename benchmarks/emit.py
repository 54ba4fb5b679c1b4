"""Canonical YAML for generated records, faster than the program's own writer.

The generator knows its texts: one line or plain lines of visible characters. So a fraction of the
rules is enough, and the result is still what crmctl itself would write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

LINE_WIDTH = 78
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./@+&()-]*[\w./@+&()-])?")
_TYPED = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))


def quoted(text: str) -> str:
    """A text by the quoting rule: plain only if it starts with a letter and looks like nothing."""
    if _PLAIN.fullmatch(text) and text.lower() not in _TYPED:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# For values that come again and again; sentences would only push them out.
scalar = lru_cache(maxsize=4096)(quoted)


def text(key: str, value: str) -> str:
    """A key with text, `|-` when it has several lines; "" without text."""
    if not value:
        return ""
    if "\n" in value:
        body = value.replace("\n", "\n  ")
        return f"{key}: |-\n  {body}\n"
    return f"{key}: {quoted(value)}\n"


def texts(key: str, values: Sequence[str], deeper: int = 0) -> str:
    """A key with a list of texts, on one line where they fit; "" without texts.

    `deeper` is by how many columns the lines will be indented in the end.
    """
    if not values:
        return ""
    items = [quoted(value) for value in values]
    line = f"{key}: [{', '.join(items)}]"
    if deeper + len(line) <= LINE_WIDTH:
        return f"{line}\n"
    return f"{key}:\n" + "".join(f"  - {item}\n" for item in items)


def entries(key: str, documents: Iterable[str]) -> str:
    """A key with a list of mappings, each given as its unindented lines; "" without any."""
    lines = []
    for document in documents:
        first, *rest = document.splitlines()
        lines.append(f"  - {first}\n")
        lines += [f"    {line}\n" for line in rest]
    return f"{key}:\n{''.join(lines)}" if lines else ""


def nested(key: str, lines: str) -> str:
    """A key with a mapping, given as its unindented lines; "" without any."""
    if not lines:
        return ""
    return f"{key}:\n" + "".join(f"  {line}\n" for line in lines.splitlines())


def money(cents: int) -> str:
    """An amount with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
