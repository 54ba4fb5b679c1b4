"""One commit for each change set: its own files and no others, whoever has staged what.

What a person wrote by hand into those files is committed first, as such. A commit that git refuses
is made up for by the next one; the change set itself stands.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from crmctl.changes.changeset import Change, in_book
from crmctl.changes.errors import NotCheckedOut
from crmctl.changes.journal import Entry, Journal
from crmctl.locale import _
from crmctl.schema.model import Kind
from crmctl.values.text import visible
from crmctl.vcs import git
from crmctl.workspace import Workspace

TRAILER = "Crmctl-"
AT_ONCE = 500  # paths in one command line
FIELDS_NAMED = 3
VERBS = {"created": "add", "updated": "change", "removed": "remove", "moved": "move"}


class Commits:
    """Commits the change sets of one book, where the book is in git and its settings say so."""

    def __init__(self, workspace: Workspace) -> None:
        self.root = workspace.root
        self.journal = Journal(workspace.private)
        self._workspace = workspace
        self._owed_file = workspace.private / "uncommitted"
        self._recorded: dict[str, str] = {}  # path -> blob in the last commit
        self._known: set[str] = set()  # the paths that were looked up

    @cached_property
    def enabled(self) -> bool:
        """Whether there is anything to do at all: most of the time there is not."""
        return self._workspace.config.commit == "auto" and git.is_versioned(self.root)

    def before(self, paths: Sequence[str]) -> None:
        """Commits what is owed, and what was written by hand into files about to change.

        `paths` are below records/. When git refuses now, `after` will tell. Raises NotCheckedOut
        for a file that git has and only this working tree lacks.
        """
        if not self.enabled:
            return
        places = [self._place(path) for path in paths]
        with suppress(git.GitFailed):
            self._refuse_left_out(places)
        with suppress(git.GitFailed):
            self.make_up()
            self._commit_by_hand(self._differing(places, gone=False))

    def settle(self, edited: Sequence[str]) -> None:
        """Commits what is owed, and files of the book that were edited by hand; GitFailed."""
        self.make_up()
        self._commit_by_hand(self._differing(edited, gone=True))

    def _commit_by_hand(self, edited: Sequence[str]) -> None:
        if edited:
            what = edited[0] if len(edited) == 1 else f"{len(edited)} files"
            self._commit(edited, f"Edit {what} by hand")

    def _place(self, path: str) -> str:
        """Where a file really is, from the book's root: links may lead elsewhere."""
        real = os.path.realpath(self.root / in_book(path))
        return os.path.relpath(real, os.path.realpath(self.root))

    def _refuse_left_out(self, places: Sequence[str]) -> None:
        self._look_up(places)
        missing = [p for p in places if p in self._recorded and not (self.root / p).exists()]
        if missing and (left_out := git.left_out(self.root, missing)):
            raise NotCheckedOut(left_out[0])

    def owe(self, change: str) -> None:
        """Notes that a change set is about to be written that no commit holds yet."""
        if self.enabled:
            with self._owed_file.open("a", encoding="utf-8") as out:
                out.write(f"{change}\n")

    def after(self) -> list[str]:
        """Commits what is owed; returns a warning when git refuses."""
        if not self.enabled:
            return []
        try:
            self.make_up()
        except (git.GitFailed, OSError) as error:
            return [self._refused(error)]
        return []

    def _refused(self, error: git.GitFailed | OSError) -> str:
        text = _(
            "warning: git did not commit: {reason}. What was written stands, and the next "
            "change makes up for the commit."
        )
        reason = error.reason if isinstance(error, git.GitFailed) else error.strerror or str(error)
        return text.format(reason=reason)

    def owed(self) -> list[str]:
        """The change sets that no commit holds yet."""
        try:
            return self._owed_file.read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return []

    def make_up(self) -> None:
        """Commits the change sets that are written and not committed.

        Not in the middle of a rebase or the like: to abort that would take the commits away.
        """
        begun = git.unfinished(self.root)
        if begun is not None:
            raise git.GitFailed(_("a {what} is in progress").format(what=begun))
        entries = [entry for id in self.owed() if (entry := self.journal.entry(id)) is not None]
        paths = dict.fromkeys(self._place(image.path) for e in entries for image in e.images)
        if paths:
            kinds = self._workspace.registry.kinds
            subjects = [subject(entry, kinds) for entry in entries]
            first = subjects[0] if len(subjects) == 1 else f"Make {len(subjects)} changes"
            body = [] if len(subjects) == 1 else ["\n".join(subjects)]
            trailers = "\n".join(line for entry in entries for line in trailers_of(entry))
            self._commit([*paths], "\n\n".join([first, *body, trailers]))
        self._owed_file.unlink(missing_ok=True)

    def _commit(self, paths: Sequence[str], message: str) -> None:
        differing = self._differing(paths, gone=True)
        if not differing:
            return
        new = [path for path in differing if path not in self._recorded]
        git.commit_only(self.root, differing, message, self._workspace.me, new)
        self._recorded.clear()
        self._known.clear()

    def _differing(self, paths: Sequence[str], *, gone: bool) -> list[str]:
        """The files whose content the last commit does not hold; with `gone` also missing ones."""
        self._look_up(paths)
        length = len(next(iter(self._recorded.values()), ""))
        differing = []
        for path in paths:
            try:
                data = (self.root / path).read_bytes()
            except FileNotFoundError:
                if gone and path in self._recorded:
                    differing.append(path)
                continue
            if self._recorded.get(path) != _blob(data, length):
                differing.append(path)
        return differing

    def _look_up(self, paths: Sequence[str]) -> None:
        """Asks for the blobs of files in the last commit."""
        paths = [path for path in paths if path not in self._known]
        for start in range(0, len(paths), AT_ONCE):
            some = paths[start : start + AT_ONCE]
            tree = ["--literal-pathspecs", "ls-tree", "-z", "HEAD", "--", *some]
            try:
                out = git.run(self.root, tree)
            except git.GitFailed:
                if git.has_commits(self.root):
                    raise
                out = ""
            for line in filter(None, out.split("\0")):
                head, _tab, path = line.partition("\t")
                self._recorded[path] = head.split()[2]
            self._known.update(some)


