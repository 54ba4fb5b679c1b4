"""Tables are aligned by what the eye sees, and fit the terminal."""

from __future__ import annotations

from unicodedata import combining

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from crmctl.analytics.result import Column
from crmctl.render.table import GAP, pairs, table
from crmctl.render.width import clip, pad, width, wrap
from crmctl.values.text import visible

COLUMNS = [
    Column("id", "编号", "id"),
    Column("name", "Name", "text"),
    Column("amount", "金额", "money"),
]
NAMES = [
    "上海智云科技有限公司",
    "Acme",
    "🙂 Smile",
    "👨‍👩‍👧 Family",
    "é combining",
    "ﾊﾝｶｸ",
    "👍🏽",
    "🇨🇳",
]
# Terminals disagree on what follows a virama, which joins the letters of Indian scripts.
CHARS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs", "Mn"]).filter(
        lambda char: combining(char) != 9
    ),
    max_size=30,
)
PLAIN = st.text(st.sampled_from("ab 上海，。🙂é"), max_size=40)


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_as_wide_as_the_rule(name: str) -> None:
    # The last column is aligned to the right, so each line ends where the rule ends.
    lines = list(table(COLUMNS, [["a", name, 5], ["b", "x", 12345]]))
    assert {wcswidth(line) for line in lines} == {wcswidth(lines[1])}


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=5))
def test_columns_begin_where_the_rule_says(rows: list[tuple[str, str]]) -> None:
    head, rule, *lines = table(COLUMNS[1:], [[name, len(note)] for name, note in rows])
    start = rule.index(" ") + len(GAP)
    for line in (head, *lines):
        before = next(n for n in range(len(line) + 1) if wcswidth(line[:n]) >= start)
        assert wcswidth(line[:before]) == start
        assert line[:before].endswith(GAP)
        assert wcswidth(line) == wcswidth(rule)


@given(CHARS)
def test_width_is_what_terminals_count(text: str) -> None:
    shown = visible(text)
    assert width(shown) == max(wcswidth(shown), 0) or wcswidth(shown) < 0


@pytest.mark.parametrize("wide", [10, 20, 30, 40, 80])
def test_a_table_fits_the_terminal_while_it_can(wide: int) -> None:
    rows = [["int-20261121-k3f9x2ab", "上海智云科技有限公司 " * 4, 1234567]]
    lines = list(table(COLUMNS, rows, wide))
    assert max(map(wcswidth, lines)) <= max(wide, 3 * 8 + 2 * len(GAP))
    if wide == 80:
        assert "int-20261121-k3f9x2ab" in lines[2]  # only the text was cut
        assert "…" in lines[2]


def test_what_is_cut_says_nothing_false() -> None:
    columns = [
        Column("id", "ID", "id"),
        Column("customer", "Customer", "ref"),
        Column("subject", "Subject", "text"),
        Column("revenue", "Revenue of the last quarter", "money"),
    ]
    row = ["int-20261121-k3f9x2ab", "Stadtwerke Neckartal", "about the offer", 1234567]
    lines = list(table(columns, [row], 60))
    assert lines[2].startswith("int-20261121-k3f9x2ab  ")
    assert lines[2].endswith("1,234,567.00")
    assert max(map(wcswidth, lines)) <= 60


def test_without_a_terminal_nothing_is_cut() -> None:
    assert "x" * 500 in list(table(COLUMNS, [["a", "x" * 500, 1]]))[2]


@given(PLAIN, st.integers(1, 30))
def test_clipping(text: str, columns: int) -> None:
    cut = clip(text, columns)
    assert width(cut) <= columns
    assert cut == text if width(text) <= columns else cut.endswith("…")


@given(PLAIN, st.integers(2, 30))
def test_wrapping_loses_nothing_but_blanks(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    # A closing mark may hang over: a line does not begin with it.
    assert all(width(line.rstrip("，。")) <= columns for line in lines)


def test_padding() -> None:
    assert pad("张", 4) == "张  "
    assert pad("abcd", 2) == "abcd"


def test_pairs_continue_below_themselves() -> None:
    lines = list(pairs([("名称", "一二三四五六七八九十一二三"), ("x", "y"), ("", "")], 26))
    assert lines == ["名称  一二三四五六七八九十", "      一二三", "x     y", ""]
    assert list(pairs([])) == []
