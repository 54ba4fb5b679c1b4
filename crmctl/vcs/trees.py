"""The files of a commit: listed and read from git, without checking them out."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crmctl.locale import _
from crmctl.vcs import git

LINK = "120000"
MOST_LINKS = 8  # one after another; more are a circle


class Blob(NamedTuple):
    """A file of a commit: its path, git's name for its content, its size in bytes."""

    path: str
    id: str
    size: int
    is_link: bool = False


class Tree:
    """A folder as git has it; `name` is whatever git takes for a tree, such as `COMMIT:./`."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name

    def blobs(self, *paths: str, deep: bool = False) -> Iterator[Blob]:
        """The files at these paths, `folder/` for those in it, `deep` for those below as well.

        A link is followed, and is left as one where it leads to no file of this tree. Raises
        GitFailed for what is no tree.
        """
        for blob in self._listed([*paths], deep):
            yield self._followed(blob) if blob.is_link else blob

    def id(self) -> str:
        """git's name for its content; GitFailed for what is no tree."""
        return git.run(self.root, ["rev-parse", "--verify", self.name]).strip()

    def read(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Contents by git's names for them; GitFailed when git has lost one."""
        contents = git.blobs(self.root, ids)
        for id_ in ids:
            if id_ not in contents:
                raise git.GitFailed(_("{name} is missing in the repository").format(name=id_))
        return contents

    def _listed(self, paths: list[str], deep: bool) -> Iterator[Blob]:
        words = ["ls-tree", "-z", "--long", "--full-tree", *(["-r"] if deep else []), self.name]
        for line in git.run_bytes(self.root, [*words, *paths]).split(b"\0")[:-1]:
            about, _tab, path = line.partition(b"\t")
            mode, kind, id_, size = about.decode("ascii").split()
            if kind == "blob":
                # What git has lost is of the size “BAD”; reading it will say so.
                length = int(size) if size.isdigit() else 0
                yield Blob(os.fsdecode(path), id_, length, mode == LINK)

    def _followed(self, link: Blob) -> Blob:
        found = link
        for _turn in range(MOST_LINKS):
            target = os.fsdecode(self.read([found.id])[found.id])
            path = posixpath.normpath(posixpath.join(posixpath.dirname(found.path), target))
            if path.startswith(("/", "..")) or "\0" in path:
                break
            there = [blob for blob in self._listed([path], deep=False) if blob.path == path]
            if not there:
                break
            (found,) = there
            if not found.is_link:
                return found._replace(path=link.path)
        return link


def when(root: Path, commit: str) -> str:
    """The instant at which a commit was made."""
    return git.run(root, ["show", "-s", "--format=%cI", commit]).strip()
