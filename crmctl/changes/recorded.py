"""Change sets that only git remembers: made in another clone, or before the journal was lost.

A commit's trailers are the header of its change set, its files before and after the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from crmctl.changes.changeset import Change, Values, joined
from crmctl.changes.images import Image
from crmctl.changes.journal import Entry
from crmctl.schema.rules import Rules
from crmctl.storage.files import FileText, decoded
from crmctl.storage.reader import parse_document, split_stream
from crmctl.storage.records import read_record
from crmctl.values import jsontext
from crmctl.vcs import git
from crmctl.workspace import Workspace

TRAILER = "Crmctl-"
RECORDS = "records/"
File = tuple[FileText | None, FileText | None]  # before and after


def recorded(workspace: Workspace) -> list[Entry]:
    """The change sets in the history of the book, oldest first; none without git.

    A commit that holds several is one of them, for nothing tells its files apart.
    """
    if not git.is_versioned(workspace.root):
        return []
    form = "%H%n%(trailers:only,unfold)"
    words = ["log", "-z", "--reverse", f"--format={form}", f"--grep=^{TRAILER}Change: ", "--", "."]
    try:
        out = git.run(workspace.root, words)
    except git.GitFailed:
        return []
    found: list[Entry] = []
    for text in filter(None, out.split("\0")):
        commit, *lines = text.splitlines()
        header = _header(lines)
        if header.get("change"):
            found.append(_Recorded(workspace, commit, header))
    return found


def _header(lines: list[str]) -> dict[str, Any]:
    header: dict[str, Any] = dict.fromkeys(("change", "at", "actor", "reason", "undoes"))
    header["command"] = []
    for line in lines:
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

    def __init__(self, workspace: Workspace, commit: str, header: dict[str, Any]) -> None:
        self._workspace = workspace
        self._commit = commit
        self.header = header

    @cached_property
    def changes(self) -> list[Change]:
        """Every record before and after."""
        return joined(
            change for path, file in self._files.items() for change in self._of(path, file)
        )

    @cached_property
    def images(self) -> list[Image]:
        """Every file before and after."""
        return [
            Image.between(path, old, new.text if new else None, bool((new or old or _NONE).bom))
            for path, (old, new) in self._files.items()
        ]

    @cached_property
    def _files(self) -> dict[str, File]:
        words = ["diff-tree", "-r", "-z", "--root", "--no-renames", "--no-commit-id", "--relative"]
        out = git.run(self._workspace.root, [*words, self._commit, "--", RECORDS])
        parts = out.split("\0")
        files: dict[str, File] = {}
        for about, path in zip(parts[::2], parts[1::2], strict=False):
            _modes, _mode, old, new, _status = about.split()
            if path.endswith(".yaml"):
                files[path.removeprefix(RECORDS)] = (self._blob(old), self._blob(new))
        return files

    def _blob(self, name: str) -> FileText | None:
        if not name.strip("0"):
            return None
        return decoded(git.run_bytes(self._workspace.root, ["cat-file", "blob", name]))

    def _of(self, path: str, file: File) -> Iterator[Change]:
        kind = self._workspace.registry.by_folder(path.split("/")[0])
        if kind is None:
            return
        before, after = ({} if one is None else self._records(path, one) for one in file)
        for id in {**before, **after}:
            if before.get(id) != after.get(id):
                yield Change(kind.name, id, before.get(id), after.get(id), path)

    def _records(self, path: str, file: FileText) -> dict[str, Values]:
        kind = self._workspace.registry.by_folder(path.split("/")[0])
        assert kind is not None
        rules, found = Rules(kind), {}
        for number, chunk in enumerate(split_stream(file.text)):
            tree, _faults = parse_document(chunk.text, chunk.line)
            if tree is not None:
                zone = self._workspace.zone
                stored, _findings = read_record(kind, tree, zone, rules, path, chunk, number)
                found[stored.id] = stored.written
        return found


_NONE = FileText("", False, "")
