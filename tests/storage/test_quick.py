"""The short cut reads what the careful reader reads, or leaves it to that."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.storage import quick as module
from crmctl.storage.events import examine
from crmctl.storage.quick import quick
from crmctl.storage.writer import Flow, Plain, dump


def careful(text: str) -> Any:
    """What the reader says without the short cut; None for a fault or for nothing."""
    return examine(text, 1)[0]


CANONICAL = """\
id: acme
name: 智云科技 Acme GmbH
phones: ["+86 138", "010"]
tags: [vip, 上海]
empty:
nested:
  mode: slow
  at: 2026-11-21T14:30+08:00
contacts:
  - id: li-si
    name: 李四
    emails: [li@example.com]
  - id: eva
    name: Eva
level_history:
  - {value: vip, was: basic, at: 2026-01-02}
birthday: --05-17
amount: -12.50
notes: |-
  first line
    deeper: one
  - not a list
created: 2026-11-21
"""


def test_the_written_form_takes_the_short_cut() -> None:
    tree = quick(CANONICAL)
    assert tree is not None
    assert tree == careful(CANONICAL)
    assert tree["birthday"] == "--05-17"
    assert tree["notes"] == "first line\n  deeper: one\n- not a list"


@pytest.mark.parametrize(
    "text",
    [
        "name: a # comment\n",
        "name: 'single'\n",
        'name: "esc\\n"\n',
        "name: a\nname: b\n",
        "name: &a x\n",
        "name: *a\n",
        "name: !!str x\n",
        "name: a: b\n",
        "a:\n - x\n",
        "a:\n- x\n",
        "a: x\n  more\n",
        "# only\n",
        "name: a\n\nb: c\n",
        "<<<<<<< HEAD\na: b\n",
        "a: [b, [c]]\n",
        "a: {b: c, b: d}\n",
        "a: >\n  folded\n",
        "a: b\r\n",
        "a:\tb\n",
        "a: b",
        "",
    ],
)
def test_what_is_not_plain_is_left_to_the_careful_reader(text: str) -> None:
    assert quick(text) is None


PIECES = st.sampled_from(
    "a b null ~ true 1 01 1e3 12:30 - -- -1 --05-17 : # , [ ] { } \" ' | |- > & * ! % @ ` ? \\"
    " 张 é \u3000 \u200d \t . ... --- = + / ( ) name: b: value "
    "[a, b] {a: b} \"x\" 'y' - id: x".split(" ")
    + [" ", "  ", "    ", "\n", "\n  ", "\n    ", ": ", "- ", ", "]
)


@given(st.lists(PIECES, max_size=24).map("".join))
def test_both_readers_agree_on_odd_texts(text: str) -> None:
    for candidate in (text, text + "\n", f"key: {text}\n", f"a:\n  b: {text}\nc: d\n"):
        tree = quick(candidate)
        assert tree is None or tree == careful(candidate)


KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=12)
SCALARS = TEXTS | st.integers() | st.booleans() | st.dates().map(lambda d: Plain(d.isoformat()))
FLAT = st.dictionaries(KEYS, SCALARS, min_size=1, max_size=4)
RECORDS = st.dictionaries(
    KEYS,
    SCALARS | st.lists(TEXTS, min_size=1, max_size=4) | FLAT | st.lists(FLAT | FLAT.map(Flow)),
    min_size=1,
    max_size=6,
)


@given(RECORDS)
def test_both_readers_agree_on_whatever_is_written(record: dict[str, Any]) -> None:
    text = dump(record)
    tree = quick(text)
    assert tree is None or tree == careful(text)


def test_a_very_long_text_is_left_to_the_careful_reader() -> None:
    assert quick("a: " + "x" * module.MAX_TEXT + "\n") is None
