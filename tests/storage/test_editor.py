"""Edits change what they must and nothing else: the examples read as before and after."""

from __future__ import annotations

import copy
import os.path
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from crmctl.storage.editor import edit_document
from crmctl.storage.edits import Edit, Insert, Remove, Set
from crmctl.storage.errors import EditRefused
from crmctl.storage.nodes import MappingNode, compose, end_of_line
from crmctl.storage.reader import parse_document
from crmctl.storage.writer import Flow, Plain, as_tree, is_empty, prune, scalar

from .naughty import NAUGHTY

ORDER = {
    (): ["id", "name", "stage", "stage_history", "owner", "tags", "address", "contacts", "note"],
    ("address",): ["street", "city", "zip"],
    ("contacts", 0): ["id", "name", "title"],
    ("contacts", 1): ["id", "name", "title"],
}


def order(path: tuple[str | int, ...]) -> list[str]:
    return ORDER.get(path, [])


def edit(text: str, *edits: Edit) -> str:
    return edit_document(text, edits, order)


ACME = """\
# Our first customer
id: acme   # never change
name:    'Acme  Ltd'
stage: lead # since May

owner: li
tags: [vip, 'old']
address:
    city: 北京
    # the zip is unsure
    zip: "100080"
contacts:
- id: li-si
  name: 李四
# the new one
- id: wang
  name: 王五
# trailing comment
"""


def changes(text: str, *edits: Edit) -> list[str]:
    """The lines that an edit takes away (-) and brings (+), in order."""
    before, after = text.splitlines(True), edit(text, *edits).splitlines(True)
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return [f"-{line}" for line in before] + [f"+{line}" for line in after]


@pytest.mark.parametrize(
    ("change", "diff"),
    [
        (Set(("stage",), "won"), ["-stage: lead # since May\n", "+stage: won # since May\n"]),
        (Set(("stage",), "yes"), ["-stage: lead # since May\n", '+stage: "yes" # since May\n']),
        (Set(("name",), "Acme"), ["-name:    'Acme  Ltd'\n", "+name:    Acme\n"]),
        (Set(("address", "zip"), "1"), ['-    zip: "100080"\n', '+    zip: "1"\n']),
        (Set(("address", "street"), "x"), ["+    street: x\n"]),
        (Set(("contacts", 1, "title"), "CTO"), ["+  title: CTO\n"]),
        (Set(("contacts", 0, "name"), "李"), ["-  name: 李四\n", "+  name: 李\n"]),
        (Set(("tags",), ["vip", "new"]), ["-tags: [vip, 'old']\n", "+tags: [vip, new]\n"]),
        (Insert(("tags",), None, "x y"), ["-tags: [vip, 'old']\n", "+tags: [vip, 'old', x y]\n"]),
        (Insert(("tags",), 0, "a"), ["-tags: [vip, 'old']\n", "+tags: [a, vip, 'old']\n"]),
        (Remove(("tags", 0)), ["-tags: [vip, 'old']\n", "+tags: ['old']\n"]),
        (Remove(("tags", 1)), ["-tags: [vip, 'old']\n", "+tags: [vip]\n"]),
        (Remove(("tags",)), ["-tags: [vip, 'old']\n"]),
        (Remove(("address", "city")), ["-    city: 北京\n"]),
        (Remove(("contacts", 0)), ["-- id: li-si\n", "-  name: 李四\n"]),
        (Remove(("contacts", 1)), ["-- id: wang\n", "-  name: 王五\n"]),
        (Insert(("contacts",), None, {"id": "q"}), ["+- id: q\n"]),
        (Insert(("contacts",), 1, {"id": "q", "name": "Q"}), ["+- id: q\n", "+  name: Q\n"]),
        (Set(("level",), 3), ["+level: 3\n"]),
        (Set(("unknown",), Decimal("1.50")), ["+unknown: 1.50\n"]),
        (Set(("id",), None), ["-id: acme   # never change\n"]),
        (
            Insert(("stage_history",), None, Flow(value="won", at=Plain("2026-01-02"))),
            ["+stage_history:\n", "+- {value: won, at: 2026-01-02}\n"],
        ),
        (Set(("note",), "one\ntwo\n"), ["+note: |\n", "+    one\n", "+    two\n"]),
        (Set(("stage",), "lead"), []),
        (Set(("address",), {"city": "北京", "zip": "100080"}), []),
        (Remove(("nothing", 3, "x")), []),
        (Set(("nothing",), ""), []),
        (Set(("nothing",), {"a": [], "b": None}), []),
        (Insert(("tags",), None, None), []),
    ],
)
def test_minimal_changes(change: Edit, diff: list[str]) -> None:
    assert changes(ACME, change) == diff
    windows = ACME.replace("\n", "\r\n")
    assert changes(windows, change) == [line.replace("\n", "\r\n") for line in diff]


