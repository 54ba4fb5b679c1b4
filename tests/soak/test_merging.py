"""Random pairs of concurrent edits: merged as a model says, and no remark lost.

`--soak N` says how many pairs go through git itself.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.merging.document import Merger
from crmctl.merging.files import merge_files
from crmctl.workspace import Workspace
from tests.conftest import REPOSITORY, Book, new_book
from tests.soak.edits import Cell, Side, Writer, merge, must_stay, read, settled

PATHS = {False: "records/customers/acme.yaml", True: "records/orders/acme.yaml"}


def sides(random: Random, *, stream: bool) -> tuple[Side, Side, Side]:
    base = Writer(random, "b").base(stream=stream)
    return base, Writer(random, "o").edited(base), Writer(random, "t").edited(base)


def check(base: Side, ours: Side, theirs: Side, merged: str, conflicts: set[Cell]) -> None:
    """What was merged is what the model says, down to the remarks."""
    expected, clashes = merge(base, ours, theirs)
    assert conflicts == clashes
    assert read(settled(merged, "ours")) == expected
    assert [*read(settled(merged, "ours"))] == [*expected]
    assert read(settled(merged, "theirs")) == merge(base, theirs, ours)[0]
    assert must_stay(base, ours, theirs, expected) <= set(words(merged))


def words(text: str) -> list[str]:
    return [line.rpartition("# ")[2] for line in text.splitlines() if "# " in line]


@given(random=st.randoms(use_true_random=False), stream=st.booleans())
def test_in_this_process(random: Random, stream: bool) -> None:
    workspace = Workspace(REPOSITORY)
    merger = Merger(workspace.registry.kinds["order" if stream else "customer"], ZoneInfo("UTC"))
    base, ours, theirs = sides(random, stream=stream)
    merged = merge_files(merger, base.text(), ours.text(), theirs.text())
    found = {(id, *conflict.path) for id, conflict in merged.conflicts}
    check(base, ours, theirs, merged.text, found)


class Clone:
    """A book in git, with the driver set up."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def git(self, *args: str) -> subprocess.CompletedProcess[str]:
        options = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "gc.auto=0")
        return subprocess.run(
            ["git", *options, *args],
            cwd=self.book.root,
            env=self.book.environment(GIT_MERGE_AUTOEDIT="no"),
            capture_output=True,
            check=False,
            text=True,
        )

    def commit(self, texts: dict[str, str]) -> None:
        for path, text in texts.items():
            self.book.write(path, text)
        self.git("add", "-A")
        assert self.git("commit", "-qm", "Edit").returncode == 0

    def pull(self, other: Clone) -> subprocess.CompletedProcess[str]:
        return self.git("pull", "-q", "--no-rebase", str(other.book.root), "main")


@pytest.mark.parametrize("half", [0, 1])
def test_in_git(tmp_path: Path, request: pytest.FixtureRequest, half: int) -> None:
    """Two clones, in which two people edit a customer and the customer's orders."""
    ours = Clone(new_book(tmp_path / "ours"))
    ours.git("init", "-q", "-b", "main")
    ours.book.run("git setup")
    ours.commit({".gitignore": "/.crmctl/\n"})
    assert ours.git("clone", "-q", str(ours.book.root), "../theirs").returncode == 0
    theirs = Clone(Book(tmp_path / "theirs"))
    for clone in (ours, theirs):
        clone.book.run("git setup")
        clone.git("config", "core.fsync", "none")

    pairs, clashes = request.config.getoption("--soak"), 0
    for seed in range(half, pairs, 2):
        trios = {path: sides(Random(f"{seed}{path}"), stream=s) for s, path in PATHS.items()}
        ours.commit({path: base.text() + f"# {seed}\n" for path, (base, _o, _t) in trios.items()})
        assert theirs.pull(ours).returncode == 0
        ours.commit({path: side.text() + f"# {seed}\n" for path, (_b, side, _t) in trios.items()})
        theirs.commit({path: side.text() + f"# {seed}\n" for path, (_b, _o, side) in trios.items()})
        done = ours.pull(theirs)
        expected = 0
        for path, (base, left, right) in trios.items():
            cells = merge(base, left, right)[1]
            said = {line for line in done.stderr.splitlines() if line.startswith(f"{path}: ")}
            assert len(said) == len(cells), done.stderr
            for cell in cells:
                place = f"{path}: {cell[0]}" + ", " * (len(cell) > 1) + ".".join(cell[1:])
                assert any(line.startswith(f"{place}:") for line in said), (place, said)
            check(base, left, right, ours.book.read(path), cells)
            expected += len(cells)
        assert done.returncode == (1 if expected else 0), done.stderr
        if expected:
            clashes += 1
            ours.git("add", "-A")
            assert ours.git("commit", "-qm", "Settle").returncode == 0
        assert ours.git("status", "--porcelain").stdout == ""
    print(f"{len(range(half, pairs, 2))} pairs, {clashes} with conflicts")
