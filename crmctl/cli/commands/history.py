"""`history`: what happened to one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.changes.history import Step
    from crmctl.schema.model import Kind


@define(
    "history",
    help=N_(
        "What happened to a record, newest first: when, by whom, why, and each field."
        "\n\nIn git also what was written by hand."
    ),
    examples=["crmctl history bellavista", "crmctl history bellavista -o json"],
)
@options.output()
@options.limit
@argument("ref", shell_complete=complete_ref())
def command(app: App, ref: str, format_: str, limit: int) -> None:
    from crmctl.analytics.result import Column
    from crmctl.changes.history import Step, history, traced
    from crmctl.render.formats import objects, render

    record = traced(app.workspace, ref)
    steps = history(app.workspace, record)
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
    rows = list(_rows(record.kind, steps))
    app.print(render(format_, columns, rows[:limit] if limit else rows, app.width))


def _rows(kind: Kind, steps: Iterable[Step]) -> Iterator[tuple[Any, ...]]:
    from crmctl.render.cells import field_column
    from crmctl.render.changes import is_hidden, transition

    for (_id, at, actor, _command, reason), group in groupby(steps, lambda step: step[:5]):
        if at is None:
            reason = _("not committed yet")
        parts = [step[5:] for step in group]
        # A record that came or went changed all of its fields, its id among them: one line says it.
        whole = next((part for part in parts if part[0] == "id" and None in part), None)
        if whole is not None:
            yield at, actor, None, _("added") if whole[1] is None else _("removed"), reason
            continue
        for field, before, after in parts:
            if is_hidden(field) and field != "id":
                continue
            column = field_column(field, kind.fields.get(field))
            yield at, actor, column.heading, transition(before, after, column), reason
