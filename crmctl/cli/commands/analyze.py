"""`crmctl analyze`: one model over the book, with its parameters and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import Command, argument, define, option, write_pairs
from crmctl.errors import UsageError
from crmctl.locale import N_, _
from crmctl.models.catalog import AREAS, CATALOG

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult


def _complete(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    return [name for name in CATALOG if name.startswith(begun)]


class Analyze(Command):
    """A command whose help lists the models, area by area."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        for area, title in AREAS.items():
            models = [(name, _(one.title)) for name, one in CATALOG.items() if one.area == area]
            with formatter.section(_(title)):
                write_pairs(formatter, models)


@define(
    "analyze",
    cls=Analyze,
    help=N_(
        "Run a model over the book: value, buying, relationship, attitude or flow, with its "
        "parameters.\n\n"
        "What a model goes by stands in the settings (“crmctl config defaults value”); --set says "
        "it for one run."
    ),
    examples=[
        "crmctl analyze rfm --as-of 2026-06-30",
        "crmctl analyze abc --where 'city:上海' --limit 20",
        "crmctl analyze abc --set a=70 --set b=90",
    ],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@options.arranging
@options.where
@option("--by", metavar="FIELD", help=N_("Tell apart by this field."))
@option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help=N_("Say this of the model's settings; may be repeated."),
)
@options.clocks
@argument("model", metavar="MODEL", shell_complete=_complete)
def command(
    app: App,
    model: str,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    where: str | None,
    by: str | None,
    settings: tuple[str, ...],
    as_of: str | None,
) -> None:
    from crmctl.cli.arranging import arranged
    from crmctl.refs import References
    from crmctl.render.formats import render
    from crmctl.reporting import run_model
    from crmctl.values import jsontext

    day = app.day(as_of) or app.workspace.today
    app.warn_of_broken()
    result = run_model(app.workspace, model, day, where, by=by, settings=_settings(settings))
    people = format_ in ("table", "md")
    chosen, rows = arranged(result.columns, result.rows, columns, sort, limit, details=not people)
    if format_ == "json":
        app.print([jsontext.dumps_pretty(as_json(result, rows))])
        return
    if format_ == "ids" and chosen[0].type != "ref":
        raise UsageError(_("The rows of the model “{model}” have no ids.").format(model=model))
    if people:
        rows = References(app.workspace).named(chosen, rows)
    cells = [[row[column.name] for column in chosen] for row in rows]
    if cells or not people:
        app.print(render(format_, chosen, cells, app.width))
    for line in explained(result):
        app.remark(line)
    more = [column.name for column in result.columns if column.detail]
    if people and more and not columns:
        app.remark(_("More with --columns: {names}.").format(names=", ".join(more)))


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
    from crmctl.render.cells import NOTHING, grouped

    def named(name: Any) -> str:
        if name is None:
            return NOTHING
        return _(result.titles.get(name, name)) if isinstance(name, str) else grouped(name)

    day = result.as_of.isoformat()
    yield _("{model} as of {day}, n = {n}").format(model=result.model, day=day, n=result.n)
    for name, value in result.parameters.items():
        parts = value if isinstance(value, dict) else {None: value}
        for part, inner in parts.items():
            values = inner if isinstance(inner, list | tuple) else [inner]
            title = named(name)
            if part is not None:
                title = _("{name} {part}").format(name=title, part=named(part))
            shown = " ".join(map(named, values))
            yield "  " + _("{name}: {value}").format(name=title, value=shown)
    yield from result.notes


def _settings(words: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign:
            raise UsageError(_("“{word}” says no value.").format(word=word), _("Write KEY=VALUE."))
        found[key.strip()] = value.strip()
    return found
