"""`crmctl dedupe`: customers that are one party twice, found, looked at, and merged."""

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
    "dedupe",
    help=N_("Customers that are in the book twice: find them, look at them, merge them."),
    examples=["crmctl dedupe find", "crmctl dedupe review"],
)
def command() -> None:
    pass


@command.command(
    "find",
    help=N_(
        "List pairs of customers that are likely the same, best first, with a score from 0 to 100 "
        "and what it comes from.\n\nWith QUERY at least one of the two matches it. What is "
        "compared and what it counts is in the policy “duplicates”; a name alone never makes a "
        "pair sure. Customers that name each other, and those said to be different "
        "(distinct_from), are left out."
    ),
    examples=[
        "crmctl dedupe find",
        "crmctl dedupe find 'created:>30d' --columns score,keep,other,agree",
        "crmctl dedupe find --sure -o json",
    ],
)
@options.listing
@option("--sure", is_flag=True, help=N_("Only those of which there is no doubt."))
@options.query
@click.pass_obj
def find(app: App, /, query: tuple[str, ...], **given: Any) -> None:
    from crmctl.cli.deduping import list_matches

    list_matches(app, query, **given)


@command.command(
    "review",
    help=N_(
        "Go through the pairs one by one, each side by side: the same (they are merged), "
        "different (it is noted, and not asked again), skip, or quit.\n\nAnswers are read from "
        "standard input, one a line. Without a terminal: “crmctl dedupe merge”, and “crmctl "
        "customer set ID distinct_from+=OTHER” for two that are different."
    ),
    examples=["crmctl dedupe review", "crmctl dedupe review 'region:华东' --sure"],
)
@option("--sure", is_flag=True, help=N_("Only those of which there is no doubt."))
@options.archived
@options.query
@click.pass_obj
def review(app: App, /, query: tuple[str, ...], **given: Any) -> None:
    from crmctl.cli.deduping import review_matches

    review_matches(app, query, **given)


@command.command(
    "merge",
    help=N_(
        "Merge customers into the one named first, in one change that can be undone.\n\nLists are "
        "united, empty fields filled, notes joined; where both say something else the one that "
        "stays wins, unless --take says whose value to take. A refused consent wins always. Names "
        "and ids of the others still find the customer, and whatever named them names it from now "
        "on."
    ),
    examples=[
        "crmctl dedupe merge zhang-wei zhang-wei-2 --dry-run",
        "crmctl dedupe merge zhang-wei zhang-wei-2 --take level=zhang-wei-2 --yes",
    ],
)
@options.writing
@options.yes
@option(
    "--take",
    "takes",
    multiple=True,
    metavar="FIELD=ID",
    help=N_("Take this field from that customer."),
)
@argument("keep", shell_complete=complete_ref(CUSTOMER))
@argument(
    "others", nargs=-1, required=True, metavar="OTHER...", shell_complete=complete_ref(CUSTOMER)
)
@click.pass_obj
def merge(app: App, /, keep: str, others: tuple[str, ...], **given: Any) -> None:
    from crmctl.cli.deduping import merge_customers

    merge_customers(app, keep, others, **given)
