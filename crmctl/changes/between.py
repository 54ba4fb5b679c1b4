"""What differs between two states of a book: records by their fields, files to the byte.

A state is a revision of git, nothing at all, or the files as they stand now.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import NamedTuple

from crmctl.changes.changeset import Change, Values
from crmctl.changes.images import Image
from crmctl.errors import GitRefused
from crmctl.problems import Problem
from crmctl.schema.model import Kind
from crmctl.schema.rules import Rules
from crmctl.storage.errors import OutsideWorkspace
from crmctl.storage.files import FileText, decoded, fault_of, load_inside
from crmctl.storage.reader import Chunk, Fault, parse_document
from crmctl.storage.records import Stored, documents, read_record
from crmctl.storage.streams import ids_of
from crmctl.values import jsontext
from crmctl.vcs import git
from crmctl.vcs.revisions import commit_of, require
from crmctl.workspace import Workspace

RECORDS = "records/"
File = tuple[FileText | None, FileText | None]  # before and after
_RAW = ("diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--no-ext-diff")
_REGULAR = "100"  # how the modes of files begin that are no links


class Unread(NamedTuple):
    """Something that no record could be read from, in the earlier state or the later one."""

    problem: Problem
    before: bool


def difference(workspace: Workspace, old: str | None, new: str | None) -> list[Change]:
    """The records that differ: from a revision (None: from nothing) to one (None: to the files).

    What moved to another file is one change. Errors as in `between`, which also tells what could
    not be read.
    """
    return between(workspace, old, new).changes


def between(workspace: Workspace, old: str | None, new: str | None) -> Between:
    """The same with all that is known of it; NoRevision, NothingCommitted and GitRefused."""
    require(workspace.root)
    before, after = (name and commit_of(workspace.root, name) for name in (old, new))
    return Between(workspace, before, after)


class Between:
    """Two states of one book, compared as far as it is asked for: commits, or None as above.

    With `folder` only what is in that one below records/.
    """

    def __init__(
        self, workspace: Workspace, old: str | None, new: str | None, folder: str = ""
    ) -> None:
        self._workspace = workspace
        self._old, self._new = old, new
        # The schemas say where files lie, so a change set may hold one.
        self._below = [RECORDS + folder] if folder else [RECORDS, "schemas"]
        self._reader = Reader(workspace)

    @cached_property
    def changes(self) -> list[Change]:
        """Every record that differs, once."""
        compare = self._reader.compare
        return joined(one for path, file in self._files.items() for one in compare(path, *file))

    @property
    def unread(self) -> list[Unread]:
        """What cannot be compared because one of its versions is broken."""
        return self._reader.unread if self.changes is not None else []

    @property
    def takes(self) -> bool:
        """Whether any file was there before."""
        return any(old is not None for old, _new in self._files.values())

    @cached_property
    def images(self) -> list[Image]:
        """Every file that differs, before and after."""
        losing = {half.path for one in self.changes for half in one.halves() if half.after is None}
        return [
            Image.between(
                path,
                old,
                new.text if new else None,
                bool((new or old or _NONE).bom),
                [id for id in ids_of(old.text) if id] if old and path in losing else (),
            )
            for path, (old, new) in self._files.items()
        ]

    @cached_property
    def _files(self) -> dict[str, File]:
        """The files that differ, by their paths below records/."""
        try:
            return self._read()
        except git.GitFailed as error:
            raise GitRefused(str(error)) from None

    def _read(self) -> dict[str, File]:
        root = self._workspace.root
        old = self._old or git.run(root, ["hash-object", "-t", "tree", "--stdin"]).strip()
        sides = [old] if self._new is None else [old, self._new]
        names = changed_blobs(git.run(root, [*_RAW, *sides, "--", *self._below]))
        if self._new is None:
            others = ["ls-files", "--others", "--exclude-standard", "-z", "--", *self._below]
            for path in filter(is_record_file, git.run(root, others).split("\0")):
                names.setdefault(path, (None, None))
        wanted = {name for pair in names.values() for name in pair if name}
        read = git.blobs(root, wanted)
        if len(read) < len(wanted):
            raise git.GitFailed(f"{len(wanted - read.keys())} objects are missing")
        files: dict[str, File] = {}
        for path, (before, after) in names.items():
            was = decoded(read[before]) if before else None
            if self._new is None:
                now = self._reader.load(path)
            else:
                now = decoded(read[after]) if after else None
            if (was and was.digest) != (now and now.digest):
                files[posixpath.relpath(path, RECORDS)] = was, now
        return files


def changed_blobs(raw: str) -> dict[str, tuple[str | None, str | None]]:
    """The record files in git's raw output, each with the names of its contents."""
    parts = raw.split("\0")
    names: dict[str, tuple[str | None, str | None]] = {}
    for about, path in zip(parts[::2], parts[1::2], strict=False):
        old_mode, new_mode, old, new, status = about.removeprefix(":").split()
        if is_record_file(path) and not (status == "U" and path in names):
            names[path] = _blob(old_mode, old), _blob(new_mode, new)
    return names


