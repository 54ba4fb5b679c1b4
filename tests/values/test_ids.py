"""Ids: minted, hashed, judged, made unique."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.ids import (
    ALPHABET,
    hashed_tail,
    is_valid_id,
    mint_tail,
    stream_id,
    unique_slug,
)


def test_the_alphabet_has_no_letters_that_look_alike() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("ilou")


def test_minted_tails_differ() -> None:
    tails = {mint_tail() for _ in range(1000)}
    assert len(tails) == 1000
    assert all(len(tail) == 8 and set(tail) <= set(ALPHABET) for tail in tails)


def test_stream_ids() -> None:
    assert stream_id("int", date(2026, 11, 21), "k3f9x2ab") == "int-20261121-k3f9x2ab"
    assert stream_id("int", date(987, 1, 2), "k3f9x2ab") == "int-09870102-k3f9x2ab"


def test_hashed_tails_are_the_same_forever() -> None:
    assert hashed_tail("order", "acme", "1") == hashed_tail("order", "acme", "1")
    assert hashed_tail("order", "acme", "1") == "hb47crgp"


@given(st.lists(st.text()), st.lists(st.text()))
def test_different_parts_have_different_tails(a: list[str], b: list[str]) -> None:
    assert (hashed_tail(*a) == hashed_tail(*b)) == (a == b)
    assert is_valid_id(stream_id("ord", date(2026, 1, 1), hashed_tail(*a)))


@pytest.mark.parametrize(
    "text",
    ["acme", "zhang-wei-2", "int-20261121-k3f9x2ab", "张伟", "a.b_c-d", "7", "Ünal", "x" * 80,
     "console", "com10"],
)  # fmt: skip
def test_valid_ids(text: str) -> None:
    assert is_valid_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "-a", ".a", "_none", "a.", "a..b", "..", "a/b", "a\\b", "a b", "a:b", "x" * 81, "con",
     "NUL", "com1.txt", "aux.", "a\n", "a\x00", "e\u0301a", "a\u202eb", "a\u200b", "½", "²",
     "\ud800", "~a", "a*", "'a'"],
)  # fmt: skip
def test_invalid_ids(text: str) -> None:
    assert not is_valid_id(text)


def test_the_next_free_slug() -> None:
    taken: set[str] = set()
    minted = []
    for _ in range(4):
        found = unique_slug("zhang-wei", taken.__contains__)
        taken.add(found)
        minted.append(found)
    assert minted == ["zhang-wei", "zhang-wei-2", "zhang-wei-3", "zhang-wei-4"]


def test_many_namesakes_are_not_asked_one_by_one() -> None:
    asked: list[str] = []

    def taken(candidate: str) -> bool:
        asked.append(candidate)
        return candidate == "li" or int(candidate.rsplit("-", 1)[1]) <= 10_000

    assert unique_slug("li", taken) == "li-10001"
    assert len(asked) < 60


def test_an_empty_base_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="base"):
        unique_slug("", lambda _: False)


@given(st.sets(st.integers(1, 200)))
def test_a_unique_slug_is_free(numbers: set[int]) -> None:
    used = {"a" if number == 1 else f"a-{number}" for number in numbers}
    found = unique_slug("a", used.__contains__)
    assert found not in used
    assert is_valid_id(found)
