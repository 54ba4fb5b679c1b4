"""`handover`: a colleague's customers, deals, tasks and tickets go to another in one change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.handover import Handed


@define(
    "handover",
    help=N_(
        "Give a colleague's customers to another one, with open deals, tasks, tickets and what "
        "else “crmctl config defaults handover” names, all in one change.\n\n"
        "--out writes a page on each customer for whoever takes over."
    ),
    examples=[
        "crmctl handover chen-hao li-na --where 'region:华北' --dry-run",
        "crmctl handover chen-hao li-na --leaving --out handover/ --yes",
    ],
)
@options.writing
@options.where
@option("--leaving", is_flag=True, help=N_("The colleague leaves: mark the user as inactive."))
@option(
    "--out",
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    help=N_("Write a page on each customer into this folder, as Markdown."),
)
@options.yes
@argument("giver", metavar="FROM", shell_complete=complete_ref("user"))
@argument("taker", metavar="TO", shell_complete=complete_ref("user"))
def command(
    app: App,
    giver: str,
    taker: str,
    where: str | None,
    leaving: bool,
    out: str | None,
    yes: bool,
    reason: str | None,
    **writing: Any,
) -> None:
    from crmctl.changes.assign import Assignment
    from crmctl.cli.whose import user_of
    from crmctl.cli.writing import builder, finish
    from crmctl.errors import UsageError
    from crmctl.handover import handed
    from crmctl.refs import References

    giver, taker = user_of(app, giver), user_of(app, taker)
    if giver == taker:
        raise UsageError(_("Whoever hands over cannot take over."))
    users = app.kind("user")
    has_users = References(app.workspace).has_users()
    if leaving and not has_users:
        raise UsageError(_("This book has no users who could leave."))
    if has_users and (app.workspace.index.get(users, taker) or {}).get("active") is False:
        raise UsageError(_("“{user}” is not active.").format(user=taker))
    text = _("Handover from {giver} to {taker}")
    built = builder(app, reason or text.format(giver=giver, taker=taker))
    found = list(handed(app.workspace, giver, where))
    for one in found:
        built.update(one.kind, one.id, [Assignment(one.field.name, "=", taker)])
    if leaving:
        built.update(users, giver, [Assignment("active", "=", "false")])
    _tell(app, found)
    finish(app, built, ask=True, yes=yes, **writing)
    if out is not None and not writing["dry_run"] and writing["plan"] is None:
        _write_pages(app, found, Path(out))


def _tell(app: App, found: Sequence[Handed]) -> None:
    counted = Counter(one.kind.name for one in found)
    for name, count in counted.items():
        app.remark(f"{app.kind(name).plural_titled()}: {count}")


def _write_pages(app: App, found: Sequence[Handed], folder: Path) -> None:
    """A page for each customer who is handed over, or of whom something is."""
    from crmctl.brief import brief
    from crmctl.cli.outfile import write_lines
    from crmctl.render.brief import brief_lines

    customers = dict.fromkeys(one.customer for one in found if one.customer)
    for id in customers:
        page = brief_lines(
            brief(app.workspace, id), app.workspace.registry, app.workspace.zone, markdown=True
        )
        write_lines(folder / f"{id}.md", page)
    app.remark(
        _("Pages on {count} customers are in {folder}.").format(count=len(customers), folder=folder)
    )
