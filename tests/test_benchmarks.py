"""The generator of benchmark books: the same bytes every time, and records without fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmctl.schema.rules import Rules
from crmctl.storage.records import read_file
from crmctl.workspace import Workspace

GENERATE = Path(__file__).parent.parent / "benchmarks" / "generate.py"


def generate(folder: Path, customers: int, *, seed: int = 1, hash_seed: str = "0") -> Path:
    command = [sys.executable, str(GENERATE), str(folder)]
    command += ["--customers", str(customers), "--seed", str(seed)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return folder


def files(book: Path, below: str = "") -> dict[str, bytes]:
    paths = (book / below).rglob("*")
    return {str(p.relative_to(book)): p.read_bytes() for p in paths if p.is_file()}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("benchmarks") / "book", 30)


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed(
    book: Path, tmp_path: Path
) -> None:
    again = generate(tmp_path / "again", 30, hash_seed="4711")
    assert files(again) == files(book)
    assert len(files(book, "records/customers")) == 30


def test_another_seed_gives_another_book(book: Path, tmp_path: Path) -> None:
    other = generate(tmp_path / "other", 30, seed=2)
    assert files(other, "records/customers").keys() != files(book, "records/customers").keys()


def test_a_small_book_is_the_beginning_of_a_large_one(book: Path, tmp_path: Path) -> None:
    small = files(generate(tmp_path / "small", 10), "records")
    large = files(book, "records")
    assert len([path for path in small if path.startswith("records/customers/")]) == 10
    assert {path: large.get(path) for path in small} == small


def test_every_record_reads_without_a_problem(book: Path) -> None:
    workspace = Workspace(book)
    for kind in workspace.registry:
        rules = Rules(kind)
        for file in sorted((workspace.records / kind.folder).rglob("*.yaml")):
            path = file.relative_to(workspace.records).as_posix()
            content = read_file(workspace.records, path, kind, workspace.zone, rules)
            assert content.problems == []
            assert content.records
