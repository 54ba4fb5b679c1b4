"""Calling git safely: never through a shell, never with a pager, names never taken for options."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

QUIET = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "color.ui=false")

MOST_CONFLICTS = 128  # `git merge-file` ends with how many there are, up to 127, or an error


class GitFailed(Exception):
    """git ended with an error; the message is what it said."""


def available() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def run(root: Path, arguments: Sequence[str]) -> str:
    """git's output; GitFailed when it fails or is not there."""
    environment = os.environ | {"LC_ALL": "C", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *QUIET, *arguments],
            capture_output=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise GitFailed(str(error)) from None
    if done.returncode != 0:
        raise GitFailed(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode("utf-8", "surrogateescape")


def inside_repository(folder: Path) -> bool:
    """Whether a folder is in a working tree of git already."""
    try:
        return run(folder, ["rev-parse", "--is-inside-work-tree"]).strip() == "true"
    except GitFailed:
        return False


def identity(root: Path) -> tuple[str | None, str | None]:
    """Name and e-mail that git would commit with; None for what is not set."""
    if not available():
        return None, None

    def setting(name: str) -> str | None:
        try:
            return run(root, ["config", "--get", name]).strip() or None
        except GitFailed:
            return None

    return setting("user.name"), setting("user.email")


def merge_file(base: bytes, ours: bytes, theirs: bytes, marker_size: int = 7) -> tuple[bytes, bool]:
    """git's own merge of three texts, by lines: the result, and whether it is without conflict.

    Conflicts are marked. Raises GitFailed for what is no text.
    """
    with TemporaryDirectory(prefix="crmctl-") as folder:
        names = ("ours", "base", "theirs")
        for name, content in zip(names, (ours, base, theirs), strict=True):
            Path(folder, name).write_bytes(content)
        style = ("-c", "merge.conflictStyle=merge")
        # In a driver they name a repository, and this is about none.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        try:
            done = subprocess.run(
                ["git", *style, "merge-file", "-p", "-q", f"--marker-size={marker_size}", *names],
                capture_output=True,
                check=False,
                cwd=folder,
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
            )
        except OSError as error:
            raise GitFailed(str(error)) from None
    if not 0 <= done.returncode < MOST_CONFLICTS:
        raise GitFailed(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout, done.returncode == 0


def start(root: Path) -> None:
    """Makes a repository."""
    run(root, ["init", "--quiet"])


def commit(root: Path, paths: Sequence[str], message: str) -> None:
    """Commits these paths as they are, and nothing else that may be staged."""
    literal = ["--literal-pathspecs"]
    run(root, [*literal, "add", "--", *paths])
    name, email = identity(root)
    stand_in = ["-c", "user.name=crmctl", "-c", "user.email=crmctl@localhost"]
    author = [] if name and email else stand_in
    run(root, [*literal, *author, "commit", "--quiet", "--only", "-m", message, "--", *paths])
