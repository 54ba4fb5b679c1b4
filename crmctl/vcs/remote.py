"""The repository that a book is shared through: what is there, what is here and not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crmctl.vcs import git
from crmctl.vcs.errors import NoBranch, NoRemote, Unreachable

TRAILER = "Crmctl-"
_USUAL = "origin"


class Branch(NamedTuple):
    """The branch that is checked out, and its counterpart: `merge` is a full name there.

    `tracked`: git's own settings say so; else it is what the first push will settle.
    """

    name: str
    remote: str
    merge: str
    tracked: bool


class Commit(NamedTuple):
    """A commit that is on one side only; `author` is who made its change sets, if it says so."""

    id: str
    author: str
    subject: str
    changes: tuple[str, ...]


def branch(root: Path) -> Branch:
    """Where this clone pushes to; NoBranch and NoRemote."""
    try:
        name = git.run(root, ["symbolic-ref", "--quiet", "--short", "HEAD"]).strip()
    except git.GitFailed:
        raise NoBranch from None
    remote = git.setting(root, f"branch.{name}.remote")
    merge = git.setting(root, f"branch.{name}.merge")
    if remote and merge:
        return Branch(name, remote, merge, tracked=True)
    remotes = git.run(root, ["remote"]).split()
    if len(remotes) != 1 and _USUAL not in remotes:
        raise NoRemote(name, remotes)
    remote = _USUAL if _USUAL in remotes else remotes[0]
    return Branch(name, remote, f"refs/heads/{name}", tracked=False)


def fetch(root: Path, branch: Branch) -> None:
    """Gets what is new there; Unreachable, with everything here as it was."""
    try:
        git.run(root, ["fetch", "--quiet", "--no-recurse-submodules", "--", branch.remote])
    except git.GitFailed as error:
        raise Unreachable(branch.remote, error.reason) from None


def tip(root: Path, branch: Branch) -> str | None:
    """The last commit there, as of the last fetch; None when there is none yet."""
    place = "--format=%(upstream)"
    ref = git.run(root, ["for-each-ref", place, f"refs/heads/{branch.name}"]).strip()
    ref = ref or f"refs/remotes/{branch.remote}/{branch.merge.removeprefix('refs/heads/')}"
    return commit(root, ref)


def commit(root: Path, ref: str) -> str | None:
    """The commit that a name means; None without one."""
    try:
        return git.run(root, ["rev-parse", "--quiet", "--verify", f"{ref}^{{commit}}"]).strip()
    except git.GitFailed:
        return None


def common(root: Path, one: str, other: str) -> str | None:
    """The newest commit that both come from; None where they have nothing in common."""
    try:
        return git.run(root, ["merge-base", one, other]).strip()
    except git.GitFailed:
        return None


def push(root: Path, branch: Branch) -> None:
    """Sends what is new here, and has git remember where to; GitFailed."""
    words = ["push", "--quiet", "--recurse-submodules=no"]
    words += [] if branch.tracked else ["--set-upstream"]
    git.run(root, [*words, "--", branch.remote, f"refs/heads/{branch.name}:{branch.merge}"])


def commits(root: Path, old: str | None, new: str) -> list[Commit]:
    """The commits that lead from one to another, newest first, without merges."""
    form = "--format=%H%n%an%n%s%n%(trailers:only,unfold)"
    out = git.run(root, ["log", "-z", "--no-merges", form, *_range(old, new), "--"])
    found = []
    for text in filter(None, out.split("\0")):
        id, author, subject, *lines = text.split("\n")
        actors = [*_trailers(lines, "Actor")]
        changes = tuple(_trailers(lines, "Change"))
        found.append(Commit(id, actors[0] if actors else author, subject, changes))
    return found


def paths(root: Path, old: str, new: str) -> dict[str, list[str]]:
    """Which files of the book those commits touched, each with the ids of the commits."""
    form = ["--format=%H", "--name-only", "--no-renames", "--relative"]
    out = git.run(root, ["log", "-z", "--no-merges", *form, *_range(old, new), "--", "."])
    touched: dict[str, list[str]] = {}
    id = ""
    # The name of a commit comes alone, those of its files after a line break.
    for part in out.split("\0"):
        if part.startswith("\n"):
            touched.setdefault(part[1:], []).append(id)
        elif len(part) in (40, 64) and "/" not in part and "." not in part:
            id = part
        elif part:
            touched.setdefault(part, []).append(id)
    return touched


def _range(old: str | None, new: str) -> list[str]:
    return [new] if old is None else [new, f"^{old}"]


def _trailers(lines: list[str], name: str) -> Iterator[str]:
    for line in lines:
        key, colon, value = line.partition(": ")
        if colon and key == TRAILER + name:
            yield value
