"""Eight writers and a reader at once on one book: nothing lost, nothing torn, nobody stuck."""

from __future__ import annotations

import shutil

import pytest

from tests.changes.conftest import GitBook
from tests.conftest import Book
from tests.processes import at_once, ended, start

WRITERS, WHOLE = 8, 200
PATIENCE = 3600.0  # seconds; who is stuck for so long is stuck for good
# Of four writes one goes to the stream that all share, and one refers to what was just made.
WRITER = """
import subprocess, sys
from crmctl.cli.main import main

who, times, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def run(*words):
    if way == "loops":
        return main([*words])
    return subprocess.run([sys.executable, "-m", "crmctl", *words]).returncode

for turn in range(times):
    made = f"{who}-{turn - turn % 4 + 2}"
    text = f"{who} {turn}"
    words = (
        ("log", "-q", "acme", text),
        ("log", "-q", who, text),
        ("customer", "add", "-q", text, "--id", made),
        ("log", "-q", made, text),
    )
    code = run(*words[turn % 4])
    assert code == 0, (code, words[turn % 4])
"""
READER = """
import contextlib, io, os
from crmctl.cli.main import main

least, rounds = {"customer": 0, "interaction": 0}, 0
while not os.path.exists("stop"):
    for kind in least:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([kind, "list", "-o", "ids"])
        assert (code, err.getvalue()) == (0, ""), (code, err.getvalue())
        found = len(out.getvalue().split())
        assert found >= least[kind], "something is gone that was there"
        least[kind] = found
    rounds += 1
print(rounds)
"""


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(("way", "commit"), [("processes", "auto"), ("loops", "manual")])
def test_eight_writers_and_a_reader(
    book: Book, request: pytest.FixtureRequest, way: str, commit: str
) -> None:
    times = min(WHOLE, request.config.getoption("--soak"))
    names = [f"w{number}" for number in range(WRITERS)]
    for name in names:
        book.write(f"records/customers/{name}.yaml", f"id: {name}\nname: {name}\n")
    book.config(commit=commit)
    versioned = GitBook(book)
    reader = start(book, READER, [])
    try:
        at_once(book, WRITER, [[name, str(times), way] for name in names], PATIENCE)
    finally:
        book.write("stop", "")
    assert int(ended(reader)) > 0
    (book.root / "stop").unlink()

    expected = sorted(f"{name} {turn}" for name in names for turn in range(times))
    added = [record["name"] for record in book.run("customer list ' ' -o json").json]
    logged = book.run("interaction list -o json").json
    found = [record["subject"] for record in logged] + [name for name in added if " " in name]
    assert sorted(found) == expected
    shared = [record for record in logged if record["customer"] == "acme"]
    assert len(shared) == WRITERS * len(range(0, times, 4))
    assert len({record["id"] for record in logged}) == len(logged)
    assert book.run("check").out == ""
    assert len([*(book.root / ".crmctl/journal").iterdir()]) == len(expected)
    if commit == "auto":
        changes = versioned.git("log", "--format=%(trailers:key=Crmctl-Change,valueonly)").split()
        assert len(changes) == len(set(changes)) == len(expected)
        assert versioned.status() == []
