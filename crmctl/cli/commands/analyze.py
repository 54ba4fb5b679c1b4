"""`crmctl analyze`: one model over all customers, with its parameters and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult

MODELS = ("rfm", "abc")
PARAMETERS = {
    "method": N_("method"),
    "quantile": N_("quantiles of the buyers"),
    "cut_points": N_("cut points of"),
    "counts": N_("customers per score or class,"),
    "recency": N_("recency"),
    "frequency": N_("frequency"),
    "monetary": N_("monetary"),
    "cuts": N_("cut in percent,"),
    "total": N_("total"),
    "top_20_count": N_("customers in the top 20 %"),
    "top_20_share": N_("share of the top 20 % in percent"),
    "gini": N_("Gini coefficient"),
}


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
@options.arranging
@options.where
@options.clocks
@argument("model", type=click.Choice(MODELS))
def command(
    app: App,
    model: str,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    where: str | None,
    as_of: str | None,
) -> None:
    from crmctl.cli.arranging import arranged
    from crmctl.render.formats import render
    from crmctl.reporting import run_model
    from crmctl.values import jsontext

    day = app.day(as_of) or app.workspace.today
    app.warn_of_broken()
    result = run_model(app.workspace, model, day, where)
    chosen, rows = arranged(result.columns, result.rows, columns, sort, limit)
    if format_ == "json":
        app.print([jsontext.dumps_pretty(as_json(result, rows))])
    else:
        if format_ in ("table", "md"):
            names = _names(app, [row["customer"] for row in result.rows])
            rows = [{**row, "customer": names[row["customer"]]} for row in rows]
        cells = [[row[column.name] for column in chosen] for row in rows]
        app.print(render(format_, chosen, cells, app.width))
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

    def named(name: str) -> str:
        return _(PARAMETERS.get(name, name))

    day = result.as_of.isoformat()
    yield _("{model} as of {day}, n = {n}").format(model=result.model, day=day, n=result.n)
    for name, value in result.parameters.items():
        if isinstance(value, dict):
            for part, inner in value.items():
                values = inner if isinstance(inner, list) else [inner]
                shown = " ".join(plain_number(one) for one in values)
                title = _("{name} {part}").format(name=named(name), part=named(part))
                yield "  " + _("{name}: {value}").format(name=title, value=shown)
        else:
            shown = "-" if value is None else plain_number(value)
            yield "  " + _("{name}: {value}").format(name=named(name), value=named(shown))
    yield from result.notes


def _names(app: App, ids: list[str]) -> dict[str, str]:
    customer = app.kind("customer")
    names = dict(app.workspace.index.rows(f'SELECT id, "{customer.label}" FROM customers'))
    return {id: str(names.get(id) or id) for id in ids}
