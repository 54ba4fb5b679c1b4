"""A relayout is wholly done or not at all, wherever it is interrupted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from crmctl.changes.apply import Applier
from crmctl.changes.build import Builder
from crmctl.changes.changeset import ChangeSet
from crmctl.changes.relayout import relayout
from crmctl.workspace import Workspace
from tests.conftest import Book

from .faults import ERRORS, at_call, die, fail

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = Book(tmp_path_factory.mktemp("template") / "book")
    book.config()
    for number in range(10):
        name = f"c{number}"
        book.write(f"records/customers/{name}.yaml", f"# kept\nid: {name}\nname: {name}\n")
        notes = (
            f"id: int-{year}0101-aaaaaa{number:02}\ncustomer: {name}\n"
            f"at: {year}-01-01T10:00\nkind: call\n"
            for year in (2025, 2026)
        )
        book.write(f"records/interactions/{name}.yaml", "---\n".join(notes))
    assert book.run("check").code == 0
    return book.root


@pytest.fixture
def book(template: Path, tmp_path: Path) -> Book:
    shutil.copytree(template, tmp_path / "book")
    return Book(tmp_path / "book")


def change_set(workspace: Workspace) -> ChangeSet:
    """Files that move, streams that are split, and two schemas."""
    built = Builder(workspace, ["test"])
    kinds = workspace.registry.kinds
    relayout(built, kinds["customer"], "customers/{shard}/{id}.yaml")
    relayout(built, kinds["interaction"], "interactions/{customer}/{year}.yaml")
    return built.set


def carry_out(book: Book, number: int, act: Callable[[str], None]) -> list[str]:
    """Does it, until the call with this number; returns the calls that were made."""
    workspace = Workspace(book.root)
    changes = change_set(workspace)
    with at_call(number, act) as made:
        Applier(workspace).apply(changes)
    return made


def everything(book: Book) -> Files:
    return {**book.files(), **book.files("schemas")}


@pytest.fixture
def after(book: Book, template: Path) -> Files:
    """What stands there when nothing was in the way."""
    carry_out(book, 0, die)
    found = everything(book)
    assert len(found) == 10 + 20 + 2
    _renew(book, template)
    return found


@pytest.fixture
def numbers(book: Book, template: Path, request: pytest.FixtureRequest) -> range:
    calls = len(carry_out(book, 0, die))
    _renew(book, template)
    return range(1, calls + 1, max(1, calls // (3 * request.config.getoption("--soak"))))


def _renew(book: Book, template: Path) -> None:
    shutil.rmtree(book.root)
    shutil.copytree(template, book.root)


def test_killed_at_any_call(book: Book, template: Path, after: Files, numbers: range) -> None:
    before = everything(book)
    seen = set()
    for number in numbers:
        _renew(book, template)
        child = os.fork()
        if child == 0:
            try:
                carry_out(book, number, die)
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        assert book.run("check").code == 0
        found = everything(book)
        assert found in (before, after)
        seen.add(found == after)
        if found == after:
            book.run("undo")
            assert everything(book) == before
    assert seen == {False, True}


@pytest.mark.parametrize("code", ERRORS, ids=["ENOSPC", "EACCES", "EIO"])
def test_the_disk_fails_at_any_call(
    book: Book, template: Path, after: Files, numbers: range, code: int
) -> None:
    before = everything(book)
    for number in numbers:
        _renew(book, template)
        with suppress(OSError):
            carry_out(book, number, fail(code))
        assert book.run("check").code == 0
        assert everything(book) in (before, after)
