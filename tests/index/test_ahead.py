"""The look at a large book's files that is begun while the program loads."""

from __future__ import annotations

import os

import pytest

from crmctl.index import ahead
from crmctl.index.scan import Look, look
from tests.conftest import Book

ACME = "records/customers/acme.yaml"


@pytest.fixture
def large(book: Book, monkeypatch: pytest.MonkeyPatch) -> Book:
    """A book that counts as large, read once, its files old enough to be trusted."""
    monkeypatch.setattr(ahead, "LARGE", 0)
    book.write(ACME, "id: acme\nname: Acme\n")
    os.utime(book.root / ACME, (0, 0))
    assert book.run("customer list -o ids").lines == ["acme"]
    return book


def test_it_sees_what_a_look_sees(large: Book) -> None:
    large.write("records/customers/stray.txt", "")
    (large.root / "records/out").symlink_to("/")
    ahead.begin(str(large.root))
    seen, again = ahead.take(str(large.root)), look(large.root / "records")
    assert seen is not None
    assert seen.fingerprints() == again.fingerprints()
    for path, folder in again.folders.items():
        told = seen.folders[path]
        assert (told.entries, told.strays) == (folder.entries, folder.strays)
        assert told.faults == folder.faults
    assert ahead.take(str(large.root)) is None


def test_a_change_set_in_between_makes_it_worthless(large: Book) -> None:
    ahead.begin(str(large.root))
    (large.root / ".crmctl/journal").mkdir()
    assert ahead.take(str(large.root)) is None


def test_a_look_that_was_broken_off_is_none(large: Book) -> None:
    whole = look(large.root / "records").packed()
    assert Look.unpacked(whole) is not None
    assert [Look.unpacked(whole[:length]) for length in (0, 1, len(whole) // 2)] == [None] * 3


def test_another_book_is_not_answered_for(large: Book) -> None:
    ahead.begin(str(large.root))
    assert ahead.take("/elsewhere") is None


def test_a_small_book_or_none_is_left_alone(book: Book) -> None:
    ahead.begin(str(book.root))
    assert ahead.take(str(book.root)) is None


def test_every_change_is_seen(large: Book) -> None:
    for number in range(3):
        large.write(ACME, f"id: acme\nname: Acme {number}\n")
        assert large.run("customer list --columns name -o csv").lines[1:] == [f"Acme {number}"]
    large.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    assert large.run("customer list -o ids").lines == ["acme", "beta"]
    large.run("customer add Gamma")
    assert large.run("customer list -o ids").lines == ["acme", "beta", "gamma"]
    (large.root / ACME).unlink()
    assert large.run("customer list -o ids").lines == ["beta", "gamma"]


def test_nothing_stays_behind(large: Book) -> None:
    large.run("config get currency")
    ahead.drop()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
