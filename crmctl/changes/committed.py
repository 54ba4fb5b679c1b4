"""What commits did to one record: those of change sets, those that people made by hand, merges.

Only files are looked at in which the record stood, from where it is now back to where it began.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from crmctl.changes.between import RECORDS, Between, Reader, changed_blobs
from crmctl.changes.changeset import Change, Part, Values
from crmctl.changes.recorded import header_of, ids_of
from crmctl.schema.model import Kind
from crmctl.storage.files import decoded
from crmctl.values.ids import is_minted, is_valid_id
from crmctl.vcs import git
from crmctl.vcs.revisions import cut_off
from crmctl.workspace import Workspace

AT_ONCE = 500  # contents that are in memory at the same time
_MARK = "\x01"
_FORM = f"{_MARK}%H %P%n%aI%n%cI%n%an%n%s%n%(trailers:only,unfold)"
_LOG = ("-c", "log.showRoot=true", "--literal-pathspecs", "log", "-c", "--raw", "-z", "--no-abbrev")
_REST = ("--no-renames", "--no-show-signature", "--encoding=UTF-8", "--reverse", "--topo-order")


class Commit(NamedTuple):
    """One commit: `at` is the author's date, `written` the committer's.

    `header` is that of the change set in its trailers, `changes` has the ids of all in there. A
    path below records/ has the name of its content before and after; a merge has no files here.
    """

    name: str
    parents: list[str]
    at: str
    written: str
    author: str
    subject: str
    header: dict[str, Any]
    changes: list[str]
    files: dict[str, tuple[str | None, str | None]]


class Deed(NamedTuple):
    """What one commit did to a record, and what the record was then."""

    commit: Commit
    parts: list[Part]
    after: Values | None


class Life:
    """One record in the history of its book; `paths` are files in which it is known to stand."""

    def __init__(self, workspace: Workspace, kind: Kind, id: str, paths: Iterable[str]) -> None:
        self._workspace = workspace
        self._root = workspace.root
        self._kind, self._id = kind, id
        self._paths = set(paths)
        self._reader = Reader(workspace)
        self._versions: dict[tuple[str, str, str], tuple[Values | None, bool]] = {}
        self._came: dict[str, Change | None] = {}  # commit -> where it was moved from
        self._prefix = git.prefix(self._root)
        self._cut = cut_off(self._root)

    def deeds(self) -> list[Deed]:
        """Every commit that changed the record, oldest first."""
        known: set[str] = set()
        commits: list[Commit] = []
        ids: dict[str, str] = {}
        while self._paths != known:
            known = set(self._paths)
            commits = list(_log(self._root, self._prefix, sorted(known)))
            ids = self._named(commits)
        return list(self._told(commits, ids))

    def committed(self, id: str) -> Values | None:
        """The record in the last commit, where it may have another id."""
        return self._record(((path, self._at("HEAD", path)) for path in self._paths), id)[0]

    def present(self) -> tuple[Values | None, bool]:
        """The record in the files as they stand, and whether it may be in something broken."""
        read, load = self._reader.record, self._reader.load
        every = [read(self._kind, path, load(RECORDS + path), self._id) for path in self._paths]
        return _one(every)

    def _named(self, commits: list[Commit]) -> dict[str, str]:
        """The id of the record after each commit; finds where it came from."""
        id, ids = self._id, {}
        self._load(commits, id)
        for commit in reversed(commits):
            ids[commit.name] = id
            if len(commit.parents) == 1 and commit.name not in self._came:
                gone = self._record(self._before(commit, 0), id) == (None, False)
                if gone and self._record(self._after(commit), id)[0] is not None:
                    self._came[commit.name] = self._origin(commit, id)
            came = self._came.get(commit.name)
            if came is not None:
                self._paths.add(came.source)
                if came.id != id:
                    id = came.id
                    self._load(commits, id)
        return ids

    def _origin(self, commit: Commit, id: str) -> Change | None:
        """What a commit made this record from, if it was another or in another file before."""
        between = Between(self._workspace, commit.parents[0], commit.name, self._kind.folder)
        if not between.takes:
            return None
        made = (one for one in between.changes if one.new_id == id and one.before is not None)
        return next(made, None)

    def _told(self, commits: list[Commit], ids: dict[str, str]) -> Iterator[Deed]:
        last: Values | None = None
        for commit in commits:
            id = ids[commit.name]
            after, torn = self._record(self._after(commit), id)
            if torn:
                continue
            came = self._came.get(commit.name)
            befores = []
            for number in range(max(1, len(commit.parents))):
                before, torn = self._record(self._before(commit, number), came.id if came else id)
                befores.append(last if torn else before)
            last = after
            parts = list(_parts(befores, after))
            if parts and commit.name not in self._cut:
                yield Deed(commit, parts, after)

    # the versions of its files

    def _before(self, commit: Commit, number: int) -> list[tuple[str, str]]:
        if len(commit.parents) > 1:
            return [(path, self._at(commit.parents[number], path)) for path in self._paths]
        return [(path, old) for path, (old, _new) in commit.files.items() if old]

    def _after(self, commit: Commit) -> list[tuple[str, str]]:
        if len(commit.parents) > 1:
            return [(path, self._at(commit.name, path)) for path in self._paths]
        return [(path, new) for path, (_old, new) in commit.files.items() if new]

    def _at(self, revision: str, path: str) -> str:
        return f"{revision}:{self._prefix}{RECORDS}{path}"

    def _load(self, commits: Iterable[Commit], id: str) -> None:
        """Reads the record out of all versions of its files."""
        names: list[tuple[str, str]] = []
        for commit in commits:
            for number in range(max(1, len(commit.parents))):
                names += self._before(commit, number)
            names += self._after(commit)
        self._read(names, id)

    def _read(self, names: Iterable[tuple[str, str]], id: str) -> None:
        unread = [one for one in dict.fromkeys(names) if (*one, id) not in self._versions]
        for start in range(0, len(unread), AT_ONCE):
            some = unread[start : start + AT_ONCE]
            read = git.blobs(self._root, (name for _path, name in some))
            for path, name in some:
                file = decoded(read[name]) if name in read else None
                found = self._reader.record(self._kind, path, file, id)
                self._versions[path, name, id] = found

    def _record(self, names: Iterable[tuple[str, str]], id: str) -> tuple[Values | None, bool]:
        some = list(names)
        self._read(some, id)
        return _one(self._versions[*name, id] for name in some)


def _one(versions: Iterable[tuple[Values | None, bool]]) -> tuple[Values | None, bool]:
    """The record in the one of its files that has it."""
    every = list(versions)
    found = next((values for values, _torn in every if values is not None), None)
    return found, found is None and any(torn for _values, torn in every)


def _parts(befores: list[Values | None], after: Values | None) -> Iterator[Part]:
    """What is as in none of the parents."""
    every = [before or {} for before in befores]
    now = after or {}
    for name in dict.fromkeys(name for values in (*every, now) for name in values):
        if all(before.get(name) != now.get(name) for before in every):
            yield Part(name, every[0].get(name), now.get(name))


def _log(root: Path, prefix: str, paths: list[str]) -> Iterator[Commit]:
    """The commits that touched files, oldest first; none in an empty repository."""
    try:
        out = git.run(
            root, [*_LOG, *_REST, f"--format={_FORM}", "--", *(RECORDS + p for p in paths)]
        )
    except git.GitFailed:
        if git.has_commits(root):
            raise
        return
    commit: Commit | None = None
    tokens = iter(out.split("\0"))
    for token in tokens:
        about = token.removeprefix("\n")
        if about.startswith(_MARK):
            if commit is not None:
                yield commit
            commit = _commit(about.removeprefix(_MARK).encode("utf-8", "surrogateescape"))
        elif about.startswith(":") and commit is not None:
            path = next(tokens)
            if not about.startswith("::"):
                raw = f"{about}\0{path.removeprefix(prefix)}"
                for name, pair in changed_blobs(raw).items():
                    commit.files[name.removeprefix(RECORDS)] = pair
    if commit is not None:
        yield commit


def _commit(text: bytes) -> Commit:
    names, at, written, author, subject, *trailers = text.decode("utf-8", "replace").split("\n")
    name, *parents = names.split()
    ids = ids_of(trailers)
    return Commit(name, parents, at, written, author, subject, header_of(trailers), ids, {})


def lost(workspace: Workspace, id: str) -> tuple[Kind, str] | None:
    """The kind and the file of a record that a commit removed, whoever did it."""
    root = workspace.root
    if not (is_valid_id(id) and git.is_versioned(root) and git.has_commits(root)):
        return None
    words = ["log", "-1", "--name-only", "--relative", "--no-renames", "--format=", "-z"]
    for kind in workspace.registry:
        if not kind.is_stream:
            # Known by its name in the place where crmctl puts it: a whole folder takes git seconds.
            place = re.sub(r"\{\w+\}", "*", kind.path.replace("{id}", id))
            search = ["--diff-filter=D", "--", f":(glob){RECORDS}{place}"]
        elif kind.id_prefix and is_minted(id, kind.id_prefix):
            search = [f"-S{id}", "--", f"{RECORDS}{kind.folder}"]
        else:
            continue
        found = git.run(root, [*words, *search]).strip("\0\n").split("\0")[0]
        if found:
            return kind, found.removeprefix(RECORDS)
    return None
