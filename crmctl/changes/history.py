"""What happened to one record, field by field, out of the change sets of the journal."""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

from crmctl.changes.past import Past
from crmctl.schema.model import Kind
from crmctl.workspace import Workspace


class Step(NamedTuple):
    """One field of a record: when it changed, by whom, with which command, why, from what to what.

    These are the keys of machine output.
    """

    change: str | None
    at: str
    actor: str | None
    command: str | None
    reason: str | None
    field: str
    before: Any
    after: Any


def history(workspace: Workspace, kind: Kind, id: str) -> list[Step]:
    """Every step of a record, newest first."""
    steps: list[Step] = []
    name = id  # as the record was called then
    for entry in reversed(Past(workspace).entries):
        header = entry.header
        for change in entry.changes:
            if (change.kind, change.new_id) == (kind.name, name):
                command = shlex.join(header["command"])
                by = (entry.id, header["at"], header["actor"], command, header["reason"])
                steps += [Step(*by, *part) for part in change.parts()]
                name = change.id
    return steps


def removed_record(workspace: Workspace, id: str) -> tuple[Kind, str] | None:
    """The kind of a record that once was and is no more."""
    for entry in reversed(Past(workspace).entries):
        for change in entry.changes:
            kind = workspace.registry.kinds.get(change.kind)
            if change.id == id and kind is not None:
                return kind, id
    return None
