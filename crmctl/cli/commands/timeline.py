"""`timeline`: what happened with a customer, newest first."""

from __future__ import annotations

from datetime import date

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Whole, argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

# Below this many columns a table has no room for ids beside the texts.
ROOM_FOR_IDS = 100


@define(
    "timeline",
    help=N_("Show what happened with a customer, newest first: every dated record and change."),
    examples=[
        "crmctl timeline nordlys --limit 20",
        "crmctl timeline nordlys --since this-year -o json",
    ],
)
@options.output()
@options.clocks
@option("--limit", metavar="N", type=Whole(0), default=0, help=N_("At most so many; 0: all."))
@option("--since", metavar="PERIOD", help=N_("From 2026-03, last-quarter, 30d (ago), … on."))
@argument("ref", shell_complete=complete_ref("customer"))
def command(
    app: App, /, ref: str, limit: int, since: str | None, format_: str, as_of: str | None
) -> None:
    from crmctl.analytics.result import Column
    from crmctl.facts.definitions import CUSTOMER
    from crmctl.refs import References
    from crmctl.render.formats import objects, render
    from crmctl.timeline import timeline
    from crmctl.values.instants import local_instant

    _kind, id = References(app.workspace).find(ref, app.kind(CUSTOMER))
    day = app.day(as_of)
    first = _first(app, since, day)
    found = timeline(app.workspace, id, as_of=day, since=first, limit=limit)
    app.warn_of_broken()
    columns = [
        Column("at", N_("At"), "instant"),
        Column("kind", N_("Kind"), "tag"),
        Column("id", N_("ID"), "id"),
        Column("text", N_("Text"), "text"),
        Column("by", N_("By"), "ref"),
    ]
    if format_ in ("json", "jsonl", "yaml"):
        app.print(objects(format_, (entry.as_object() for entry in found)))
    elif format_ == "ids":
        app.print(dict.fromkeys(entry.id for entry in found))
    elif format_ in ("table", "md"):
        users = app.kind("user")
        names = References(app.workspace).labels(users, {e.by for e in found if e.by})
        zone = app.workspace.zone
        rows = [
            [local_instant(e.at, zone), e.title, e.id, e.label, names.get(e.by or "", e.by)]
            for e in found
        ]
        if app.width is not None and app.width < ROOM_FOR_IDS:
            del columns[2]
            rows = [[*row[:2], *row[3:]] for row in rows]
        app.print(render(format_, columns, rows, app.width))
        app.count(len(rows))
    else:
        plain = [[entry.at, entry.kind, entry.id, entry.text, entry.by] for entry in found]
        app.print(render(format_, columns, plain))


def _first(app: App, since: str | None, day: date | None) -> date | None:
    """The first day that --since means, seen from the day in question."""
    if since is None:
        return None
    from crmctl.errors import BadOption
    from crmctl.values.dates import parse_offset, parse_period

    today = day or app.workspace.today
    offset = parse_offset(since)
    if offset is not None and not offset.future:
        return offset.before(today)
    period = parse_period(since, today)
    if period is None:
        raise BadOption("--since", since, [], _("A period such as 2026-03, this-year or 30d."))
    return period.start
