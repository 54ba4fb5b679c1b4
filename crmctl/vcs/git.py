"""Calling git safely: never through a shell, never with a pager, names never taken for options."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")
QUIET = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "color.ui=false")

# Words that can be understood, and nothing that waits for somebody to type.
ENVIRONMENT = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_MERGE_AUTOEDIT": "no",
}
_PREFIX = re.compile(r"(fatal|error|remote): ")

MOST_CONFLICTS = 128  # `git merge-file` ends with how many there are, up to 127, or an error


class GitFailed(Exception):
    """git ended with an error; the message is what it said."""

    @property
    def reason(self) -> str:
        """What it said first, in one line."""
        lines = (line.strip() for line in str(self).splitlines())
        said = (line for line in lines if line and not line.startswith(("warning:", "hint:")))
        return _PREFIX.sub("", next(said, "")).rstrip(".")


def available() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def run(root: Path, arguments: Sequence[str], stdin: bytes = b"") -> str:
    """git's output; GitFailed when it fails or is not there."""
    return run_bytes(root, arguments, stdin).decode("utf-8", "surrogateescape")


def run_bytes(root: Path, arguments: Sequence[str], stdin: bytes = b"") -> bytes:
    """git's output as it is, for the content of files; GitFailed."""
    environment = os.environ | ENVIRONMENT
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
    return setting(root, "user.name"), setting(root, "user.email")


def setting(root: Path, name: str, *options: str) -> str | None:
    """One of git's settings; None where it is not set."""
    try:
        return run(root, ["config", *options, "--get", name]).removesuffix("\n") or None
    except GitFailed:
        return None


def signed(root: Path, actor: str | None) -> list[str]:
    """The options with which git can commit where it knows no name: `actor` stands in."""
    if all(identity(root)):
        return []
    return ["-c", f"user.name={actor or 'crmctl'}", "-c", "user.email=crmctl@localhost"]


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
        stand_in = signed(root, actor)
        if not stand_in:
            raise
        run(root, ["--literal-pathspecs", *stand_in, *arguments], listed(paths))


def edited(root: Path, parts: Sequence[str]) -> list[str]:
    """The files below these paths whose content the last commit does not hold, by their paths from
    `root`; of those that git does not know yet the YAML files alone."""
    words = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--"]
    out = run(root, ["--literal-pathspecs", *words, *parts])
    prefix = run(root, ["rev-parse", "--show-prefix"]).removesuffix("\n")
    entries = [(entry[:2], entry[3:]) for entry in out.split("\0") if entry]
    known = [path for state, path in entries if state != "??" or path.endswith(".yaml")]
    return [path.removeprefix(prefix) for path in known]


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
