"""What only tickets can do: be escalated, and have an engineer sent out."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "escalate",
    help=N_(
        "List the overdue tickets whose next level of escalation is due, and who is to be told."
        "\n\n--run notes the levels in the tickets: each fires once, however often it runs. The "
        "levels stand under “service:” in crmctl.yaml."
    ),
    examples=["crmctl ticket escalate", "crmctl ticket escalate --run -o json"],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@option("--run", is_flag=True, help=N_("Note the levels that fire in their tickets."))
@option("--fail-if-any", "fail", is_flag=True, help=N_("Exit with 1 when a level is due."))
def escalate(app: App, run: bool, fail: bool, format_: str) -> None:
    from crmctl.cli.servicing import escalate as escalated

    if escalated(app, run, format_) and fail:
        click.get_current_context().exit(1)


@define(
    "dispatch",
    help=N_(
        "Send an engineer to a customer, and note how far he has come: accept, arrive, done."
        "\n\nWithout a step and --engineer list who is fit for it, and why. FIELD=VALUE changes "
        "the ticket in the same step."
    ),
    examples=[
        "crmctl ticket dispatch tck-20261106-rpaxbga5",
        "crmctl ticket dispatch tck-20261106-rpaxbga5 --engineer liu-yang",
        "crmctl ticket dispatch tck-20261118-w8k2m5ad arrive --at 14:30",
    ],
)
@options.writing
@option("--engineer", metavar="USER", help=N_("Who is sent out."))
@option("--at", metavar="WHEN", help=N_("When it was: 14:30, “yesterday 9:00”, “2h ago”."))
@argument("ref", shell_complete=complete_ref("ticket"))
@argument("words", nargs=-1, metavar="[accept|arrive|done] [FIELD=VALUE]...")
def dispatch(app: App, ref: str, words: tuple[str, ...], **given: Any) -> None:
    from crmctl.cli.servicing import dispatch as dispatched

    dispatched(app, ref, words, **given)


COMMANDS = {"escalate": escalate, "dispatch": dispatch}
