"""JSON keeps every digit and every character, and holds nothing a terminal obeys."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.jsontext import dumps, dumps_pretty, loads

decimals = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda number: abs(int(number.as_tuple().exponent)) < 50
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), decimals, st.text())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (12, "12"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-7"), "0.0000001"),
        (0.5, "0.5"),
        ("张伟", '"张伟"'),
        ('a"b\\c\n', '"a\\"b\\\\c\\n"'),
        ("\x1b\x7f\x9b\u202e\u2028\ufeff", '"\\u001b\\u007f\\u009b\\u202e\\u2028\\ufeff"'),
        ("\udcff", '"\\udcff"'),
        ({"b": 1, "a": [Decimal("0.10"), ()]}, '{"b": 1, "a": [0.10, []]}'),
        ({"\x9b": {}}, '{"\\u009b": {}}'),
    ],
)
def test_one_line(value: Any, text: str) -> None:
    assert dumps(value) == text


class Word(str):
    pass


def test_kinds_of_text_are_text() -> None:
    assert dumps({Word("a"): Word("b")}) == '{"a": "b"}'


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), object(), {"a": {1}}, b"x"]
)
def test_what_has_no_json(value: Any) -> None:
    with pytest.raises(TypeError):
        dumps(value)
    with pytest.raises(TypeError):
        dumps_pretty([value])


@pytest.mark.parametrize("text", ["", "{", "NaN", "Infinity", "[1,]", "{'a': 1}", "1 2"])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|Expecting|Extra|Illegal"):
        loads(text)


def test_fractions_come_back_with_their_digits() -> None:
    found = loads('{"amount": 12.50, "n": 3}')
    assert str(found["amount"]) == "12.50"
    assert type(found["n"]) is int


@given(values)
def test_writing_and_reading_is_the_identity(value: Any) -> None:
    assert loads(dumps(value)) == value
    assert loads(dumps_pretty(value)) == value
    assert "\n" not in dumps(value)
    assert dumps(loads(dumps(value))) == dumps(value)


@given(st.recursive(st.text('aé"\\\n张'), lambda inner: st.lists(inner), max_leaves=8))
def test_it_looks_like_the_standard_one(value: Any) -> None:
    assert dumps(value) == json.dumps(value, ensure_ascii=False)
    assert dumps_pretty(value) == json.dumps(value, ensure_ascii=False, indent=2)


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_a_terminal_obeys(text: str) -> None:
    written = dumps({text: text})
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in written)
    assert not set("\u202a\u202e\u2066\u2069\u2028\u200e") & set(written)
    written.encode()
