"""What differs between two states of a book: records by their fields, files to the byte.

A state is a revision of git, nothing at all, or the files as they stand now.
"""

from __future__ import annotations

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
from crmctl.storage.reader import Fault, parse_document
from crmctl.storage.records import documents, read_record
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
    commits = [name and commit_of(workspace.root, name) for name in (old, new)]
    return Between(workspace, *commits)


class Between:
    """Two states of one book, compared as far as it is asked for: commits, or None as above."""

    def __init__(self, workspace: Workspace, old: str | None, new: str | None) -> None:
        self._workspace = workspace
        self._old, self._new = old, new
        self._reader = Reader(workspace)

    @cached_property
    def changes(self) -> list[Change]:
        """Every record that differs, once."""
        return joined(self.by_file)

    @cached_property
    def by_file(self) -> list[Change]:
        """The same file by file: what moved was removed here and created there."""
        return [c for path, file in self._files.items() for c in self._reader.compare(path, *file)]

    @property
    def unread(self) -> list[Unread]:
        """What cannot be compared because one of its versions is broken."""
        return self._reader.unread if self.by_file is not None else []

    @cached_property
    def images(self) -> list[Image]:
        """Every file that differs, before and after."""
        return [
            Image.between(path, old, new.text if new else None, bool((new or old or _NONE).bom))
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
        names = changed_blobs(git.run(root, [*_RAW, *sides, "--", RECORDS]))
        if self._new is None:
            others = ["ls-files", "--others", "--exclude-standard", "-z", "--", RECORDS]
            for path in filter(is_record_file, git.run(root, others).split("\0")):
                names.setdefault(path, (None, None))
        read = git.blobs(root, (name for pair in names.values() for name in pair if name))
        files: dict[str, File] = {}
        for path, (before, after) in names.items():
            was = decoded(read[before]) if before else None
            if self._new is None:
                now = self._reader.load(path)
            else:
                now = decoded(read[after]) if after else None
            if (was and was.digest) != (now and now.digest):
                files[path.removeprefix(RECORDS)] = was, now
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
                tree, more = parse_document(chunk.text, chunk.line)
                wrong += more
                if tree is not None:
                    zone, rules = self._workspace.zone, self._rules(kind)
                    stored, _findings = read_record(kind, tree, zone, rules, path, chunk, number)
                    found[stored.id] = stored.written
            self.unread += [
                Unread(Problem(RECORDS + path, f.line, f.column, f.code, dict(f.params)), not place)
                for f in wrong
            ]
            yield found, bool(wrong)


def joined(changes: Iterable[Change]) -> list[Change]:
    """Changes with what was removed from one file and put into another as one change."""
    found: list[Change] = []
    places: dict[tuple[str, str], int] = {}
    for change in changes:
        key = change.kind, change.id
        place = places.setdefault(key, len(found))
        other = found[place] if place < len(found) else change
        gone, come = (other, change) if other.after is None else (change, other)
        if gone is not come and gone.after is None and come.before is None:
            found[place] = Change(*key, gone.before, come.after, come.path, origin=gone.path)
        else:
            found.append(change)
    return found


_NONE = FileText("", False, "")
