"""`today`, also called `agenda`: what is due, by whom, and why it is listed."""

from __future__ import annotations

from crmctl.analytics.result import Column
from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Whole, define, option
from crmctl.locale import N_, _

ME = ("me", "我")
NEUTRAL = (
    "due", "what", "customer", "ref", "text", "reason_code", "days", "owner", "reason_label",
)  # fmt: skip
NEUTRAL_COLUMNS = [Column(name, name, "text") for name in NEUTRAL]


@define(
    "today",
    help=N_(
        "Show what is due: follow-ups, open tasks and birthdays, overdue ones first.\n\n"
        "A follow-up is settled by any later touch of the customer on or after its date."
    ),
    examples=["crmctl today", "crmctl today --days 7 --owner me", "crmctl today -o json"],
)
@options.output()
@options.arranging
@options.clocks
@option(
    "--days", metavar="N", type=Whole(0, 3660), help=N_("Also what falls due in so many days more.")
)
@option("--owner", metavar="USER|me", help=N_("Only what is this user's."))
def command(
    app: App,
    days: int | None,
    owner: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.agenda import WHATS, agenda
    from crmctl.cli.arranging import arranged
    from crmctl.render.formats import objects, render

    day = app.day(as_of)
    items = agenda(app.workspace, as_of=day, ahead=days, owner=_user(app, owner) if owner else None)
    app.warn_of_broken()
    if not items:
        app.remark(_("Nothing is due."))
    if format_ in ("json", "jsonl", "yaml"):
        _all, found = arranged(NEUTRAL_COLUMNS, [i.as_object() for i in items], None, sort, limit)
        app.print(objects(format_, found))
    elif format_ == "ids":
        app.print(dict.fromkeys(item.ref for item in items))
    elif format_ in ("table", "md"):
        shown = [
            Column("due", N_("Due"), "date"),
            Column("what", N_("What"), "enum", WHATS),
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


def _user(app: App, word: str) -> str:
    """The user that --owner means; any name where the book has no users."""
    from crmctl.errors import UsageError
    from crmctl.refs import References

    references = References(app.workspace)
    if word in ME:
        me = references.acting_user()
        if me is None:
            name = app.workspace.me
            raise UsageError(
                _("You are “{name}”, and this book has no such user.").format(name=name)
                if name
                else _("It is not known who “{word}” is.").format(word=word),
                _("Name one of “crmctl user list” with --owner, --as or CRMCTL_USER."),
            )
        return me
    if not references.has_users():
        return word
    return references.find(word, app.kind("user"))[1]
