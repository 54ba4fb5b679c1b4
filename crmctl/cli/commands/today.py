"""`today`, also called `agenda`: what is due, by whom, and why it is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmctl.analytics.result import Column
from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Whole, define, option
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.agenda import Item

NEUTRAL = (
    "due", "what", "customer", "ref", "text", "reason_code", "days", "owner", "reason_label",
)  # fmt: skip
NEUTRAL_COLUMNS = [Column(name, name, "text") for name in NEUTRAL]
ICS = "ics"
QUARTER = 90


@define(
    "today",
    help=N_(
        "Show what is due: tasks, follow-ups, promises, unanswered messages, renewals, service, "
        "birthdays and more, overdue ones first.\n\n"
        "What is listed, and when, are the rules “crmctl config defaults reminders” prints; a book "
        "changes them under “reminders:”. A follow-up is settled by any later touch of the "
        "customer on or after its date. With “-o ics” it is a calendar of the next 90 days, or as "
        "many as you say, for any calendar program."
    ),
    examples=[
        "crmctl today",
        "crmctl today --days 7 --mine",
        "crmctl today --team China --only invoice,contract_notice",
        "crmctl today -o json",
        "crmctl agenda --days 60 -o ics > calendar.ics",
    ],
)
@options.output(*options.FORMATS, ICS)
@options.arranging
@options.clocks
@option(
    "--days", metavar="N", type=Whole(0, 3660), help=N_("Also what falls due in so many days more.")
)
@options.whose
@option("--only", metavar="RULE,…", help=N_("Only what these rules find."))
@option("--without", metavar="RULE,…", help=N_("Not what these rules find."))
def command(
    app: App,
    days: int | None,
    owner: str | None,
    team: str | None,
    mine: bool,
    only: str | None,
    without: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.agenda import Agenda
    from crmctl.cli.whose import owners

    found = Agenda(
        app.workspace,
        as_of=app.day(as_of),
        ahead=QUARTER if days is None and format_ == ICS else days,
        only=options.split(only),
        without=options.split(without),
        on_fault=app.warn,
    )
    items = found.items(owners(app, owner, team, mine))
    app.warn_of_broken()
    if not items:
        app.remark(_("Nothing is due."))
    _print(app, items, format_, columns, sort, limit)


def _print(
    app: App, items: list[Item], format_: str, columns: str | None, sort: str | None, limit: int
) -> None:
    from crmctl.agenda import rule_titles
    from crmctl.cli.arranging import arranged
    from crmctl.render.formats import objects, render

    if format_ == ICS:
        from crmctl.calendars import calendar

        app.print(calendar(app.workspace, items[:limit] if limit else items))
    elif format_ in ("json", "jsonl", "yaml"):
        _all, found = arranged(NEUTRAL_COLUMNS, [i.as_object() for i in items], None, sort, limit)
        app.print(objects(format_, found))
    elif format_ == "ids":
        app.print(dict.fromkeys(item.ref for item in items if item.ref))
    elif format_ in ("table", "md"):
        shown = [
            Column("due", N_("Due"), "date"),
            Column("what", N_("What"), "enum", rule_titles(app.workspace)),
            Column("customer", N_("Customer"), "text"),
            Column("text", N_("Text"), "text"),
            Column("reason", N_("Reason"), "tag"),
        ]
        names = [column.name for column in shown]
        rows = [
            dict(zip(names, cells, strict=True))
            for i in items
            for cells in [(i.due.isoformat(), i.what, i.name, i.text, i.reason_label)]
        ]
        shown, rows = arranged(shown, rows, columns, sort, limit)
        if rows:
            cells = [[row[column.name] for column in shown] for row in rows]
            app.print(render(format_, shown, cells, app.width))
    else:
        plain = [i.as_object() for i in items]
        chosen, found = arranged(NEUTRAL_COLUMNS, plain, columns, sort, limit)
        app.print(render(format_, chosen, [[row.get(c.name) for c in chosen] for row in found]))
