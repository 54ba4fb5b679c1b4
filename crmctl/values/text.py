"""Text for people's eyes: what a terminal must not get raw, and likely intentions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Controls, bidirectional overrides, invisible characters and halves of characters. The joiners
# U+200C and U+200D and the variation selectors stay: scripts and emoji need them.
_UNSAFE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff"
)
_ANY = re.compile(f"[{_UNSAFE}]")
_NOT_LAYOUT = re.compile(f"(?![\n\t])[{_UNSAFE}]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _shown(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    return _SHORT.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def visible(text: str, keep_newlines: bool = False) -> str:
    """`text` with control, bidi and invisible characters spelled out as `\\x1b` or `\\u202e`.

    With `keep_newlines` line breaks (CRLF as LF) and tabs stay as they are.
    """
    if text.isprintable():
        return text
    if keep_newlines:
        return _NOT_LAYOUT.sub(_shown, text.replace("\r\n", "\n"))
    return _ANY.sub(_shown, text)


def suggest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The choice most like `word` regardless of case, or None when none is close.

    `cutoff`: how alike, from 0 to 1. The default is for words that were meant to be a choice.
    """
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for choice in choices:
        folded.setdefault(choice.casefold(), choice)
    # Nobody mistypes a long word; difflib is quadratic in its length.
    close = get_close_matches(word[:80].casefold(), list(folded), n=1, cutoff=cutoff)
    return folded[close[0]] if close else None


def fold(text: str) -> str:
    """`text` for comparing regardless of case and width; spaces and accents stay."""
    if text.isascii():
        return text.lower()
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = text.casefold()
    if folded == text or unicodedata.is_normalized("NFKC", folded):
        return folded
    # Case folding can leave a character that composes with its neighbor again.
    return unicodedata.normalize("NFKC", folded)
