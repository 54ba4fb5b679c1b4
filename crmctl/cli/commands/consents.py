"""`consent grant` and `consent revoke`: what a customer says about being contacted, with proof."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Command, argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_
from crmctl.policies.marketing import CHANNELS

CUSTOMER = "customer"


def _command(name: str, status: str, help: str, examples: list[str]) -> Command:
    @define(name, help=help, examples=examples)
    @options.writing
    @option("--all", "every", is_flag=True, help=N_("All channels."))
    @option("--proof", metavar="REF", help=N_("Where they said so, such as an interaction's id."))
    @option("--date", metavar="DATE", help=N_("When they said so; today, if it is not said."))
    @argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
    @argument("channels", nargs=-1, type=click.Choice(CHANNELS), metavar="[CHANNEL]...")
    def command(app: App, ref: str, **given: Any) -> None:
        from crmctl.cli.consenting import answer

        answer(app, ref, status, **given)

    return command


COMMANDS = {
    "grant": _command(
        "grant",
        "granted",
        N_("Note that a customer agrees to be contacted through these channels."),
        [
            "crmctl consent grant nordlys email --proof int-20260212-bkqd58sq",
            "crmctl consent grant nordlys phone wechat --date yesterday",
        ],
    ),
    "revoke": _command(
        "revoke",
        "refused",
        N_(
            "Note that a customer does not want to be contacted through these channels any more: "
            "no campaign reaches them there from now on."
        ),
        ["crmctl consent revoke nordlys email", "crmctl consent revoke nordlys --all"],
    ),
}