def test_a_key_goes_after_its_nearest_predecessor() -> None:
    assert edit("id: a\nx: 1\nowner: li\n", Set(("stage",), "new")) == (
        "id: a\nstage: new\nx: 1\nowner: li\n"
    )


def test_a_key_without_predecessor_goes_before_its_successor() -> None:
    assert edit("# head\nname: a\nx: 1\n", Set(("id",), "b")) == "# head\nid: b\nname: a\nx: 1\n"


def test_a_new_key_stands_before_trailing_comments() -> None:
    assert edit("id: a\n\n# end\n", Set(("zzz",), "1")) == 'id: a\nzzz: "1"\n\n# end\n'


def test_comments_inside_a_block_stay_with_it() -> None:
    text = "contacts:\n  - id: a\n  # - id: b\n\n    # c\n# end\n"
    assert edit(text, Set(("note",), "x")) == (
        "contacts:\n  - id: a\n  # - id: b\n\n    # c\nnote: x\n# end\n"
    )


def test_no_line_break_at_the_end() -> None:
    assert edit("id: a", Set(("id",), "b")) == "id: b"
    assert edit("id: a", Set(("name",), "b")) == "id: a\nname: b\n"
    assert edit("id: a\nname: b", Remove(("name",))) == "id: a\n"


def test_literal_text_at_the_very_end_keeps_its_last_character() -> None:
    text = "id: a\nnote: |\n  one"
    result = edit(text, Set(("zzz",), "x"))
    assert parse_document(result)[0] == {"id": "a", "note": "one", "zzz": "x"}


def test_every_kind_of_value_over_every_kind() -> None:
    values: list[Any] = ["x", "a\nb\n", "a\nb\n\n", ["p", "q"], [{"id": "a", "n": "b"}], {"k": "v"},
              {"k": {"l": ["m"]}}, Flow(a="b"), ["w" * 50, "v" * 50], 5]  # fmt: skip
    for comment in ("", " # beside"):
        for old in values:
            start = edit(f"id: a\nzz: 1{comment}\n# own\nend: 1\n", Set(("zz",), old))
            assert start.endswith("\n# own\nend: 1\n")
            for new in values:
                result = edit(start, Set(("zz",), new))
                assert result.startswith("id: a\nzz:")
                assert result.endswith("\n# own\nend: 1\n")
                assert parse_document(result)[0] == {"id": "a", "zz": as_tree(new), "end": "1"}


def test_a_comment_beside_the_key_survives_a_change_of_shape() -> None:
    assert edit("a: x # c\nb: 1\n", Set(("a",), {"k": "v"})) == "a: # c\n  k: v\nb: 1\n"
    assert edit("a: # c\n  k: v\nb: 1\n", Set(("a",), "x")) == "a: x # c\nb: 1\n"
    assert edit("a: x # c\n", Set(("a",), "1\n2\n")) == "a: | # c\n  1\n  2\n"


