"""Taking back a past change set by what it meant, field by field, whatever came after it.

A file that nobody has touched since gets its exact bytes back. In others each record that is
untouched, or was removed, gets its exact text back, in its place; else each field that still holds
what the change set gave it goes back, and one that was edited since is named and left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from crmctl.changes.build import Builder
from crmctl.changes.changeset import SCHEMAS, Change, Values, Verbatim, by_path, in_book
from crmctl.changes.journal import Entry
from crmctl.changes.past import Past
from crmctl.changes.rename import rename_back
from crmctl.errors import CrmctlError, NotFound
from crmctl.locale import _
from crmctl.merging.document import Document, Merger
from crmctl.merging.values import Conflict, for_ours, merge
from crmctl.schema.access import ordered, texts_at
from crmctl.schema.model import Kind
from crmctl.storage.errors import EditRefused
from crmctl.storage.files import confined, load
from crmctl.storage.records import Stored, values_in
from crmctl.workspace import Workspace

Key = tuple[str, str]  # kind, id


class Left(NamedTuple):
    """Something that stays as it is: a field of a record, or all of it (no field), and why."""

    kind: str
    id: str
    field: str | None
    reason: str


class Before:
    """What the files of a change set were before it, document by document."""

    def __init__(self, workspace: Workspace, entry: Entry) -> None:
        self.images = {image.path: image for image in entry.images}
        self._workspace = workspace
        self._documents: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def documents(self, change: Change) -> tuple[str, str]:
        """A record's text before and after; "" for none, or where it does not read as it should."""
        if change.path not in self._documents:
            image = self.images.get(change.path)
            self._documents[change.path] = image.before_and_after() if image else ({}, {})
        before, after = (texts.get(change.id, "") for texts in self._documents[change.path])
        return self._read(change, before, change.before), self._read(change, after, change.after)

    def _read(self, change: Change, text: str, values: Values | None) -> str:
        kind = self._workspace.registry.kinds[change.kind]
        return text if values and values_in(text, kind, self._workspace.zone) == values else ""

    def back(self, change: Change) -> Change:
        """A record that was removed as it comes back: with its own text, in its own place."""
        image, (text, _after) = self.images.get(change.path), self.documents(change)
        return Change(
            change.kind,
            change.id,
            None,
            change.before,
            change.path,
            text=text or None,
            order=image.order if image else (),
        )


