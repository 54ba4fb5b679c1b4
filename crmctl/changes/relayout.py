"""A kind moved to another path template: its schema in the book, and every record it has.

Records go with their text. What cannot be read, or has no place to go to, stays where it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change, Verbatim, schema_of
from crmctl.changes.errors import BadTemplate
from crmctl.changes.places import place_of
from crmctl.errors import Unparsable
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.schema.access import day_of
from crmctl.schema.model import Kind
from crmctl.schema.rules import Rules
from crmctl.storage.editor import edit_document
from crmctl.storage.edits import Set
from crmctl.storage.files import load, load_listed
from crmctl.storage.reader import Fault, parse_document
from crmctl.storage.records import Stored, documents, read_record


class Stays(NamedTuple):
    """A file that is left as it is, in part at least, and why."""

    path: str
    reason: str


class _Going(NamedTuple):
    """A record on its way: to which file, and the latest day of those above it and its own."""

    target: str
    day: str
    stored: Stored


def relayout(built: Builder, kind: Kind, template: str) -> list[Stays]:
    """Adds to a change set what moves a kind to `template`; returns what has to stay, and why.

    With the template that it has, only what lies elsewhere moves. BadTemplate.
    """
    built.refuse_broken(kind)
    if template != kind.path:
        kind = _with_template(built, kind, template)
    built.set.templates[kind.name] = template
    sql = "SELECT folder, name FROM file WHERE kind = ?"
    rows = built.workspace.index.rows(sql, (kind.name,))
    regrouping = _Regrouping(built, kind)
    for path in sorted(f"{folder}/{name}" for folder, name in rows):
        regrouping.read(path)
    for target, _day, stored in sorted(regrouping.going(), key=lambda one: one[:2]):
        values, place = stored.written, (target, stored.document)
        built.put(Change(kind.name, stored.id, values, values, *place, origin=stored.path))
    return [Stays(f"records/{path}", reason) for path, reason in regrouping.left.items()]


def per_author(kinds: Iterable[Kind]) -> Iterator[tuple[Kind, str]]:
    """The templates by which no two people append to the same file, where they are not so yet."""
    for kind in kinds:
        if kind.is_stream and "{author}" not in kind.path:
            yield kind, kind.path.removesuffix(".yaml") + ".{author}.yaml"


def _with_template(built: Builder, kind: Kind, template: str) -> Kind:
    """The kind as it will be, with its schema file in the change set."""
    folder, slash, _rest = template.partition("/")
    if not slash or folder != kind.folder:
        reason = _("it must begin with “{folder}/”, where the records of this kind are")
        raise BadTemplate(template, kind.plural, reason.format(folder=kind.folder))
    if ("{id}" in template) == kind.is_stream:
        reason = _("“{{id}}” gives each record a file, and records of this kind share files")
        if not kind.is_stream:
            reason = _("without “{{id}}” records would share files, and these do not")
        raise BadTemplate(template, kind.plural, reason.format())
    shown = f"schemas/{kind.name}.yaml"
    file = built.workspace.root / shown
    old = load(file) if file.exists() else None
    before = old.text if old else ""
    for fault in [*(old.faults if old else ()), *parse_document(before)[1]]:
        raise Unparsable(f"{shown}:{fault.line}", _said(shown, fault))
    after = edit_document(before, [Set(("x-crmctl", "path"), template)], lambda _path: ())
    tree, _faults = parse_document(after)
    registry = built.workspace.registry_with(kind.name, tree or {})
    broken = registry.broken.get(kind.name)
    if broken is not None:
        raise BadTemplate(template, kind.plural, broken.reason, broken.hint)
    digest, bom = (old.digest, old.bom) if old else (None, False)
    built.set.verbatim[schema_of(kind.name)] = Verbatim(digest, after, bom)
    return registry.kinds[kind.name]


class _Regrouping:
    """The files of a kind, and which of their records belong elsewhere."""

    def __init__(self, built: Builder, kind: Kind) -> None:
        self.left: dict[str, str] = {}
        self._workspace = built.workspace
        self._kind = kind
        self._rules = Rules(kind)
        self._readable: set[str] = set()
        self._going: list[_Going] = []

    def read(self, path: str) -> None:
        """Finds where the records of a file belong."""
        workspace, kind = self._workspace, self._kind
        text = load_listed(workspace.root, f"records/{path}")
        chunks, unread = documents(kind, text)
        going, latest = [], ""
        for number, chunk in enumerate(chunks):
            tree, faults = parse_document(chunk.text, chunk.line)
            if tree is None:
                unread += faults
                continue
            place = path, chunk, number
            stored, _findings = read_record(kind, tree, workspace.zone, self._rules, *place)
            latest = max(latest, day_of(kind, stored.values))
            target = place_of(kind, stored.values, path)
            if target != path and stored.minted and kind.is_stream:
                self.left[path] = _("a record in it has no id; “crmctl check --fix” gives it one")
            elif target != path:
                going.append(_Going(target, latest, stored))
        if going and os.path.islink(workspace.records / path):
            self.left[path] = _("it is a link")
        elif going and any(line.startswith("%") for line in text.text.splitlines()):
            # What stands in a directive holds for the document below it and no other.
            self.left[path] = _("it has a directive (%)")
        else:
            self._going += going
        if unread:
            self.left[path] = _said(path, unread[0])
        else:
            self._readable.add(path)

    def going(self) -> Iterator[_Going]:
        """The records that have a place to go to."""
        taken: set[str] = set()
        for one in self._going:
            there = os.path.lexists(self._workspace.records / one.target)
            closed = there and (one.target not in self._readable or not self._kind.is_stream)
            if closed or one.target in taken:
                reason = _("another file has its place: {path}").format(path=one.target)
                self.left[one.stored.path] = reason
                continue
            if not self._kind.is_stream:
                taken.add(one.target)
            yield one


def _said(path: str, fault: Fault) -> str:
    return Problem(path, fault.line, fault.column, fault.code, dict(fault.params)).message