def test_empty_values_are_filled() -> None:
    assert edit("a: # c\nb: 1\n", Set(("a",), "x")) == "a: x # c\nb: 1\n"
    assert edit("a:\nb: 1\n", Insert(("a",), None, "x")) == "a: [x]\nb: 1\n"
    assert edit("a: []\n", Insert(("a",), None, "x")) == "a: [x]\n"
    assert edit("a: []\n", Insert(("a",), None, {"id": "x"})) == "a:\n  - id: x\n"
    assert edit("a:\nb: 1\n", Set(("a", "k"), "v")) == "a:\n  k: v\nb: 1\n"
    assert edit("a: ~\n", Set(("a", "k"), "v")) == "a:\n  k: v\n"
    assert edit("a: {}\n", Set(("a", "k"), "v")) == "a:\n  k: v\n"
    assert edit("b: 1\n", Set(("a", "k", "l"), "v")) == "b: 1\na:\n  k:\n    l: v\n"
    assert edit("a: [x, ~]\n", Set(("a", 1), "z")) == "a: [x, z]\n"
    assert edit("a:\n-\n- x\n", Set(("a", 0), "z")) == "a:\n- z\n- x\n"


def test_flow_style_stays_flow() -> None:
    text = "a: {k: v, l: {m: n}, o: }\n"
    assert edit(text, Set(("a", "k"), {"x": ["z"]})) == "a: {k: {x: [z]}, l: {m: n}, o: }\n"
    assert edit(text, Set(("a", "new"), "z")) == "a: {k: v, l: {m: n}, o: , new: z }\n"
    assert edit(text, Remove(("a", "k"))) == "a: {l: {m: n}, o: }\n"
    assert edit(text, Remove(("a", "l", "m"))) == "a: {k: v, o: }\n"
    assert edit("{id: a}\n", Set(("name",), "x\ny")) == '{id: a, name: "x\\ny"}\n'
    assert edit("{name: a}\n", Set(("id",), "x")) == "{id: x, name: a}\n"
    assert edit("{id: a}\n", Remove(("id",))) == "{}\n"
    assert edit("{}\n", Set(("id",), "a")) == "{id: a}\n"
    assert edit("--- {id: a}\n", Set(("name",), "b")) == "--- {id: a, name: b}\n"
    assert edit('{"id":1}\n', Set(("id",), "a")) == '{"id":a}\n'


def test_lists_on_several_lines() -> None:
    text = "tags: [\n  a, # one\n  b,\n]\n"
    assert edit(text, Insert(("tags",), None, "c")) == "tags: [\n  a, # one\n  b, c,\n]\n"
    assert edit(text, Set(("tags", 0), "x")) == "tags: [\n  x, # one\n  b,\n]\n"


def test_block_lists_keep_their_form() -> None:
    text = "tags:\n    -   a # one\n    # two\n    -   b\nx: 1\n"
    assert edit(text, Set(("tags",), ["b"])) == "tags:\n    # two\n    -   b\nx: 1\n"
    assert edit(text, Insert(("tags",), 1, "c")) == (
        "tags:\n    -   a # one\n    # two\n    - c\n    -   b\nx: 1\n"
    )
    assert edit(text, Set(("tags", 0), "z")) == text.replace("a #", "z #")
    wide = "l:\n-   id: a\n    k: b\n"
    assert edit(wide, Insert(("l",), None, {"id": "c", "k": "d"})) == wide + "-   id: c\n    k: d\n"


def test_new_items_copy_the_flow_style_of_their_siblings() -> None:
    text = "h:\n  - {value: a, by: li}\n"
    assert edit(text, Insert(("h",), None, {"value": "b"})) == text + "  - {value: b}\n"


def test_removing_the_last_item_removes_the_key() -> None:
    assert edit("id: a\ntags: [x]\n", Remove(("tags", 0))) == "id: a\n"
    assert edit("id: a\ntags:\n- x\nb: 1\n", Remove(("tags", 0))) == "id: a\nb: 1\n"
    assert edit("id: a\np:\n  q:\n    r: 1\n", Remove(("p", "q", "r"))) == "id: a\n"
    assert edit("l:\n- k: v\n- m: n\n", Remove(("l", 0, "k"))) == "l:\n- {}\n- m: n\n"
    assert edit("# c\nid: a\n", Remove(("id",))) == "# c\n"


def test_removing_the_first_key_of_an_item() -> None:
    assert edit("l:\n- k: v\n  m: n\n", Remove(("l", 0, "k"))) == "l:\n- m: n\n"
    text = "l:\n- k: v # c\n  # own\n  m: n\n"
    assert edit(text, Remove(("l", 0, "k"))) == "l:\n-\n  # own\n  m: n\n"


