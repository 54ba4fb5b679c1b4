"""Bytes from elsewhere -> text, without ever guessing in silence.

Spreadsheets in China still write GB18030, so that is tried after UTF-8, but only believed when
the result looks like Chinese: nearly any bytes can be decoded as GB18030.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

from crmctl.exchange.errors import BadText, NotATable, UnknownEncoding
from crmctl.locale import _

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 20


class Decoded(NamedTuple):
    """A text, the encoding it was read in, and whether that was a guess to be told."""

    text: str
    encoding: str
    guessed: bool


def decode(data: bytes, path: str, encoding: str | None = None) -> Decoded:
    """The text of a file named `path` in messages.

    `encoding` as named by a person, else by the byte order mark, else UTF-8, else GB18030.
    Raises UnknownEncoding, BadText with the line, NotATable for workbooks and other binary data.
    """
    if encoding is not None:
        return Decoded(_named(data, path, encoding), encoding, False)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotATable(
            _("{path} is a workbook, not a text file.").format(path=path),
            _("Save it as CSV (UTF-8) and import that."),
        )
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Decoded(_strict(data[len(mark) :], path, name), name, False)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _looks_chinese(data[:_SAMPLE]):
            return Decoded(_strict(data, path, "gb18030"), "gb18030", True)
        line = _line(data, error.start)
        raise BadText(path, line, "UTF-8", None) from None
    if "\0" in text:
        raise BadText(path, _line(data, data.index(0)), "UTF-8", "utf-16")
    return Decoded(text, "utf-8", False)


def _named(data: bytes, path: str, encoding: str) -> str:
    try:
        "a".encode(encoding)  # refuses what is no encoding of texts, such as base64
    except (LookupError, ValueError):
        raise UnknownEncoding(encoding) from None
    return _strict(data, path, encoding).removeprefix("\ufeff")


def _strict(data: bytes, path: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadText(path, _line(data, error.start), encoding.upper(), None) from None


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _looks_chinese(data: bytes) -> bool:
    """Whether bytes above ASCII come in pairs that are common Chinese characters or marks.

    Rows 1-9 (marks) and 16-55 (the 3,755 everyday characters) of GB 2312 make up nearly all of
    any Chinese text. Western letters with accents mostly pair with ASCII, Cyrillic ones fall into
    the rows of rare characters, and Big5 has second bytes below 0xA1.
    """
    common = pairs = place = 0
    while place < len(data) - 1:
        first = data[place]
        if first < 0x80:
            place += 1
            continue
        pairs += 1
        if data[place + 1] >= 0xA1 and (0xA1 <= first <= 0xA9 or 0xB0 <= first <= 0xD7):
            common += 1
        place += 2
    return common * 10 >= pairs * 7 > 0
