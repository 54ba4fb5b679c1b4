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
    from crmctl.changes.history import history, removed_record
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
    if format_ in ("json", "jsonl", "yaml"):
        rows = [step._asdict() for step in steps]
        app.print(objects(format_, rows[:limit] if limit else rows))
        return
    columns = [
        Column("at", _("Time"), "instant"),
        Column("actor", _("Who"), "text"),
        Column("field", _("Field"), "text"),
        Column("change", _("Change"), "text"),
        Column("reason", _("Reason"), "text"),
    ]
    table = []
    for step in steps[:limit] if limit else steps:
        column = field_column(step.field, kind.fields.get(step.field))
        what = transition(step.before, step.after, column)
        table.append((step.at, step.actor, column.heading, what, step.reason))
    app.print(render(format_, columns, table, app.width))