def test_documents_of_comments() -> None:
    assert edit("", Set(("id",), "a")) == "id: a\n"
    assert edit("# c", Set(("id",), "a"), Set(("name",), "b")) == "# c\nid: a\nname: b\n"
    assert edit("# c\r\n", Set(("t",), "x\ny")) == "# c\r\nt: |-\r\n  x\r\n  y\r\n"


def test_edits_follow_each_other() -> None:
    text = "l: [a, b, c]\n"
    assert edit(text, Remove(("l", 0)), Remove(("l", 0)), Insert(("l",), 0, "z")) == "l: [z, c]\n"


def test_strange_layouts_are_written_anew() -> None:
    text = "id: a\n? b\n: [p: q, r] # c\nz: 'NO'\n"
    result = edit(text, Set(("b", 0, "p"), "new"))
    assert parse_document(result)[0] == {"id": "a", "b": [{"p": "new"}, "r"], "z": "NO"}
    assert result.startswith("id: a\n")
    assert result.endswith("z: 'NO'\n")
    assert parse_document(edit("id: a\n? b\nc: 1\n", Set(("b",), "x")))[0] == {
        "id": "a",
        "b": "x",
        "c": "1",
    }
    result = edit("id: a\nl: [{a: {b: 1, c: 0x1F}, d: }, e: ]\n", Set(("l", 1, "f"), "g"))
    assert "c: 0x1F" in result


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        ("a: 'x\n", Set(("b",), "1"), "unreadable"),
        ("a: 1\na: 2\n", Set(("a",), "1"), "unreadable"),
        ("a: x\n", Set(("a", "b"), "1"), "shape"),
        ("a: x\n", Insert(("a",), None, "1"), "shape"),
        ("a: [x]\n", Set(("a", 1), "1"), "shape"),
        ("a: [x]\n", Set(("a", "b"), "1"), "shape"),
        ("a: 1\n", Set((), "1"), "shape"),
        ("a: 1\n", Set((0,), "1"), "shape"),
        ("a: 1\n", Set(("b",), "\ud800"), "unsafe"),
        ("a: 1\n", Set(("b",), "x" * (1 << 20)), "unsafe"),
        ("a: 1\n", Set(tuple("abcdefghij" * 4), "x"), "shape"),
        ("b: 1\n", Set(tuple("abcdefghij" * 4), "x"), "unsafe"),
        ("...\n", Set(("a",), "x"), "unreadable"),
    ],
)
def test_what_cannot_be_done_is_refused(text: str, change: Edit, reason: str) -> None:
    with pytest.raises(EditRefused) as caught:
        edit(text, change)
    assert caught.value.reason == reason
    assert caught.value.exit_code == 3
    assert caught.value.hint


def test_large_changes_of_a_list() -> None:
    before = [f"a{i}" for i in range(200)]
    after = [f"b{i}" for i in range(300)]
    text = edit("id: x # keep\n", Set(("tags",), before))
    assert parse_document(edit(text, Set(("tags",), after)))[0] == {"id": "x", "tags": after}


# Laws


words = st.sampled_from(["a", "李四", "x y", "😀", "1", "a: b", "# c", "it's", "", "a\nb\n", "~"])
words |= st.sampled_from(NAUGHTY)
names = st.sampled_from(["id", "name", "stage", "tags", "名", "a b", "yes"])
trees = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def hand_written(draw: st.DrawFn) -> str:
    """A record as different people would type it."""
    record = draw(st.dictionaries(names, trees, min_size=1, max_size=5))
    lines = _mapping(draw, record, draw(st.sampled_from([0, 0, 0, 2])))
    text = "\n".join(lines)
    if draw(st.booleans()) or text.endswith("\n"):
        text += "\n"
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = text.replace("\n", newline)
    tree, faults = parse_document(text)
    assert not faults, text
    assert tree is not None
    return text


