"""Calling git safely: never through a shell, never with a pager, names never taken for options."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")
# Files that are added together go to the disk together, not each for itself.
UPDATE = (
    "-c", "core.fsyncMethod=batch", "update-index", "--add", "--remove", "-z", "--stdin"
)  # fmt: skip
MANY = 500  # from so many paths on, looking for each among all files takes longer than the rest
QUIET = ("--no-pager", "-c", "core.fsmonitor=false", "-c", "color.ui=false")

# In hooks and aliases these name the repository that git was called for, which may be another one.
ELSEWHERE = frozenset(
    "GIT_DIR GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_PREFIX GIT_COMMON_DIR GIT_INDEX_FILE"
    " GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_SHALLOW_FILE GIT_GRAFT_FILE"
    " GIT_NAMESPACE".split()
)
# What git keeps while it is in the middle of something.
UNFINISHED = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
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
        """What it said first, in one line, with the files that it lists."""
        lines = [line for line in str(self).splitlines() if line.strip()]
        said = (line for line in lines if not line.startswith(("warning:", "hint:")))
        first = next(said, "")
        files = [line.strip() for line in takewhile(lambda line: line.startswith("\t"), said)]
        return " ".join([_PREFIX.sub("", first).strip().rstrip("."), ", ".join(files)]).strip()


def available() -> bool:
    """Whether git is installed."""
    return shutil.which("git") is not None


def run(root: Path, arguments: Sequence[str], stdin: bytes = b"", **variables: str) -> str:
    """git's output; GitFailed when it fails or is not there. `variables` are its environment's."""
    return run_bytes(root, arguments, stdin, **variables).decode("utf-8", "surrogateescape")


def run_bytes(root: Path, arguments: Sequence[str], stdin: bytes = b"", **variables: str) -> bytes:
    """git's output as it is, for the content of files; GitFailed."""
    environment = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    environment |= ENVIRONMENT | variables
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
    """The contents with these names, all by one process, as far as they are there.

    A name is git's own, or `REVISION:PATH` from the root of the repository.
    """
    wanted = [name for name in dict.fromkeys(names) if "\n" not in name]
    asked = b"".join(os.fsencode(name) + b"\n" for name in wanted)
    out = run_bytes(root, ["cat-file", "--batch"], asked)
    found: dict[str, bytes] = {}
    at = 0
    for name in wanted:
        start = out.index(b"\n", at) + 1
        size = out[at : start - 1].rpartition(b" ")[2]
        at = start
        if size.isdigit():  # else “missing”
            at += int(size) + 1
            found[name] = out[start : at - 1]
    return found


def prefix(root: Path) -> str:
    """The path of a folder from the root of its repository, empty or with a slash at its end."""
    return run(root, ["rev-parse", "--show-prefix"]).removesuffix("\n")


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
    try:
        out = run(root, ["config", "-z", "--get-regexp", r"^user\.(name|email)$"])
    except GitFailed:
        return None, None
    # What is set last, in the narrowest place, is what git goes by.
    found = dict(line.partition("\n")[::2] for line in out.split("\0"))
    name, email = (found.get(f"user.{what}", "").strip() or None for what in ("name", "email"))
    return name, email


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
    from tempfile import TemporaryDirectory

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
    commit_only(root, paths, message, None, new=paths)


def commit_only(
    root: Path, paths: Sequence[str], message: str, actor: str | None, new: Sequence[str] = ()
) -> None:
    """Commits paths as they are, and nothing else that may be staged.

    `new` are those that git does not know yet. Where it knows no name to commit with, `actor`
    stands in.
    """
    arguments = ["commit", "--quiet", "--cleanup=whitespace", "-m", message]
    if len(paths) > MANY:
        with _index_of(root, paths) as index:
            _commit(root, arguments, b"", actor, GIT_INDEX_FILE=index)
        run(root, UPDATE, listed(paths))
        return
    if new:
        run(root, ["--literal-pathspecs", "add", *FROM_STDIN], listed(new))
    _commit(root, [*arguments, "--only", *FROM_STDIN], listed(paths), actor)


