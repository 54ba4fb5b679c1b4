"""`promise`: what was promised, by us and by them; kept, broken, overdue."""

from __future__ import annotations

from typing import Any

import click

from crmctl.analytics.result import Column
from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, group, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

NEUTRAL = ("due", "customer", "side", "status", "text", "interaction", "id", "owner", "closed")
NEUTRAL_COLUMNS = [Column(name, name, "text") for name in NEUTRAL]


@group(
    "promise",
    help=N_(
        "What was promised, and whether it was kept. “log --promise” notes one; the rate of those "
        "kept is the fact “keep_rate” of a customer."
    ),
    examples=[
        "crmctl promise list --overdue",
        "crmctl promise keep int-20261116-af3ymcag p1 --dry-run",
    ],
)
def command() -> None:
    pass


@command.command(
    "list",
    help=N_("List the promises that are open."),
    examples=[
        "crmctl promise list --customer shanghai-zhiyun",
        "crmctl promise list --overdue --mine",
        "crmctl promise list --side them -o json",
    ],
)
@options.output()
@options.arranging
@options.clocks
@options.whose
@option("--customer", metavar="CUSTOMER", shell_complete=complete_ref("customer"),
        help=N_("Only those to or of this customer."))  # fmt: skip
@option("--overdue", is_flag=True, help=N_("Only what was due before today."))
@option("--side", type=click.Choice(("us", "them")), help=N_("Who promised."))
@option("--all", "all_", is_flag=True, help=N_("Also those that were kept or broken."))
@click.pass_obj
def list_(
    app: App,
    customer: str | None,
    overdue: bool,
    side: str | None,
    all_: bool,
    owner: str | None,
    team: str | None,
    mine: bool,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.cli.arranging import arranged
    from crmctl.cli.whose import owners
    from crmctl.promises import promises
    from crmctl.refs import References
    from crmctl.render.cells import field_column
    from crmctl.render.formats import objects, render

    day = app.day(as_of)
    found = promises(
        app.workspace,
        customer=References(app.workspace).find(customer, app.kind("customer"))[1]
        if customer
        else None,
        side=side,
        overdue=overdue,
        closed=all_,
        as_of=day,
        owners=owners(app, owner, team, mine),
    )
    app.warn_of_broken()
    if format_ in ("table", "md"):
        fields = app.kind("interaction").fields["promises"].leaf.fields
        shown = [
            field_column("due", fields["due"]),
            Column("customer", N_("Customer"), "text"),
            *(field_column(name, fields[name]) for name in ("side", "status", "text")),
            Column("interaction", N_("Interaction"), "id"),
            Column("id", N_("ID"), "id"),
        ]
        rows: list[dict[str, Any]] = [{**one.as_object(), "customer": one.name} for one in found]
    else:
        shown = NEUTRAL_COLUMNS
        rows = [one.as_object() for one in found]
    chosen, rows = arranged(shown, rows, columns, sort, limit)
    if format_ == "ids":
        app.print(dict.fromkeys(row["interaction"] for row in rows))
    elif format_ in ("json", "jsonl", "yaml"):
        app.print(objects(format_, rows))
    elif rows:
        cells = [[row.get(column.name) for column in chosen] for row in rows]
        app.print(render(format_, chosen, cells, app.width))


def _closing(name: str, status: str, help: str, example: str) -> None:
    @command.command(name, help=help, examples=[f"crmctl promise {name} {example}"])
    @options.writing
    @option("--on", "on", metavar="DATE", help=N_("On which day; today without it."))
    @argument("ref", shell_complete=complete_ref())
    @argument("word", required=False, metavar="[ID|TEXT]")
    @click.pass_obj
    def close(
        app: App, /, ref: str, word: str | None, on: str | None, reason: str | None, **writing: Any
    ) -> None:
        from crmctl.changes.assign import Assignment
        from crmctl.cli.writing import builder, finish
        from crmctl.errors import UsageError
        from crmctl.promises import meant
        from crmctl.refs import References

        kind, id = References(app.workspace).find(ref)
        if kind.name not in ("customer", "interaction"):
            raise UsageError(_("Promises are made to customers, in interactions."))
        found = meant(app.workspace, kind.name, id, word)
        built = builder(app, reason)
        place = f"promises.{found.id}"
        changes = [
            Assignment(f"{place}.status", "=", status),
            Assignment(f"{place}.closed", "=", on or "today"),
        ]
        built.update(app.kind("interaction"), found.interaction, changes)
        finish(app, built, **writing)


_closing("keep", "kept", N_("Mark a promise as kept."), "stadtwerke-neckartal delivery")
_closing("break", "broken", N_("Mark a promise as broken."), "suzhou-qingyuan 变更说明")
