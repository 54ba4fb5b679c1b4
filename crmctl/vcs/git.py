"""Calling git safely: never through a shell, never with a pager, names never taken for options."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")
QUIET = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "color.ui=false")

MOST_CONFLICTS = 128  # `git merge-file` ends with how many there are, up to 127, or an error


class GitFailed(Exception):
    """git ended with an error; the message is what it said."""


def available() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def run(root: Path, arguments: Sequence[str], stdin: bytes = b"") -> str:
    """git's output; GitFailed when it fails or is not there."""
    return run_bytes(root, arguments, stdin).decode("utf-8", "surrogateescape")


def run_bytes(root: Path, arguments: Sequence[str], stdin: bytes = b"") -> bytes:
    """git's output as it is, for the content of files; GitFailed."""
    environment = os.environ | {"LC_ALL": "C", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *QUIET, *arguments],
            capture_output=True,
            check=False,
            env=environment,
            input=stdin,
        )
    except OSError as error:
        raise GitFailed(str(error)) from None
    if done.returncode != 0:
        said = done.stderr.strip() or done.stdout.strip()
        raise GitFailed(said.decode("utf-8", "replace"))
    return done.stdout


def blobs(root: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The contents with these names, all by one process; GitFailed when one is not there."""
    wanted = dict.fromkeys(names)
    out = run_bytes(root, ["cat-file", "--batch"], "".join(f"{n}\n" for n in wanted).encode())
    found: dict[str, bytes] = {}
    at = 0
    for name in wanted:
        start = out.index(b"\n", at) + 1
        about = out[at : start - 1].decode()
        if not about.startswith(f"{name} blob "):
            raise GitFailed(about)
        end = start + int(about.rpartition(" ")[2])
        found[name] = out[start:end]
        at = end + 1
    return found


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
    """Adds these paths and commits them as they are, and nothing else that may be staged."""
    add(root, paths)
    commit_only(root, paths, message, None)


def add(root: Path, paths: Sequence[str]) -> None:
    """Makes new files known to git."""
    run(root, ["--literal-pathspecs", "add", *FROM_STDIN], listed(paths))


def commit_only(root: Path, paths: Sequence[str], message: str, actor: str | None) -> None:
    """Commits paths that git knows as they are, and nothing else that may be staged.

    Where git knows no name to commit with, `actor` stands in.
    """
    arguments = ["commit", "--quiet", "--only", "--cleanup=whitespace", "-m", message, *FROM_STDIN]
    try:
        run(root, ["--literal-pathspecs", *arguments], listed(paths))
    except GitFailed as error:
        if "nothing to commit" in str(error) or "nothing added to commit" in str(error):
            return
        if all(identity(root)):
            raise
        name = actor or "crmctl"
        stand_in = ["-c", f"user.name={name}", "-c", "user.email=crmctl@localhost"]
        run(root, ["--literal-pathspecs", *stand_in, *arguments], listed(paths))


def listed(paths: Sequence[str]) -> bytes:
    """Paths as FROM_STDIN reads them."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def is_versioned(folder: Path) -> bool:
    """Whether a folder lies in a working tree of git, told without calling git."""
    real = os.path.realpath(folder)
    while not os.path.exists(os.path.join(real, ".git")):
        real, below = os.path.dirname(real), real
        if real == below:
            return False
    return True


def has_commits(root: Path) -> bool:
    """Whether there is anything to compare with."""
    try:
        run(root, ["rev-parse", "--quiet", "--verify", "HEAD"])
    except GitFailed:
        return False
    return True
