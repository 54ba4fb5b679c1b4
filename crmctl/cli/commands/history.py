"""`history`: what happened to one record."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _


@define(
    "history",
    help=N_("What happened to a record, newest first: when, by whom, why, and each field."),
    examples=["crmctl history bellavista", "crmctl history bellavista -o json"],
)
@options.output()
@options.limit
@argument("ref", shell_complete=complete_ref())
def command(app: App, ref: str, format_: str, limit: int) -> None:
    from crmctl.analytics.result import Column
    from crmctl.changes.history import Step, history, removed_record
    from crmctl.errors import NotFound
    from crmctl.refs import References
    from crmctl.render.cells import field_column
    from crmctl.render.changes import transition
    from crmctl.render.formats import objects, render

    try:
        kind, id = References(app.workspace).find(ref)
    except NotFound:
        gone = removed_record(app.workspace, ref)
        if gone is None:
            raise
        kind, id = gone
    steps = history(app.workspace, kind, id)
    kept = steps[:limit] if limit else steps
    if format_ in ("json", "jsonl", "yaml"):
        app.print(objects(format_, (step._asdict() for step in kept)))
        return
    if format_ in ("csv", "tsv", "ids"):
        app.print(render(format_, [Column(name, name, "text") for name in Step._fields], kept))
        return
    columns = [
        Column("at", _("Time"), "instant"),
        Column("actor", _("Who"), "text"),
        Column("field", _("Field"), "text"),
        Column("change", _("Change"), "text"),
        Column("reason", _("Reason"), "text"),
    ]
    table = []
    # A record that came or went changed all of its fields, its id among them: one line says it.
    whole = {step.change: step.before is None for step in steps if step.field == "id"}
    for step in steps:
        if step.change in whole:
            field, what = None, _("added") if whole[step.change] else _("removed")
            if step.field != "id":
                continue
        else:
            column = field_column(step.field, kind.fields.get(step.field))
            field, what = column.heading, transition(step.before, step.after, column)
        table.append((step.at, step.actor, field, what, step.reason))
    app.print(render(format_, columns, table[:limit] if limit else table, app.width))
