"""`crmctl contract renew`: the next term of a contract."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Whole, argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "renew",
    help=N_(
        "Give a contract its next term, which begins when the present one ends.\n\nThe history of "
        "“ends” keeps the terms before. FIELD=VALUE changes what is different from now on."
    ),
    examples=["crmctl contract renew FW-2026-ZY --months 12 amount=650000"],
)
@options.writing
@option(
    "--months",
    type=Whole(1, 1200),
    metavar="N",
    help=N_("So long; without it the renewal months of the contract, or a year."),
)
@argument("ref", shell_complete=complete_ref("contract"))
@argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
def renew(
    app: App,
    ref: str,
    words: tuple[str, ...],
    months: int | None,
    reason: str | None,
    **writing: Any,
) -> None:
    from crmctl.cli.papers import make

    make(app, "contract", ref, words, reason, lambda p, id, m: p.renew(id, months, m), writing)


COMMANDS = {"renew": renew}
