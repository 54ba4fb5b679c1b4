"""How wide a text is on a terminal: Chinese takes two columns, combining marks take none."""

from __future__ import annotations

from functools import cache
from unicodedata import east_asian_width

_WIDE = ("W", "F")
# What help and tables are full of, told without the tables of wcwidth, which load slowly.
_CHINESE = (("\u4e00", "\u9fff"), ("\u3000", "\u3029"), ("\uff01", "\uff60"))
_SIMPLE_BELOW = "\U0001f000"  # emoji and other things that join into one start here


def width(text: str) -> int:
    """Terminal columns of a text without control characters."""
    if text.isascii():
        return len(text)
    if max(text) >= _SIMPLE_BELOW or "\u200d" in text or "\ufe0f" in text:
        from wcwidth import wcswidth

        columns = wcswidth(text)
        if columns >= 0:
            return columns
    return sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    if char < "\u0300" or "\u2010" <= char <= "\u2027":
        return 1
    if any(first <= char <= last for first, last in _CHINESE):
        return 2
    from wcwidth import wcwidth

    return max(wcwidth(char), 0)


def pad(text: str, columns: int) -> str:
    """The text filled with spaces to a width."""
    return text + " " * (columns - width(text))


def clip(text: str, columns: int) -> str:
    """The text cut to a width, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most that width, broken at spaces and between Chinese characters."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in _pieces(paragraph):
            if line and width(line + word.rstrip()) > columns:
                lines.append(line.rstrip())
                line = ""
            while width(word.rstrip()) > columns:
                head = clip(word, columns + 1)[:-1] or word[0]
                lines.append(head)
                word = word[len(head) :]
            line += word
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    word = ""
    for char in text:
        if east_asian_width(char) in _WIDE:
            if word:
                pieces.append(word)
            word = ""
            # A line does not begin with a full stop or a closing bracket.
            if pieces and char in "，。、；：！？）」』》”":
                pieces[-1] += char
            else:
                pieces.append(char)
        else:
            word += char
            if char == " ":
                pieces.append(word)
                word = ""
    return [*pieces, word] if word else pieces