def _noise(draw: st.DrawFn, indent: int) -> list[str]:
    return draw(
        st.lists(st.sampled_from(["", f"{' ' * indent}# 注 own", "# far left"]), max_size=2)
        if draw(st.integers(0, 3)) == 0
        else st.just([])
    )


def _beside(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["", "", " # beside", "   #x: y", "  "]))


def _mapping(draw: st.DrawFn, record: dict[str, Any], indent: int) -> list[str]:
    lines: list[str] = []
    for key, value in record.items():
        lines += _noise(draw, indent)
        start = " " * indent + scalar(key) + draw(st.sampled_from([":", ":", " :"]))
        lines += _value(draw, start, value, indent)
    return lines


def _value(draw: st.DrawFn, start: str, value: Any, indent: int) -> list[str]:
    block = draw(st.booleans())
    if isinstance(value, dict) and block:
        below = _mapping(draw, value, indent + draw(st.integers(1, 4)))
        return [start + _beside(draw), *below]
    if isinstance(value, list) and block:
        column = indent + draw(st.integers(0, 3))
        lines = [start + _beside(draw)]
        for item in value:
            lines += _noise(draw, column)
            lines += _item(draw, item, column)
        return lines
    if isinstance(value, str) and "\n" in value and block and value.strip() == value[:-1].strip():
        simple = all(c.isalpha() or c == "\n" for c in value) and value[0] != "\n"
        if simple and value.endswith("\n") and not value.endswith("\n\n"):
            body = [
                f"{' ' * (indent + 3)}{line}" if line else "" for line in value.split("\n")[:-1]
            ]
            # A last line break of its own, as the text might end here.
            return [f"{start} |", *body, ""]
    return [f"{start} {_flow(draw, value)}{_beside(draw)}"]


def _item(draw: st.DrawFn, item: Any, column: int) -> list[str]:
    if isinstance(item, dict) and draw(st.booleans()):
        width = draw(st.integers(2, 4))
        lines = _mapping(draw, item, column + width)
        first = next(
            i for i, line in enumerate(lines) if line and not line.lstrip().startswith("#")
        )
        lines = lines[first:]
        return [" " * column + "-" + lines[0][column + 1 :], *lines[1:]]
    if isinstance(item, list) and draw(st.booleans()):
        lines = []
        for inner in item:
            lines += _item(draw, inner, column + 2)
        return [" " * column + "-" + lines[0][column + 1 :], *lines[1:]]
    return [f"{' ' * column}- {_flow(draw, item)}{_beside(draw)}"]


def _flow(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, dict):
        pairs = [f"{scalar(key)}: {_flow(draw, inner)}" for key, inner in value.items()]
        return "{" + draw(st.sampled_from([", ", ","])).join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(draw, inner) for inner in value) + "]"
    if "'" not in value and value.isascii() and value.isprintable() and draw(st.booleans()):
        return f"'{value}'"
    if value == "~" and draw(st.booleans()):
        return draw(st.sampled_from(["~", "null", "NULL"]))
    return scalar(value)


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> Edit:
    tree: Any = parse_document(text)[0]
    path: list[str | int] = []
    while True:
        if isinstance(tree, dict) and tree:
            step: str | int = draw(st.sampled_from([*tree, *tree, "new"]))
        elif isinstance(tree, list) and tree:
            step = draw(st.integers(0, len(tree) - 1))
        else:
            break
        path.append(step)
        if step == "new":
            break
        tree = tree[step]
        if draw(st.integers(0, 3)) == 0:
            break
    value = draw(trees)
    where = tuple(path)
    if draw(st.integers(0, 2)) == 0:
        return Remove(where)
    if (isinstance(tree, list) or where[-1] == "new") and draw(st.integers(0, 2)):
        return Insert(where, draw(st.none() | st.integers(0, 3)), value)
    return Set(where, value)


