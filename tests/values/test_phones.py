"""Phone numbers: their digits, and which texts mean one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.phones import digits, same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("138 1234 5678", "13812345678"),
        ("+86 138-1234-5678", "8613812345678"),
        ("0086 138 1234 5678", "8613812345678"),
        ("（０１０）６２３４－５６７８", "01062345678"),
        ("010-62345678 转 801", "01062345678"),
        ("010-62345678转801", "01062345678"),
        ("62345678 ext. 12", "62345678"),
        ("62345678x12", "62345678"),
        ("62345678#12", "62345678"),
        ("Tel: +1 (212) 555-1234", "12125551234"),
        ("+44 (0)20 7946 0018", "442079460018"),
        ("٠١٠ ٦٢٣٤", "0106234"),
        ("none", ""),
        ("", ""),
    ],
)
def test_digits(text: str, expected: str) -> None:
    assert digits(text) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("+86 138 1234 5678", "13812345678"),
        ("+86 10 6234 5678", "010-62345678"),
        ("+86 755 6234 5678", "0755 62345678"),
        ("62345678", "010-62345678"),
        ("+44 20 7946 0018", "020 7946 0018"),
        ("+1 212 555 1234", "(212) 555-1234"),
        ("123", "1-2-3"),
        ("400-820-8820", "4008208820 转 3"),
    ],
)
def test_one_line(a: str, b: str) -> None:
    assert same(a, b)
    assert same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("13812345678", "13812345679"),
        ("13812345678", "12345678"),
        ("+86 138 1234 5678", "1234 5678"),
        ("+86 212 555 1234", "+1 212 555 1234"),
        ("010-62345678", "021-62345678"),
        ("345678", "62345678"),
        ("99999962345678", "62345678"),
        ("", ""),
        ("n/a", "none"),
    ],
)
def test_two_lines(a: str, b: str) -> None:
    assert not same(a, b)
    assert not same(b, a)


@given(st.text())
def test_only_ascii_digits_are_left(text: str) -> None:
    assert set(digits(text)) <= set("0123456789")


phone_like = st.text("0123456789+- ()转x", max_size=16)


@given(phone_like, phone_like)
def test_sameness_is_mutual(a: str, b: str) -> None:
    assert same(a, b) == same(b, a)
    assert same(a, a) == bool(digits(a))
