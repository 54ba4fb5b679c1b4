"""Reads records: bytes to text, text to documents, a document to its tree or its faults.

There is one dialect of YAML, in which nobody guesses. What is written plainly is read by the short
cut, everything else is examined with care. Faults are values, never exceptions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmctl.storage.quick import quick
from crmctl.values.tree import TILDE, Tree

MAX_DOCUMENT = 1 << 20

# Plain scalars that mean something else than their own characters.
MISSING: dict[str, str | None] = {"": None, "null": None, "Null": None, "NULL": None, "~": TILDE}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a text: a code, a 1-based place in the file, details for the message.

    Codes: syntax, duplicate-key, conflict-marker, anchor, alias, tag, too-deep, too-large,
    encoding, not-a-mapping, tab, control-character, and for files that are none: unreadable,
    not-a-file, outside.
    """

    code: str
    line: int
    column: int
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One document of a stream.

    `text` lacks the `---` line (but has it when the document begins on that very line), `line` is
    the 1-based line of its first line in the file, `start` the offset of `text` in the file.
    """

    text: str
    line: int
    start: int


# YAML reserves `---` at column 0, so a document ends there however broken it is.
# (The look behind stands after the dashes, so that the search can jump from dash to dash.)
SEPARATOR = re.compile(r"---(?<![^\r\n]---)(?=[ \t\r\n]|\Z)([^\r\n]*)(\r\n|\r|\n|\Z)")
_PREAMBLE = re.compile(r"(?:[ \t]*(?:[#%][^\r\n]*)?(?:\r\n|\r|\n|\Z))*\Z")
_BLANK_OR_COMMENT = re.compile(r"[ \t]*(?:[ \t]#.*)?\Z")
_BREAK = re.compile(r"\r\n|\r|\n")


def lines_between(text: str, start: int, end: int) -> int:
    """How many line breaks (LF, CRLF, CR) stand in text[start:end]."""
    count = text.count("\n", start, end)
    if "\r" in text:
        count += text.count("\r", start, end) - text.count("\r\n", start, end)
    return count


def split_stream(text: str) -> list[Chunk]:
    """The documents of a stream, in order; comments and directives before the first are none."""
    chunks: list[Chunk] = []
    start, line = 0, 1
    seen_line, seen_at = 1, 0
    for match in SEPARATOR.finditer(text):
        chunks.append(Chunk(text[start : match.start()], line, start))
        at = match.end() if _BLANK_OR_COMMENT.match(match[1]) else match.start()
        seen_line += lines_between(text, seen_at, at)
        seen_at = at
        start, line = at, seen_line
    chunks.append(Chunk(text[start:], line, start))
    if chunks[0].start == 0 and _PREAMBLE.match(chunks[0].text):
        del chunks[0]
    return chunks


def decode(data: bytes) -> tuple[str, list[Fault]]:
    """UTF-8 text without its byte order mark, or an `encoding` fault that guesses what it is."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    if _looks_like_utf16(data):
        return "", [Fault("encoding", 1, 1, {"guess": "utf-16"})]
    try:
        return data[start:].decode("utf-8"), []
    except UnicodeDecodeError as error:
        at = start + error.start
    before = data[start:at].decode("utf-8", "replace")
    breaks = list(_BREAK.finditer(before))
    column = len(before) - (breaks[-1].end() if breaks else 0) + 1
    return "", [Fault("encoding", len(breaks) + 1, column, {"guess": _guess(data, before)})]


def _looks_like_utf16(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    sample = data[:1024]
    return sample.count(0) * 3 >= len(sample) > 1


def _guess(data: bytes, before: str) -> str:
    # Three-byte characters hardly ever come about by chance: this was UTF-8 and got damaged.
    if any("\u0800" <= char <= "\uffff" for char in before):
        return "damaged utf-8"
    if b"\0" in data:
        return "binary data"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "latin-1"
    return "gb18030"


def parse_document(text: str, line: int = 1) -> tuple[dict[str, Tree] | None, list[Fault]]:
    """The record in a document, or its faults; (None, []) when there is nothing but comments.

    `line` is the file's line on which the text begins. Never raises.
    """
    tree = quick(text)
    if tree is not None:
        return tree, []
    if len(text) * 4 > MAX_DOCUMENT and len(text.encode("utf-8", "replace")) > MAX_DOCUMENT:
        return None, [Fault("too-large", line, 1, {"limit": str(MAX_DOCUMENT)})]
    # Loaded here: most files are plain, and a YAML parser takes its time to load.
    from crmctl.storage.events import examine

    return examine(text, line)
