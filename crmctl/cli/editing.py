"""Changing records: what add, set, edit, rm and archive do once their words are read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import IO, Any

from crmctl.changes.assign import Assignment, parse_assignment
from crmctl.changes.batch import read_batch
from crmctl.changes.build import Builder
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import UsageError
from crmctl.locale import _
from crmctl.refs import References
from crmctl.schema.model import Field, Kind
from crmctl.selection import Selection

CUSTOMER = "customer"
TITLE_TYPES = ("text", "note")


def add_records(
    app: App,
    kind: Kind,
    *,
    title: str | None,
    sets: Sequence[str],
    id: str | None,
    file: IO[str] | None,
    reason: str | None,
    **writing: Any,
) -> None:
    """New records from words or, with `file`, from YAML or JSON."""
    built = builder(app, reason)
    if file is not None:
        if title or id:
            raise UsageError(_("With --file the records themselves say their names and ids."))
        for tree in read_batch(file.read(), getattr(file, "name", "-")):
            _add_tree(built, kind, tree, [parse_assignment(text) for text in sets])
    else:
        assigner = built.assigner(kind)
        assignments = [parse_assignment(text) for text in sets]
        if title:
            named = title_field(kind)
            if any(kind.own(one.path) is named for one in assignments):
                raise UsageError(
                    _("{field} is given twice: “{text}” and with --set.").format(
                        field=named.titled(), text=title
                    )
                )
            assignments.insert(0, Assignment(named.name, "=", title))
        values = assigner.apply({}, ordered_for_references(kind, assignments))
        built.add(kind, values, id=id)
    app.warn_of_broken()  # one of them may be the very record
    alike = _warn_of_duplicates(app, kind, built)
    finish(app, built, print_ids=built.set.of("created"), **writing)
    if alike and kind.name == CUSTOMER and not writing.get("dry_run"):
        app.remark(
            _("If it is: crmctl dedupe merge {like} {id}").format(like=alike[1], id=alike[0])
        )


def _add_tree(
    built: Builder, kind: Kind, tree: dict[str, Any], assignments: list[Assignment]
) -> None:
    assigner = built.assigner(kind)
    tree = {name: node for name, node in tree.items() if not name.startswith("_")}
    parent = {kind.parent: tree[kind.parent]} if kind.parent in tree else {}
    typed = assigner.typed(kind.root, {**parent, **tree}, tree)
    id = typed.pop("id", None)
    built.add(kind, assigner.apply(typed, assignments), id=id)


def title_field(kind: Kind) -> Field:
    """The field that a bare first argument of `add` fills."""
    label = kind.fields.get(kind.label)
    if label is not None and label.type in TITLE_TYPES:
        return label
    if kind.parent is not None:
        return kind.fields[kind.parent]
    raise UsageError(
        _("A {kind} has no name to give here.").format(kind=kind.noun()),
        _("Use --set FIELD=VALUE."),
    )


def ordered_for_references(kind: Kind, assignments: list[Assignment]) -> list[Assignment]:
    """The customer first: what refers to its contacts is looked up there."""

    def rank(assignment: Assignment) -> bool:
        found = kind.find(assignment.path)
        return found is None or found.field.name != kind.parent

    return sorted(assignments, key=rank)


def _warn_of_duplicates(app: App, kind: Kind, built: Builder) -> tuple[str, str] | None:
    """Names records that look like the new ones: same name, phone or e-mail.

    A new one and one that it looks like, if there are any.
    """
    if kind.slug_field is None:
        return None
    alike = None
    references = References(app.workspace)
    for change in built.set.changes:
        values = change.after or {}
        words = [values.get(kind.slug_field), *values.get("phones", []), *values.get("emails", [])]
        for word in filter(None, words):
            for id in references.matches(kind, str(word)):
                if id != change.id:
                    alike = alike or (change.id, id)
                    app.remark(
                        _("warning: {id} has “{word}” too. Is it the same {kind}?").format(
                            id=id, word=word, kind=kind.noun()
                        )
                    )
    return alike


def set_fields(
    app: App,
    kind: Kind,
    *,
    words: Sequence[str],
    where: str | None,
    all_: bool,
    yes: bool,
    reason: str | None,
    **writing: Any,
) -> None:
    """`set REF a=b`, `set --where QUERY a=b`, `set - a=b` with ids on stdin."""
    words = list(words)
    built = builder(app, reason)
    if where is not None:
        ids = Selection(app.workspace, kind, where, archived=all_).ids()
    else:
        if not words:
            raise UsageError(_("Say which record to change, and how: REF FIELD=VALUE."))
        ref = words.pop(0)
        references = References(app.workspace)
        refs = [line.strip() for line in sys.stdin if line.strip()] if ref == "-" else [ref]
        ids = [references.find(one, kind)[1] for one in refs]
    if not words:
        raise UsageError(_("Say what to change: FIELD=VALUE."))
    assignments = [parse_assignment(word) for word in words]
    for id in dict.fromkeys(ids):
        built.update(kind, id, assignments)
    finish(app, built, ask=where is not None, yes=yes, **writing)


def assign(
    app: App, kind: Kind, ref: str, words: Sequence[str], *, reason: str | None, **writing: Any
) -> None:
    """Assignments to one record."""
    built = builder(app, reason)
    _kind, id = References(app.workspace).find(ref, kind)
    built.update(kind, id, [parse_assignment(word) for word in words])
    finish(app, built, **writing)


def edit_record(app: App, kind: Kind, ref: str, *, reason: str | None, **writing: Any) -> None:
    """A record through the person's editor."""
    from crmctl.changes.rewrite import draft, rewrite
    from crmctl.cli.editor import edited_text

    _kind, id = References(app.workspace).find(ref, kind)
    built = builder(app, reason)
    stored = built.read(kind, id)
    text = built.document_text(kind, stored)
    new = edited_text(text, f"{id}.yaml", lambda said: draft(built, kind, stored, said))
    rewrite(built, kind, stored, new)
    finish(app, built, **writing)


def rename_record(
    app: App, kind: Kind, ref: str, new: str, *, reason: str | None, **writing: Any
) -> None:
    """Another id for a record, wherever it stands."""
    from crmctl.changes.rename import rename

    built = builder(app, reason)
    _kind, id = References(app.workspace).find(ref, kind)
    rename(built, kind, id, new)
    finish(app, built, print_ids=[new], **writing)


def remove_records(
    app: App,
    kind: Kind,
    refs: Sequence[str],
    *,
    cascade: bool,
    yes: bool,
    reason: str | None,
    **writing: Any,
) -> None:
    """Takes records away, after asking."""
    built = builder(app, reason)
    references = References(app.workspace)
    ids = [references.find(ref, kind)[1] for ref in refs]
    built.remove(kind, ids, cascade=cascade)
    finish(app, built, ask=True, yes=yes, **writing)


def archive_records(
    app: App, kind: Kind | None, refs: Sequence[str], *, reason: str | None, **writing: Any
) -> None:
    """Marks records as archived today."""
    built = builder(app, reason)
    references = References(app.workspace)
    today = Assignment("archived", "=", app.workspace.today.isoformat())
    for found, id in dict.fromkeys(references.find(ref, kind) for ref in refs):
        if "archived" not in built.read(found, id).values:  # the day it was put away stays
            built.update(found, id, [today])
    finish(app, built, **writing)
