"""`crmctl export`: records as a file for other programs, or for `crmctl import` elsewhere."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App, joined
from crmctl.cli.base import Whole, argument, define, option
from crmctl.cli.completing import complete_kind, complete_ref
from crmctl.errors import UsageError
from crmctl.locale import N_, _

CUSTOMER = "customer"
FORMATS = ("csv", "jsonl", "json", "tsv", "yaml", "md")


@define(
    "export",
    help=N_(
        "Write records out with all their fields, as CSV unless -o or the name of the file says "
        "otherwise.\n\nA CSV file can be imported again and gives the same records.\n\n"
        "--subject gives everything that the book holds about one customer, who may ask for it: as "
        "one JSON object, or with --out as a folder of files."
    ),
    examples=[
        "crmctl export customer > customers.csv",
        "crmctl export order date:this-year --out orders.jsonl",
        "crmctl export customer level:vip --columns name,phones,city --bom --out vip.csv",
        "crmctl export --subject chen-xiaoming",
    ],
)
@options.output_file(*FORMATS)
@option("--columns", metavar="A,B", help=N_("Write these fields."))
@option("--sort", metavar="A,-B", help=N_("Sort by these fields, “-” for descending."))
@option("--limit", metavar="N", type=Whole(0), default=0, help=N_("At most so many; 0: all."))
@options.archived
@options.clocks
@option("--bom", is_flag=True, help=N_("Begin with a byte order mark, for Excel."))
@option(
    "--subject",
    metavar="CUSTOMER",
    shell_complete=complete_ref(CUSTOMER),
    help=N_("Everything about this customer."),
)
@argument("kind", required=False, shell_complete=complete_kind)
@argument("query", nargs=-1, metavar="[QUERY]...")
def command(
    app: App,
    kind: str | None,
    query: tuple[str, ...],
    format_: str | None,
    columns: str | None,
    sort: str | None,
    limit: int,
    all_: bool,
    as_of: str | None,
    out: str | None,
    bom: bool,
    subject: str | None,
) -> None:
    from crmctl.cli.exporting import export_records, export_subject

    if (kind is None) == (subject is None):
        raise UsageError(
            _("Say what to write out: a kind of records, or --subject CUSTOMER."),
            "crmctl export customer",
        )
    if kind is None:
        export_subject(app, str(subject), format_, out)
        return
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
