"""Change sets that only git remembers: made in another clone, or before the journal was lost.

A commit's trailers are the header of its change set, its files before and after the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.changes.between import Between
from crmctl.changes.changeset import Change
from crmctl.changes.images import Image
from crmctl.changes.journal import Entry
from crmctl.schema.model import Kind
from crmctl.values import jsontext
from crmctl.vcs import git
from crmctl.vcs.revisions import cut_off
from crmctl.workspace import Workspace

TRAILER = "Crmctl-"


class Recorded:
    """The change sets in the history of a book; none without git.

    A commit that holds several is one of them, for nothing tells its files apart.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def entries(self) -> list[Entry]:
        """All of them, newest first."""
        return self._found([f"--grep=^{TRAILER}Change: "])

    def one(self, change: str) -> Entry | None:
        """The one with this id."""
        found = self._found(["--fixed-strings", f"--grep={TRAILER}Change: {change}"])
        return next((entry for entry in found if entry.id == change), None)

    def _found(self, search: Sequence[str]) -> list[Entry]:
        root = self._workspace.root
        if not git.is_versioned(root):
            return []
        words = ["log", "-z", "--format=%H %P%n%(trailers:only,unfold)", *search]
        try:
            # To compare folders takes git far longer than to read messages.
            out = git.run(root, [*words, "--", "."] if git.prefix(root) else words)
            cut = cut_off(root)
        except git.GitFailed:
            return []
        # What a commit did at which a shallow clone ends cannot be told from all that was before.
        return [
            entry
            for text in filter(None, out.split("\0"))
            if (entry := self._entry(text)) is not None and entry.commit not in cut
        ]

    def _entry(self, text: str) -> _FromCommit | None:
        names, *trailers = text.splitlines()
        commit, *parents = names.split()
        header = header_of(trailers)
        if not header["change"]:
            return None
        parent = parents[0] if parents else None
        return _FromCommit(header, commit, Between(self._workspace, parent, commit))


def removing(workspace: Workspace, kind: Kind) -> set[str]:
    """The commits that took lines out of the files of a kind, or files that are a record each."""
    how = ["--numstat"] if kind.is_stream else ["--diff-filter=D", "--name-only"]
    words = ["log", "-z", "--no-renames", "--format=%x01%H", *how, "--", f"records/{kind.folder}"]
    found: set[str] = set()
    commit = ""
    for token in git.run(workspace.root, words).split("\0"):
        about = token.strip("\n")
        if about.startswith("\x01"):
            commit = about.removeprefix("\x01")
        elif about and (not kind.is_stream or about.split("\t")[1] != "0"):
            found.add(commit)
    return found


def ids_of(trailers: Sequence[str]) -> list[str]:
    """The change sets in one commit: several where git had refused some before."""
    name = f"{TRAILER}Change: "
    return [line.removeprefix(name) for line in trailers if line.startswith(name)]


def header_of(trailers: Sequence[str]) -> dict[str, Any]:
    """The header of the first change set in a commit."""
    header: dict[str, Any] = dict.fromkeys(("change", "at", "actor", "reason", "undoes"))
    header["command"] = []
    for line in trailers:
        name, colon, value = line.removeprefix(TRAILER).partition(": ")
        key = name.lower()
        if not (colon and line.startswith(TRAILER) and key in header):
            continue
        if key == "command":
            try:
                header[key] = [str(word) for word in jsontext.loads(value)]
            except (ValueError, TypeError):
                continue
        elif header[key] is None:
            header[key] = value
    header["at"] = header["at"] or ""
    return header


class _FromCommit(Entry):
    """A change set out of a commit, read as far as it is asked for."""

    def __init__(self, header: dict[str, Any], commit: str, between: Between) -> None:
        self.header = header
        self.commit = commit
        self._between = between

    @property
    def id(self) -> str:
        return str(self.header["change"])

    @property
    def changes(self) -> list[Change]:
        """Every record before and after."""
        return self._between.changes

    @property
    def images(self) -> list[Image]:
        """Every file before and after."""
        return self._between.images

    def touched(self, kind: str | None = None) -> int:
        """How many records it touched, of one kind or of all."""
        return sum(kind in (None, change.kind) for change in self.changes)

    def removals(self, kind: str) -> list[Change]:
        """The records of a kind that it removed."""
        return [one for one in self.changes if one.kind == kind and one.after is None]
