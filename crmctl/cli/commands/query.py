"""`crmctl query`: any kind, any query, listed or summed up on the spot."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App, joined
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_kind
from crmctl.locale import N_


@define(
    "query",
    help=N_(
        "List the records of a kind that match a query, or sum them up with --group and --measure."
        " --across lays the values of a field side by side, with totals."
        "\n\nA measure is “count”, or sum, mean, median, p90, min, max, distinct or share with a "
        "field."
    ),
    examples=[
        "crmctl query order 'date:this-year amount:>1000' --sort -amount",
        "crmctl query order date:this-year --group date.month --measure 'revenue=sum amount'",
        "crmctl query order --group customer.region --across date.quarter --measure 'sum amount'",
        "crmctl query customer 'level:vip or spend:>10000' --explain",
    ],
)
@options.listing
@option("--group", metavar="A,B", help=N_("Sum up by these fields; dates take .month and so on."))
@option("--across", metavar="FIELD", help=N_("Lay the values of this field side by side."))
@option("--measure", "measures", multiple=True, metavar="NAME=MEASURE", help=N_("What to sum up."))
@option("--explain", is_flag=True, help=N_("Say in words what the query asks, and stop."))
@argument("kind", shell_complete=complete_kind)
@argument("words", nargs=-1, metavar="[QUERY]...")
def command(
    app: App,
    kind: str,
    words: tuple[str, ...],
    group: str | None,
    across: str | None,
    measures: tuple[str, ...],
    explain: bool,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    all_: bool,
    as_of: str | None,
) -> None:
    found = app.kind(kind)
    text = joined(words)
    if explain:
        from crmctl.query.bind import bind
        from crmctl.query.grammar import parse
        from crmctl.query.words import explain as in_words
        from crmctl.refs import References

        bound = bind(parse(text), found, app.workspace.query_context())
        app.print([in_words(bound, References(app.workspace).called)])
    elif group or across or measures:
        from crmctl.cli.summing import sum_up

        sum_up(app, found, text, group, across, measures, sort, limit, as_of, format_)
    else:
        from crmctl.cli.listing import list_records

        list_records(
            app,
            found,
            text,
            format_=format_,
            columns=columns,
            sort=sort,
            limit=limit,
            all_=all_,
            as_of=as_of,
        )
