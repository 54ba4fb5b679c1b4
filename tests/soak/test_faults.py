"""A change set of fifty files is wholly done or not at all, wherever it is interrupted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from crmctl.changes.apply import Applier
from crmctl.changes.build import Builder
from crmctl.changes.changeset import ChangeSet
from crmctl.workspace import Workspace
from tests.conftest import Book

from .faults import ERRORS, at_call, die, fail

EACH = 15
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with customers, some of which have notes; its index is made."""
    book = Book(tmp_path_factory.mktemp("template") / "book")
    book.config()
    for number in range(EACH):
        book.write(f"records/customers/c{number}.yaml", f"# kept\nid: c{number}\nname: C{number}\n")
        note = f"id: int-20260101-aaaaaa{number:02}\ncustomer: c{number}\n"
        note += "at: 2026-01-01T10:00+00:00\nkind: call\n"
        book.write(f"records/interactions/c{number}.yaml", note)
    for number in range(10):
        book.write(f"records/users/u{number}.yaml", f"id: u{number}\nname: U{number}\n")
    assert book.run("check").code == 0
    return book.root


@pytest.fixture
def book(template: Path, tmp_path: Path) -> Book:
    shutil.copytree(template, tmp_path / "book")
    return Book(tmp_path / "book")


def change_set(workspace: Workspace) -> ChangeSet:
    """Fifty files: some are edited, some appended to, some removed, some made."""
    built = Builder(workspace, ["test"])
    kinds = workspace.registry.kinds
    for number in range(EACH):
        built.replace(
            kinds["customer"], f"c{number}", {"id": f"c{number}", "name": "Other", "level": "vip"}
        )
        values = {"customer": f"c{number}", "at": "2026-02-01T10:00+00:00", "kind": "call"}
        built.add(kinds["interaction"], values)
    for number in range(10):
        built.remove(kinds["user"], [f"u{number}"])
        built.add(kinds["product"], {"name": f"P{number}"})
    assert len({change.path for change in built.set.changes}) == 50
    return built.set


def calls_of(book: Book) -> int:
    """How many calls the change set takes when nothing is in the way."""
    workspace = Workspace(book.root)
    changes = change_set(workspace)
    with at_call(0, die) as made:
        Applier(workspace).apply(changes)
    return len(made)


def after(book: Book, before: Files) -> str:
    """`before` or `after`, once the next command has come; neither is a failure."""
    result = book.run("check")
    assert result.code == 0, result.out
    # The journal's own unfinished part may stay; the next write takes its place.
    assert not [*(book.root / "records").rglob("*tmp~")]
    assert not (book.root / ".crmctl/journal/pending.jsonl").exists()
    files = book.files()
    entries = [*(book.root / ".crmctl/journal").glob("*.jsonl")]
    if files == before:
        assert not entries
        return "before"
    assert len(entries) == 1
    levels = book.run("customer list level:vip -o ids").lines
    assert len(levels) == EACH
    assert all(files[f"records/customers/c{n}.yaml"].startswith(b"# kept\n") for n in range(EACH))
    assert len(book.run("interaction list -o ids").lines) == 2 * EACH
    assert book.run("user list -o ids").lines == []
    assert len(book.run("product list -o ids").lines) == 10
    return "after"


@pytest.fixture
def numbers(book: Book, request: pytest.FixtureRequest) -> range:
    """The calls to fail at: `--soak` many, evenly spread, or all of them."""
    calls = calls_of(book)
    return range(1, calls + 1, max(1, calls // (2 * request.config.getoption("--soak"))))


def test_killed_at_any_call(book: Book, template: Path, numbers: range) -> None:
    seen = set()
    for number in numbers:
        _renew(book, template)
        before = book.files()
        child = os.fork()
        if child == 0:
            try:
                workspace = Workspace(book.root)
                changes = change_set(workspace)
                with at_call(number, die):
                    Applier(workspace).apply(changes)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        seen.add(after(book, before))
    assert seen == {"before", "after"}


@pytest.mark.parametrize("code", ERRORS, ids=["ENOSPC", "EACCES", "EIO"])
def test_the_disk_fails_at_any_call(book: Book, template: Path, numbers: range, code: int) -> None:
    for number in numbers:
        _renew(book, template)
        before = book.files()
        workspace = Workspace(book.root)
        changes = change_set(workspace)
        done = False
        with at_call(number, fail(code)):
            try:
                Applier(workspace).apply(changes)
                done = True
            except OSError:
                pass
        found = after(book, before)
        assert found == "after" if done else True


def test_killed_while_it_finishes_what_was_interrupted(
    book: Book, template: Path, numbers: range
) -> None:
    """The next command may die as well."""
    first = len(numbers) * numbers.step // 2
    for number in range(1, 40, min(9, numbers.step)):
        _renew(book, template)
        before = book.files()
        for kill in (first, number):
            child = os.fork()
            if child == 0:
                try:
                    workspace = Workspace(book.root)
                    if kill == first:
                        changes = change_set(workspace)
                        with at_call(kill, die):
                            Applier(workspace).apply(changes)
                    else:
                        with at_call(kill, die):
                            Applier(workspace).recover()
                finally:
                    os._exit(1)
            os.waitpid(child, 0)
        assert after(book, before) == "after" or number < 3


def _renew(book: Book, template: Path) -> None:
    shutil.rmtree(book.root)
    shutil.copytree(template, book.root)