def is_record_file(path: str) -> bool:
    """Whether a file below records/ is one that may hold records."""
    parts = path.split("/")
    return path.endswith(".yaml") and not any(part.startswith(".") for part in parts)


def _blob(mode: str, name: str) -> str | None:
    return name if mode.startswith(_REGULAR) and name.strip("0") else None


class Reader:
    """Reads the records out of versions of files, whatever state they are from."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kinds = {kind.folder: kind for kind in workspace.registry}
        self._rules = cache(Rules)
        self.unread: list[Unread] = []

    def load(self, path: str) -> FileText | None:
        """A file as it stands now; None where there is none."""
        root = self._workspace.root
        try:
            return load_inside(root, path)
        except FileNotFoundError:
            return None
        except OutsideWorkspace:
            return FileText("", False, "", [Fault("outside", 1, 1, {})])
        except OSError as error:
            return FileText("", False, "", [fault_of(error, root / path)])

    def compare(self, path: str, old: FileText | None, new: FileText | None) -> Iterator[Change]:
        """The records that differ between two versions of a file.

        Where one version has something unreadable, nobody knows whether what only the other one
        has was there: it is called neither new nor removed.
        """
        kind = self._kinds.get(path.split("/")[0])
        if kind is None:
            return
        (was, torn_before), (now, torn_after) = self._versions(kind, path, old, new)
        for id in {**was, **now}:
            before, after = was.get(id), now.get(id)
            unsure = (before is None and torn_before) or (after is None and torn_after)
            if before != after and not unsure:
                yield Change(kind.name, id, before, after, path)

    def _versions(
        self, kind: Kind, path: str, *files: FileText | None
    ) -> Iterator[tuple[dict[str, Values], bool]]:
        """The records of each version, but for those documents that both have; whether some are
        unreadable."""
        read = [documents(kind, file) if file else ([], []) for file in files]
        same = set.intersection(*({chunk.text for chunk in chunks} for chunks, _faults in read))
        for place, (chunks, faults) in enumerate(read):
            found: dict[str, Values] = {}
            wrong = list(faults)
            for number, chunk in enumerate(chunks):
                if chunk.text in same:
                    continue
                stored, more = self._parsed(kind, path, chunk, number)
                wrong += more
                if stored is not None:
                    found[stored.id] = stored.written
            self.unread += [
                Unread(Problem(RECORDS + path, f.line, f.column, f.code, dict(f.params)), not place)
                for f in wrong
            ]
            yield found, bool(wrong)

    def record(
        self, kind: Kind, path: str, file: FileText | None, id: str
    ) -> tuple[Values | None, bool]:
        """One record of a version, or whether it may be in what cannot be read."""
        chunks, faults = documents(kind, file) if file else ([], [])
        wrong = list(faults)
        for number, chunk in enumerate(chunks):
            if kind.is_stream and id not in chunk.text:
                continue
            stored, more = self._parsed(kind, path, chunk, number)
            wrong += more
            if stored is not None and stored.id == id:
                return stored.written, False
        return None, bool(wrong)

    def _parsed(
        self, kind: Kind, path: str, chunk: Chunk, number: int
    ) -> tuple[Stored | None, list[Fault]]:
        tree, faults = parse_document(chunk.text, chunk.line)
        if tree is None:
            return None, faults
        zone, rules = self._workspace.zone, self._rules(kind)
        return read_record(kind, tree, zone, rules, path, chunk, number)[0], faults


def joined(changes: Iterable[Change]) -> list[Change]:
    """Changes with what was removed from one file and put into another as one change: under its
    old id, or under another one where nothing else differs."""
    found = [*changes]
    came = [one for one in found if one.before is None]
    gone = [one for one in found if one.after is None]
    if not came or not gone:
        return found
    named = {(one.kind, one.id): one for one in came}
    alike = {_rest(one.kind, one.after): one for one in came}
    one_change: dict[int, Change | None] = {}
    for one in gone:
        other = named.get((one.kind, one.id)) or alike.get(_rest(one.kind, one.before))
        if other is not None and id(other) not in one_change:
            origin = one.path if one.path != other.path else None
            one_change[id(other)] = None
            one_change[id(one)] = Change(
                one.kind, one.id, one.before, other.after, other.path, origin=origin
            )
    now = (one_change.get(id(one), one) for one in found)
    return [one for one in now if one is not None]


def _rest(kind: str, values: Values | None) -> tuple[str, str]:
    rest = {name: value for name, value in sorted((values or {}).items()) if name != "id"}
    return kind, jsontext.dumps(rest)


_NONE = FileText("", False, "")
