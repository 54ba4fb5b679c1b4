"""`alerts`: what the book has to be warned of, with an exit code for cron."""

from __future__ import annotations

import click

from crmctl.analytics.result import Column
from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import define, option
from crmctl.locale import N_, _

NEUTRAL = ("severity", "rule", "kind", "ref", "entry", "customer", "owner", "text")
NEUTRAL_COLUMNS = [Column(name, name, "text") for name in NEUTRAL]


@define(
    "alerts",
    help=N_(
        "Warn of what may go wrong: large deals, overdue invoices and promises, customers who fall "
        "silent, credit limits exceeded.\n\n"
        "The rules are those of “crmctl config defaults alerts”; a book changes them under "
        "“alerts:”. For cron: --fail-if-any exits 1 when there is an alert."
    ),
    examples=[
        "crmctl alerts",
        "crmctl alerts --mine --without large_deal,key_person",
        "crmctl alerts --only over_credit,overdue_invoice -o json",
    ],
)
@options.output()
@options.arranging
@options.clocks
@options.whose
@option("--only", metavar="RULE,…", help=N_("Only what these rules find."))
@option("--without", metavar="RULE,…", help=N_("Not what these rules find."))
@option("--fail-if-any", is_flag=True, help=N_("Exit 1 when there is an alert."))
@click.pass_context
def command(
    ctx: click.Context,
    app: App,
    owner: str | None,
    team: str | None,
    mine: bool,
    only: str | None,
    without: str | None,
    fail_if_any: bool,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.alerts import alerts, rules_of
    from crmctl.cli.arranging import arranged
    from crmctl.cli.whose import owners
    from crmctl.policies.alerts import SEVERITIES
    from crmctl.render.formats import objects, render

    names = rules_of(app.workspace, options.split(only), options.split(without))
    day = app.day(as_of)
    app.workspace.index.as_of(day)
    found = alerts(
        app.workspace,
        names,
        as_of=day,
        owners=owners(app, owner, team, mine),
        on_fault=app.warn,
    )
    app.warn_of_broken()
    if not found:
        app.remark(_("No alerts."))
    plain = [one.as_object() for one in found]
    if format_ in ("json", "jsonl", "yaml"):
        _all, rows = arranged(NEUTRAL_COLUMNS, plain, None, sort, limit)
        app.print(objects(format_, rows))
    elif format_ == "ids":
        app.print(dict.fromkeys(one.ref for one in found))
    elif format_ in ("table", "md"):
        shown = [
            Column("severity", N_("Severity"), "enum", SEVERITIES),
            Column("rule", N_("Alert"), "enum", {one.rule: one.title for one in found}),
            Column("customer", N_("Customer"), "text"),
            Column("text", N_("Text"), "text"),
            Column("ref", N_("Record"), "id"),
        ]
        named = [{**one.as_object(), "customer": one.name, "text": one.text} for one in found]
        shown, rows = arranged(shown, named, columns, sort, limit)
        if rows:
            cells = [[row.get(column.name) for column in shown] for row in rows]
            app.print(render(format_, shown, cells, app.width))
    else:
        chosen, rows = arranged(NEUTRAL_COLUMNS, plain, columns, sort, limit)
        app.print(render(format_, chosen, [[row.get(c.name) for c in chosen] for row in rows]))
    if found and fail_if_any:
        ctx.exit(1)
