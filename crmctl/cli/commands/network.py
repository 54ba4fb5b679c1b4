"""`crmctl network`: who knows whom, who can introduce us, and whom to bring together."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Whole, argument, group, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_

CUSTOMER = "customer"


@group(
    "network",
    help=N_("Who knows whom: links, parents, referrals, shared people, and us."),
    examples=[
        "crmctl network show zhang-wei",
        "crmctl network path --to taihu-shuiwu --from li-na",
    ],
)
def command() -> None:
    pass


@command.command(
    "show",
    help=N_("Show who lies around a customer, nearest first, and what connects them."),
    examples=[
        "crmctl network show zhang-wei",
        "crmctl network show taihu-shuiwu --depth 2 -o json",
    ],
)
@options.output()
@options.arranging
@options.clocks
@option("--depth", metavar="N", type=Whole(1, 9), default=1, help=N_("So many steps around."))
@option("--users", is_flag=True, help=N_("With those of us who know them."))
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
@click.pass_obj
def show(app: App, /, ref: str, **given: Any) -> None:
    from crmctl.cli.networking import show_network

    show_network(app, ref, **given)


@command.command(
    "path",
    help=N_(
        "Find the shortest chain of introductions to a customer: from you, a colleague or "
        "another customer, over whoever knows whom."
    ),
    examples=[
        "crmctl network path --to taihu-shuiwu --from max-weber",
        "crmctl network path --from tomas-novak --to zhang-wei -o json",
    ],
)
@options.output()
@options.clocks
@option("--to", "target", metavar="CUSTOMER", required=True, help=N_("Whom to get to know."))
@option(
    "--from",
    "start",
    metavar="USER|CUSTOMER|me",
    default="me",
    help=N_("Who asks; you, if unsaid."),
)
@click.pass_obj
def path(app: App, /, **given: Any) -> None:
    from crmctl.cli.networking import show_path

    show_path(app, **given)


@command.command(
    "suggest",
    help=N_(
        "Suggest whom to introduce to a customer: peers of the same trade, or those who complement "
        "each other, as one offers what the other seeks."
    ),
    examples=[
        "crmctl network suggest bodensee-pharma --peer",
        "crmctl network suggest huadong-shuizhi --complement --limit 5",
    ],
)
@options.output()
@options.arranging
@option("--peer", "how", flag_value="peer", help=N_("Those who are alike."))
@option("--complement", "how", flag_value="complement", help=N_("Those who fit each other."))
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
@click.pass_obj
def suggest(app: App, /, ref: str, **given: Any) -> None:
    from crmctl.cli.networking import suggest_introductions

    suggest_introductions(app, ref, **given)
