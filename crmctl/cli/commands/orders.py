"""`crmctl order refund|invoice`: what is given back of an order, and what is asked for it."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "refund",
    help=N_(
        "Give back an order, wholly or in part, and print the refund's id.\n\nWithout --amount "
        "and --line all that is left of it. More than that is refused."
    ),
    examples=[
        "crmctl order refund ord-20260413-bk7s29y9 --amount 1200",
        "crmctl order refund ord-20261110-pp189jtj --line l1=1",
    ],
)
@options.writing
@option("--amount", metavar="AMOUNT", help=N_("So much, in the currency of the order."))
@option(
    "--line",
    "lines",
    multiple=True,
    metavar="LINE[=N]",
    help=N_("So many units of this line, or of its product; 1 without a number."),
)
@argument("ref", shell_complete=complete_ref("order"))
@argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
def refund(
    app: App,
    ref: str,
    words: tuple[str, ...],
    amount: str | None,
    lines: tuple[str, ...],
    reason: str | None,
    **writing: Any,
) -> None:
    from crmctl.cli.options import amount as read
    from crmctl.cli.papers import make

    money = read("--amount", amount) if amount else None
    parts = {name: read("--line", number or "1") for name, _is, number in _split(lines)}
    make(app, "order", ref, words, reason, lambda p, id, m: p.refund(id, money, parts, m), writing)


def _split(lines: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [line.partition("=") for line in lines]


@define(
    "invoice",
    help=N_(
        "Ask for the money of an order and print the invoice's id.\n\nWithout --amount for all "
        "that no invoice asks for yet. It is due after the days to pay of the customer, or else "
        "of the book."
    ),
    examples=["crmctl order invoice ord-20260413-bk7s29y9 number=RE-26-0431 due=+14d"],
)
@options.writing
@option("--amount", metavar="AMOUNT", help=N_("So much, in the currency of the order."))
@argument("ref", shell_complete=complete_ref("order"))
@argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
def invoice(
    app: App,
    ref: str,
    words: tuple[str, ...],
    amount: str | None,
    reason: str | None,
    **writing: Any,
) -> None:
    from crmctl.cli.options import amount as read
    from crmctl.cli.papers import make

    money = read("--amount", amount) if amount else None
    make(app, "order", ref, words, reason, lambda p, id, m: p.invoice(id, money, m), writing)


COMMANDS = {"refund": refund, "invoice": invoice}
