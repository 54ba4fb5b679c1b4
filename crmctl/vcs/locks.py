"""Locks that a killed git leaves behind, by which it refuses every later write."""

from __future__ import annotations

import os
from pathlib import Path

from crmctl.values import clock
from crmctl.vcs import git

NAMES = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock")
OLD_SECONDS = 600  # no git of ours takes that long, and somebody else's may


def left_behind(root: Path) -> list[Path]:
    """The locks in the repository of a book; GitFailed."""
    return [path for name in NAMES if (path := Path(git.own_path(root, name))).exists()]


def is_stale(root: Path, lock: Path) -> bool:
    """Whether nobody holds a lock any more: it is old, and no git runs in this repository."""
    if clock.age(lock.stat().st_mtime) <= OLD_SECONDS:
        return False
    return not _git_runs(git.run(root, ["rev-parse", "--show-toplevel"]).removesuffix("\n"))


def _git_runs(top: str) -> bool:
    """Whether a git runs below a folder; where the system does not tell, age has to do."""
    try:
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return False
    for process in processes:
        try:
            name = Path("/proc", process, "comm").read_text(encoding="utf-8", errors="replace")
            if not name.startswith("git"):
                continue
            folder = os.readlink(f"/proc/{process}/cwd")
        except PermissionError:
            return True  # somebody else's, and nobody says where
        except OSError:
            continue
        if os.path.commonpath((top, folder.removesuffix(" (deleted)"))) == top:
            return True
    return False
