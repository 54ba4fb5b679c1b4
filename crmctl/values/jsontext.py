"""JSON as crmctl writes and reads it: exact decimals, readable text, nothing a terminal obeys.

The standard encoder cannot write a Decimal as a number, so this small one does; strings still go
through its C function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from json import JSONDecoder, JSONEncoder
from json.encoder import encode_basestring
from math import isfinite
from typing import Any

# What JSON allows inside strings but terminals, editors and JavaScript may not take as text.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(str(value))
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    raise TypeError(f"no JSON for {value!r}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a JSON key must be text, not {key!r}")
    return encode_basestring(key)


def _compact(value: object) -> str:
    kind = type(value)
    if kind is str:
        return encode_basestring(value)  # type: ignore[arg-type]
    if isinstance(value, dict):
        items = [f"{_key(key)}: {_compact(item)}" for key, item in value.items()]
        return "{" + ", ".join(items) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([_compact(item) for item in value]) + "]"
    return _scalar(value)


class _NotPlain(Exception):
    """The standard encoder met something that it would write in its own way, or not at all."""


def _not_plain(value: object) -> Any:
    raise _NotPlain


# Some five times as fast as the small encoder, and the same for all that has no decimals in it.
_QUICK = JSONEncoder(ensure_ascii=False, allow_nan=False, default=_not_plain).encode


def _indented(value: object, margin: str) -> str:
    inner = margin + "  "
    if isinstance(value, dict) and value:
        lines = [f"{inner}{_key(key)}: {_indented(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
    if isinstance(value, (list, tuple)) and value:
        lines = [inner + _indented(item, inner) for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{margin}]"
    return _compact(value)


def dumps(value: object) -> str:
    """One line of JSON for str, int, bool, None, Decimal, finite float, list, tuple and dict.

    Keys are text and keep their order; decimals keep every digit and are never in exponent
    form. Anything else raises TypeError.
    """
    try:
        text = _QUICK(value)
    except (_NotPlain, ValueError):
        text = _compact(value)
    return text if text.isprintable() else _UNSAFE.sub(_escape, text)


def dumps_pretty(value: object) -> str:
    """Like `dumps`, indented by two spaces a level, without a final line break."""
    return _UNSAFE.sub(_escape, _indented(value, ""))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = JSONDecoder(parse_float=Decimal, parse_constant=_refuse)


def loads(text: str) -> Any:
    """The value of a JSON text, with fractions as Decimal; ValueError when it is not JSON."""
    return _DECODER.decode(text)


_BLANK = re.compile(r"[ \t\r\n]*")


def array_items(text: str) -> Iterator[tuple[int, Any]]:
    """The items of a JSON array, each with the place where it begins; ValueError as in `loads`."""
    place = _past_blanks(text, 0)
    if text[place : place + 1] != "[":
        raise ValueError(f"Expecting '[': char {place}")
    place = _past_blanks(text, place + 1)
    closed = text[place : place + 1] == "]"
    while not closed:
        value, end = _DECODER.raw_decode(text, place)
        yield place, value
        place = _past_blanks(text, end)
        closed = text[place : place + 1] == "]"
        if not closed:
            if text[place : place + 1] != ",":
                raise ValueError(f"Expecting ',' delimiter: char {place}")
            place = _past_blanks(text, place + 1)
    if _past_blanks(text, place + 1) != len(text):
        raise ValueError(f"Extra data: char {place + 1}")


def _past_blanks(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place
