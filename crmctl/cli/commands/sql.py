"""`crmctl sql`: a SELECT on the index, which can read and nothing else."""

from __future__ import annotations

from decimal import Decimal

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Whole, argument, define, option
from crmctl.locale import N_

STEPS = 200_000  # thousands of steps of SQLite's machine; some ten seconds


@define(
    "sql",
    help=N_(
        "Ask the index with a SELECT: one table for each kind, named by its plural, one column "
        "for each field; lists are JSON; amounts in the base currency are FIELD__base / 10000."
        "\n\nWithout a statement the tables and their columns are listed."
    ),
    examples=[
        "crmctl sql 'SELECT level, count(*) FROM customers GROUP BY level'",
        "crmctl sql 'SELECT customer, sum(amount__base) / 10000.0 FROM orders GROUP BY 1' -o csv",
    ],
)
@options.output()
@option(
    "--steps",
    metavar="N",
    type=Whole(1),
    default=STEPS,
    help=N_("Stop after so many thousand steps."),
)
@options.limit
@options.clocks
@argument("statement", required=False)
def command(
    app: App, statement: str | None, format_: str, steps: int, limit: int, as_of: str | None
) -> None:
    from itertools import islice

    from crmctl.analytics.result import Column
    from crmctl.render.formats import render

    index = app.workspace.index
    index.as_of(app.day(as_of))
    names, found = index.ask(statement, steps) if statement else index.tables()
    rows = islice(found, limit or None)
    if format_ not in ("table", "md"):
        app.print(render(format_, [Column(name, name, "text") for name in names], rows))
        return
    body = [*rows]
    columns = [
        Column(name, name, "number" if all(_is_number(row[place]) for row in body) else "text")
        for place, name in enumerate(names)
    ]
    app.print(render(format_, columns, body, app.width))


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, int | Decimal)