def _blob(data: bytes, length: int) -> str:
    """The name that git gives to this content; `length` says with which hash."""
    made = hashlib.sha256() if length == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(data) + data)
    return made.hexdigest()


def subject(entry: Entry, kinds: Mapping[str, Kind]) -> str:
    """What a change set did, in one line."""
    text = _deeds(entry, kinds)
    undone = entry.header.get("undoes")
    return f"Undo {undone}: {text}" if undone else text[:1].upper() + text[1:]


def _deeds(entry: Entry, kinds: Mapping[str, Kind]) -> str:
    for change in entry.changes:
        if change.renames:
            return f"rename {change.kind} {change.id} to {change.new_id}"
    if not entry.changes:
        return f"change {', '.join(in_book(image.path) for image in entry.images)}"
    if len(entry.changes) == 1:
        return _one(entry.changes[0])
    parts: dict[tuple[str, str], int] = {}
    for change in entry.changes:
        verb = VERBS[change.action]
        parts[verb, change.kind] = parts.get((verb, change.kind), 0) + 1
    return ", ".join(
        f"{verb} {count} {kinds[kind].plural if count > 1 else kind}"
        for (verb, kind), count in parts.items()
    )


def _one(change: Change) -> str:
    what = f"{change.kind} {change.id}"
    if change.before is None:
        return f"add {what}"
    if change.after is None:
        return f"remove {what}"
    if change.action == "moved":
        return f"move {what}"
    names = [part.name for part in change.parts() if not part.name.endswith("_history")]
    more = ", …" if len(names) > FIELDS_NAMED else ""
    return f"change {what}: {', '.join(names[:FIELDS_NAMED])}{more}"


def trailers_of(entry: Entry) -> Iterator[str]:
    """The header of a change set as trailers, each in one line, for machines."""
    header: Mapping[str, Any] = entry.header
    for name in ("change", "at", "actor", "command", "reason", "undoes"):
        value = header.get(name)
        if value:
            text = json.dumps(value, ensure_ascii=False) if name == "command" else str(value)
            yield f"{TRAILER}{name.capitalize()}: {visible(text)}"
