"""Setting git up for a book: the merge driver, line ends that stay, writes that survive a crash.

What the book says (`.gitattributes`) travels with it. How to call crmctl is each clone's own: git
never takes a command out of a repository, so every clone is set up once.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from crmctl.storage.files import load, replace
from crmctl.storage.streams import newline_of
from crmctl.vcs import git

ATTRIBUTES = ".gitattributes"
# Line ends are part of what a person wrote: git is to convert none, whatever core.autocrlf says.
RECORDS = "records/**/*.yaml -text merge=crmctl"
CALL = " merge-driver "
NAME, DRIVER, FSYNC = "merge.crmctl.name", "merge.crmctl.driver", "core.fsync"


def set_up(root: Path) -> list[str]:
    """Makes git merge records by fields in this clone, and keep their bytes.

    Returns what it had to write, `.gitattributes` and names of git's settings; nothing where all
    was as it should be. Raises GitFailed and OSError.
    """
    written = [ATTRIBUTES] if add_line(root / ATTRIBUTES, RECORDS) else []
    for name, value in _wanted().items():
        if git.setting(root, name, "--local") != value:
            git.run(root, ["config", "--local", name, value])
            written.append(name)
    return written


def lacking(root: Path) -> list[str]:
    """What `set_up` would write, except that another crmctl that is there does as well."""
    missing = [n for n, value in _wanted().items() if git.setting(root, n, "--local") != value]
    if DRIVER in missing and _works(git.setting(root, DRIVER, "--local") or ""):
        missing.remove(DRIVER)
    try:
        attributes = load(root / ATTRIBUTES).text.splitlines()
    except OSError:
        attributes = []
    return missing if RECORDS in attributes else [ATTRIBUTES, *missing]


def is_set_up(root: Path) -> bool:
    """Whether git merges the records of this clone by fields, with a crmctl that is there."""
    return not {ATTRIBUTES, DRIVER}.intersection(lacking(root))


def is_missing(root: Path) -> bool:
    """Whether the book asks git for the merge driver and this clone does not have it."""
    try:
        asked = RECORDS in load(root / ATTRIBUTES).text.splitlines()
    except OSError:
        return False
    return asked and git.is_versioned(root) and git.available() and not is_set_up(root)


def driver() -> str:
    """The command line for git, which puts file names in the place of %O, %A and so on.

    Should it not run at all, git's own merge leaves markers, for git itself would leave none.
    """
    program = " ".join(shlex.quote(word) for word in _program()).replace("%", "%%")
    fallback = "test $? -eq 1 || git merge-file %A %O %B; false"
    return f"{program}{CALL}%O %A %B %P %L || {{ {fallback}; }}"


def _program() -> list[str]:
    """How to call the crmctl that runs now, from any folder."""
    called = os.path.abspath(sys.argv[0])
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), "crmctl")
    for script in (called, beside):
        named = os.path.basename(script) == "crmctl"
        if named and os.path.isfile(script) and os.access(script, os.X_OK):
            return [script]
    # -P: what lies in the book is never imported.
    return [os.path.abspath(sys.executable), "-P", "-m", "crmctl"]


def _works(command: str) -> bool:
    """Whether a driver has the form of ours, and its program is there."""
    program, _call, rest = command.partition(CALL)
    try:
        words = shlex.split(program)
    except ValueError:
        return False
    there = bool(words) and os.access(words[0].replace("%%", "%"), os.X_OK)
    return there and rest == driver().partition(CALL)[2]


def _wanted() -> dict[str, str]:
    return {
        # First the command: git merges nothing with a driver that has a name but none.
        DRIVER: driver(),
        NAME: "crmctl: records by fields, lists and streams",
        # After a power loss, git's default may leave a branch whose commit is not there.
        FSYNC: "all",
    }


def add_line(file: Path, line: str) -> bool:
    """Puts a line at the end of a text file that lacks it, and says whether it did."""
    try:
        old = load(file)
    except FileNotFoundError:
        replace(file, f"{line}\n")
        return True
    if old.faults or line in old.text.splitlines():
        return False
    newline = newline_of(old.text)
    gap = newline if old.text and not old.text.endswith(("\n", "\r")) else ""
    replace(file, f"{old.text}{gap}{line}{newline}", bom=old.bom)
    return True
