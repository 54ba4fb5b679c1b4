"""What stands in a file is read as its schema says, whatever YAML would make of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crmctl.schema.load import build_registry
from crmctl.schema.typing import from_input, read
from crmctl.storage.reader import parse_document
from crmctl.storage.writer import dump
from tests.conftest import Book

AWKWARD = ["NO", "01062345678", "1e3", "12:30", "on", "~", "null", "0x1F", "1_000", "2026-01-01"]
ACME = "records/customers/acme.yaml"


@pytest.mark.parametrize("word", AWKWARD)
def test_a_word_that_yaml_would_guess_at_stays_text(book: Book, word: str) -> None:
    book.write(ACME, f"id: acme\nname: Acme\nindustry: {word}\nphones: [{word}]\n")
    shown = book.run("customer show acme -o json").json
    assert shown.get("industry") == (None if word == "null" else word)
    book.run("customer set acme level=vip")
    assert f"industry: {word}\nphones: [{word}]\n" in book.read(ACME).replace("level: vip\n", "")


@pytest.mark.parametrize("word", AWKWARD)
def test_such_a_word_is_written_so_that_it_stays_text(book: Book, word: str) -> None:
    book.write(ACME, "id: acme\nname: Acme\n")
    book.run(["customer", "set", "acme", f"industry={word}", f"aliases+={word}"])
    record = yaml.safe_load(book.read(ACME))
    assert (record["industry"], record["aliases"]) == (word, [word])
    assert book.run("customer show acme -o json").json["industry"] == word
    before = book.bytes(ACME)
    assert "Nothing to change" in book.run(["customer", "set", "acme", f"industry={word}"]).err
    assert book.bytes(ACME) == before


@pytest.mark.parametrize("nothing", ["", "null", "~", "''", '""'])
def test_nothing_is_missing(book: Book, nothing: str) -> None:
    book.write(
        ACME,
        f"id: acme\nname: Acme\nlevel: {nothing}\ncadence_days: {nothing}\nbirthday: {nothing}\n",
    )
    record = book.run("customer show acme -o json").json
    assert not record.keys() & {"level", "cadence_days", "birthday"}
    assert book.run("check").out == ""


def test_an_empty_text_is_missing_and_a_tilde_is_text(book: Book) -> None:
    book.write(ACME, "id: acme\nname: Acme\nindustry: ~\nnotes: ''\nowner: null\n")
    record = book.run("customer show acme -o json").json
    assert record["industry"] == "~"
    assert "notes" not in record
    assert "owner" not in record


@pytest.mark.parametrize(
    "amount", ["0.10", "1200.50", "-3", "99999999999999.9999", "1e3", "0", "007.0"]
)
def test_amounts_are_exact(book: Book, amount: str) -> None:
    book.write(ACME, "id: acme\nname: Acme\n")
    book.write(
        "records/orders/acme.yaml", f"id: o\ncustomer: acme\ndate: 2026-01-01\namount: {amount}\n"
    )
    written = {"1e3": "1000", "007.0": "7.0"}.get(amount, amount)
    assert f'"amount": {written},' in book.run("order list -o json").out.replace("}", ",")
    assert book.run("order list -o csv --columns amount").lines == ["amount", written]
    book.run("order set o notes=hello")
    assert f"amount: {amount}\n" in book.read("records/orders/acme.yaml")


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        ("level: viip", 8, "one of vip, important, potential, basic"),
        ("cadence_days: 1.5", 15, "a whole number"),
        ("birthday: 2026-02-30", 11, "a date such as 1990-05-17"),
        ("phones: 123", 9, "a list"),
        ("addresses: [Berlin]", 13, "fields with values"),
        ("archived: yesterday", 11, "a date such as 2026-11-21"),
        ("industry: [a, b]", 11, "a text"),
        ("owner: {id: li}", 8, "a text"),
    ],
)
def test_a_wrong_type_is_told_and_the_rest_is_used(
    book: Book, line: str, column: int, expected: str
) -> None:
    book.write(ACME, f"id: acme\nname: Acme\n{line}\ntags: [fair]\n")
    (problem,) = book.run("check -o json", code=1).json
    assert (problem["path"], problem["line"], problem["column"]) == (ACME, 3, column)
    assert problem["code"] == "wrong-type"
    assert expected in problem["message"]
    assert book.run("customer list tags:fair -o ids").out == "acme\n"
    book.run("customer set acme tags+=more")
    assert line in book.read(ACME)


def test_a_wrong_entry_of_a_list_leaves_the_others(book: Book) -> None:
    book.write(ACME, "id: acme\nname: Acme\ntags: [a, {b: c}, d]\n")
    assert book.run("customer show acme -o json").json["tags"] == ["a", "d"]
    (problem,) = book.run("check -o json", code=1).json
    assert (problem["line"], problem["column"]) == (3, 11)


def test_an_unknown_field_is_kept_and_suggested(book: Book) -> None:
    book.write(ACME, "id: acme\nname: Acme\nindustri: NO\nx: {y: [1, 2]}\n")
    record = book.run("customer show acme -o json").json
    assert (record["industri"], record["x"]) == ("NO", {"y": ["1", "2"]})
    known, unknown = book.run("check -o json").json
    assert (known["code"], known["severity"], known["hint"]) == (
        "unknown-field", "warning", "did you mean “industry”?",
    )  # fmt: skip
    assert unknown["hint"] == ""
    book.run("customer set acme level=vip")
    assert "industri: NO\nx: {y: [1, 2]}\n" in book.read(ACME)


KIND = build_registry(
    {
        "thing": {
            "properties": {
                "text": {"type": "string"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "count": {"type": "integer"},
                "share": {"type": "number"},
                "flag": {"type": "boolean"},
                "day": {"type": "string", "format": "date"},
                "inner": {"type": "object", "properties": {"note": {"type": "string"}}},
            }
        }
    },
    {},
).kinds["thing"]
ZONE = ZoneInfo("Asia/Shanghai")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=30)
VALUES = st.fixed_dictionaries(
    {"id": st.just("a")},
    optional={
        "text": TEXT,
        "tags": st.lists(TEXT, min_size=1, max_size=4),
        "count": st.integers(-(10**17), 10**17),
        "share": st.decimals(-(10**9), 10**9, allow_nan=False, places=3),
        "flag": st.booleans(),
        "day": st.dates().map(str),
        "inner": st.fixed_dictionaries({"note": TEXT}),
    },
)


@given(VALUES)
def test_what_is_written_is_read_back(values: dict[str, object]) -> None:
    tree, faults = parse_document(dump(values))
    assert faults == []
    assert tree is not None
    found, findings = read(KIND, tree, ZONE)
    assert [finding.code for finding in findings] == []
    assert found == values


NOW = datetime(2026, 11, 21, 9, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("day", "tomorrow", "2026-11-22"),
        ("day", "明天", "2026-11-22"),
        ("day", "2026-02-28", "2026-02-28"),
        ("flag", "是", True),
        ("flag", "no", False),
        ("count", " 12 ", 12),
        ("text", "  padded ", "padded"),
    ],
)
def test_what_people_type(field: str, typed: str, value: object) -> None:
    assert from_input(KIND.fields[field], typed, NOW) == value
