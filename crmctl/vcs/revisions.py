"""Names for a moment in the history of a book: a day, or whatever git takes for a commit."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from crmctl.errors import GitRefused
from crmctl.locale import _
from crmctl.values.dates import end_of, local_date, parse_period
from crmctl.vcs import git
from crmctl.vcs.errors import NoHistory, NoRevision, NothingCommitted


def resolve(root: Path, text: str, today: date, zone: ZoneInfo) -> str:
    """The commit that a day or a revision means.

    Of a day, month or word such as “yesterday” it is the last commit up to its end in the book's
    zone, by committer date along the first parents. What reads as a day is one, though a branch
    may have that name; `heads/2026` names the branch. NoHistory and NoRevision (exit code 4),
    GitRefused without git.
    """
    require(root)
    period = parse_period(text, today)
    if period is None:
        return commit_of(root, text)
    limit = f"--before=@{end_of(period.end, zone) - 1} +0000"
    if period.end.year >= 1970:
        found = git.run(root, ["rev-list", "-1", "--first-parent", limit, "HEAD"]).strip()
        if found:
            return found
    raise NoHistory(period.end.isoformat(), _begin(root, zone), cut=bool(cut_off(root)))


def commit_of(root: Path, revision: str) -> str:
    """The commit of a branch, tag, abbreviated hash or the like; NoRevision (exit code 4)."""
    if revision and revision[0] not in "-^":
        words = ["rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}"]
        try:
            return git.run(root, words).strip()
        except (git.GitFailed, ValueError):
            pass
    raise NoRevision(revision)


def require(root: Path) -> None:
    """GitRefused where there is no repository, NothingCommitted where it is empty."""
    if not git.available():
        raise GitRefused(_("git is not installed"))
    if not git.is_versioned(root):
        raise GitRefused(_("{root} is in no repository of git").format(root=root))
    if not git.has_commits(root):
        raise NothingCommitted


def cut_off(root: Path) -> frozenset[str]:
    """The commits at which a shallow clone ends: what was before them is not there."""
    file = git.run(root, ["rev-parse", "--git-path", "shallow"]).removesuffix("\n")
    try:
        return frozenset((root / os.fsdecode(file)).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()


def _begin(root: Path, zone: ZoneInfo) -> str:
    words = ["log", "--first-parent", "--format=%cI", "HEAD"]
    days = [local_date(line, zone) for line in git.run(root, words).split()]
    return str(min(day for day in days if day is not None))
