"""Records that two people made apart under one id: two things, which no merge may make one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from crmctl.changes.apply import Applier
from crmctl.changes.between import difference
from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.changes.rename import rename
from crmctl.errors import GitRefused
from crmctl.locale import _
from crmctl.merging.values import merge
from crmctl.schema.model import Kind
from crmctl.values.ids import unique_slug
from crmctl.workspace import Workspace

_NUMBER = re.compile(r"-[0-9]{1,2}\Z")


class Renamed(NamedTuple):
    """A record of ours that got another id. These are the keys of machine output."""

    kind: str
    id: str
    new_id: str


class Collisions:
    """What we made since `base` under ids that others gave away since then, up to `theirs`."""

    def __init__(self, workspace: Workspace, base: str, theirs: str) -> None:
        self._workspace = workspace
        self._theirs = _made(difference(workspace, base, theirs))
        self._ours = _made(difference(workspace, base, "HEAD")) if self._theirs else {}

    def settle(self, command: Sequence[str]) -> list[Renamed]:
        """Gives each of ours another id, with all that refers to it, and commits that."""
        done = []
        for (name, id), ours in self._ours.items():
            theirs = self._theirs.get((name, id))
            kind = self._workspace.registry.kinds[name]
            if theirs is None or not _apart(self._workspace, kind, ours, theirs):
                continue
            reason = _("others made another {kind} “{id}”").format(kind=kind.noun(), id=id)
            built = Builder(self._workspace, command, reason)
            new = self._free(built, kind, ours)
            rename(built, kind, id, new)
            applier = Applier(self._workspace)
            applier.commits.enabled = True  # what is not committed cannot be merged
            applier.apply(built.set)
            for warning in applier.warnings:
                raise GitRefused(warning)
            done.append(Renamed(name, id, new))
        return done

    def _free(self, built: Builder, kind: Kind, record: Change) -> str:
        """An id that neither side has."""
        if kind.slug_field is None:
            return built.new_id(kind, dict(record.after or {}))
        stem = _NUMBER.sub("", record.new_id)
        return unique_slug(
            stem, lambda wish: (kind.name, wish) in self._theirs or built.taken(kind, wish)
        )


def _made(changes: Sequence[Change]) -> dict[tuple[str, str], Change]:
    """The records that came to bear an id, by kind and id."""
    return {
        (change.kind, change.new_id): change
        for change in changes
        if change.after is not None and (change.before is None or change.renames)
    }


def _apart(workspace: Workspace, kind: Kind, ours: Change, theirs: Change) -> bool:
    _merged, conflicts = merge(kind, None, ours.after, theirs.after, workspace.zone)
    return bool(conflicts)
