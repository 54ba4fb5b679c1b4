"""`crmctl schema`: the kinds of records, their fields, and JSON Schema for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, group
from crmctl.cli.completing import complete_kind
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.schema.model import Field

LIST, BY_KEY = N_("list of {type}"), N_("{type} by key")


@group(
    "schema",
    help=N_("Show the kinds of records and their fields."),
    examples=["crmctl schema list", "crmctl schema show customer"],
)
def command() -> None:
    pass


@command.command("list", help=N_("List the kinds."), examples=["crmctl schema list"])
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@click.pass_obj
def list_(app: App, format_: str) -> None:
    from crmctl.analytics.result import Column
    from crmctl.render.formats import render

    columns = [
        Column("kind", N_("Kind"), "text"),
        Column("title", N_("Title"), "text"),
        Column("plural", N_("Plural"), "text"),
        Column("path", N_("Path"), "text"),
        Column("records", N_("Records"), "integer"),
    ]
    rows = [
        (kind.name, kind.titled(), kind.plural, kind.path, app.workspace.index.count(kind))
        for kind in app.workspace.registry
    ]
    app.print(render(format_, columns, rows, app.width))


@command.command(
    "show", help=N_("Show the fields of a kind."), examples=["crmctl schema show customer -o md"]
)
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@argument("kind", shell_complete=complete_kind)
@click.pass_obj
def show(app: App, kind: str, format_: str) -> None:
    from crmctl.analytics.result import Column
    from crmctl.render.formats import render

    found = app.kind(kind)
    columns = [
        Column("field", N_("Field"), "text"),
        Column("title", N_("Title"), "text"),
        Column("type", N_("Type"), "text"),
        Column("values", N_("Values"), "text"),
        Column("aliases", N_("Aliases"), "text"),
        Column("description", N_("Description"), "text"),
    ]
    people = format_ in ("table", "md")
    rows: list[tuple[str | None, ...]] = [
        (
            field.dotted,
            field.titled(),
            _type(field, people),
            _values(field, people),
            ", ".join(field.aliases) or None,
            _(field.fact.description) if field.fact else None,
        )
        for field in [*found.root.walk(), *found.facts.values()]
    ]
    if not found.facts:
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    app.print(render(format_, columns, rows, app.width))


def _type(field: Field, people: bool) -> str:
    said = _ if people else str
    if field.item is not None:
        return said(LIST).format(type=field.leaf.type)
    if field.entries is not None:
        return said(BY_KEY).format(type=field.entries.type)
    return field.type


def _values(field: Field, people: bool) -> str | None:
    from crmctl.schema.typing import choices

    leaf = field.leaf
    if leaf.ref:
        return f"→ {leaf.ref}"
    return (choices(leaf) if people else ", ".join(leaf.values)) or None


@command.command(
    "export",
    help=N_("Print a kind as JSON Schema, for editors and other programs."),
    examples=["crmctl schema export customer > customer.schema.json"],
)
@argument("kind", shell_complete=complete_kind)
@click.pass_obj
def export(app: App, kind: str) -> None:
    from crmctl.schema.export import editor_schema
    from crmctl.values import jsontext

    app.print(jsontext.dumps_pretty(editor_schema(app.kind(kind))).split("\n"))
