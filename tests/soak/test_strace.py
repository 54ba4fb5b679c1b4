"""The real program, killed or refused by the kernel at its Nth call of a kind, as strace does it.

Beside `test_faults`, which is quicker and sees only the calls that Python makes by name.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Book, new_book

KILLED = ("openat", "write", "rename", "unlink", "fsync", "sync")
REFUSED = (
    ("openat", "EACCES"),
    ("openat", "ENOSPC"),
    ("write", "ENOSPC"),
    ("rename", "EACCES"),
    ("unlink", "EACCES"),
    ("fsync", "EIO"),
    ("fsync", "ENOSPC"),
)
COMMANDS = {
    # Makes files, and appends to others: more of them than are flushed one by one.
    "import": ["import", "orders.csv", "--kind", "order", "--create", "customer"],
    "rm": ["customer", "rm", "old-0", "old-1", "--cascade", "--yes"],
}
Files = dict[str, bytes]


def traced(
    book: Book, words: Sequence[str], calls: str, inject: str = "", log: str = "/dev/null"
) -> subprocess.CompletedProcess[str]:
    """Runs one command under strace, which meddles with some calls."""
    # With the filter in the kernel, only these calls are slowed down.
    command = ["strace", "-f", "--seccomp-bpf", "-o", log, "-e", f"trace={calls}"]
    command += ["-e", f"inject={calls}:{inject}"] if inject else []
    command += [sys.executable, "-m", "crmctl", *words]
    environment = book.environment(CRMCTL_USER="li")
    return subprocess.run(command, cwd=book.root, env=environment, capture_output=True, text=True)


def _why_not() -> str:
    if shutil.which("strace") is None:
        return "strace is not installed"
    words = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=openat", "true"]
    tried = subprocess.run(words, capture_output=True, text=True)
    return f"strace cannot trace here: {tried.stderr.strip()[:80]}" if tried.returncode else ""


WHY_NOT = _why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


class Case:
    """A command, the book before and after it, and the calls it makes while it has the lock."""

    def __init__(self, folder: Path, words: Sequence[str]) -> None:
        self.words = words
        self.folder = folder
        book = new_book(folder / "template")
        rows = ["customer,date,amount"]
        for number in range(6):
            order = f"id: ord-{number}\ncustomer: old-{number}\ndate: 2026-01-01\namount: 5\n"
            book.write(f"records/customers/old-{number}.yaml", f"id: old-{number}\nname: Old\n")
            book.write(f"records/orders/old-{number}.yaml", order)
            rows += [f"old-{number},2026-02-01,6.50", f"New {number},2026-02-01,7.50"]
        book.write("orders.csv", "\n".join(rows) + "\n")
        for file in book.root.rglob("*.yaml"):
            os.utime(file, (0, 0))  # young ones are read again, which would be other calls
        book.run("check")
        self.before = book.files()
        log, calls = folder / "calls", ",".join(("flock", *KILLED))
        for _time in range(2):  # the second time Python need not compile anything
            after = self.fresh()
            done = traced(after, words, calls, log=str(log))
            assert done.returncode == 0, done.stderr
        self.after = after.files()
        self.calls = self._counted(log.read_text())

    def _counted(self, log: str) -> dict[str, range]:
        """The numbers of the calls of each kind after the lock is taken, until it is printed."""
        seen: Counter[str] = Counter()
        first: dict[str, int] = {}
        for name, argument in re.findall(r"^\d+ +(\w+)\((\w*)", log, re.M):
            if name == "write" and argument in ("1", "2"):
                break
            seen[name] += 1
            if name == "flock" and not first:
                first = {kind: seen[kind] + 1 for kind in KILLED}
        return {kind: range(first[kind], seen[kind] + 1) for kind in KILLED}

    def fresh(self) -> Book:
        """The book as it was before, in a folder of its own."""
        shutil.rmtree(self.folder / "book", ignore_errors=True)
        shutil.copytree(self.folder / "template", self.folder / "book")
        return Book(self.folder / "book")

    def numbers(self, kind: str, soak: int) -> Sequence[int]:
        """`soak` of the calls, evenly spread, or all of them."""
        calls = self.calls[kind]
        return calls[:: max(1, len(calls) // soak)]


@pytest.fixture(scope="module", params=COMMANDS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("strace"), COMMANDS[request.param])


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> int:
    times: int = request.config.getoption("--soak")
    return max(1, times // 2)


@pytest.mark.parametrize("kind", KILLED)
def test_killed_at_the_nth_call(case: Case, soak: int, kind: str) -> None:
    for number in case.numbers(kind, soak):
        book = case.fresh()
        done = traced(book, case.words, kind, f"signal=KILL:when={number}")
        found = outcome(case, book)
        assert found is not None, number
        # Seldom there is a call less than last time, and nobody is killed.
        assert done.returncode in (-9, 137) or (done.returncode, found) == (0, "after"), number


@pytest.mark.parametrize(("kind", "error"), REFUSED)
def test_refused_at_the_nth_call(case: Case, soak: int, kind: str, error: str) -> None:
    for number in case.numbers(kind, soak):
        book = case.fresh()
        done = traced(book, case.words, kind, f"error={error}:when={number}")
        assert "Traceback" not in done.stderr, (number, done.stderr)
        found = outcome(case, book)
        assert found is not None, number
        # What it said is what it did.
        assert done.returncode in ((0,) if found == "after" else (3,)), (number, done.stderr)


def outcome(case: Case, book: Book) -> str | None:
    """`before` or `after`, once the next command has come; None for anything else."""
    result = book.run("check")
    assert result.out == "", result.out
    assert not [*(book.root / "records").rglob("*tmp~")]
    files = book.files()
    if files == case.before:
        return "before"
    return "after" if files == case.after else None
