"""`crmctl payment receive`: money that came, as planned or not."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "receive",
    help=N_(
        "Note that money came: a planned payment, or for an invoice.\n\nWithout --amount all that "
        "was planned or is left to pay. Of a planned payment that comes in part the rest stays "
        "planned."
    ),
    examples=[
        "crmctl payment receive pay-20261110-1ctzmqbv --amount 10000",
        "crmctl payment receive RE-26-0421 method=transfer date=yesterday",
    ],
)
@options.writing
@option("--amount", metavar="AMOUNT", help=N_("So much, in the currency of the other."))
@argument("ref", metavar="PAYMENT|INVOICE", shell_complete=complete_ref("payment"))
@argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
def receive(
    app: App,
    ref: str,
    words: tuple[str, ...],
    amount: str | None,
    reason: str | None,
    **writing: Any,
) -> None:
    from crmctl.changes.assign import parse_assignment
    from crmctl.cli.options import amount as read
    from crmctl.cli.writing import builder, finish
    from crmctl.errors import NotFound
    from crmctl.refs import References
    from crmctl.sales.papers import Papers

    references = References(app.workspace)
    try:
        kind, id = references.find(ref, app.kind("payment"))
    except NotFound:
        kind, id = references.find(ref, app.kind("invoice"))
    built = builder(app, reason)
    money = read("--amount", amount) if amount else None
    more = [parse_assignment(word) for word in words]
    change, remark = Papers(built).receive(kind.name, id, money, more)
    finish(app, built, print_ids=[change.id], **writing)
    if remark:
        app.remark(remark)


COMMANDS = {"receive": receive}
