"""A change set in a file: saved by one person, looked at and carried out by another.

Nothing in a plan is taken on trust: the same rules hold as for a command, and a record that is not
as the plan found it stops it all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change, ChangeSet
from crmctl.changes.errors import AlreadyApplied, BadPlan, OutdatedPlan
from crmctl.changes.journal import Journal, lines_of
from crmctl.changes.rename import rename
from crmctl.errors import Referenced
from crmctl.locale import _
from crmctl.schema.model import Kind
from crmctl.storage.files import replace
from crmctl.values import jsontext

FORMAT = 1


def save(changes: ChangeSet, file: Path) -> None:
    """Writes a plan: JSON lines, a header and then a record each."""
    header, *records = lines_of(changes, ())
    templates = {"templates": changes.templates} if changes.templates else {}
    lines = [{"plan": FORMAT, **header, **templates}, *records]
    replace(file, "".join(jsontext.dumps(line) + "\n" for line in lines))


class Plan:
    """A plan read from a file; BadPlan when it is none."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        header, *records = [self._line(line) for line in text.splitlines() if line.strip()] or [{}]
        if header.get("plan") != FORMAT or not isinstance(header.get("change"), str):
            raise BadPlan(name, _("it is not a plan that --plan has saved"))
        self.header = header
        self.changes = [self._change(record) for record in records]

    def _line(self, line: str) -> dict[str, Any]:
        try:
            value = jsontext.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise BadPlan(self.name, _("it is not a plan that --plan has saved"))
        return value

    def _change(self, record: dict[str, Any]) -> Change:
        match record:
            case {"kind": str(kind), "id": str(id), "before": before, "after": after} if all(
                value is None or isinstance(value, dict) for value in (before, after)
            ):
                return Change(kind, id, before, after, "")
        raise BadPlan(self.name, _("a record in it is not whole"))

    def rebuild(self, built: Builder) -> None:
        """Puts the plan into the change set of `built`, by the rules of every command.

        OutdatedPlan when a record is not as the plan found it, AlreadyApplied for one that was
        carried out.
        """
        if Journal(built.workspace.private).entry(self.header["change"]) is not None:
            raise AlreadyApplied(self.header["change"])
        built.set.id = self.header["change"]
        built.set.reason = built.set.reason or self.header.get("reason")
        templates = self._templates()
        for name, template in templates.items():
            from crmctl.changes.relayout import relayout

            relayout(built, built.workspace.registry.kind(name), template)
        renamed = [change for change in self.changes if change.renames]
        for change in renamed:
            kind = built.workspace.registry.kind(change.kind)
            rename(built, kind, change.id, change.new_id)
        if renamed or templates:
            self._compare(built)
            return
        for change in self.changes:
            kind = built.workspace.registry.kind(change.kind)
            if change.before is None:
                self._add(built, kind, change)
                continue
            stored = built.read(kind, change.id)
            if stored.written != change.before:
                raise OutdatedPlan(self.name, change.id)
            if change.after is None:
                built.drop(kind, stored)
            elif built.replace(kind, change.id, change.after) is None:
                raise OutdatedPlan(self.name, change.id)
        self._check_references(built)

    def _templates(self) -> dict[str, str]:
        """The path templates that kinds are to get."""
        match self.header.get("templates", {}):
            case dict(found) if all(isinstance(value, str) for value in found.values()):
                return found
        raise BadPlan(self.name, _("it is not a plan that --plan has saved"))

    def _compare(self, built: Builder) -> None:
        """Refuses a renaming or moving that would now touch something else, or something more."""
        planned = {(one.kind, one.id): (one.before, one.after) for one in self.changes}
        found = {(one.kind, one.id): one for one in built.set.changes}
        for key, change in found.items():
            if planned.pop(key, None) != (change.before, change.after):
                raise OutdatedPlan(self.name, change.id)
        for _kind, id in planned:
            raise OutdatedPlan(self.name, id)

    def _add(self, built: Builder, kind: Kind, change: Change) -> None:
        values = {name: value for name, value in (change.after or {}).items() if name != "id"}
        made = built.add(kind, values, id=change.id, mark=False)
        if made.after != change.after:
            raise BadPlan(self.name, _("“{id}” does not fit this book").format(id=change.id))

    def _check_references(self, built: Builder) -> None:
        changed = {(change.kind, change.id) for change in self.changes}
        for change in self.changes:
            if change.after is None:
                kind = built.workspace.registry.kind(change.kind)
                others = [
                    f"{other.name} {id}"
                    for other, id in built.references.referrers(kind, change.id)
                    if (other.name, id) not in changed
                ]
                if others:
                    raise Referenced(change.id, others)
