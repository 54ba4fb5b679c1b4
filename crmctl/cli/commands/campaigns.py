"""What only campaigns can do: show whom they reach, invite them, and log what was sent."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_
from crmctl.marketing.audience import GROUPS
from crmctl.policies.marketing import CHANNELS

CAMPAIGN = "campaign"


def _chosen(function: Any) -> Any:
    """The options that say whom a campaign means, and by which way they are reached."""
    for decorate in (
        argument("ref", shell_complete=complete_ref(CAMPAIGN), metavar="CAMPAIGN"),
        option(
            "--to",
            type=click.Choice(GROUPS),
            help=N_("Its audience, or those of its participants who came so far."),
        ),
        options.where,
        option(
            "--channel",
            type=click.Choice(CHANNELS),
            help=N_("By which way they are reached; else that of the campaign."),
        ),
        option(
            "--despite",
            multiple=True,
            metavar="RULE",
            help=N_("Let this rule of the policy “marketing” pass."),
        ),
    ):
        function = decorate(function)
    return function


@define(
    "audience",
    help=N_(
        "Show whom a campaign reaches, and who is held back and why.\n\nWhoever refused the "
        "channel, has a ticket open or had enough of us is held back, as the policy “marketing” "
        "says; nobody gets the same thing twice."
    ),
    examples=[
        "crmctl campaign audience brewing-2026",
        "crmctl campaign audience spectro-day-2026 --to invited --channel phone",
        "crmctl campaign audience brewing-2026 --material 'N2 flyer' --only held -o csv",
    ],
)
@options.output()
@_chosen
@option("--material", metavar="NAME", help=N_("Hold back who has this already."))
@option("--only", type=click.Choice(("reached", "held")), help=N_("Only these."))
def audience(app: App, ref: str, **given: Any) -> None:
    from crmctl.cli.campaigning import show_audience

    show_audience(app, ref, **given)


@define(
    "invite",
    help=N_(
        "Put the audience of a campaign on its list of participants, invited today.\n\nWho is "
        "held back is named and left out; “campaign audience” looks first."
    ),
    examples=[
        "crmctl campaign invite brewing-2026 --where 'level:vip,important'",
        "crmctl campaign invite spectro-day-2026 --channel phone --dry-run",
    ],
)
@options.writing
@_chosen
def invite(app: App, ref: str, **given: Any) -> None:
    from crmctl.cli.campaigning import invite_audience

    invite_audience(app, ref, **given)


@define(
    "send",
    help=N_(
        "Log that a material was sent to whom a campaign reaches, and print their addresses.\n\n"
        "Nobody gets a material twice, and who is held back is named. crmctl sends nothing itself: "
        "“-o csv” is for the program that does."
    ),
    examples=[
        "crmctl campaign send brewing-2026 --material 'N2 flyer' --dry-run",
        "crmctl campaign send spectro-day-2026 --to confirmed --material programme -o csv",
    ],
)
@options.changing
@options.output("table", "json", "csv", "tsv", "md", "ids")
@_chosen
@option("--material", required=True, metavar="NAME", help=N_("What is sent."))
@options.assignments
def send(app: App, ref: str, **given: Any) -> None:
    from crmctl.cli.campaigning import send_material

    send_material(app, ref, **given)


COMMANDS = {"audience": audience, "invite": invite, "send": send}
