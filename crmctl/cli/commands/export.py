"""`crmctl export`: records as a file for other programs, or for `crmctl import` elsewhere."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App, joined
from crmctl.cli.base import Whole, argument, define, option
from crmctl.cli.completing import complete_kind
from crmctl.locale import N_

FORMATS = ("csv", "jsonl", "json", "tsv", "yaml", "md")


@define(
    "export",
    help=N_(
        "Write records out with all their fields, as CSV unless -o or the name of the file says "
        "otherwise.\n\nA CSV file can be imported again and gives the same records."
    ),
    examples=[
        "crmctl export customer > customers.csv",
        "crmctl export order date:this-year --out orders.jsonl",
        "crmctl export customer level:vip --columns name,phones,city --bom --out vip.csv",
    ],
)
@options.output_file(*FORMATS)
@option("--columns", metavar="A,B", help=N_("Write these fields."))
@option("--sort", metavar="A,-B", help=N_("Sort by these fields, “-” for descending."))
@option("--limit", metavar="N", type=Whole(0), default=0, help=N_("At most so many; 0: all."))
@options.archived
@options.clocks
@option("--bom", is_flag=True, help=N_("Begin with a byte order mark, for Excel."))
@argument("kind", shell_complete=complete_kind)
@argument("query", nargs=-1, metavar="[QUERY]...")
def command(
    app: App,
    kind: str,
    query: tuple[str, ...],
    format_: str | None,
    columns: str | None,
    sort: str | None,
    limit: int,
    all_: bool,
    as_of: str | None,
    out: str | None,
    bom: bool,
) -> None:
    from crmctl.cli.exporting import export_records

    export_records(
        app,
        app.kind(kind),
        joined(query),
        format_=format_,
        columns=options.split(columns),
        sort=options.split(sort),
        limit=limit,
        all_=all_,
        as_of=as_of,
        out=out,
        bom=bom,
    )
