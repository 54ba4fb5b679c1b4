"""Names that would like to do something are stored, listed and exported, and do nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import pytest
import yaml

from tests.conftest import Book, new_book

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


IDS = {case: f"c-{number:02d}" for number, case in enumerate(NAMES)}


@pytest.fixture(scope="module")
def naughty(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book of customers with those names."""
    made = new_book(tmp_path_factory.mktemp("naughty") / "book")
    lines = [json.dumps({"id": IDS[case], "name": name}) for case, name in NAMES.items()]
    made.run("customer add -f -", input="\n".join(lines))
    return made


def harmless(text: str) -> bool:
    return not FORBIDDEN & set(text.replace("\n", ""))


def test_they_are_stored_as_they_are(naughty: Book) -> None:
    for case, name in NAMES.items():
        record = naughty.read(f"records/customers/{IDS[case]}.yaml")
        assert yaml.safe_load(record)["name"] == name, case
    assert naughty.run("check").out == ""


def test_programs_get_them_as_they_are(naughty: Book) -> None:
    def names(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
        return {row["id"]: row["name"] for row in rows}

    expected = {IDS[case]: name for case, name in NAMES.items()}
    assert names(naughty.run("customer list -o json").json) == expected
    lines = naughty.run("customer list -o jsonl").out.rstrip("\n").split("\n")
    assert names(map(json.loads, lines)) == expected
    assert names(yaml.safe_load_all(naughty.run("customer list -o yaml").out)) == expected
    text = io.StringIO(naughty.run("customer list -o csv --columns id,name").out, newline="")
    for row in csv.DictReader(text):
        assert row["name"] in (expected[row["id"]], "'" + expected[row["id"]])
        assert row["name"][:1] not in ("=", "@", "-", "+")


@pytest.mark.parametrize(
    "command",
    [
        "customer list",
        "customer list -o md",
        "customer list -o json",
        "customer list -o jsonl",
        "search c -o json",
        "search a",
        "analyze rfm",
        "analyze abc -o md",
        "report run overview",
        "report run overview -o md",
        "customer set --where id:* name=Other --dry-run",
        "query customer --columns name",
    ],
)
def test_a_terminal_does_not_get_them_raw(naughty: Book, command: str) -> None:
    result = naughty.run(command)
    assert harmless(result.out + result.err)
    if command == "customer list":
        assert len(result.out.split("\n")) == len(NAMES) + 3
    if "md" in command:
        assert "<script" not in result.out


@pytest.mark.parametrize("case", NAMES)
def test_one_record_is_shown_harmlessly(naughty: Book, case: str) -> None:
    assert harmless(naughty.run(f"customer show {IDS[case]}").out)
    assert naughty.run(f"customer show {IDS[case]} -o json").json["name"] == NAMES[case]


def test_a_line_of_tsv_is_a_record(naughty: Book) -> None:
    assert naughty.run("customer list -o tsv").out.count("\n") == len(NAMES) + 1


@pytest.mark.parametrize("case", ["escape", "newline", "emoji", "arabic", "option", "dash"])
def test_they_can_be_typed_and_outlive_other_changes(book: Book, case: str) -> None:
    id = book.run(["customer", "add", "-s", f"name={NAMES[case]}"]).out.strip()
    assert harmless(book.run(["customer", "rm", id], code=2).err)
    book.run(f"customer set {id} industry=x")
    assert book.run(f"customer show {id} -o json").json["name"] == NAMES[case]


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


@pytest.mark.parametrize("format_", ["csv", "tsv", "yaml", "json"])
def test_a_terminal_gets_in_no_format_what_it_would_obey(book: Book, format_: str) -> None:
    name = "Red \x1b[31m\u202e"
    book.run(["customer", "add", name])
    command = ["customer", "list", "--columns", "name", "-o", format_]
    assert (name in book.run(command).out) == (format_ in ("csv", "tsv"))
    shown = on_terminal(book, command)
    assert "Red" in shown
    assert not FORBIDDEN & set(shown.replace("\r\n", ""))


def on_terminal(book: Book, command: Sequence[str]) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "crmctl", *command],
        cwd=book.root,
        env={**book.environment(), "PAGER": ""},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ):
        os.close(theirs)
        found = b""
        with suppress(OSError):  # how a terminal ends
            while some := os.read(ours, 4096):
                found += some
        os.close(ours)
    return found.decode()
