"""`crmctl assign suggest`: whom to entrust with a customer, a deal or a ticket."""

from __future__ import annotations

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, group
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _


@group(
    "assign",
    help=N_("Find out whom to entrust with a customer, a deal or a ticket."),
    examples=["crmctl assign suggest nordlys"],
)
def command() -> None:
    pass


@command.command(
    "suggest",
    help=N_(
        "Name who fits best, with the reasons.\n\nWhat they have open, the deals they won, the "
        "industry, the region, skills and whom they know count as “assignment:” in crmctl.yaml "
        "says."
    ),
    examples=[
        "crmctl assign suggest nordlys",
        "crmctl assign suggest opp-20261109-yf4f9zn7 --limit 1 -o ids",
    ],
)
@options.output()
@options.arranging
@options.clocks
@argument("ref", shell_complete=complete_ref())
@click.pass_obj
def suggest(
    app: App,
    ref: str,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.analytics.result import Column
    from crmctl.candidates import suggestions
    from crmctl.cli.arranging import arranged, print_rows
    from crmctl.refs import References
    from crmctl.render.formats import objects

    day = app.day(as_of)
    kind, id = References(app.workspace).find(ref)
    app.workspace.index.as_of(day)
    record = app.workspace.index.get(kind, id) or {}
    found = suggestions(app.workspace, kind.name, record, as_of=day)
    shown = [
        Column("user", N_("User"), "id"),
        Column("name", N_("Name"), "text"),
        Column("score", N_("Score"), "number"),
        Column("why", N_("Why"), "text"),
    ]
    if format_ in ("json", "jsonl", "yaml"):
        rows = [
            {
                "user": one.user,
                "name": one.name,
                "score": one.score,
                "parts": [
                    {
                        "factor": part.factor,
                        "value": round(part.value, 4),
                        "weight": part.weight,
                        "reason_label": part.reason,
                    }
                    for part in one.parts
                ],
            }
            for one in found
        ]
        _all, rows = arranged(shown, rows, None, sort, limit)
        app.print(objects(format_, rows))
    else:
        rows = [
            {
                "user": one.user,
                "name": one.name,
                "score": one.score,
                "why": _("; ").join(part.reason for part in one.parts),
            }
            for one in found
        ]
        print_rows(app, shown, rows, format_, names=columns, sort=sort, limit=limit)
    if not found:
        app.remark(_("No user of the book fits: see “assignment.users” in crmctl.yaml."))
