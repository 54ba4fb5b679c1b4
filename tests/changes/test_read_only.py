"""A book that can be read and not be written: reading goes on, a write says why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.another import as_owner, book_within_reach, closed
from tests.conftest import Book

READING = (
    "customer list level:vip",
    "customer show acme",
    "search acme",
    "timeline acme",
    "interaction list customer.level:vip",
    "analyze rfm",
    "report run overview",
    "changes",
    "check",
    "today",
)
WRITING = (
    "customer set acme level=basic",
    "customer add New",
    "customer rm acme --cascade --yes",
    "log acme hello",
    "import new.csv --kind order",
    "undo",
)


@pytest.fixture
def book() -> Iterator[Book]:
    with book_within_reach() as book:
        book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
        book.write("new.csv", "customer,date,amount\nacme,2026-01-01,5\n")
        book.run("customer set acme level=vip")
        book.run("log acme 'first call'")
        # So that all is loaded, which the other user may not be able to do.
        for command in (*READING, *(f"{command} --dry-run" for command in WRITING)):
            book.run(command)
        yield book


def test_reading_goes_on(book: Book) -> None:
    def read() -> None:
        for command in READING:
            assert (book.run(command).out, command) == (said[command], command)

    said = {command: book.run(command).out for command in READING}
    with closed(book.root):
        as_owner(book, read)


@pytest.mark.parametrize("part", [".", "records", "records/customers", ".crmctl/journal"])
def test_a_write_says_why_it_cannot_be(book: Book, part: str) -> None:
    before, journal = book.files(), book.files(".crmctl/journal")

    def write() -> None:
        for command in WRITING:
            if part == "records/customers" and "customer" not in command:
                continue
            result = book.run(command, code=3)
            assert "Permission denied" in result.err, command
            assert "Nothing was half-written" in result.err
            assert len(result.err.splitlines()) == 2, command

    with closed(book.root / part):
        as_owner(book, write)
    assert (book.files(), book.files(".crmctl/journal")) == (before, journal)
    assert book.run("customer set acme level=basic").code == 0