class Undo:
    """One change set on its way back, into the change set of `built`."""

    def __init__(self, built: Builder, entry: Entry, *, force: bool = False) -> None:
        self.built = built
        self.entry = entry
        self.force = force
        self.left: list[Left] = []
        self._changes = [change for change in entry.changes if not change.origin]
        self._kinds = built.workspace.registry.kinds
        self._before = Before(built.workspace, entry)
        built.set.undoes = entry.id

    def run(self) -> list[Left]:
        """Collects the changes; returns what has to stay."""
        if any(change.renames for change in self.entry.changes):
            rename_back(self.built, self.entry)
            self._to_the_byte()
            return []
        for change in self.entry.changes:
            if change.origin:
                self._move_back(change)
        self._to_the_byte()
        groups = by_path(self._changes)
        untouched = {path: text for path in groups if (text := self._untouched(path)) is not None}
        kept = self._kept(untouched)
        for path, group in groups.items():
            rest = [change for change in group if (change.kind, change.id) not in kept]
            if path in untouched and len(rest) == len(group):
                self.built.put_file([change.back() for change in group], untouched[path])
            else:
                for change in rest:
                    self._change(change)
        return self.left

    def _untouched(self, path: str) -> Verbatim | None:
        """What a file was, to the byte, if it is as the change set left it."""
        image = self._before.images.get(path)
        target = confined(self.built.workspace.root, in_book(path))
        now = load(target) if target.is_file() else None
        if image is None or (now.digest if now else None) != image.after:
            return None
        return Verbatim(image.after, image.backward(now.text if now else ""), image.bom)

    # records that went to another file

    def _move_back(self, change: Change) -> None:
        """A record to the file that it came from, as it is now."""
        stored = self._stored(change)
        if stored is None:
            unreadable = self._is_unreadable(change)
            reason = _("its file cannot be read") if unreadable else _("removed since")
            self._leave(change, None, reason)
        elif stored.path != change.path:
            self._leave(change, None, _("moved since"))
        else:
            written, place = stored.written, (change.source, stored.document)
            values = self._as_before(change, stored)
            self.built.put(
                Change(change.kind, change.id, written, values, *place, origin=stored.path)
            )

    def _as_before(self, change: Change, stored: Stored) -> Values:
        """A record as it is now, but for what its move changed in it."""
        if change.before == change.after:
            return stored.written
        kind, zone = self._kinds[change.kind], self.built.workspace.zone
        values, _conflicts = merge(kind, change.after, stored.written, change.before, zone)
        return ordered(kind, values or {})

    def _to_the_byte(self) -> None:
        """Files that nobody has touched since get their exact bytes back, where all is so that
        their records came from or went to; so does a schema."""
        ways = {(one.source, one.path) for one in self.built.set.changes}
        before = {path: text for path in self._before.images if (text := self._untouched(path))}
        touched = {path for way in ways for path in way if path not in before}
        while more := {path for way in ways if touched.intersection(way) for path in way} - touched:
            touched |= more
        known = {path for way in ways for path in way} - touched
        for path in self._before.images:
            if path.startswith(SCHEMAS) and path not in before:
                reason = _("edited since")
                self.left.append(Left("file", in_book(path), None, reason))
            elif path in known or path.startswith(SCHEMAS):
                self.built.set.verbatim[path] = before[path]

    # records that were made

    def _kept(self, untouched: Collection[str]) -> set[Key]:
        """The records that the change set made and that stay: edited since, or referred to.

        Those in `untouched` files are as they were made.
        """
        made = {
            (change.kind, change.id): change for change in self._changes if change.before is None
        }
        doomed: dict[Key, Change] = {}
        kept: set[Key] = set()
        for key, change in made.items():
            if change.path in untouched:
                doomed[key] = change
                continue
            stored = self._stored(change)
            if stored is None:
                kept.add(key)
                if self._is_unreadable(change):
                    self._leave(change, None, _("its file cannot be read"))
            elif stored.written != change.after and not self.force:
                kept.add(key)
                fields = sorted(_differing(change.after or {}, stored.values))
                reason = _("edited since: {fields}").format(fields=", ".join(fields))
                self._leave(change, None, reason)
            else:
                doomed[key] = change
        while held := self._held(doomed):
            for key, by in held.items():
                kept.add(key)
                reason = _("{record} refers to it").format(record=" ".join(by))
                self._leave(doomed.pop(key), None, reason)
        return kept

    def _held(self, doomed: Mapping[Key, Change]) -> dict[Key, Key]:
        """Those that a record which stays refers to, with one such record."""
        held: dict[Key, Key] = {}
        for name in {kind for kind, _id in doomed}:
            ids = [id for kind, id in doomed if kind == name]
            for id, by in self.built.references.referring(self._kinds[name], ids):
                if by not in doomed and not self._lets_go(by, name, id):
                    held.setdefault((name, id), by)
        return held

    def _lets_go(self, by: Key, name: str, id: str) -> bool:
        """Whether a record refers to another one by this change set alone, and will go back."""
        change = next((one for one in self.entry.changes if (one.kind, one.id) == by), None)
        if change is None or change.before is None:
            return False
        stored = self._stored(change)
        if stored is None or stored.written != change.after:
            return False
        referring = self.built.workspace.registry.referrers(name)
        paths = [field.path for kind, field in referring if kind.name == change.kind]
        return all(id not in texts_at(change.before, path) for path in paths)

    def _stored(self, change: Change) -> Stored | None:
        try:
            return self.built.read(self._kinds[change.kind], change.id)
        except NotFound:
            return None

    def _is_unreadable(self, change: Change) -> bool:
        """Whether the file of a record that is not found has faults: it may well be there."""
        return f"records/{change.path}" in self._broken

    @cached_property
    def _broken(self) -> set[str]:
        return {problem.path for problem in self.built.workspace.index.broken()}

    # records in files that were touched

    def _change(self, change: Change) -> None:
        kind, stored = self._kinds[change.kind], self._stored(change)
        if stored is None:
            comes_back = change.after is None and change.before is not None
            # A stream takes a document whatever the others are like.
            if self._is_unreadable(change) and not (comes_back and kind.is_stream):
                self._leave(change, None, _("its file cannot be read"))
            elif comes_back:
                self.built.put(self._before.back(change))
            else:
                self._leave(change, None, _("removed since"))
        elif change.before is None:
            self.built.drop(kind, stored)
        elif change.after is None:
            if stored.written != change.before:
                self._leave(change, None, _("made anew since"))
        else:
            self._fields(kind, change, stored)

    def _fields(self, kind: Kind, change: Change, stored: Stored) -> None:
        """Merges the way back with what came after: what both touched is left, or forced."""
        zone = self.built.workspace.zone
        settle = _for_theirs if self.force else for_ours
        values, conflicts = merge(kind, change.after, stored.values, change.before, zone, settle)
        for conflict in conflicts if not self.force else ():
            reason = _("edited since")
            if isinstance(conflict.ours, str | int | Decimal):
                reason = _("edited since, it is “{value}” now").format(value=conflict.ours)
            self._leave(change, ".".join(conflict.path), reason)
        try:
            made = self.built.replace(kind, change.id, values or {})
        except CrmctlError as error:
            self._leave(change, None, str(error))
            return
        if made is not None and made.after is not None:
            made.text = self._text(kind, change, stored, made.after)

    def _text(self, kind: Kind, change: Change, stored: Stored, values: Values) -> str | None:
        """The text of a record with the remarks that went with its fields; None for no such."""
        before, after = self._before.documents(change)
        text, zone = self.built.document_text(kind, stored), self.built.workspace.zone
        if before and text == after:
            text = before
        elif after and "#" in before:
            with suppress(EditRefused, ValueError):
                sides = [Document.of(side) for side in (after, text, before)]
                text = Merger(kind, zone).written(sides[0], sides[1], sides[2], values)
        return text if values_in(text, kind, zone) == values else None

    def _leave(self, change: Change, field: str | None, reason: str) -> None:
        self.left.append(Left(change.kind, change.id, field, reason))


def _differing(before: Values, after: Values) -> list[str]:
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def _for_theirs(conflict: Conflict) -> Any:
    return conflict.theirs


def removed(workspace: Workspace, kind: Kind) -> dict[str, tuple[Change, Entry]]:
    """The records of a kind that were removed and are still gone, the last one first."""
    found: dict[str, tuple[Change, Entry]] = {}
    for entry, change in Past(workspace).removals(kind):
        if change.id not in found and workspace.index.get(kind, change.id) is None:
            found[change.id] = (change, entry)
    return found


def restore(built: Builder, change: Change, entry: Entry) -> None:
    """Brings a removed record back; a file of its own gets its exact bytes."""
    before = Before(built.workspace, entry)
    image, back = before.images.get(change.path), before.back(change)
    alone = sum(other.path == change.path for other in entry.changes) == 1
    there = confined(built.workspace.root, f"records/{change.path}").exists()
    if image is not None and image.after is None and alone and not there:
        built.put_file([back], Verbatim(None, image.backward(""), image.bom))
    else:
        built.put(back)
