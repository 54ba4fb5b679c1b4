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
from crmctl.values import jsontext
from crmctl.vcs import git
from crmctl.vcs.revisions import cut_off
from crmctl.workspace import Workspace

TRAILER = "Crmctl-"


def recorded(workspace: Workspace) -> list[Entry]:
    """The change sets in the history of the book, oldest first; none without git.

    A commit that holds several is one of them, for nothing tells its files apart.
    """
    if not git.is_versioned(workspace.root):
        return []
    form = "%H %P%n%(trailers:only,unfold)"
    words = ["log", "-z", "--reverse", f"--format={form}", f"--grep=^{TRAILER}Change: ", "--", "."]
    try:
        out = git.run(workspace.root, words)
        cut = cut_off(workspace.root)
    except git.GitFailed:
        return []
    found: list[Entry] = []
    for text in filter(None, out.split("\0")):
        names, *lines = text.splitlines()
        commit, *parents = names.split()
        header = header_of(lines)
        # What a commit did at which a shallow clone ends cannot be told from all that was before.
        if header.get("change") and commit not in cut:
            parent = parents[0] if parents else None
            found.append(_Recorded(header, Between(workspace, parent, commit)))
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


class _Recorded(Entry):
    """A change set out of a commit, read as far as it is asked for."""

    def __init__(self, header: dict[str, Any], between: Between) -> None:
        self.header = header
        self._between = between

    @property
    def changes(self) -> list[Change]:
        """Every record before and after."""
        return self._between.changes

    @property
    def images(self) -> list[Image]:
        """Every file before and after."""
        return self._between.images
