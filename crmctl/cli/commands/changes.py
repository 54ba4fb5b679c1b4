"""`changes`: the change sets of a book, and one of them in full."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_change
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.changes.journal import Entry
    from crmctl.changes.past import Past


@define(
    "changes",
    help=N_("List what was changed, newest first; with the id of a change, all of that one."),
    examples=[
        "crmctl changes --limit 10",
        "crmctl changes --on this-week --by li-na -o csv",
    ],
)
@options.output()
@options.arranging
@option("--on", metavar="PERIOD", help=N_("Only of this day, week, month … such as “today”."))
@option("--by", metavar="ACTOR", help=N_("Only what this person did."))
@option("--kind", metavar="KIND", help=N_("Only what touched records of this kind."))
@argument("change", required=False, metavar="[CHANGE]", shell_complete=complete_change)
def command(app: App, change: str | None, format_: str, **given: Any) -> None:
    from crmctl.changes.past import Past

    past = Past(app.workspace)
    if change is None:
        _list(app, past, format_, **given)
    else:
        _show(app, past.find(change), past, format_)


def _list(
    app: App,
    past: Past,
    format_: str,
    on: str | None,
    by: str | None,
    kind: str | None,
    columns: str | None,
    sort: str | None,
    limit: int,
) -> None:
    from crmctl.analytics.result import Column
    from crmctl.cli.arranging import arranged
    from crmctl.render.formats import render

    every = [
        Column("change", _("Change"), "text"),
        Column("at", _("Time"), "instant"),
        Column("actor", _("Who"), "text"),
        Column("command", _("Command"), "text"),
        Column("records", _("Records"), "integer"),
        Column("reason", _("Reason"), "text"),
        Column("undone_by", _("Undone by"), "text"),
    ]
    period = app.period("--on", on) if on else None
    found = app.kind(kind).name if kind else None

    def rows() -> Iterator[dict[str, Any]]:
        for entry in past.entries():
            header = entry.header
            if by is not None and header["actor"] != by:
                continue
            if period is not None and not (
                period.start.isoformat() <= header["at"][:10] <= period.end.isoformat()
            ):
                continue
            touched = entry.touched(found)
            if touched:
                yield {**_row(entry, past), "records": touched}

    # In their own order no more is read than is shown.
    listed = list(rows() if sort or not limit else islice(rows(), limit))
    chosen, kept = arranged(every, listed, columns, sort, limit)
    values = [[row[column.name] for column in chosen] for row in kept]
    app.print(render(format_, chosen, values, app.width))


def _row(entry: Entry, past: Past) -> dict[str, Any]:
    header = entry.header
    return {
        "change": entry.id,
        "at": header["at"],
        "actor": header["actor"],
        "command": shlex.join(header["command"]),
        "reason": header["reason"],
        "undone_by": past.undone_by(entry),
    }


def _show(app: App, entry: Entry, past: Past, format_: str) -> None:
    from crmctl.render.changes import described
    from crmctl.render.formats import objects
    from crmctl.render.table import pairs

    row = _row(entry, past)
    if format_ != "table":
        names = ("kind", "id", "action", "before", "after")
        records = [{name: getattr(one, name) for name in names} for one in entry.changes]
        app.print(objects(format_, [{**row, "records": records}]))
        return
    titles = {
        "change": _("Change"),
        "at": _("Time"),
        "actor": _("Who"),
        "command": _("Command"),
        "reason": _("Reason"),
        "undone_by": _("Undone by"),
    }
    items = [(title, str(row[name])) for name, title in titles.items() if row[name]]
    app.print(pairs(items, app.width))
    app.print(["", *described(entry.changes, app.workspace.registry)])
