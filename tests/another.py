"""A test as a user who owns nothing: root may write anywhere, so it would prove nothing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Book, new_book

NOBODY = 65534


@contextmanager
def book_within_reach() -> Iterator[Book]:
    """An empty book in a folder that other users can reach, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="crmctl-"))
    try:
        folder.chmod(0o755)
        yield new_book(folder / "book")
    finally:
        shutil.rmtree(folder)


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """A folder, with all that is in it, that nobody may write to."""
    folders = [folder, *(inner for inner in folder.rglob("*") if inner.is_dir())]
    for one in folders:
        one.chmod(0o555)
    try:
        yield
    finally:
        for one in folders:
            one.chmod(0o755)


def as_owner(book: Book, work: Callable[[], None]) -> None:
    """Runs a part of a test as the owner of the book; for root that is another user from now on.

    What it loads must be loaded before: the other user may not be able to read the interpreter.
    """
    if os.geteuid() != 0:
        work()
        return
    for path in book.root.parent.rglob("*"):
        os.chown(path, NOBODY, NOBODY)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
