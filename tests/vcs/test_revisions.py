"""A day or a revision names one commit, or none with exit code 4."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crmctl.errors import GitRefused
from crmctl.vcs.errors import NoHistory, NoRevision, NothingCommitted
from crmctl.vcs.revisions import cut_off, resolve
from tests.conftest import environment

TODAY = date(2026, 11, 21)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Repository:
    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str, at: str = "") -> str:
        dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at else {}
        named = ["-c", "user.name=Li", "-c", "user.email=li@example.com"]
        done = subprocess.run(
            ["git", *named, *args],
            cwd=self.root,
            env=environment(self.root.parent / "home", **dates),
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, at: str) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", at, at=at)
        return self.git("rev-parse", "HEAD")

    def resolve(self, text: str) -> str:
        return resolve(self.root, text, TODAY, SHANGHAI)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_the_last_commit_of_a_day_in_the_zone_of_the_book(repository: Repository) -> None:
    first = repository.commit("2026-10-31T15:59:59+00:00")  # a second to midnight in Shanghai
    second = repository.commit("2026-10-31T16:00:00+00:00")
    third = repository.commit("2026-11-20T10:00:00+08:00")
    assert repository.resolve("2026-10-31") == first
    assert repository.resolve("2026-11-01") == second
    assert repository.resolve("2026-11") == third
    assert repository.resolve("last-month") == first
    assert repository.resolve("昨天") == third
    assert repository.resolve("9999-12-31") == third


def test_before_the_first_commit(repository: Repository) -> None:
    with pytest.raises(NothingCommitted):
        repository.resolve("today")
    repository.commit("2026-10-31T16:00:00+00:00")
    for day in ("2026-10-31", "0001-01-01", "1960-01-01"):
        with pytest.raises(NoHistory, match="the history begins on 2026-11-01") as raised:
            repository.resolve(day)
        assert raised.value.exit_code == 4


def test_revisions(repository: Repository) -> None:
    first = repository.commit("2026-10-01T10:00:00Z")
    second = repository.commit("2026-10-02T10:00:00Z")
    repository.git("tag", "-a", "v1", "-m", "one", first)
    assert repository.resolve("main") == second
    assert repository.resolve("HEAD~1") == first
    assert repository.resolve("v1") == first
    assert repository.resolve(first[:8]) == first


@pytest.mark.parametrize(
    "name", ["nosuch", "", "--all", "^main", "main..main", "HEAD:file", "a\0b", "HEAD~7"]
)
def test_what_is_no_revision(repository: Repository, name: str) -> None:
    repository.commit("2026-10-01T10:00:00Z")
    with pytest.raises(NoRevision) as raised:
        repository.resolve(name)
    assert raised.value.exit_code == 4


def test_a_day_wins_over_a_branch_of_its_name(repository: Repository) -> None:
    first = repository.commit("2025-10-01T10:00:00Z")
    repository.git("branch", "2026")
    second = repository.commit("2026-10-01T10:00:00Z")
    assert repository.resolve("2026") == second
    assert repository.resolve("heads/2026") == first


def test_what_was_merged_later_was_not_there_yet(repository: Repository) -> None:
    first = repository.commit("2026-10-01T10:00:00Z")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit("2026-10-02T10:00:00Z")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "side", at="2026-10-05T10:00:00Z")
    assert repository.resolve("2026-10-03") == first


def test_a_shallow_clone_says_that_there_is_more(repository: Repository, tmp_path: Path) -> None:
    repository.commit("2026-10-01T10:00:00Z")
    last = repository.commit("2026-10-05T10:00:00Z")
    repository.git("clone", "-q", "--depth=1", repository.root.as_uri(), str(tmp_path / "clone"))
    assert cut_off(tmp_path / "clone") == {last}
    assert cut_off(repository.root) == frozenset()
    with pytest.raises(NoHistory, match="begins on 2026-10-05") as raised:
        resolve(tmp_path / "clone", "2026-10-02", TODAY, SHANGHAI)
    assert "--unshallow" in str(raised.value.hint)


def test_without_git(tmp_path: Path) -> None:
    with pytest.raises(GitRefused, match="in no repository"):
        resolve(tmp_path, "today", TODAY, SHANGHAI)
