"""Two people and the repository that they share a book through."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Book, Result, new_book

ACME = "records/customers/acme.yaml"
START = "id: acme\nname: Acme\nstatus: target   # since the fair\ntags: [a]\nuid: k3f9x2ab\n"


class Person(Book):
    """Somebody's clone of the book; commands run as that person."""

    def __init__(self, root: Path, name: str) -> None:
        super().__init__(root)
        self.name = name

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(
            **{
                "GIT_AUTHOR_NAME": self.name,
                "GIT_AUTHOR_EMAIL": f"{self.name.lower()}@example.org",
                "GIT_COMMITTER_NAME": self.name,
                "GIT_COMMITTER_EMAIL": f"{self.name.lower()}@example.org",
                "CRMCTL_USER": self.name,
                **more,
            }
        )

    def git(self, *args: str, code: int = 0) -> str:
        done = subprocess.run(
            ["git", *args],
            cwd=self.root,
            env=self.environment(GIT_EDITOR="true"),
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.strip()

    def sync(self, options: str = "", code: int = 0, **env: str) -> Result:
        return self.run(f"sync {options}", code=code, env=env)

    def replace(self, old: str, new: str, path: str = ACME) -> None:
        """Edits a file by hand."""
        text = self.read(path)
        assert old in text
        self.write(path, text.replace(old, new))

    def subjects(self) -> list[str]:
        return self.git("log", "--no-merges", "--format=%s").splitlines()

    def status(self) -> str:
        return self.git("status", "--porcelain")


def hook(repository: Path, name: str, script: str) -> None:
    """Has git run a script at a certain point."""
    file = repository / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return tmp_path / "origin.git"


@pytest.fixture
def li(tmp_path: Path, origin: Path) -> Person:
    """Who began the book and sent it."""
    root = tmp_path / "li"
    new_book(root)
    li = Person(root, "Li")
    li.gen({ACME: START, ".gitignore": "/.crmctl/\n*.tmp~\n"})
    li.git("init", "-q", "-b", "main")
    li.run("git setup")
    li.git("config", "core.fsync", "none")  # it takes time, and no power fails here
    li.git("add", "-A")
    li.git("commit", "-qm", "Start")
    li.git("init", "-q", "--bare", "-b", "main", str(origin))
    li.git("remote", "add", "origin", str(origin))
    li.git("push", "-q", "-u", "origin", "main")
    return li


@pytest.fixture
def wang(tmp_path: Path, li: Person) -> Person:
    """Who cloned it, and never set anything up."""
    li.git("clone", "-q", str(tmp_path / "origin.git"), str(tmp_path / "wang"))
    return Person(tmp_path / "wang", "Wang")
