"""Ctrl-C, and a reader who has seen enough, end the program quietly with their own exit codes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmctl.workspace import Workspace
from tests.conftest import REPOSITORY, Book

CALLS = [
    ["--help"], ["log", "--help"], ["customer"], ["customer", "list"], ["customer", "lst"],
]  # fmt: skip


def started(
    book: Book, words: list[str], path: list[Path], stdout: int, stderr: int
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crmctl", *words],
        cwd=book.root,
        env=book.environment(PYTHONPATH=os.pathsep.join(map(str, path))),
        stdout=stdout,
        stderr=stderr,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_reader_that_has_gone_is_no_error(sample: Book, words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    both = "lst" in words  # what goes wrong is said on stderr
    done = started(sample, words, [REPOSITORY], writer, writer if both else subprocess.PIPE)
    os.close(writer)
    assert done.returncode == 141
    assert not done.stderr


def test_a_ctrl_c_while_the_program_loads_is_quiet(book: Book) -> None:
    book.gen({"early/click.py": "raise KeyboardInterrupt\n"})
    early = book.root / "early"
    done = started(book, ["today"], [early, REPOSITORY], subprocess.PIPE, subprocess.PIPE)
    assert done.returncode == 130
    assert done.stdout + done.stderr == ""


def test_a_closed_stdout_takes_everything(book: Book) -> None:
    command = f"{sys.executable} -m crmctl customer list >&-"
    env = book.environment(PYTHONPATH=str(REPOSITORY))
    done = subprocess.run(["sh", "-c", command], cwd=book.root, env=env, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_command_leaves_no_book_in_memory(book: Book) -> None:
    """The index has functions that lead back to the book: a cycle that only closing it ends."""
    book.run("customer add Acme")
    for command in ("customer list", "customer list --as-of 2026-01-31", "analyze stage"):
        book.run(command)
    gc.collect()
    books = [one for one in gc.get_objects() if isinstance(one, Workspace)]
    assert not [one for one in books if one.root == book.root]
