"""Programs that run at the same time on one book."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from tests.conftest import Book


def start(book: Book, program: str, words: Sequence[str]) -> subprocess.Popen[str]:
    """A Python program that runs in the book from now on."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=book.root,
        env=book.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = 120) -> str:
    """What a program prints; it is to end well, and in time."""
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err
    return out


def at_once(
    book: Book, program: str, arguments: Sequence[Sequence[str]], seconds: float = 120
) -> list[str]:
    """Runs a Python program several times at once; their outputs once all ended well."""
    running = [start(book, program, words) for words in arguments]
    return [ended(process, seconds) for process in running]
