"""`crmctl analyze`: one model over all customers, with its parameters and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult

MODELS = ("rfm", "abc")


@define(
    "analyze",
    help=N_(
        "Score customers by a model: rfm (recency, frequency, monetary value) or abc (who brings "
        "80 % of the sales)."
    ),
    examples=[
        "crmctl analyze rfm --as-of 2026-06-30",
        "crmctl analyze abc --where 'city:上海' --limit 20",
    ],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@option("--limit", type=click.IntRange(0), default=0, help=N_("At most so many; 0: all."))
@options.where
@options.as_of
@argument("model", type=click.Choice(MODELS))
def command(
    app: App, model: str, format_: str, limit: int, where: str | None, as_of: str | None
) -> None:
    from crmctl.render.formats import render
    from crmctl.reporting import run_model
    from crmctl.values import jsontext

    day = app.day(as_of) or app.workspace.today
    app.warn_of_broken()
    result = run_model(app.workspace, model, day, where)
    rows = result.rows[:limit] if limit else result.rows
    if format_ == "json":
        app.print([jsontext.dumps_pretty(as_json(result, rows))])
    else:
        cells = [[row[column.name] for column in result.columns] for row in rows]
        if format_ in ("table", "md"):
            for number, customer in enumerate(_names(app, [row[0] for row in cells])):
                cells[number][0] = customer
        app.print(render(format_, result.columns, cells, app.width))
        for line in explained(result):
            app.remark(line)


def as_json(result: ModelResult, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The shape that scripts may rely on."""
    return {
        "model": result.model,
        "as_of": result.as_of.isoformat(),
        "parameters": result.parameters,
        "n": result.n,
        "rows": rows,
        "notes": result.notes,
    }


def explained(result: ModelResult) -> Iterator[str]:
    """Parameters and notes in words, for stderr."""
    from crmctl.render.cells import plain_number

    day = result.as_of.isoformat()
    yield _("{model} as of {day}, n = {n}").format(model=result.model, day=day, n=result.n)
    for name, value in result.parameters.items():
        if isinstance(value, dict):
            for part, inner in value.items():
                values = inner if isinstance(inner, list) else [inner]
                shown = " ".join(plain_number(one) for one in values)
                yield f"  {name} {part}: {shown}"
        else:
            yield f"  {name}: {'-' if value is None else plain_number(value)}"
    yield from result.notes


def _names(app: App, ids: list[str]) -> list[str]:
    customer = app.kind("customer")
    rows = app.workspace.index.rows(f'SELECT id, "{customer.label}" FROM customers')
    names = dict(rows)
    return [str(names.get(id) or id) for id in ids]
