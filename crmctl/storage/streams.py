"""Whole documents of a stream: appended, replaced and removed without touching the others.

A stream is split before it is parsed, so a broken document hinders nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crmctl.storage.reader import SEPARATOR, Chunk, parse_document, split_stream

_DASHES = re.compile(r"\A---(?=[ \t])[ \t]*")


def newline_of(text: str) -> str:
    """The line break that most lines of a text end with; LF where there is none."""
    crlf = text.count("\r\n")
    lf = text.count("\n") - crlf
    cr = text.count("\r") - crlf
    if crlf > max(lf, cr):
        return "\r\n"
    return "\r" if cr > lf else "\n"


def with_newline(text: str, newline: str) -> str:
    """The text with all its lines ending in `newline`."""
    return re.sub(r"\r\n|\r|\n", newline, text)


def undashed(document: str) -> str:
    """The text of a document without the dashes that stand on its very line."""
    return _DASHES.sub("", document, count=1)


def preamble(text: str) -> str:
    """The comments that stand above the first document of a stream."""
    chunks = split_stream(text)
    return SEPARATOR.sub("", text[: chunks[0].start]) if chunks else text


def append_document(text: str, document: str) -> str:
    """The stream with one more document (LF text, as `dump` gives it) at its end."""
    newline = newline_of(text)
    document = document.removeprefix("---\n").replace("\n", newline)
    if text and not text.endswith(("\n", "\r")):
        text += newline
    chunks = split_stream(text)
    if not chunks:
        # A separator keeps the comments at the top apart from the first record.
        return f"{text}---{newline}{document}" if text.strip() else text + document
    if _has_no_content(chunks[-1].text):
        return text + document
    return f"{text}---{newline}{document}"


def insert_documents(text: str, documents: Sequence[tuple[int, str]]) -> str:
    """The stream with more documents, each with the place of the present one that it goes before.

    Those with a place behind the last are appended.
    """
    newline, chunks = newline_of(text), split_stream(text)
    openings = _openings(text, chunks)
    gap = f"---{newline}"
    documents = sorted(documents, key=lambda placed: placed[0])
    # From the end, so that the places of the others stay true.
    for place, document in reversed([one for one in documents if one[0] < len(chunks)]):
        at, new = openings[place], with_newline(_ended(document), newline)
        new = gap + new if SEPARATOR.match(text, at) else new + gap
        text = text[:at] + new + text[at:]
    for _place, document in (one for one in documents if one[0] >= len(chunks)):
        text = append_document(text, with_newline(document, "\n"))
    return text


def _ended(text: str) -> str:
    return text if text.endswith(("\n", "\r")) else f"{text}\n"


def ids_of(text: str) -> list[str | None]:
    """The id that each document of a stream bears; None for one that has none to be read."""
    trees = (parse_document(chunk.text)[0] or {} for chunk in split_stream(text))
    return [id if isinstance(id, str) else None for id in (tree.get("id") for tree in trees)]


def documents_of(text: str) -> dict[str, str]:
    """The documents of a stream by their id, without those that have none."""
    chunks = split_stream(text)
    return {id: chunk.text for id, chunk in zip(ids_of(text), chunks, strict=True) if id}


def _has_no_content(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def replace_document(text: str, chunk: Chunk, new_text: str) -> str:
    """The stream with `new_text` in the place of one of its documents.

    `new_text` has the stream's own line breaks already, as `edit_document` leaves them.
    Raises ValueError when the stream does not hold the chunk at its place.
    """
    stop = chunk.start + len(chunk.text)
    if text[chunk.start : stop] != chunk.text:
        raise ValueError("the document is not where it was")
    newline = newline_of(text)
    if chunk.text.startswith("---") and not new_text.startswith("---"):
        new_text = f"---{newline}{new_text}"
    if stop < len(text) and new_text and not new_text.endswith(("\n", "\r")):
        new_text += newline
    return text[: chunk.start] + new_text + text[stop:]


def remove_document(text: str, index: int) -> str:
    """The stream without its document at `index`, an index into `split_stream(text)`.

    Its separator goes with it. Raises IndexError.
    """
    chunks = split_stream(text)
    chunk = chunks[index]
    separators = list(SEPARATOR.finditer(text))
    stop = chunk.start + len(chunk.text)
    if len(chunks) > len(separators) and index % len(chunks) == 0:
        # The first one has no separator, and takes that of the next.
        if separators and not separators[0][1].strip():
            stop = separators[0].end()
        return text[: chunk.start] + text[stop:]
    return text[: _openings(text, chunks)[index]] + text[stop:]


def _openings(text: str, chunks: Sequence[Chunk]) -> list[int]:
    """Where the documents of a stream begin, with their separators."""
    separators = [match.start() for match in SEPARATOR.finditer(text)]
    return [chunk.start for chunk in chunks[: len(chunks) - len(separators)]] + separators
