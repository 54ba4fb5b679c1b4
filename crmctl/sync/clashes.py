"""What git could not merge: merged by fields, or named by record and field and left to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from crmctl.locale import _
from crmctl.merging.document import Merger
from crmctl.merging.files import Merged, merge_files
from crmctl.merging.telling import told
from crmctl.problems import Problem
from crmctl.schema.model import Kind
from crmctl.storage.files import decoded, replace
from crmctl.storage.reader import parse_document, split_stream
from crmctl.vcs import joining
from crmctl.workspace import Workspace

_MARKER = re.compile(rb"^(?:<<<<<<<|>>>>>>>)(?: |\r?$)", re.MULTILINE)


class Clash(NamedTuple):
    """One place in conflict: `id` and `field` where they are known. Keys of machine output."""

    path: str
    id: str | None
    field: str | None
    message: str


class Clashes:
    """The files that git could not merge."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files = joining.unmerged(workspace.root)
        self._top = joining.top_of(workspace.root) if self._files else workspace.root

    @property
    def paths(self) -> list[str]:
        """From the working tree's top."""
        return [*self._files]

    def resolve(self) -> None:
        """Merges by fields what git put off; what a person has to decide stays, marked."""
        clean = []
        for path, sides in self._files.items():
            file, kind = self._top / path, self._kind(path)
            if kind is None or not joining.is_put_off(file, sides):
                continue
            with suppress(Exception):  # whatever cannot be merged stays marked as a whole
                merged, bom = self._merged(kind, sides)
                replace(file, merged.text, bom=bom)
                if not merged.conflicts:
                    clean.append(path)
        joining.settle(self._workspace.root, clean)
        for path in clean:
            del self._files[path]

    def all(self) -> list[Clash]:
        """Every place that was left to a person."""
        return [clash for path, sides in self._files.items() for clash in self._of(path, sides)]

    def unsettled(self) -> list[Clash]:
        """Those in files that are not mended yet, or not well."""
        found: list[Clash] = []
        for path, sides in self._files.items():
            try:
                data = (self._top / path).read_bytes()
            except FileNotFoundError:
                continue
            if _MARKER.search(data):
                found += self._of(path, sides)
            elif self._kind(path) is not None:
                found += _faults(path, data)
        return found

    def _of(self, path: str, sides: joining.Sides) -> list[Clash]:
        kind = self._kind(path)
        if None in sides[1:]:
            message = _(
                "{path}: one side removed it, the other changed it. "
                "It stays, unless you remove the file."
            )
            return [Clash(path, None, None, message.format(path=path))]
        try:
            return [*self._by_fields(kind, path, sides)] if kind else [_whole(path)]
        except Exception:  # as in the driver: whatever cannot be merged by fields
            return [_whole(path)]

    def _by_fields(self, kind: Kind, path: str, sides: joining.Sides) -> Iterator[Clash]:
        merged, _bom = self._merged(kind, sides)
        if not merged.conflicts:
            yield _whole(path)
        for id, conflict in merged.conflicts:
            field = ".".join(conflict.path) or None
            yield Clash(path, id or None, field, told(path, id, conflict))

    def _merged(self, kind: Kind, sides: joining.Sides) -> tuple[Merged, bool]:
        """The merged file, and whether it begins with a byte order mark; ValueError and others."""
        base, ours, theirs = (decoded(side or b"") for side in sides)
        if base.faults or ours.faults or theirs.faults:
            raise ValueError("no text")
        merger = Merger(kind, self._workspace.zone)
        return merge_files(merger, base.text, ours.text, theirs.text), ours.bom

    def _kind(self, path: str) -> Kind | None:
        try:
            inside = (self._top / path).relative_to(_real(self._workspace.records))
        except ValueError:
            return None
        return self._workspace.registry.by_folder(inside.parts[0]) if path[-5:] == ".yaml" else None


def _whole(path: str) -> Clash:
    return Clash(path, None, None, _("{path}: both sides changed it.").format(path=path))


def _faults(path: str, data: bytes) -> Iterator[Clash]:
    text = decoded(data)
    faults = list(text.faults)
    for chunk in split_stream(text.text):
        faults += parse_document(chunk.text, chunk.line)[1]
    for fault in faults[:1]:
        problem = Problem(path, fault.line, fault.column, fault.code, dict(fault.params))
        yield Clash(path, None, None, str(problem))


def _real(folder: Path) -> Path:
    return folder.parent.resolve() / folder.name
