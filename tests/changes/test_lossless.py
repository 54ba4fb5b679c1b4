"""A command that sets one field changes that field in the file and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

import pytest

from tests.conftest import Book

PATH = "records/customers/acme.yaml"
ODD = """\
# Our oldest customer.

name:   'Acme   GmbH'   # as in the register
level: basic
"industry": "NO"
id: acme
x-own: {kept: [1,  2]}   # not ours

phones: [ 01062345678 , "+49 711" ]
notes: >
  folded
  text

tags:
    - b
    -   'a'
# the end
"""


def git(book: Book, *args: str) -> str:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false"]
    done = subprocess.run(
        ["git", *identity, *args],
        cwd=book.root,
        env=book.environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def changed_lines(book: Book, before: bytes, command: list[str], path: str = PATH) -> list[str]:
    """What `git diff --numstat` says of a file after a command."""
    book.write(path, before)
    book.config(commit="manual")
    git(book, "init", "-q", ".")
    git(book, "add", path)
    git(book, "commit", "-qm", "before")
    book.run(command)
    added, removed, name = git(book, "diff", "--numstat").split()
    assert name == path
    return [added, removed]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize(
    ("word", "old", "new"),
    [
        ("industry=food", '"industry": "NO"', '"industry": "food"'),
        ("name=Beta", "name:   'Acme   GmbH'   # as", "name:   'Beta'   # as"),
        ("phones+=123", '"+49 711" ]', '"+49 711" , "123" ]'),
    ],
)
def test_one_line_of_the_diff(
    book: Book, newline: str, bom: bytes, word: str, old: str, new: str
) -> None:
    before = bom + ODD.replace("\n", newline).encode()
    assert changed_lines(book, before, ["customer", "set", "acme", word]) == ["1", "1"]
    old_lines = before.split(b"\n")
    new_lines = book.bytes(PATH).split(b"\n")
    (place,) = [n for n, line in enumerate(old_lines) if new_lines[n] != line]
    assert old in old_lines[place].decode()
    assert new.split()[0] in new_lines[place].decode()
    assert new_lines[place].endswith(b"\r") == (newline == "\r\n")


def test_a_new_key_is_one_line_more(book: Book) -> None:
    assert changed_lines(book, ODD.encode(), ["customer", "set", "acme", "owner=li"]) == ["3", "0"]
    text = book.read(PATH)
    assert text.index("owner: li\n") < text.index("# the end")


def test_a_stream_keeps_its_other_documents(book: Book) -> None:
    book.write(PATH, "id: acme\nname: Acme\n")
    stream = (
        "# 2025\r\n---\r\nid: o-1\r\ncustomer: acme\r\ndate: 2025-01-01\r\namount:   5 # paid\r\n"
        "---   # next\r\nid: o-2\r\ncustomer: acme\r\ndate: 2025-01-02\r\n"
    )
    path = "records/orders/acme.yaml"
    assert changed_lines(book, stream.encode(), ["order", "set", "o-1", "amount=6"], path) == (
        ["1", "1"]
    )
    assert book.bytes(path).decode() == stream.replace("amount:   5", "amount:   6")


def test_a_record_after_a_broken_document_can_be_changed(book: Book) -> None:
    book.write(PATH, "id: acme\nname: Acme\n")
    book.gen(
        {
            "records/orders/acme.yaml": """
                id: o-1
                customer: acme
                date: 2025-01-01
                ---
                id: [broken
                ---
                id: o-3
                customer: acme
                date: 2025-01-03
            """
        }
    )
    before = book.read("records/orders/acme.yaml")
    book.run("order set o-3 amount=7")
    book.run("order add acme -s date=2025-01-04 --id o-4")
    after = book.read("records/orders/acme.yaml")
    assert after.startswith(before + "amount: 7\n---\nid: o-4\n")


@pytest.mark.parametrize(
    "document", ["<<<<<<< HEAD\nname: A\n=======\nname: B\n>>>>>>> x\n", "a: [\n"]
)
def test_a_record_that_cannot_be_read_is_not_written(book: Book, document: str) -> None:
    book.write(PATH, document)
    book.run("customer set acme level=vip", code=3)
    # Its id stays its own.
    book.run("customer add Acme")
    assert book.read(PATH) == document
    assert "id: acme-2\n" in book.read("records/customers/acme-2.yaml")


def test_setting_a_field_gives_a_record_its_id(book: Book) -> None:
    book.write(PATH, "name: Acme\n")
    stream = "records/interactions/acme.yaml"
    book.write(stream, "customer: acme\nat: 2026-01-01T10:00\nkind: call # mine\n")
    (id,) = book.run("interaction list -o ids").lines
    book.run(f"interaction set {id} feeling=1")
    book.run("customer set acme industry=food")
    assert book.read(PATH) == "id: acme\nname: Acme\nindustry: food\n"
    assert book.read(stream) == (
        f"id: {id}\ncustomer: acme\nat: 2026-01-01T10:00\nkind: call # mine\nfeeling: 1\n"
    )
    book.run(f"interaction rm {id} --yes")
    assert not (book.root / stream).exists()


def exported(book: Book) -> Mapping[str, bytes]:
    return {path: data for path, data in book.files().items() if path.endswith("acme.yaml")}


def test_a_dry_run_writes_nothing(book: Book) -> None:
    book.write(PATH, ODD)
    before = exported(book)
    result = book.run("customer set acme level=vip tags+=c tags-=b industry= --dry-run")
    assert "Level: Basic → VIP" in result.out
    assert "Tags: - b; + c" in result.out
    assert exported(book) == before
    assert not (book.root / ".crmctl" / "journal").exists()
