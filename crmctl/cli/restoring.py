"""Bringing removed records back: which there are, and what happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.changes.undo import removed, restore
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import Exists, NotFound
from crmctl.locale import _, ngettext
from crmctl.render.formats import render
from crmctl.schema.model import Kind
from crmctl.values.text import suggest


def restore_records(
    app: App, kind: Kind, refs: Sequence[str], *, reason: str | None, **writing: Any
) -> None:
    """Brings back the records with these ids."""
    gone = removed(app.workspace, kind)
    built = builder(app, reason)
    with_them: dict[str, int] = {}
    for ref in dict.fromkeys(refs):
        if ref not in gone:
            if app.workspace.index.get(kind, ref) is not None:
                raise Exists(kind.noun(), ref)
            raise NotFound(_("removed {kind}").format(kind=kind.noun()), ref, suggest(ref, gone))
    # The last one first, as they go back to where the others of their file were then.
    for change, entry in (found for id, found in gone.items() if id in refs):
        restore(built, change, entry)
        with_them[entry.id] = sum(one.after is None for one in entry.changes)
    finish(app, built, print_ids=built.set.of("created"), **writing)
    for change_id, count in with_them.items():
        others = count - len(built.set.changes)
        if others > 0:
            text = ngettext(
                "{count} record was removed with it: “crmctl undo {change}” brings all back.",
                "{count} records were removed with it: “crmctl undo {change}” brings all back.",
                others,
            )
            app.remark(text.format(count=others, change=change_id))


def list_removed(app: App, kind: Kind, format_: str) -> None:
    """What can be brought back, the last removed first."""
    columns = [
        Column("id", _("ID"), "text"),
        Column("name", kind.own(kind.label).titled(), "text"),
        Column("removed", _("Removed"), "instant"),
        Column("actor", _("Who"), "text"),
        Column("change", _("Change"), "text"),
    ]
    rows = [
        (
            change.id,
            (change.before or {}).get(kind.label),
            entry.header["at"],
            entry.header["actor"],
            entry.id,
        )
        for change, entry in removed(app.workspace, kind).values()
    ]
    app.print(render(format_, columns, rows, app.width))
