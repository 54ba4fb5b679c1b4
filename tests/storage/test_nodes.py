"""Marks: every node's span holds exactly the text a person would point at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.storage.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    compose,
    locate,
    locate_key,
    tree_of,
)
from crmctl.storage.reader import parse_document
from crmctl.storage.writer import dump
from crmctl.values.tree import TILDE

TEXT = """\
# 😀 comment
name: 李四 😀  # beside
empty:
quoted: "a\\"b
  c"
note: |  # header
  one
    two

# after
keep: |+
  x

flow: {a: [x, 'y'], b: }
list:
- a
-
- k: v
  w: ~
tail: end
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_spans(newline: str) -> None:
    text = TEXT.replace("\n", newline)
    root = compose(text)

    def span(*path: str | int) -> str:
        node = locate(root, path)
        assert node is not None
        return text[node.start : node.end].replace(newline, "\n")

    assert span("name") == "李四 😀"
    assert span("empty") == ""
    assert span("quoted") == '"a\\"b\n  c"'
    assert span("note") == "|  # header\n  one\n    two"
    assert span("keep") == "|+\n  x\n"
    assert span("flow") == "{a: [x, 'y'], b: }"
    assert span("flow", "a") == "[x, 'y']"
    assert span("flow", "a", 1) == "'y'"
    assert span("flow", "b") == ""
    assert span("list") == "- a\n-\n- k: v\n  w: ~"
    assert span("list", 1) == ""
    assert span("list", 2) == "k: v\n  w: ~"
    assert span("tail") == "end"
    assert tree_of(root) == parse_document(text)[0]


def test_missing_values_stand_after_their_colon() -> None:
    text = "a: # c\n\n# d\nb:\n"
    root = compose(text)
    assert [text[: value.start] for _key, value in root.items] == ["a:", "a: # c\n\n# d\nb:"]


def test_places_are_those_of_an_editor() -> None:
    root = compose("a: 1\n李:\n  - x: 😀\n    y: 2\n")
    node = locate(root, ("李", 0, "y"))
    key = locate_key(root, ("李", 0, "y"))
    assert node is not None
    assert key is not None
    assert (node.line, node.column) == (4, 8)
    assert (key.line, key.column) == (4, 5)


def test_paths_that_lead_nowhere() -> None:
    root = compose("a: [x]\n")
    for path in (("b",), ("a", 1), ("a", -1), ("a", "x"), ("a", 0, "x"), (0,)):
        assert locate(root, path) is None
        assert locate_key(root, path) is None
    assert locate(root, ()) is root


def test_styles_and_values() -> None:
    root = compose("a: ~\nb: '~'\nc: NULL\nd: x\n")
    nodes = [value for _key, value in root.items if isinstance(value, ScalarNode)]
    assert [(node.value, node.plain) for node in nodes] == [
        (TILDE, True), ("~", False), (None, True), ("x", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "- a\n", "a: 'x\n", "a: &b 1\n", "a: \0\n", "[" * 100, "\ud800"]
)
def test_what_is_no_record_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compose(text)


def check(text: str, node: Node, value: Any) -> None:
    """The span of every node, read alone, gives the node's value."""
    span = text[node.start : node.end]
    if isinstance(node, MappingNode):
        assert len(value) == len(node.items)
        for key, inner in node.items:
            assert key.value in value
            check(text, inner, value[key.value])
    elif isinstance(node, SequenceNode):
        for item, inner in zip(node.items, value, strict=True):
            check(text, item, inner)
    elif span and span[0] not in "|":
        assert parse_document(f"k: [{span}]")[0] == {"k": [value]}


words = st.text(st.sampled_from(list("ab 李😀'\"\\:#-\n\x85\u2028\t")), max_size=12)


@given(
    st.dictionaries(
        st.sampled_from(["a", "名", "😀", "d e"]),
        words | st.lists(words, max_size=3) | st.lists(st.fixed_dictionaries({"x": words})),
        min_size=1,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_spans_of_any_record(record: dict[str, Any], newline: str) -> None:
    text = "# 😀\n" + dump(record)
    text = text.replace("\n", newline)
    tree, _faults = parse_document(text)
    if tree is not None:
        check(text, compose(text), tree)
