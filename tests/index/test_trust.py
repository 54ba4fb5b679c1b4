"""A note on a known customer asks for two files, not for the whole book."""

from __future__ import annotations

import os

import pytest

from crmctl.index.source import Disk
from tests.conftest import Book

ACME, LI = "records/customers/acme.yaml", "records/users/li.yaml"
FILES = {
    ACME: "id: acme\nname: Acme\ncontacts:\n  - {id: ann, name: Ann}\n",
    LI: "id: li\nname: Li\n",
}


def settle(book: Book, *paths: str) -> None:
    """Makes files old enough to be trusted, and has them read."""
    for path in paths:
        os.utime(book.root / path, (0, 0))
    book.run("customer list")


@pytest.fixture
def settled(book: Book) -> Book:
    for path, text in FILES.items():
        book.write(path, text)
    settle(book, *FILES)
    return book


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts the looks at the whole book from now on."""
    seen: list[str] = []
    look = Disk.look

    def counted(disk: Disk) -> object:
        seen.append(str(disk.root))
        return look(disk)

    monkeypatch.setattr(Disk, "look", counted)
    return seen


def test_a_known_customer_needs_no_look(settled: Book, looks: list[str]) -> None:
    settled.run("log acme 'called' --contact Ann --by li --next '7d: send' --promise '3d: price'")
    assert looks == []
    rows = settled.run("interaction list -o json").json
    assert [(row["subject"], row["contact"], row["by"]) for row in rows] == [
        ("called", "ann", "li")
    ]


@pytest.mark.parametrize(
    "words",
    [
        "log Acme called",
        "log acm called",
        "log acme called --set outcome=reached",
    ],
)
def test_what_may_name_other_records_looks(settled: Book, looks: list[str], words: str) -> None:
    settled.run(words)
    assert looks


def test_a_customer_that_was_edited_is_read_again(settled: Book) -> None:
    settled.write(ACME, FILES[ACME] + "  - {id: bob, name: Bob}\n")
    settled.run("log acme 'called' --contact Bob")
    assert settled.run("interaction list -o json").json[0]["contact"] == "bob"


def test_a_customer_that_is_gone_is_not_found(settled: Book) -> None:
    (settled.root / ACME).unlink()
    assert "acme" in settled.run("log acme called", code=4).err


def test_a_customer_that_was_moved_is_found(settled: Book) -> None:
    (settled.root / "records/customers/old").mkdir()
    (settled.root / ACME).rename(settled.root / "records/customers/old/acme.yaml")
    settled.run("log acme called")


@pytest.mark.parametrize("change", ["new", "edited", "below"])
def test_a_colleague_who_came_since_is_known(settled: Book, change: str) -> None:
    path = {"new": "records/users/wang.yaml", "edited": LI, "below": "records/users/x/wang.yaml"}
    settled.write(path[change], "id: wang\nname: Wang\n")
    settled.run("log acme called --by wang")
    assert settled.run("interaction list -o json").json[0]["by"] == "wang"


def test_what_changed_beside_it_is_there_for_the_next_command(settled: Book) -> None:
    settled.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    settled.write("records/interactions/acme.yaml", "id: int-1\ncustomer: acme\nat: 2026-01-01\n")
    settled.run("log acme called")
    assert settled.run("customer list -o ids").lines == ["acme", "beta"]
    assert len(settled.run("interaction list -o ids").lines) == 2
    settled.run("log beta met")
    assert len(settled.run("interaction list customer:beta -o ids").lines) == 1


def test_a_damaged_index_is_made_anew(settled: Book) -> None:
    (index,) = (settled.root / ".crmctl/cache").glob("index-*.db")
    index.write_bytes(b"nothing of the kind")
    settled.run("log acme called")
    assert len(settled.run("interaction list -o ids").lines) == 1
