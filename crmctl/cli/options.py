"""Options that many commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from crmctl.cli.base import Whole, argument, option
from crmctl.locale import N_

if TYPE_CHECKING:
    from decimal import Decimal

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
Decorated = Any


def output_file(*formats: str) -> Callable[[Decorated], Decorated]:
    """-o/--format and --out: without the one, the name of the other says the format."""

    def decorate(function: Decorated) -> Decorated:
        function = option(
            "--out",
            metavar="FILE",
            type=click.Path(dir_okay=False),
            help=N_("Write to this file."),
        )(function)
        return option(
            "-o",
            "--format",
            "format_",
            type=click.Choice(formats),
            help=N_("Output format, unless the name of the file says it."),
        )(function)

    return decorate


def output(*formats: str) -> Callable[[Decorated], Decorated]:
    """-o/--format: one of `formats`, the first by default."""
    return option(
        "-o",
        "--format",
        "format_",
        type=click.Choice(formats or FORMATS),
        default=(formats or FORMATS)[0],
        help=N_("Output format."),
    )


def listing(function: Decorated) -> Decorated:
    """The options of everything that lists records."""
    for decorate in (
        output(),
        arranging,
        archived,
        clocks,
    ):
        function = decorate(function)
    return function


def arranging(function: Decorated) -> Decorated:
    """--columns, --sort and --limit for tables that come from no query."""
    for decorate in (
        option("--columns", metavar="A,B", help=N_("Show these fields.")),
        option("--sort", metavar="A,-B", help=N_("Sort by these fields, “-” for descending.")),
        limit,
    ):
        function = decorate(function)
    return function


def limit(function: Decorated) -> Decorated:
    """--limit: at most so many rows."""
    return option(
        "--limit",
        metavar="N",
        type=Whole(0),
        default=0,
        help=N_("At most so many; 0: all."),
    )(function)


def as_of(function: Decorated) -> Decorated:
    """--as-of: the book as of the end of a day, in event time."""
    return option(
        "--as-of", "as_of", metavar="DATE", help=N_("As things stood at the end of this day.")
    )(function)


def clocks(function: Decorated) -> Decorated:
    """--as-of and --at: as things stood on a day, and as they were known then."""
    return as_of(at(function))


def at(function: Decorated) -> Decorated:
    """--at: the book as git recorded it. Commands need not know: their book is another one."""
    return option(
        "--at",
        metavar="DATE|REV",
        expose_value=False,
        callback=_at,
        help=N_("As git recorded the book by the end of this day, or in this commit."),
    )(function)


def _at(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    # For completion the book of today will do: that of then may have to be read first.
    if value is not None and not ctx.resilient_parsing:
        ctx.obj.revision = value


def archived(function: Decorated) -> Decorated:
    """--all: archived records too."""
    return option("--all", "all_", is_flag=True, help=N_("Archived records too."))(function)


def where(function: Decorated) -> Decorated:
    """--where: a query that chooses records."""
    return option("--where", metavar="QUERY", help=N_("Only records that match this query."))(
        function
    )


def query(function: Decorated) -> Decorated:
    """The words of a query; side by side they are ANDed."""
    return argument("query", nargs=-1, metavar="[QUERY]...")(function)


def writing(function: Decorated) -> Decorated:
    """The options of every command that writes."""
    return output("table", "json")(changing(function))


def changing(function: Decorated) -> Decorated:
    """The same, for a command with an output of its own."""
    for decorate in (
        option("--reason", metavar="TEXT", help=N_("Why, for the history.")),
        option("--dry-run", is_flag=True, help=N_("Show what would change and write nothing.")),
        option(
            "--plan",
            type=click.Path(dir_okay=False),
            metavar="FILE",
            help=N_("Save what would change for “crmctl apply”, and change nothing."),
        ),
    ):
        function = decorate(function)
    return function


def assignments(function: Decorated) -> Decorated:
    """--set, as often as needed."""
    return option(
        "-s",
        "--set",
        "sets",
        multiple=True,
        metavar="FIELD=VALUE",
        help=N_("Set a field; FIELD+=ITEM appends, FIELD= clears."),
    )(function)


def whose(function: Decorated) -> Decorated:
    """--owner, --team and --mine: only what belongs to these."""
    for decorate in (
        option("--owner", metavar="USER|me", help=N_("Only what is this user's.")),
        option("--team", metavar="TEAM", help=N_("Only what belongs to users of this team.")),
        option("--mine", is_flag=True, help=N_("Only what is yours; the same as --owner me.")),
    ):
        function = decorate(function)
    return function


def amount(option: str, text: str) -> Decimal:
    """A number that an option was given, as people write it; BadOption."""
    from crmctl.errors import BadOption
    from crmctl.locale import _
    from crmctl.values.money import parse_amount_input

    found = parse_amount_input(text)
    if found is None or found < 0:
        raise BadOption(option, text, [], _("A number such as 1200.50."))
    return found


def yes(function: Decorated) -> Decorated:
    """--yes: do not ask."""
    return option("-y", "--yes", is_flag=True, help=N_("Go ahead without asking."))(function)


def split(names: str | None) -> list[str]:
    """A comma-separated option as a list."""
    return [name.strip() for name in (names or "").replace("，", ",").split(",") if name.strip()]
