"""The harness itself: a command under test sees only its own book, and leaves no trace outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crmctl import locale
from tests.conftest import Book


def test_running_a_command_leaves_the_process_as_it_was(book: Book) -> None:
    before = Path.cwd(), dict(os.environ), locale.language()
    book.run("--help", env={"CRMCTL_LANG": "zh"})
    assert (Path.cwd(), dict(os.environ), locale.language()) == before


def test_the_settings_of_the_person_who_tests_do_not_count(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCTL_WORKSPACE", "/nowhere")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    book.gen({"records/customers/acme.yaml": "id: acme\nname: Acme\n"})
    assert book.run("customer list -o ids").lines == ["acme"]
    assert book.run("customer list -o json").json[0]["name"] == "Acme"


def test_an_exit_code_that_was_not_expected_fails_with_what_was_said(book: Book) -> None:
    with pytest.raises(AssertionError, match="exit 2 instead of 0"):
        book.run("no-such-command")
    result = book.run("no-such-command", code=2)
    assert result.out == ""
    assert "no-such-command" in result.err


def test_texts_are_dedented_and_bytes_are_kept(book: Book) -> None:
    book.gen(
        {
            "a.yaml": """
                id: a
                tags:
                  - x
            """,
            "b.yaml": b"  id: b\r\n",
        }
    )
    assert book.read("a.yaml") == "id: a\ntags:\n  - x\n"
    assert book.bytes("b.yaml") == b"  id: b\r\n"


def test_the_sample_is_the_book_of_the_repository(sample: Book) -> None:
    assert len(sample.run("customer list -o ids").lines) >= 40