@contextmanager
def _index_of(root: Path, paths: Sequence[str]) -> Iterator[str]:
    """An index with the last commit and the paths as they are now.

    `git commit --only` makes one too, but compares each path with every file of the book.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="crmctl-") as folder:
        index = os.path.join(folder, "index")
        # From git's own, which knows what has not changed on disk since it was read.
        with suppress(FileNotFoundError):
            own = run(root, ["rev-parse", "--git-path", "index"]).removesuffix("\n")
            shutil.copyfile(os.path.join(root, own), index)
        if has_commits(root):
            run(root, ["read-tree", "--reset", "HEAD"], GIT_INDEX_FILE=index)
        run(root, UPDATE, listed(paths), GIT_INDEX_FILE=index)
        yield index


def _commit(
    root: Path, arguments: Sequence[str], paths: bytes, actor: str | None, **variables: str
) -> None:
    try:
        run(root, ["--literal-pathspecs", *arguments], paths, **variables)
    except GitFailed as error:
        if "nothing to commit" in str(error) or "nothing added to commit" in str(error):
            return
        stand_in = signed(root, actor)
        if not stand_in:
            raise
        run(root, ["--literal-pathspecs", *stand_in, *arguments], paths, **variables)


def left_out(root: Path, paths: Sequence[str]) -> list[str]:
    """Those of some paths that git has, but not in this working tree (a sparse checkout)."""
    out = run(root, ["--literal-pathspecs", "ls-files", "-t", "-z", "--", *paths])
    return [line[2:] for line in out.split("\0") if line.startswith("S ")]


def edited(root: Path, parts: Sequence[str]) -> list[str]:
    """The files below these paths whose content the last commit does not hold, by their paths from
    `root`; of those that git does not know yet the YAML files alone."""
    words = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--"]
    out = run(root, ["--literal-pathspecs", *words, *parts])
    above = prefix(root)
    entries = [(entry[:2], entry[3:]) for entry in out.split("\0") if entry]
    known = [path for state, path in entries if state != "??" or path.endswith(".yaml")]
    return [path.removeprefix(above) for path in known]


def listed(paths: Sequence[str]) -> bytes:
    """Paths as FROM_STDIN reads them."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def is_versioned(folder: Path) -> bool:
    """Whether a folder lies in a working tree of git, told without calling git."""
    return _own_folder(folder) is not None


def unfinished(folder: Path) -> str | None:
    """What git is in the middle of, such as a merge, told without calling it; None for nothing."""
    own = _own_folder(folder) or ""
    found = (what for file, what in UNFINISHED.items() if os.path.exists(os.path.join(own, file)))
    return next(found, None) if own else None


def _own_folder(folder: Path) -> str | None:
    """Where git keeps what it knows of the working tree around a folder; None for no such tree."""
    real = os.path.realpath(folder)
    while not os.path.exists(own := os.path.join(real, ".git")):
        real, below = os.path.dirname(real), real
        if real == below:
            return None
    if os.path.isdir(own):
        return own
    # A linked working tree or a submodule has a file there that says where.
    said = Path(own).read_text(encoding="utf-8", errors="surrogateescape")
    return os.path.join(real, said.partition("gitdir:")[2].strip())


def has_commits(root: Path) -> bool:
    """Whether there is anything to compare with."""
    try:
        run(root, ["rev-parse", "--quiet", "--verify", "HEAD"])
    except GitFailed:
        return False
    return True


def own_path(root: Path, name: str) -> str:
    """A file of git's own; worktrees have some of them elsewhere."""
    path = run(root, ["rev-parse", "--git-path", name]).removesuffix("\n")
    return os.path.join(root, path)


def is_ignored(root: Path, path: str) -> bool:
    """Whether git passes a path over."""
    try:
        run(root, ["check-ignore", "--quiet", "--no-index", "--", path])
    except GitFailed:
        return False
    return True
