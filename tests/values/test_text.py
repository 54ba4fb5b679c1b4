"""Nothing that a terminal obeys gets through; what people write stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.text import suggest, visible

anything = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张伟 & Söhne", "张伟 & Söhne"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("a\x00\x7f\x9b", "a\\x00\\x7f\\x9b"),
        ("abc\u202edef", "abc\\u202edef"),
        ("\u2066\u200f\u061c\u200b\ufeff", "\\u2066\\u200f\\u061c\\u200b\\ufeff"),
        ("a\u2028b", "a\\u2028b"),
        ("\udcff", "\\udcff"),
        ("👩\u200d🔧 ❤\ufe0f", "👩\u200d🔧 ❤\ufe0f"),
        ("全\u3000角\xa0", "全\u3000角\xa0"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_line_breaks_can_stay() -> None:
    assert visible("a\nb\r\nc\td\re\x1b", keep_newlines=True) == "a\nb\nc\td\\re\\x1b"


@given(anything)
def test_no_control_character_is_left(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in shown)
    assert not set("\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff") & set(shown)
    assert visible(shown) == shown
    shown.encode()


@given(anything)
def test_with_line_breaks_only_those_are_left(text: str) -> None:
    shown = visible(text, keep_newlines=True)
    assert visible(shown.replace("\n", "").replace("\t", "")) == shown.replace("\n", "").replace(
        "\t", ""
    )


def test_suggestions() -> None:
    assert suggest("custmer", ["customer", "order"]) == "customer"
    assert suggest("LEVLE", ["Level", "Label"]) == "Level"
    assert suggest("zzz", ["customer", "order"]) is None
    assert suggest("x" * 100_000, ["customer"]) is None
    assert suggest("", []) is None
