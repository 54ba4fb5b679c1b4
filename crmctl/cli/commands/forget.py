"""`forget`: what is personal about a party goes, and nobody writes to them again."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "forget",
    help=N_(
        "Remove what is personal about a customer who asks for it: name, addresses, people, and "
        "every text about them.\n\nFigures, dates and states stay under another id, so that sums "
        "hold, with hashes of their addresses, so that no campaign reaches them again. The policy "
        "“privacy” says what stays. git and the journal still hold what was; the command tells "
        "what to do about it, and --purge clears the journal."
    ),
    examples=[
        "crmctl forget chen-xiaoming --dry-run",
        'crmctl forget chen-xiaoming --purge --yes --reason "asked by letter of 2 March"',
    ],
)
@options.writing
@options.yes
@option(
    "--purge",
    is_flag=True,
    help=N_("Clear the journal of them too: nothing of it can be undone any more."),
)
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref("customer"))
def command(app: App, ref: str, **given: Any) -> None:
    from crmctl.cli.forgetting import forget_customer

    forget_customer(app, ref, **given)
