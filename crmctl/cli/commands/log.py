"""`log`: a call, a visit or a message, noted in one line."""

from __future__ import annotations

import sys
from typing import IO

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

STDIN = "-"


@define(
    "log",
    looks=False,
    help=N_(
        "Note an interaction with a customer and print its id.\n\n"
        "The id of a ticket or an opportunity says what it was about, too. A short line is its "
        "subject; further lines, or a long one, are its notes. “log -” reads many from stdin, one "
        "a line: CUSTOMER: TEXT, or JSON."
    ),
    examples=[
        'crmctl log nordlys "wants an offer by Friday" --feeling +1 --next "7d: send offer"',
        'crmctl log nordlys "asks for a certificate" --promise "friday: send the certificate"',
        'crmctl log tck-20261106-rpaxbga5 "sent the statement" --direction out',
        'crmctl log 陈晓明 "上门演示" --kind 拜访 --at "昨天下午3点"',
        "crmctl log - < calls.txt",
    ],
)
@options.writing
@options.assignments
@option("--kind", metavar="KIND", help=N_("Call (the default), visit, message, e-mail, …"))
@option("--at", metavar="WHEN", help=N_("When it was: 14:30, “yesterday 9:00”, “2h ago”."))
@option("--feeling", metavar="-2..2", help=N_("How the customer felt: -2 very bad, +2 very good."))
@option("--contact", metavar="NAME", help=N_("With whom: a contact of the customer."))
@option("--next", "next_", metavar="WHEN: ACTION", help=N_("The next step, “7d: send offer”."))
@option(
    "--promise",
    "promises",
    multiple=True,
    metavar="WHEN: TEXT",
    help=N_("What you promised, “friday: send the certificate”; as often as needed."),
)
@option("--by", metavar="USER", help=N_("Who of us it was; you, if that is known."))
@option("--direction", metavar="in|out", help=N_("Who sent it: in, they; out, we."))
@option("-f", "--file", type=click.File(encoding="utf-8"), help=N_("Read many from a file."))
@argument("customer", required=False, shell_complete=complete_ref("customer"))
@argument("text", required=False)
def command(
    app: App,
    /,
    customer: str | None,
    text: str | None,
    file: IO[str] | None,
    sets: tuple[str, ...],
    reason: str | None,
    dry_run: bool,
    plan: str | None,
    format_: str,
    next_: str | None,
    promises: tuple[str, ...],
    **given: str | None,
) -> None:
    from crmctl.changes.logged import Logger
    from crmctl.cli.writing import builder, finish
    from crmctl.errors import UsageError

    many = file or (sys.stdin if customer == STDIN else None)
    if many is not None and (text is not None or (file and customer is not None)):
        raise UsageError(_("What is read from a file or stdin says customers and texts itself."))
    if many is None and customer is None:
        raise UsageError(_("Say with which customer: log CUSTOMER TEXT."))
    if many is None and text is None and next_ is None and not promises and not sets:
        raise UsageError(_("Say what happened: log CUSTOMER TEXT."), f'crmctl log {customer} "…"')
    if many is not None or sets or not _is_known(app, str(customer)):
        app.look_ahead()
    built = builder(app, reason)
    logger = Logger(built, {**given, "next": next_}, sets, promises)
    if many is not None:
        logger.lines(_read(many))
    else:
        logger.say(str(customer), text)
    _warn_of_future(app, [change.after or {} for change in built.set.changes])
    ids = built.set.of("created")
    finish(app, built, dry_run=dry_run, plan=plan, format_=format_, print_ids=ids)


def _is_known(app: App, id: str) -> bool:
    """Whether an unchanged customer has this id: then a note needs no look at the whole book."""
    if app.revision is not None:
        return False
    return app.workspace.index.trust(app.kind("customer"), id, app.kind("user"))


def _read(many: IO[str]) -> str:
    from crmctl.errors import Unreadable

    try:
        text = many.read()
        text.encode()  # stdin passes broken bytes on as half characters
    except UnicodeError:
        raise Unreadable(getattr(many, "name", STDIN), _("it is not UTF-8 text")) from None
    return text


def _warn_of_future(app: App, records: list[dict[str, str]]) -> None:
    """A time to come is most likely a slip: what is planned is a task or a next step."""
    from crmctl.values.dates import epoch

    now = int(app.workspace.now.timestamp())
    for record in records:
        if (epoch(record["at"], app.workspace.zone) or 0) > now:
            app.remark(_("warning: {at} is in the future.").format(at=record["at"]))
