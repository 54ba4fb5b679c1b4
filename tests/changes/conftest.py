"""Books with one customer, `acme`: in a plain folder, and in git with commits of every sort."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import Book, Result

ACME = "records/customers/acme.yaml"


def change(result: Result) -> str:
    """The id of the change set that a command made."""
    found = re.search(r"^change (chg-\S+)$", result.err, re.M)
    assert found, result.err
    return found[1]


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, "# our first\nid: acme\nname: Acme # gmbh\nlevel: normal\ntags: [a, b]\n")
    return book


class GitBook:
    """A book in git, with the verbs of both."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.run = book.run
        self.write = book.write
        self.root = book.root
        book.write(".gitignore", "/.crmctl/\n*.tmp~\n")
        book.write(ACME, "id: acme\nname: Acme\n")
        book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Li Na")
        self.git("config", "user.email", "li@example.com")
        # The clock of the tests stands at nine.
        self.commit("Start", at="2026-11-21T08:00:00+00:00")

    def git(self, *args: str, at: str | None = None) -> str:
        """Runs git, at a given time if it commits."""
        dates = {} if at is None else {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        done = subprocess.run(
            ["git", *args],
            cwd=self.root,
            env=self.book.environment(**dates),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, subject: str, at: str | None = None) -> str:
        """Commits everything as a person would, and returns the commit."""
        self.git("add", "-A")
        self.git("commit", "-qm", subject, at=at)
        return self.git("rev-parse", "HEAD")

    def subjects(self) -> list[str]:
        """The subjects of all commits, newest first."""
        return self.git("log", "--format=%s").splitlines()

    def touched(self) -> list[str]:
        """The files of the last commit."""
        return self.git("show", "--format=", "--name-only", "HEAD").splitlines()

    def status(self) -> list[str]:
        return self.git("status", "--porcelain").splitlines()


@pytest.fixture
def versioned(book: Book) -> GitBook:
    return GitBook(book)
