"""Telephone numbers: the digits that are dialed, and whether two texts mean the same line."""

from __future__ import annotations

import re
import unicodedata

_EXTENSION = re.compile(
    r"(?<=[0-9])[\s.,;:)(/-]*(?:ext|x|#|转|轉|分机).*", re.IGNORECASE | re.DOTALL
)
_TRUNK_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_PLUS = re.compile(r"[^0-9]*\+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_SHORTEST = 7
_CHINESE_MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(char)) if not char.isascii() and char.isdecimal() else char
        for char in folded
    )


def _read(text: str) -> tuple[str, bool]:
    """Digits, and whether the number was written with its country code."""
    number = _EXTENSION.sub("", _ascii(text), count=1)
    abroad = _PLUS.match(number) is not None
    if abroad:
        number = _TRUNK_IN_BRACKETS.sub("", number)
    number = _NOT_DIGITS.sub("", number)
    if number.startswith("00"):
        return number[2:], True
    return number, abroad


def digits(text: str) -> str:
    """The digits of a phone number in ASCII: `+86 (10) 6234-5678 转 12` gives `861062345678`.

    Punctuation and letters go, as do a leading `+` or `00` and an extension (after 转, ext, x, #).
    A trunk zero (`010`) stays. Text without digits gives "".
    """
    return _read(text)[0]


def has_extension(text: str) -> bool:
    """Whether a number says more than its line: an extension behind it."""
    return _EXTENSION.search(_ascii(text)) is not None


def line(text: str) -> str:
    """The number as `same` reads it, without all else: digits, with `+` where it names its country.

    Two texts that are the same line have the last seven digits in common.
    """
    number, abroad = _read(text)
    return f"+{number}" if abroad and number else number


def same(a: str, b: str) -> bool:
    """Whether two texts are likely the same line.

    They are when their digits are equal, or when one ends with the other and what it has more can
    be a country code and an area code. The rules that keep strangers apart:

    - at least seven digits must agree, without the trunk zero of either;
    - two numbers that both name their country agree in full;
    - a Chinese mobile number only agrees with a number that has all its eleven digits;
    - one may have at most five digits more than the other (`86` + `755`).

    A local number without area code does agree with that number in any one city: the caller lists
    several candidates rather than missing the only one.
    """
    (first, first_abroad), (second, second_abroad) = _read(a), _read(b)
    if not first or not second:
        return False
    if first == second:
        return True
    if first_abroad and second_abroad:
        return False
    if not first_abroad:
        first = first.removeprefix("0")
    if not second_abroad:
        second = second.removeprefix("0")
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    more = len(longer) - len(shorter)
    if len(shorter) < _SHORTEST or more > 5 or not longer.endswith(shorter):
        return False
    return len(shorter) >= 11 or _CHINESE_MOBILE.fullmatch(longer) is None
