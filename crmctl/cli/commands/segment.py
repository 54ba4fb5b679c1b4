"""`crmctl segment`: queries with a name."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App, joined
from crmctl.cli.base import argument, group, option
from crmctl.cli.completing import complete_kind, complete_query, complete_ref, complete_segment
from crmctl.locale import N_, _


@group(
    "segment",
    help=N_("Save queries by name, run them, use them in others as segment:NAME."),
    examples=[
        "crmctl segment save vips 'level:vip status:active'",
        "crmctl segment run vips -o ids",
        "crmctl customer list 'segment:vips last_interaction:>30d'",
    ],
)
def command() -> None:
    pass


@command.command("list", help=N_("List the saved segments."), examples=["crmctl segment list"])
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@click.pass_obj
def list_(app: App, format_: str) -> None:
    from crmctl.analytics.result import Column
    from crmctl.render.formats import render
    from crmctl.segments import Segments

    columns = [
        Column("name", N_("Name"), "text"),
        Column("title", N_("Title"), "text"),
        Column("kind", N_("Kind"), "text"),
        Column("query", N_("Query"), "text"),
    ]
    segments = Segments(app.workspace)
    rows = [
        (one.name, one.titled(), one.kind, one.query)
        for one in app.usable(segments.names(), segments.get)
    ]
    app.print(render(format_, columns, rows, app.width))


@command.command(
    "show",
    help=N_("Show a segment, what it asks in words, and how many it finds."),
    examples=["crmctl segment show sleeping"],
)
@options.output("table", "json")
@options.at
@argument("name", shell_complete=complete_segment)
@click.pass_obj
def show(app: App, name: str, format_: str) -> None:
    from crmctl.query.words import explain
    from crmctl.refs import References
    from crmctl.render.table import pairs
    from crmctl.segments import Segments
    from crmctl.selection import Selection
    from crmctl.values import jsontext

    segment = Segments(app.workspace).get(name)
    selection = Selection(app.workspace, app.kind(segment.kind), segment.query)
    count = selection.count()
    if format_ == "json":
        found = {"name": segment.name, "kind": segment.kind, "query": segment.query, "n": count}
        app.print([jsontext.dumps(found)])
        return
    items = [
        (_("Name"), segment.name),
        (_("Title"), segment.titled()),
        (_("Kind"), app.kind(segment.kind).titled()),
        (_("Query"), segment.query),
        (_("In words"), explain(selection.bound, References(app.workspace).called)),
        (_("Records"), str(count)),
    ]
    app.print(pairs(items, app.width))


@command.command(
    "save",
    help=N_("Save a query by name."),
    examples=["crmctl segment save asleep 'status:active last_interaction:>120d'"],
)
@option("--kind", help=N_("The kind it is about."), shell_complete=complete_kind)
@option("--title", help=N_("A title for lists."))
@option("--force", is_flag=True, help=N_("Replace a segment of that name."))
@argument("name")
@argument(
    "query", nargs=-1, required=True, metavar="QUERY...", shell_complete=complete_query("customer")
)
@click.pass_obj
def save(
    app: App, name: str, query: tuple[str, ...], kind: str | None, title: str | None, force: bool
) -> None:
    from crmctl.segments import Segments
    from crmctl.selection import Selection

    segments = Segments(app.workspace)
    found = app.kind(kind or segments.kind_of(name))
    text = joined(query)
    count = Selection(app.workspace, found, text).count()  # what cannot be asked is not saved
    segments.save(name, found.name, text, title, overwrite=force)
    app.remark(_("Saved “{name}”; it finds {count} now.").format(name=name, count=count))


@command.command(
    "run",
    help=N_("List the records of a segment."),
    examples=["crmctl segment run sleeping owner:li-na -o ids"],
)
@options.listing
@argument("name", shell_complete=complete_segment)
@argument("query", nargs=-1, metavar="[QUERY]...")
@click.pass_obj
def run(app: App, /, name: str, query: tuple[str, ...], **choices: Any) -> None:
    from crmctl.cli.listing import list_records
    from crmctl.segments import Segments

    segment = Segments(app.workspace).get(name)
    more = f" ({joined(query)})" if query else ""
    list_records(app, app.kind(segment.kind), f'segment:"{segment.name}"{more}', **choices)


@command.command(
    "explain",
    help=N_(
        "Say why a customer is where it is: what models say of it and why, and for each saved "
        "segment which conditions hold."
    ),
    examples=[
        "crmctl segment explain shanghai-zhiyun",
        "crmctl segment explain shanghai-zhiyun --segment sleeping",
    ],
)
@options.output("table", "json")
@option(
    "--segment",
    "name",
    metavar="NAME",
    help=N_("This segment alone, and no model."),
    shell_complete=complete_segment,
)
@options.clocks
@argument("customer", shell_complete=complete_ref("customer"))
@click.pass_obj
def explain(app: App, customer: str, name: str | None, as_of: str | None, format_: str) -> None:
    from crmctl.cli.segmenting import explained_json, print_explained
    from crmctl.explaining import memberships, standings
    from crmctl.refs import References
    from crmctl.segments import Segments
    from crmctl.values import jsontext

    _kind, id = References(app.workspace).find(customer, app.kind("customer"))
    day = app.day(as_of)
    known, look_up = Segments(app.workspace), memberships(app.workspace, id, day)
    if name is None:
        all_ = app.usable(known.names(), look_up)
    else:
        all_ = iter([look_up(known.get(name).name)])
    segments = sorted((one for one in all_ if one), key=lambda one: not one.inside)
    found = [] if name else [*standings(app.workspace, id, day or app.workspace.today)]
    if format_ == "json":
        app.print([jsontext.dumps_pretty(explained_json(found, segments))])
    else:
        print_explained(app, found, segments)


@command.command(
    "moves",
    help=N_(
        "Show who moved from one class to another since a day: how many, who, and what had changed."
        "\n\nThe classes are those of a model (rfm, abc, …) or of a field such as status."
    ),
    examples=[
        "crmctl segment moves --since 2026-08-31",
        "crmctl segment moves --since 2026-01-01 --by status",
    ],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@option("--since", metavar="DATE", required=True, help=N_("The earlier day."))
@option("--by", metavar="MODEL|FIELD", default="rfm", help=N_("Which classes."))
@options.where
@options.as_of
@click.pass_obj
def moves(
    app: App, since: str, by: str, where: str | None, as_of: str | None, format_: str
) -> None:
    from crmctl.cli.segmenting import moves_json, print_moves
    from crmctl.migration import migration
    from crmctl.values import jsontext

    until = app.day(as_of) or app.workspace.today
    start = app.day(since)
    assert start is not None
    found = migration(app.workspace, by, start, until, where)
    if format_ == "json":
        app.print([jsontext.dumps_pretty(moves_json(found))])
        return
    print_moves(app, found, format_)
    app.remark(
        _("{moved} of {count} customers moved.").format(
            moved=len(found.moves), count=sum(found.counts.values())
        )
    )


@command.command(
    "rm",
    help=N_("Forget a segment that no other one and no report uses."),
    examples=["crmctl segment rm sleeping"],
)
@option("--force", is_flag=True, help=N_("Even if others use it."))
@argument("name", shell_complete=complete_segment)
@click.pass_obj
def rm(app: App, name: str, force: bool) -> None:
    from crmctl.errors import InUse
    from crmctl.reporting import Reports
    from crmctl.segments import Segments

    segments = Segments(app.workspace)
    segment = segments.get(name)
    users = [*segments.users(segment), *Reports(app.workspace).using(segment)]
    if users and not force:
        raise InUse(segment.name, users)
    segments.remove(segment)
    app.remark(_("Removed “{name}”.").format(name=segment.name))
