"""Record ids: readable, stable, and safe as file names on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

# Crockford's base 32: without the letters that are read as digits or as each other.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MAX_LENGTH = 80
_COMMON = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_TAIL_BYTES = 5  # 40 bits are eight characters of five bits
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789"]
)


def _spell(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))


def mint_tail() -> str:
    """Eight random characters."""
    from secrets import token_bytes

    return _spell(token_bytes(_TAIL_BYTES))


def hashed_tail(*parts: str) -> str:
    """Eight characters that depend on the parts alone, and on where one part ends."""
    from hashlib import blake2b

    digest = blake2b(digest_size=_TAIL_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return _spell(digest.digest())


def stream_id(prefix: str, day: date, tail: str) -> str:
    """The id of a stream record: `int-20261121-k3f9x2ab`."""
    return f"{prefix}-{day.isoformat().replace('-', '')}-{tail}"


def is_minted(id: str, prefix: str) -> bool:
    """Whether an id has the form that `stream_id` gives: two events never share such a one."""
    return re.fullmatch(rf"{re.escape(prefix)}-[0-9]{{8}}-[{ALPHABET}]{{8}}", id) is not None


def is_reserved(text: str) -> bool:
    """Whether Windows takes a file of this name, with any extension, for a device."""
    return text.split(".", 1)[0].lower() in _RESERVED


def is_valid_id(text: str) -> bool:
    """Whether a record may have this id.

    1 to 80 letters and digits of any script and `-`, `_`, `.`; the first is a letter or digit, the
    last no dot, no two dots together, in Unicode form NFC, no device name of Windows.
    """
    if not 1 <= len(text) <= MAX_LENGTH or text[-1] == "." or ".." in text:
        return False
    if _COMMON.fullmatch(text):
        return not is_reserved(text)
    if not (text[0].isalpha() or text[0].isdecimal()):
        return False
    if not all(char in "-_." or char.isalpha() or char.isdecimal() for char in text):
        return False
    return unicodedata.is_normalized("NFC", text) and not is_reserved(text)


def unique_slug(base: str, taken: Callable[[str], bool]) -> str:
    """`base` when it is free, else `base-2`, `base-3`, ... (ValueError for an empty base).

    Beyond 16 namesakes the number is searched by doubling and halving: an import of 10,000 equal
    names must not ask 50 million times. The result is free, though a smaller number may be too.
    """
    if not base:
        raise ValueError("a slug needs a base")
    base = base[: MAX_LENGTH - 8].rstrip("-.")
    if not taken(base):
        return base
    used = 1
    step = 1
    while taken(f"{base}-{used + step}"):
        used += step
        if used >= 16:
            step *= 2
    free = used + step
    while free - used > 1:
        middle = (used + free) // 2
        if taken(f"{base}-{middle}"):
            used = middle
        else:
            free = middle
    return f"{base}-{free}"
