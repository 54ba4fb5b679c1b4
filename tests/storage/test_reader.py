"""What counts as a record, what is a fault, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.storage.reader import Fault, decode, parse_document, split_stream
from crmctl.values.tree import TILDE, Tilde


def codes(text: str, line: int = 1) -> list[tuple[str, int, int]]:
    tree, faults = parse_document(text, line)
    assert tree is None
    return [(fault.code, fault.line, fault.column) for fault in faults]


def test_scalars_stay_the_text_that_was_written() -> None:
    text = """\
industry: NO
sku: 1e3
time: 12:30
phones: [01062345678, +8210-12, 06236, 0x1F]
flag: on
at: 2026-11-21T14:30+08:00
name: 李四 😀
"""
    assert parse_document(text) == (
        {
            "industry": "NO",
            "sku": "1e3",
            "time": "12:30",
            "phones": ["01062345678", "+8210-12", "06236", "0x1F"],
            "flag": "on",
            "at": "2026-11-21T14:30+08:00",
            "name": "李四 😀",
        },
        [],
    )


def test_missing_values() -> None:
    tree, faults = parse_document(
        "a:\nb: null\nc: NULL\nd: Null\ne: ~\nf: ''\ng: \"~\"\nh: 'null'\n"
    )
    assert not faults
    assert tree == {
        "a": None, "b": None, "c": None, "d": None, "e": TILDE, "f": "", "g": "~", "h": "null",
    }  # fmt: skip
    assert isinstance(tree["e"], Tilde)
    assert not isinstance(tree["g"], Tilde)


def test_keys_are_text_too() -> None:
    assert parse_document("NO: 1\n12: 2\nnull: 3\n'': 4\n") == (
        {"NO": "1", "12": "2", "null": "3", "": "4"},
        [],
    )


def test_nested_values() -> None:
    text = "a:\n- x\n- {k: v, e: }\nb:\n  c:\n    d: |\n      1\n      2\n"
    assert parse_document(text) == (
        {"a": ["x", {"k": "v", "e": None}], "b": {"c": {"d": "1\n2\n"}}},
        [],
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "--- # c\n"])
def test_nothing_is_no_fault(text: str) -> None:
    assert parse_document(text) == (None, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", ("duplicate-key", 2, 1)),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", ("duplicate-key", 4, 3)),
        ("a: {b: 1, b: 2}\n", ("duplicate-key", 1, 11)),
        ("a: &x 1\n", ("anchor", 1, 4)),
        ("a: *x\n", ("alias", 1, 4)),
        ("a: !!str 1\n", ("tag", 1, 4)),
        ("a: ! b\n", ("tag", 1, 4)),
        ("!!map\na: b\n", ("tag", 1, 1)),
        ("a: !!python/object/apply:os.system [id]\n", ("tag", 1, 4)),
        ("? [a]\n: b\n", ("syntax", 1, 3)),
        ("{a: 1}: b\n", ("syntax", 1, 1)),
        (": b\n", ("syntax", 1, 1)),
        ("- a\n", ("not-a-mapping", 1, 1)),
        ("hello\n", ("not-a-mapping", 1, 1)),
        ("a:\n\tb: 1\n", ("tab", 2, 1)),
        ("a: x\n\tb: 1\n", ("tab", 2, 1)),
        ("a: 'x\nb: y\n", ("syntax", 1, 4)),
        ("a: 1\nbc\nd: 2\n", ("syntax", 2, 1)),
        ("a: @b\n", ("syntax", 1, 4)),
        ("a: 1\n...\nb: 2\n", ("syntax", 3, 1)),
        ("a: 1\n--- \nb: 2\n", ("syntax", 2, 1)),
        ("a: x\0y\n", ("control-character", 1, 5)),
        ("a: 1\nb: \x1b[31m\n", ("control-character", 2, 4)),
        ("a: \ufeff\n", ("control-character", 1, 4)),
        ("a: \ud800\n", ("control-character", 1, 4)),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n", ("conflict-marker", 2, 1)),
        ("a: 1\n=======\n", ("conflict-marker", 2, 1)),
        ("a: [b,\n<<<<<<< HEAD\n c,\n=======\n d,\n>>>>>>> x\n]\n", ("conflict-marker", 2, 1)),
        ("a: " + "[" * 40 + "]" * 40, ("too-deep", 1, 35)),
        ("a: " + "x" * (1 << 20), ("too-large", 1, 1)),
        ("a: " + "李" * (1 << 19), ("too-large", 1, 1)),
    ],
)
def test_faults_have_a_place(text: str, expected: tuple[str, int, int]) -> None:
    assert codes(text)[0] == expected
    code, line, column = expected
    assert codes(text, line=101)[0] == (code, line + 100, column)
    if line > 1:
        assert codes(text.replace("\n", "\r\n"))[0] == expected


def test_all_faults_are_reported_together() -> None:
    text = "a: &x 1\nb: *x\na: !t 2\nc: 'open\n"
    assert [code for code, _line, _column in codes(text)] == [
        "anchor", "duplicate-key", "tag", "syntax",
    ]  # fmt: skip


def test_columns_count_characters_not_bytes() -> None:
    assert codes("名: {😀: 1, 😀: 2}\n") == [("duplicate-key", 1, 11)]


def test_separators_of_other_standards_are_ordinary_characters() -> None:
    text = 'a: b\x85c\u2028d # x\u2029y\nb: "\x85"\n'
    assert parse_document(text) == ({"a": "b\x85c\u2028d", "b": "\x85"}, [])


def test_markers_inside_values_are_no_conflict() -> None:
    text = "a: |\n  <<<<<<< HEAD\n  =======\n# ======= rule =======\nb: ======= x\n"
    assert parse_document(text)[0] == {"a": "<<<<<<< HEAD\n=======\n", "b": "======= x"}


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50_000)),
        "[" * 20_000,
        "a: " + "{a: " * 20_000,
        "- " * 20_000,
        "? " * 20_000,
        "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 1_000)),
    ],
)
def test_bombs_are_refused_at_once(bomb: str) -> None:
    tree, faults = parse_document(bomb)
    assert tree is None
    assert 0 < len(faults) <= 20


@given(st.text())
def test_any_text_is_read_or_has_faults_in_place(text: str) -> None:
    tree, faults = parse_document(text)
    assert tree is None or not faults
    lines = text.count("\n") + text.count("\r") + 1
    for fault in faults:
        assert 1 <= fault.line <= lines
        assert fault.column >= 1


@given(st.text(alphabet=list("ab:-?[]{}#&*!|>'\"%@~ \n\t,<=é😀")))
def test_yaml_like_text_never_raises(text: str) -> None:
    for chunk in split_stream(text):
        tree, faults = parse_document(chunk.text, chunk.line)
        assert tree is None or not faults


class TestSplitStream:
    def test_documents_with_lines_and_offsets(self) -> None:
        text = "# header\n---\na: 1\n--- # second\nb: 2\nc: 3\n---\n--- {d: 4}\n"
        chunks = split_stream(text)
        assert [(c.text, c.line) for c in chunks] == [
            ("a: 1\n", 3),
            ("b: 2\nc: 3\n", 5),
            ("", 8),
            ("--- {d: 4}\n", 8),
        ]
        assert all(text.startswith(c.text, c.start) for c in chunks)

    @pytest.mark.parametrize("text", ["", "# c\n", "\n\n", "%YAML 1.2\n"])
    def test_no_documents(self, text: str) -> None:
        assert split_stream(text) == []

    def test_directives_are_no_document(self) -> None:
        assert [c.text for c in split_stream("%YAML 1.2\n---\na: 1\n")] == ["a: 1\n"]

    def test_windows_lines(self) -> None:
        chunks = split_stream("a: 1\r\n---\r\nb: 2\r\n")
        assert [(c.text, c.line) for c in chunks] == [("a: 1\r\n", 1), ("b: 2\r\n", 3)]

    def test_dashes_that_are_no_separator(self) -> None:
        text = "a: ---\n ---\n---x: 1\n"
        assert [c.text for c in split_stream(text)] == [text]

    def test_a_broken_document_stays_alone(self) -> None:
        text = "a: 'open\n---\nb: 2\n"
        results = [parse_document(c.text, c.line) for c in split_stream(text)]
        assert [fault.code for fault in results[0][1]] == ["syntax"]
        assert results[1] == ({"b": "2"}, [])

    @given(st.lists(st.sampled_from(["a: 1\n", "---\n", "# c\n", "\n", "--- x\n", "...\r\n"])))
    def test_chunks_lie_in_the_text(self, lines: list[str]) -> None:
        text = "".join(lines)
        end = 0
        for chunk in split_stream(text):
            assert text.startswith(chunk.text, chunk.start)
            assert chunk.start >= end
            assert chunk.line == text.count("\n", 0, chunk.start) + 1
            end = chunk.start + len(chunk.text)


class TestDecode:
    def test_utf8_with_and_without_mark(self) -> None:
        assert decode("名: 李\n".encode()) == ("名: 李\n", [])
        assert decode("名: 李\n".encode("utf-8-sig")) == ("名: 李\n", [])

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (
                "id: a\nname: 李四\n".encode("gb18030"),
                Fault("encoding", 2, 7, {"guess": "gb18030"}),
            ),
            ("name: 李四\n".encode("utf-16"), Fault("encoding", 1, 1, {"guess": "utf-16"})),
            ("name: a\n".encode("utf-16-le"), Fault("encoding", 1, 1, {"guess": "utf-16"})),
            ("a: é\n".encode("latin-1"), Fault("encoding", 1, 4, {"guess": "latin-1"})),
            ("a: 李四".encode()[:-1], Fault("encoding", 1, 5, {"guess": "damaged utf-8"})),
            (b"\x00\x01\xff" + b"abcdefghij", Fault("encoding", 1, 3, {"guess": "binary data"})),
        ],
    )
    def test_other_encodings_are_named(self, data: bytes, expected: Fault) -> None:
        assert decode(data) == ("", [expected])

    @given(st.binary())
    def test_never_raises(self, data: bytes) -> None:
        text, faults = decode(data)
        assert not (text and faults)
