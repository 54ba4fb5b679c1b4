"""A book to try things on, and small verbs for doing so.

`book` is an empty workspace, `sample` the repository's own book to read from, `sample_copy` one to
write to. Commands run in this process with a fixed clock and an environment of their own.
"""

from __future__ import annotations

import gettext
import io
import json
import os
import shlex
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from crmctl import locale
from crmctl.cli.main import main

REPOSITORY = Path(__file__).parent.parent
AN_HOUR_AGO = time.time() - 3600
SAMPLE_PARTS = ("crmctl.yaml", "rates.yaml", "records", "segments", "reports")
NOW = "2026-11-21T09:00"
# What a person's shell may hold that would change what a command prints.
FOREIGN = ("CRMCTL_", "GIT_", "LC_", "XDG_")
FOREIGN_NAMES = ("EDITOR", "LANGUAGE", "LESS", "NO_COLOR", "PAGER", "VISUAL")

Raw = bytes  # by another name inside Book, which has a verb `bytes`

settings.register_profile("local", deadline=None, max_examples=40)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the commands print into the transcripts under tests/golden and the docs",
    )
    parser.addoption(
        "--soak",
        type=int,
        default=4,
        metavar="N",
        help="how often tests/soak tries each of its cases (1000 takes a while)",
    )


@dataclass(frozen=True)
class Result:
    """What a command did: its exit code, and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment that commands under test see: this one, without the person's settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and name not in FOREIGN_NAMES
    }
    return {
        **kept,
        "CRMCTL_NOW": NOW,
        "GIT_AUTHOR_DATE": f"{NOW}:00+00:00",
        "GIT_COMMITTER_DATE": f"{NOW}:00+00:00",
        "LANG": "en_US.UTF-8",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(home.parent),
        "COLUMNS": "80",
        "LINES": "24",
        **more,
    }


@contextmanager
def _surroundings(folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """Another folder and environment for a while; the language is put back too."""
    cwd, before, domain = Path.cwd(), dict(os.environ), gettext.textdomain()
    language = locale.language()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        locale.set_language(language)
        gettext.textdomain(domain)
        os.environ.clear()
        os.environ.update(before)
        os.chdir(cwd)


def call(
    args: Sequence[str], folder: Path, variables: Mapping[str, str], stdin: bytes = b""
) -> Result:
    """Runs one command in this process as if from a pipe in `folder`."""
    saved = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    # Held by name: a collected wrapper would close its buffer.
    streams = tuple(io.TextIOWrapper(raw, "utf-8") for raw in (io.BytesIO(stdin), out, err))
    with _surroundings(folder, variables):
        sys.stdin, sys.stdout, sys.stderr = streams
        try:
            code = main(list(args))
        except SystemExit as exit_:  # completion ends so
            code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        finally:
            sys.stdin, sys.stdout, sys.stderr = saved
    for stream in streams[1:]:
        stream.flush()
    return Result(code, out.getvalue().decode(), err.getvalue().decode())


class Book:
    """A workspace in a temporary folder, next to an empty home."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root.parent / f"{root.name}-home"
        self.home.mkdir(exist_ok=True)

    def config(self, **settings: Any) -> None:
        """Writes crmctl.yaml anew: format 1, USD, UTC and what is given here."""
        tree = {"format": 1, "currency": "USD", "timezone": "UTC", **settings}
        self.write("crmctl.yaml", yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))

    def gen(self, files: Mapping[str, str | Raw]) -> None:
        """Writes files, by path relative to the book; text is dedented."""
        for path, content in files.items():
            if isinstance(content, str):
                content = textwrap.dedent(content).removeprefix("\n")
            self.write(path, content)

    def write(self, path: str, content: str | Raw) -> Path:
        """Writes one file exactly; text as UTF-8 with the newlines it has."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def bytes(self, path: str) -> Raw:
        return (self.root / path).read_bytes()

    def read(self, path: str) -> str:
        """The text of a file with the newlines it has."""
        return self.bytes(path).decode()

    def files(self, below: str = "records") -> dict[str, Raw]:
        """Every file below a folder, by path relative to the book."""
        found = sorted(path for path in (self.root / below).rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}

    def environment(self, **more: str) -> dict[str, str]:
        return environment(self.home, **more)

    def run(
        self,
        command: str | Sequence[str],
        *,
        code: int = 0,
        input: str | Raw = "",
        env: Mapping[str, str] | None = None,
        cwd: str = ".",
    ) -> Result:
        """Runs `crmctl COMMAND` in the book and checks its exit code.

        A text is split as a shell would, a list is taken as it is.
        """
        args = shlex.split(command) if isinstance(command, str) else list(command)
        stdin = input.encode() if isinstance(input, str) else input
        result = call(args, self.root / cwd, self.environment(**(env or {})), stdin)
        assert result.code == code, (
            f"crmctl {shlex.join(args)}: exit {result.code} instead of {code}\n"
            f"{result.out}{result.err}"
        )
        return result


def new_book(root: Path) -> Book:
    """An empty book at `root`."""
    root.mkdir(parents=True)
    made = Book(root)
    made.config()
    _settle(root)
    return made


def _settle(root: Path) -> None:
    """Makes the settings of a book as old as those of most books are: they are kept parsed."""
    os.utime(root / "crmctl.yaml", (AN_HOUR_AGO, AN_HOUR_AGO))


def sample_book(root: Path) -> Book:
    """A copy of the repository's own book at `root`, without its caches."""
    root.mkdir(parents=True)
    for name in SAMPLE_PARTS:
        part = REPOSITORY / name
        if part.is_dir():
            shutil.copytree(part, root / name)
        elif part.is_file():
            shutil.copy(part, root / name)
    _settle(root)
    return Book(root)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """An empty workspace: format 1, USD, UTC."""
    return new_book(tmp_path / "book")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """The sample book, shared by all tests that only read: it must end as it began."""
    shared = sample_book(tmp_path_factory.mktemp("sample") / "book")
    before = shared.files()
    yield shared
    assert shared.files() == before, "a test wrote to the shared sample: it wants `sample_copy`"


@pytest.fixture
def sample_copy(tmp_path: Path) -> Book:
    """A copy of the sample book for this test alone."""
    return sample_book(tmp_path / "sample")


@pytest.fixture
def make_book(tmp_path: Path) -> Callable[[str], Book]:
    """Makes further empty books by name, for tests that need two."""
    return lambda name: new_book(tmp_path / name)
