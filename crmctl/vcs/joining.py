"""Bringing two lines of history together, and what git leaves to a person of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from crmctl.vcs import git
from crmctl.vcs.setup import DRIVER, driver

MERGE, REBASE = "merge", "rebase"
# A process for each file would take minutes where both sides changed hundreds. So in a merge the
# driver only marks the whole file, and all of them are merged by one process afterwards. A common
# ancestor that git makes up, which it tells by longer markers, has to be merged at once.
_PUT_OFF = (
    "if test %L -gt 7; then {now}; else "
    "{{ echo '<<<<<<< ours'; cat %A; echo =======; cat %B; echo '>>>>>>> theirs'; }} >%A.all"
    " && mv %A.all %A; false; fi"
)


class Sides(NamedTuple):
    """The contents of a file in conflict: of the common ancestor, ours, theirs; None: no file."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


def join(root: Path, commit: str, name: str, how: str, actor: str | None) -> None:
    """Merges with a commit, called `name` in the message, or puts our commits upon it.

    GitFailed where git stops; it may be in the middle of it then. A merge puts off what both sides
    changed: see `is_put_off`.
    """
    if how == REBASE:
        words = ["rebase", "--quiet", "--autostash", commit]
    else:
        later = ["-c", f"{DRIVER}={_PUT_OFF.format(now=driver())}"]
        words = [*later, "merge", "--quiet", "--no-stat", "--ff", "-m", f"Merge {name}", commit]
    git.run(root, [*git.signed(root, actor), *words])


def is_put_off(file: Path, sides: Sides) -> bool:
    """Whether nobody has merged a file in conflict yet, neither crmctl nor a person."""
    if sides.ours is None or sides.theirs is None:
        return False
    lines = b"<<<<<<< ours\n", sides.ours, b"=======\n", sides.theirs, b">>>>>>> theirs\n"
    try:
        return file.read_bytes() == b"".join(lines)
    except OSError:
        return False


def conclude(root: Path, how: str, paths: Sequence[str], actor: str | None) -> None:
    """Takes files as they stand now, and carries on; GitFailed where it stops again."""
    settle(root, paths)
    words = ["commit", "--quiet", "--no-edit", "--cleanup=strip"]
    if how == REBASE:
        words = ["rebase", "--continue"]
    git.run(root, [*git.signed(root, actor), *words])


def settle(root: Path, paths: Sequence[str]) -> None:
    """Tells git that files are merged, by their paths from the working tree's top."""
    if paths:
        words = ["--literal-pathspecs", "add", "-A", *git.FROM_STDIN]
        git.run(top_of(root), words, git.listed(paths))


def abort(root: Path, how: str) -> None:
    """Takes back what was begun; GitFailed."""
    git.run(root, [how, "--abort"])


def unmerged(root: Path) -> dict[str, Sides]:
    """The files in conflict, by their paths from the working tree's top."""
    top = top_of(root)
    names: dict[str, list[str | None]] = {}
    for entry in filter(None, git.run(top, ["ls-files", "--unmerged", "-z"]).split("\0")):
        about, _tab, path = entry.partition("\t")
        _mode, name, stage = about.split()
        names.setdefault(path, [None, None, None])[int(stage) - 1] = name
    read = git.blobs(root, (name for three in names.values() for name in three if name))
    return {
        path: Sides(*(read[name] if name else None for name in three))
        for path, three in names.items()
    }


def top_of(root: Path) -> Path:
    """The top of the working tree that a book is in."""
    return Path(git.run(root, ["rev-parse", "--show-toplevel"]).removesuffix("\n"))
