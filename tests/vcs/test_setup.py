"""Setting git up for a book: once, in every clone, and nothing of the person's is lost."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from crmctl.vcs import setup
from tests.conftest import Book

LINE = "records/**/*.yaml -text merge=crmctl"


def git(book: Book, *args: str) -> str:
    done = subprocess.run(
        ["git", *args],
        cwd=book.root,
        env=book.environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def versioned(book: Book) -> Book:
    git(book, "init", "-q")
    return book


def test_a_new_book_is_set_up(tmp_path: Path, book: Book) -> None:
    book.run(["init", str(tmp_path / "new")])
    new = Book(tmp_path / "new")
    assert new.read(".gitattributes") == f"{LINE}\n"
    assert git(new, "status", "--porcelain") == ""
    assert git(new, "config", "core.fsync") == "all\n"
    assert new.run("git setup").err == "git is set up already; nothing was changed.\n"


def test_a_new_book_in_a_repository_is_set_up_too(versioned: Book) -> None:
    versioned.run("init below")
    assert versioned.read("below/.gitattributes") == f"{LINE}\n"
    assert "merge-driver" in git(versioned, "config", "merge.crmctl.driver")


def test_it_says_what_it_did_and_does_it_once(versioned: Book) -> None:
    assert not setup.is_set_up(versioned.root)
    said = versioned.run("git setup").err
    assert ".gitattributes: records are merged by crmctl" in said
    assert "Commit .gitattributes" in said
    assert "core.fsync=all" in said
    assert setup.is_set_up(versioned.root)
    assert "nothing was changed" in versioned.run("git setup").err


def test_a_fresh_clone_lacks_only_what_git_does_not_version(
    versioned: Book, tmp_path: Path
) -> None:
    versioned.run("git setup")
    git(versioned, "add", "-A")
    git(versioned, "-c", "user.name=T", "-c", "user.email=t@x", "commit", "-qm", "Start")
    git(versioned, "clone", "-q", ".", str(tmp_path / "fresh"))
    fresh = Book(tmp_path / "fresh")
    assert not setup.is_set_up(fresh.root)
    said = fresh.run("git setup").err
    assert "The merge driver is" in said
    assert "gitattributes" not in said
    assert setup.is_set_up(fresh.root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("*.png binary", f"*.png binary\n{LINE}\n"),
        ("a\r\nb\r\n", f"a\r\nb\r\n{LINE}\r\n"),
        ("\ufeffa\n", f"\ufeffa\n{LINE}\n"),
        (f"{LINE}\n# ours\n", f"{LINE}\n# ours\n"),
    ],
)
def test_lines_that_are_there_stay(versioned: Book, old: str, new: str) -> None:
    versioned.write(".gitattributes", old)
    versioned.run("git setup")
    assert versioned.read(".gitattributes") == new


def test_records_alone_are_meant(versioned: Book) -> None:
    versioned.run("git setup")
    paths = ["records/a.yaml", "records/客户/李/a.yaml", "crmctl.yaml", "schemas/records/a.yaml"]
    found = git(versioned, "check-attr", "-z", "merge", "--", *paths).split("\0")[2::3]
    assert found == ["crmctl", "crmctl", "unspecified", "unspecified"]


def test_a_crmctl_that_moved_is_found_again(versioned: Book) -> None:
    versioned.run("git setup")
    git(versioned, "config", "merge.crmctl.driver", "/gone/crmctl merge-driver %O %A %B %P %L")
    assert not setup.is_set_up(versioned.root)
    assert "The merge driver is" in versioned.run("git setup").err
    assert setup.is_set_up(versioned.root)


def test_the_command_is_absolute_and_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "it's 50% 好" / "crmctl"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(script)])
    words = shlex.split(setup.driver())
    assert words[:3] == [str(script).replace("%", "%%"), "merge-driver", "%O"]
    monkeypatch.setattr(sys, "argv", ["/usr/bin/pytest"])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    python = os.path.abspath(tmp_path / "python")
    assert shlex.split(setup.driver())[:5] == [python, "-P", "-m", "crmctl", "merge-driver"]


def test_without_a_repository_it_says_so(book: Book) -> None:
    assert "is in no repository of git" in book.run("git setup", code=3).err


def test_without_git_it_says_so(book: Book, tmp_path: Path) -> None:
    said = book.run("git setup", code=3, env={"PATH": str(tmp_path)}).err
    assert said.startswith("error: git: git is not installed.\n")


def test_files_of_everybodys_own(versioned: Book) -> None:
    note = "id: int-20260101-aaaaaaaa\ncustomer: acme\nat: 2026-01-01T10:00\nby: Wang\n"
    versioned.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/interactions/acme.yaml": note,
        }
    )
    said = versioned.run("git setup --per-author").err
    assert "move 1 interaction: interactions/acme.yaml → " in said
    assert versioned.read("records/interactions/acme.wang.yaml") == note
    versioned.run("--as li log acme hello")
    assert "hello" in versioned.read("records/interactions/acme.li.yaml")
    for kind in ("interaction", "order", "task"):
        assert "{customer}.{author}.yaml" in versioned.read(f"schemas/{kind}.yaml")
    assert not (versioned.root / "schemas/customer.yaml").exists()
    again = versioned.run("git setup --per-author").err
    assert "Nothing to change." in again
