"""Taking back a past change set by what it meant, field by field, whatever came after it.

A file that nobody has touched since gets its exact bytes back. In others each field that still
holds what the change set gave it goes back; one that was edited since is named and left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change, Values, Verbatim, by_path
from crmctl.changes.images import Image
from crmctl.changes.journal import Entry
from crmctl.changes.past import Past
from crmctl.changes.rename import rename_back
from crmctl.errors import CrmctlError, NotFound
from crmctl.locale import _
from crmctl.merging.values import Conflict, for_ours, merge
from crmctl.schema.model import Kind
from crmctl.storage.files import confined, load
from crmctl.storage.records import Stored
from crmctl.workspace import Workspace

Key = tuple[str, str]  # kind, id


class Left(NamedTuple):
    """Something that stays as it is: a field of a record, or all of it (no field), and why."""

    kind: str
    id: str
    field: str | None
    reason: str


class Undo:
    """One change set on its way back, into the change set of `built`."""

    def __init__(self, built: Builder, entry: Entry, *, force: bool = False) -> None:
        self.built = built
        self.entry = entry
        self.force = force
        self.left: list[Left] = []
        self._changes = [half for change in entry.changes for half in change.halves()]
        self._kinds = built.workspace.registry.kinds
        built.set.undoes = entry.id

    def run(self) -> list[Left]:
        """Collects the changes; returns what has to stay."""
        if any(change.renames for change in self.entry.changes):
            rename_back(self.built, self.entry)
            return []
        kept = self._kept()
        images = {image.path: image for image in self.entry.images}
        for path, group in by_path(self._changes).items():
            stays = [change for change in group if (change.kind, change.id) in kept]
            if stays or not self._exactly(images.get(path), group):
                for change in group:
                    if change not in stays:
                        self._change(change)
        return self.left

    # files that nobody has touched since

    def _exactly(self, image: Image | None, group: list[Change]) -> bool:
        """Puts a file back to the byte, if it is as the change set left it."""
        if image is None:
            return False
        target = confined(self.built.workspace.root, f"records/{image.path}")
        now = load(target) if target.exists() else None
        if (now.digest if now else None) != image.after:
            return False
        text = image.backward(now.text if now else "")
        back = [change.back() for change in group]
        self.built.put_file(back, Verbatim(image.after, text, image.bom))
        return True

    # records that were made

    def _kept(self) -> set[Key]:
        """The records that the change set made and that stay: edited since, or referred to."""
        made = {
            (change.kind, change.id): change for change in self._changes if change.before is None
        }
        doomed: dict[Key, Change] = {}
        kept: set[Key] = set()
        stored_of = self._stored(made)
        for key, change in made.items():
            stored = stored_of.get(key)
            if stored is None:
                kept.add(key)  # it is gone already, and nothing is left to say
            elif stored.written != change.after and not self.force:
                kept.add(key)
                fields = sorted(_differing(change.after or {}, stored.values))
                reason = _("edited since: {fields}").format(fields=", ".join(fields))
                self.left.append(Left(*key, None, reason))
            else:
                doomed[key] = change
        while held := self._held(doomed):
            for key, by in held.items():
                kept.add(key)
                del doomed[key]
                reason = _("{record} refers to it").format(record=" ".join(by))
                self.left.append(Left(*key, None, reason))
        return kept

    def _held(self, doomed: Mapping[Key, Change]) -> dict[Key, Key]:
        """Those that a record which stays refers to, with one such record."""
        held: dict[Key, Key] = {}
        for name in {kind for kind, _id in doomed}:
            ids = [id for kind, id in doomed if kind == name]
            for id, by in self.built.references.referring(self._kinds[name], ids):
                if by not in doomed:
                    held.setdefault((name, id), by)
        return held

    def _stored(self, made: Iterable[Key]) -> dict[Key, Stored]:
        found: dict[Key, Stored] = {}
        for name, id in made:
            try:
                found[name, id] = self.built.read(self._kinds[name], id)
            except NotFound:
                continue
        return found

    # records in files that were touched

    def _change(self, change: Change) -> None:
        kind = self._kinds[change.kind]
        try:
            stored = self.built.read(kind, change.id)
        except NotFound:
            if change.after is None and change.before is not None:
                back = Change(change.kind, change.id, None, change.before, change.path)
                self.built.put(back)
            else:
                self._leave(change, None, _("removed since"))
            return
        if change.before is None:
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
            self.built.replace(kind, change.id, values or {})
        except CrmctlError as error:
            self._leave(change, None, str(error))

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
    image = next((one for one in entry.images if one.path == change.path), None)
    back = Change(change.kind, change.id, None, change.before, change.path)
    alone = sum(other.path == change.path for other in entry.changes) == 1
    there = confined(built.workspace.root, f"records/{change.path}").exists()
    if image is not None and image.after is None and alone and not there:
        built.put_file([back], Verbatim(None, image.backward(""), image.bom))
    else:
        built.put(back)
