"""`crmctl account`: the plan of a key account on one page, its evaluations and milestones."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, group, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_

CUSTOMER = "customer"


@group(
    "account",
    help=N_("Key accounts: their plan on one page, what they are worth, how far they have come."),
    examples=[
        "crmctl account show bodensee-pharma",
        "crmctl customer list 'key_account:*' --columns name,account_band,milestone_progress",
    ],
)
def command() -> None:
    pass


@command.command(
    "show",
    help=N_(
        "Show the plan of a key account on one page: budget, milestones, evaluation, contacts."
    ),
    examples=["crmctl account show bodensee-pharma", "crmctl account show bodensee-pharma -o json"],
)
@options.output("table", "json", "yaml")
@options.clocks
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
@click.pass_obj
def show(app: App, /, ref: str, **given: Any) -> None:
    from crmctl.cli.accounting import show_account

    show_account(app, ref, **given)


@command.command(
    "evaluate",
    help=N_(
        "Judge a key account: a score for each criterion of the policy “accounts”, weighted.\n\n"
        "Without scores it lists the criteria. The result stays with the customer as it was found."
    ),
    examples=[
        "crmctl account evaluate bodensee-pharma",
        "crmctl account evaluate bodensee-pharma volume=4 growth=3 margin=5 payment=5 loyalty=4",
    ],
)
@options.writing
@option("--notes", metavar="TEXT", help=N_("What there is to say about it."))
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
@argument("words", nargs=-1, metavar="[CRITERION=SCORE]...")
@click.pass_obj
def evaluate(app: App, /, ref: str, **given: Any) -> None:
    from crmctl.cli.accounting import evaluate_account

    evaluate_account(app, ref, **given)


@command.command(
    "plan",
    help=N_(
        "Begin the plan of a key account with the milestones of the policy “accounts”.\n\nWhat has "
        "a milestone of the same name already keeps it."
    ),
    examples=["crmctl account plan nordlys", "crmctl account plan nordlys --from 2027-01-01"],
)
@options.writing
@option("--template", metavar="NAME", help=N_("Which plan of the policy; the first, if unsaid."))
@option("--from", "start", metavar="DATE", help=N_("When it begins; today, if it is not said."))
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
@click.pass_obj
def plan(app: App, /, ref: str, **given: Any) -> None:
    from crmctl.cli.accounting import begin_account

    begin_account(app, ref, **given)
