"""Whatever is written reads back as the same text, here and in readers that guess."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from crmctl.storage.reader import parse_document
from crmctl.storage.writer import Flow, Plain, as_tree, dump, prune, scalar
from crmctl.values.tree import TILDE

from .naughty import NAUGHTY

texts = st.text() | st.sampled_from(NAUGHTY)
keys = st.text(min_size=1, max_size=20) | st.sampled_from(["id", "name", "NO", "a: b", "- x"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("acme", "acme"),
        ("Acme & Co (Beijing)", "Acme & Co (Beijing)"),
        ("li@example.com", "li@example.com"),
        ("李四", "李四"),
        ("a-b_c.d/e+f", "a-b_c.d/e+f"),
        ("No", '"No"'),
        ("yes", '"yes"'),
        ("12:30", '"12:30"'),
        ("2026-01-01", '"2026-01-01"'),
        ("01062345678", '"01062345678"'),
        ("a: b", '"a: b"'),
        ("a, b", '"a, b"'),
        ("x ", '"x "'),
        ("", '""'),
        ("~", '"~"'),
        ('say "hi"\\', '"say \\"hi\\"\\\\"'),
        ("\x1b[31m\r\n\t", '"\\x1B[31m\\r\\n\\t"'),
        (
            "\u202e\u200b\u2028\x85\ufeff\U000e0041",
            '"\\u202E\\u200B\\u2028\\x85\\uFEFF\\U000E0041"',
        ),
        ("👨‍👩‍👧 ☎️", '"👨‍👩‍👧 ☎️"'),
        ("x\u3164", '"x\\u3164"'),
    ],
)
def test_quoting_rule(text: str, written: str) -> None:
    assert scalar(text) == written


@given(texts)
@example("a" * 5000)
def test_every_reader_gets_the_text_back(text: str) -> None:
    for document in (
        f"k: {scalar(text)}\n",
        f"k: [{scalar(text)}, z]\n",
        f"k: {{a: {scalar(text)}}}\n",
        f"k:\n  - {scalar(text)}\n",
    ):
        tree, faults = parse_document(document)
        assert not faults
        assert tree is not None
        expected = yaml.load(document, yaml.CSafeLoader)
        assert expected == yaml.load(document, yaml.SafeLoader) == tree
        assert _only(tree["k"]) == text


def _only(value: Any) -> Any:
    while not isinstance(value, str):
        value = value["a"] if isinstance(value, dict) else value[0]
    return value


@given(texts)
def test_a_scalar_is_one_line_of_visible_characters(text: str) -> None:
    written = scalar(text)
    assert len(written.splitlines()) == 1
    assert not any(char in written for char in "\0\x1b\x7f\u202e\u200b\ufeff")


def test_plain_quoted_text_is_json_too() -> None:
    assert json.loads(scalar('a "b" \\ 李')) == 'a "b" \\ 李'


def test_surrogates_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        dump({"a": "x\ud800"})
    with pytest.raises(ValueError, match="surrogate"):
        dump({"a": "x\n\ud800\n"})


def test_canonical_document() -> None:
    record = {
        "id": "acme",
        "name": "Acme",
        "employees": 12,
        "revenue": Decimal("1234567.50"),
        "big": Decimal("1E+3"),
        "active": True,
        "tags": ["vip", "NO"],
        "created": Plain("2026-01-02"),
        "birthday": Plain("--05-17"),
        "lunar": Plain("lunar:08-15"),
        "address": {"city": "北京", "zip": "", "more": {}},
        "contacts": [
            {"id": "li-si", "name": "李四", "phones": ["0106"]},
            {"id": "wang", "name": "王五", "birthday": Plain("lunar:L06-15"), "x": None},
        ],
        "stage_history": [
            Flow(value="active", at=Plain("2026-01-02T09:30+08:00"), by="li"),
        ],
        "note": "First line\n\n  indented: yes # really\nlast",
        "empty": "",
        "none": None,
        "nothing": [],
    }
    assert (
        dump(record)
        == """\
id: acme
name: Acme
employees: 12
revenue: 1234567.50
big: 1000
active: true
tags: [vip, "NO"]
created: 2026-01-02
birthday: --05-17
lunar: lunar:08-15
address:
  city: 北京
contacts:
  - id: li-si
    name: 李四
    phones: ["0106"]
  - id: wang
    name: 王五
    birthday: lunar:L06-15
stage_history:
  - {value: active, at: 2026-01-02T09:30+08:00, by: li}
note: |-
  First line

    indented: yes # really
  last
"""
    )


def test_a_list_too_long_for_its_line_stands_below() -> None:
    assert dump({"tags": ["a" * 30, "b" * 30]}) == f"tags: [{'a' * 30}, {'b' * 30}]\n"
    assert dump({"tags": ["a" * 40, "b" * 40]}) == f"tags:\n  - {'a' * 40}\n  - {'b' * 40}\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", "k: |-\n  a\n  b\n"),
        ("a\nb\n", "k: |\n  a\n  b\n"),
        ("a\nb\n\n", "k: |+\n  a\n  b\n\n"),
        ("# a\n- b\n", "k: |\n  # a\n  - b\n"),
        (" a\nb", 'k: " a\\nb"\n'),
        ("a \nb", 'k: "a \\nb"\n'),
        ("a\n\tb", 'k: "a\\n\\tb"\n'),
        ("a\r\nb", 'k: "a\\r\\nb"\n'),
        ("\na", 'k: "\\na"\n'),
        ("a\n\u202eb", 'k: "a\\n\\u202Eb"\n'),
    ],
)
def test_long_text(text: str, written: str) -> None:
    assert dump({"k": text}) == written
    assert yaml.safe_load(written) == {"k": text}


@pytest.mark.parametrize(
    "text", ["null", "~", "", "a: b", "- x", "x #y", "[a", "x:", "---", "a, b"]
)
def test_plain_text_that_would_not_read_back_is_quoted(text: str) -> None:
    document = dump({"k": [Plain(text), "z"], "m": Flow(a=Plain(text or "x"))})
    assert parse_document(document) == ({"k": [text, "z"], "m": {"a": text or "x"}}, [])


def test_what_is_no_record_value_is_refused() -> None:
    for value in (1.5, object(), {1, 2}):
        with pytest.raises(TypeError):
            dump({"a": value})
    with pytest.raises(ValueError, match="number"):
        dump({"a": Decimal("NaN")})
    with pytest.raises(ValueError, match="key"):
        dump({"a" * 2000: "x"})


def test_empty_record_and_missing_values() -> None:
    assert dump({}) == "{}\n"
    assert dump({"a": TILDE, "b": ["", None, "x"]}) == 'a: ~\nb: ["", x]\n'


leaves = (
    texts
    | st.integers()
    | st.booleans()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates().map(lambda date: Plain(date.isoformat()))
    | st.none()
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=3).map(Flow)
    ),
    max_leaves=15,
)


@given(st.dictionaries(keys, values, max_size=5))
def test_a_document_reads_back_and_is_stable(record: dict[str, Any]) -> None:
    document = dump(record)
    assert document.endswith("\n")
    assert "\r" not in document
    expected = as_tree(prune(record))
    assert parse_document(document) == (expected, [])
    assert dump(record) == document
    assert yaml.compose(document, yaml.SafeLoader) is not None
