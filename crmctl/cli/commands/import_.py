"""`crmctl import`: rows of CSV or JSON lines become records, each row accounted for."""

from __future__ import annotations

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_kind
from crmctl.locale import N_


@define(
    "import",
    help=N_(
        "Bring in records from a CSV or JSON file, or from stdin (“-”).\n\n"
        "Columns named like a field, its title or an alias map by themselves; the others need "
        "--map or --ignore. The same file a second time changes nothing. Rows that cannot be used "
        "go to FILE.rejects.csv, or .jsonl as they came, with line and reason."
    ),
    examples=[
        "crmctl import customers.csv --kind customer --key email",
        "crmctl import sales.csv --kind order --map Firm=customer --ignore Rep --create customer",
        "crmctl import cards.csv --kind customer --set source.kind=fair --set owner=li-na",
        "crmctl import leads.csv --mapping fair --dry-run",
    ],
)
@options.writing
@options.yes
@option("--kind", metavar="KIND", shell_complete=complete_kind, help=N_("What the rows are."))
@option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help=N_("Which field a column is."))
@option("--ignore", multiple=True, metavar="COLUMN", help=N_("Leave a column out."))
@option("--mapping", metavar="NAME", help=N_("Use the saved mapping imports/NAME.yaml."))
@option("--key", metavar="FIELD", help=N_("Update the record that has the same FIELD."))
@option(
    "--create",
    multiple=True,
    metavar="KIND",
    help=N_("Make records of this kind that rows refer to and the book lacks."),
)
@option(
    "-s",
    "--set",
    "sets",
    multiple=True,
    metavar="FIELD=VALUE",
    help=N_("Give this to every new record whose row says nothing there."),
)
@option("--restore", is_flag=True, help=N_("Bring back records that were removed since."))
@option("--encoding", metavar="NAME", help=N_("The encoding of the file, such as gb18030."))
@option("--delimiter", metavar="CHAR", help=N_("What separates the cells, such as “;” or “tab”."))
@option(
    "--input",
    "input_",
    type=click.Choice(["csv", "jsonl"]),
    help=N_("The format of the file, if its name does not say it."),
)
@option("--rejects", "rejects_to", metavar="PATH", help=N_("Where rejected rows go."))
@argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="FILE|-")
def command(
    app: App,
    file: str,
    kind: str | None,
    maps: tuple[str, ...],
    ignore: tuple[str, ...],
    mapping: str | None,
    key: str | None,
    create: tuple[str, ...],
    sets: tuple[str, ...],
    restore: bool,
    encoding: str | None,
    delimiter: str | None,
    input_: str | None,
    rejects_to: str | None,
    yes: bool,
    reason: str | None,
    dry_run: bool,
    plan: str | None,
    format_: str,
) -> int:
    from crmctl.cli.importing import import_file

    return import_file(
        app,
        file,
        kind,
        maps=maps,
        ignore=ignore,
        mapping=mapping,
        key=key,
        create=create,
        sets=sets,
        restore=restore,
        encoding=encoding,
        delimiter=delimiter,
        input_=input_,
        rejects_to=rejects_to,
        yes=yes,
        reason=reason,
        dry_run=dry_run,
        plan=plan,
        format_=format_,
    )
