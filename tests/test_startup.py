"""What the program loads: help, version and completion of commands cost click and nothing else.

Asserted on the loaded modules, because seconds do not travel.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Book

# Everything that has a price, beside third-party packages.
COSTLY = frozenset(
    """
    asyncio concurrent.futures csv dataclasses decimal email http importlib.metadata inspect
    multiprocessing secrets sqlite3 statistics tomllib unittest xml yaml zoneinfo
    crmctl.changes crmctl.errors crmctl.index crmctl.query crmctl.schema crmctl.storage
    crmctl.workspace
    """.split()
)
PROGRAM = """
import atexit, json, os, sys
def dump(name=sys.argv.pop(1)):
    origins = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    with open(name, "w") as file:
        json.dump(origins, file)
atexit.register(dump)
"""
MAIN = PROGRAM + "from crmctl.__main__ import run\nrun()"
CLICK = PROGRAM + "import click, click.shell_completion"


def loaded(book: Book, program: str, *args: str, **variables: str) -> tuple[str, dict[str, str]]:
    """What a fresh interpreter prints, and the modules it has loaded, with their files."""
    out = book.home / "modules.json"
    environment = book.environment(PYTHONPATH=str(REPOSITORY), **variables)
    done = subprocess.run(
        [sys.executable, "-c", program, str(out), *args],
        cwd=book.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text())


COMPLETION = {
    "_CRMCTL_COMPLETE": "bash_complete",
    "COMP_WORDS": "crmctl cu",
    "COMP_CWORD": "1",
}
CALLS = [
    pytest.param(["--help"], {}, id="help"),
    pytest.param(["--help"], {"CRMCTL_LANG": "zh"}, id="Chinese help"),
    pytest.param(["--version"], {}, id="version"),
    pytest.param([], COMPLETION, id="completion"),
]


@pytest.fixture
def extended(book: Book) -> Book:
    """A book with a kind of its own, whose titles an earlier command has cached."""
    book.gen(
        {
            "schemas/vessel.yaml": """
                title: Vessel
                type: object
                required: [name]
                properties:
                  name: {type: string}
                x-crmctl:
                  plural: vessels
                  title: {zh: 船舶}
                  path: vessels/{id}.yaml
                  id: {slug: name}
                  label: name
                """,
        }
    )
    # Titles are cached once the files are too old to change within one time stamp.
    for name in ("crmctl.yaml", "schemas/vessel.yaml"):
        os.utime(book.root / name, (0, 0))
    book.run("vessel list")
    return book


@pytest.mark.parametrize(("args", "variables"), CALLS)
def test_nothing_but_click_is_loaded(
    extended: Book, args: list[str], variables: dict[str, str]
) -> None:
    _out, bare = loaded(extended, CLICK)
    _out, modules = loaded(extended, MAIN, *args, **variables)
    fresh = modules.keys() - bare.keys()
    costly = {name for name in fresh if any(_inside(name, package) for package in COSTLY)}
    assert costly == set()
    foreign = {
        name
        for name in fresh
        if "-packages" in (modules[name] or "")
        and not _inside(name, "click")
        # An installed crmctl stands among the packages too.
        and not _inside(name, "crmctl")
    }
    assert foreign == set()


def _inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_help_lists_the_kinds_of_the_book(extended: Book) -> None:
    out, _modules = loaded(extended, MAIN, "--help")
    assert "customer" in out
    assert "vessel" in out


def test_chinese_help_calls_the_kinds_of_the_book_by_their_titles(extended: Book) -> None:
    out, _modules = loaded(extended, MAIN, "--help", CRMCTL_LANG="zh")
    assert "船舶" in out


def test_completion_offers_the_kinds_of_the_book(extended: Book) -> None:
    out, _modules = loaded(extended, MAIN, **{**COMPLETION, "COMP_WORDS": "crmctl ves"})
    assert out == "plain,vessel\n"


def test_help_needs_no_book(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    out, _modules = loaded(Book(nowhere), MAIN, "--help")
    assert "customer" in out
