"""Names that would like to do something are stored, listed and exported, and do nothing."""

from __future__ import annotations

import csv
import io
import json

import pytest
import yaml

from tests.conftest import Book

NAMES = {
    "emoji": "🙂 Smile 👨‍👩‍👧",
    "right to left": "abc\u202eexe.txt",
    "isolate": "a\u2066b\u2069c",
    "escape": "Red\x1b[31m Alert\x1b]0;title\x07",
    "csi in one": "a\x9b31mb",
    "newline": "two\nlines",
    "carriage return": "over\rwritten",
    "tab": "a\tb",
    "nul-like": "a\u0001b\u007f",
    "zero width": "a\u200bb\ufeffc",
    "line separator": "a\u2028b\u2029c",
    "html": "<script>alert(1)</script>&amp;",
    "pipe": "a|b\\|c",
    "formula": '=HYPERLINK("http://x")',
    "at": "@SUM(A1:A9)",
    "dash": "---",
    "yaml": "a: [b, *c] # d",
    "quote": 'O\'Brien "Bob"',
    "arabic": "شركة",
    "braces": "{name} %s {0}",
    "option": "--help",
}
FORBIDDEN = {
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u202e\u2066\u2069\u200b\ufeff",
}


def named(book: Book, name: str) -> str:
    """The id of a customer of that name, added by the command."""
    return book.run(["customer", "add", "-s", f"name={name}"]).out.strip()


@pytest.mark.parametrize("case", NAMES)
def test_a_name_is_stored_as_it_is_and_shown_harmlessly(book: Book, case: str) -> None:
    name = NAMES[case]
    id = named(book, name)
    assert yaml.safe_load(book.read(f"records/customers/{id}.yaml"))["name"] == name
    assert book.run("check").out == ""
    assert book.run("customer list -o json").json[0]["name"] == name
    assert json.loads(book.run("customer list -o jsonl").out)["name"] == name
    assert yaml.safe_load(book.run("customer list -o yaml").out)["name"] == name
    rows = list(csv.reader(io.StringIO(book.run("customer list -o csv").out, newline="")))
    assert rows[1][1] in (name, "'" + name)
    assert rows[1][1][:1] not in ("=", "@")
    assert book.run("customer list -o tsv").out.count("\n") == 2
    shown = [
        book.run("customer list").out,
        book.run("customer list -o md").out,
        book.run("customer list -o json").out,
        book.run(f"customer show {id}").out,
        book.run(f"show {id}").out,
        book.run(["customer", "set", id, "name=Other", "--dry-run"]).out,
        book.run(["customer", "rm", id], code=2).err,
        book.run(["search", id, "-o", "json"]).out,
        book.run("analyze rfm").out,
        book.run("report run overview -o md").out,
    ]
    for text in shown:
        assert not FORBIDDEN & set(text.replace("\n", "")), case
    assert "<script" not in shown[1]
    assert len(shown[0].splitlines()) == 3
    # Setting another field keeps it.
    book.run(f"customer set {id} industry=x")
    assert book.run(f"customer show {id} -o json").json["name"] == name


@pytest.mark.parametrize("case", ["escape", "right to left", "newline"])
def test_errors_do_not_pass_it_on_either(book: Book, case: str) -> None:
    name = NAMES[case]
    for command, code in [
        (["customer", "show", name], 4),
        (["customer", "list", f"level:'{name}'"], 2),
        (["customer", "add", "x", "-s", f"level={name}"], 2),
        (["customer", "add", "x", "--id", name], 2),
        (["segment", "save", name, "a"], 2),
        (["report", "run", name], 4),
        ([name], 2),
        (["-C", name, "customer", "list"], 4),
        (["sql", f"SELECT * FROM '{name}'"], 2),
        (["customer", "list", "--as-of", name], 2),
    ]:
        err = book.run(command, code=code).err
        assert not FORBIDDEN & set(err.replace("\n", "")), command


def test_a_file_name_does_not_reach_the_terminal(book: Book) -> None:
    book.write("records/customers/a\x1b[31m\u202e.yaml", "id: [\n")
    book.write("records/customers/b\x1b[31m.txt", "x")
    for result in (
        book.run("customer list"),
        book.run("check", code=1),
        book.run("check -o json", code=1),
    ):
        assert not FORBIDDEN & set((result.out + result.err).replace("\n", ""))