def model(tree: dict[str, Any], change: Edit) -> dict[str, Any]:
    """What an edit means, said as plainly as possible."""
    tree = copy.deepcopy(tree)
    value = None if isinstance(change, Remove) else as_tree(prune(change.value))
    parents: list[Any] = [tree]
    for step in change.path[:-1]:
        parents.append(parents[-1][step])
    last = change.path[-1]
    holder = parents[-1]
    exists = last in holder if isinstance(holder, dict) else 0 <= int(last) < len(holder)
    if isinstance(change, Insert):
        if not is_empty(value):
            items = (holder[last] if exists else None) or []
            if not isinstance(items, list):
                items = []
            at = len(items) if change.index is None else min(change.index, len(items))
            holder[last] = [*items[:at], value, *items[at:]]
    elif not is_empty(value):
        holder[last] = value
    elif exists:
        del holder[last]
        for step, outer in zip(reversed(change.path[:-1]), reversed(parents[:-1]), strict=True):
            if outer[step] or isinstance(outer, list):
                break
            del outer[step]
    return tree


@given(st.data())
def test_any_edit_of_any_record(data: st.DataObject) -> None:
    text = data.draw(hand_written())
    change = data.draw(edits_of(text))
    tree = parse_document(text)[0]
    assert tree is not None
    assume(change.path)
    wanted = model(tree, change)
    result = edit(text, change)
    reread, faults = parse_document(result)
    assert not faults
    assert (reread or {}) == wanted
    event(type(change).__name__)
    if wanted == tree:
        assert result == text
    else:
        _assert_rest_untouched(text, result, str(change.path[0]))


def _assert_rest_untouched(text: str, result: str, key: str) -> None:
    """Every byte outside the lines of a top-level field is as it was."""
    root: MappingNode = compose(text)
    at = root.position(key)
    if at is None:
        prefix = os.path.commonprefix([text, result])  # noqa: RUF071 (texts, not paths)
        rest = text[len(prefix) :]
        assert result.endswith(rest)
        assert len(result) > len(text)
        return
    name, value = root.items[at]
    assert result.startswith(text[: name.start - name.column + 1])
    after = text[end_of_line(text, value.end) :]
    assert result.endswith(after) or result.endswith(after.removeprefix("\r").removeprefix("\n"))


@given(st.data())
def test_setting_a_plain_field_changes_one_line(data: st.DataObject) -> None:
    text = data.draw(hand_written())
    root = compose(text)
    singles = [
        str(key.value)
        for key, value in root.items
        if text[value.start : value.end].isprintable() and not hasattr(value, "items")
    ]
    assume(singles)
    key = data.draw(st.sampled_from(singles))
    result = edit(text, Set((key,), "changed value"))
    before, after = text.split("\n"), result.split("\n")
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


@given(st.data())
def test_a_set_undone_leaves_no_trace(data: st.DataObject) -> None:
    text = data.draw(hand_written().filter(lambda text: text.endswith("\n")))
    tree = parse_document(text)[0]
    assert tree is not None
    assert edit(text, Set(("fresh",), data.draw(trees)), Remove(("fresh",))) == text


MANY = "id: a\nitems:\n" + "".join(
    f"  - id: i{n}  # number {n}\n    name: N{n}\n" for n in range(100)
)


def test_many_entries_change_and_every_comment_stays() -> None:
    edits: list[Edit] = [Set(("items", n, "name"), f"M{n}") for n in range(100)]
    assert edit_document(MANY, edits, order) == MANY.replace("name: N", "name: M")
    edits = [Set(("items", n, "note"), "x") for n in range(0, 100, 2)]
    text = edit_document(MANY, edits, order)
    assert text.count("    note: x\n") == 50
    assert text.replace("    note: x\n", "") == MANY


def test_many_entries_come_and_every_comment_stays() -> None:
    edits: list[Edit] = [Insert(("items",), None, {"id": f"j{n}"}) for n in range(100)]
    expected = MANY + "".join(f"  - id: j{n}\n" for n in range(100))
    assert edit_document(MANY, edits, order) == expected


def test_what_many_sets_cannot_do_at_once_is_done_one_by_one() -> None:
    text = "items: [{id: a}, {id: b}]\n"
    edits: list[Edit] = [Set(("items", n % 2, "v"), str(n)) for n in range(10)]
    tree, _faults = parse_document(edit_document(text, edits, order))
    assert tree == {"items": [{"id": "a", "v": "8"}, {"id": "b", "v": "9"}]}
