"""`crmctl config`: what is set, where, and how to change it."""

from __future__ import annotations

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, group, option
from crmctl.locale import N_, _


@group(
    "config",
    help=N_("Show and change settings of the book, of you, or of you in this book."),
    examples=[
        "crmctl config list",
        "crmctl config set language zh --person",
    ],
)
def command() -> None:
    pass


@command.command(
    "list",
    help=N_("List every setting, its value and where it comes from."),
    examples=["crmctl config list"],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids")
@click.pass_obj
def list_(app: App, format_: str) -> None:
    from crmctl.analytics.result import Column
    from crmctl.render.formats import render
    from crmctl.settings import effective

    columns = [
        Column("name", N_("Name"), "text"),
        Column("value", N_("Set to"), "text"),
        Column("source", N_("Source"), "text"),
    ]
    rows = [(one.name, one.value, one.source) for one in effective(app.workspace)]
    app.print(render(format_, columns, rows, app.width))


@command.command(
    "get", help=N_("Print the value of a setting."), examples=["crmctl config get currency"]
)
@argument("name")
@click.pass_obj
def get(app: App, name: str) -> None:
    from crmctl.settings import value

    app.print([value(app.workspace, name) or ""])


@command.command(
    "set",
    help=N_("Change a setting; an empty value takes it away."),
    examples=["crmctl config set value.abc.a 70", "crmctl config set user li-na --person"],
)
@option("--person", "place", flag_value="person", help=N_("For you, in every book."))
@option("--local", "place", flag_value="local", help=N_("For you, in this book."))
@argument("name")
@argument("value")
@click.pass_obj
def set_(app: App, name: str, value: str, place: str | None) -> None:
    from crmctl.settings import change

    file = change(app.workspace, name, value, place or "book")
    app.remark(_("Written to {file}.").format(file=file))


@command.command(
    "defaults",
    help=N_(
        "Print what is shipped for stages, criteria and other rules, ready for crmctl.yaml."
        "\n\nWithout TOPIC it lists the topics."
    ),
    examples=["crmctl config defaults", "crmctl config defaults pipelines"],
)
@argument("topic", required=False)
@click.pass_obj
def defaults(app: App, topic: str | None) -> None:
    from crmctl import policies
    from crmctl.errors import BadOption, did_you_mean
    from crmctl.values.text import suggest

    if topic is None:
        app.print(policies.TOPICS)
        return
    if topic not in policies.TOPICS:
        hint = did_you_mean(suggest(topic, policies.TOPICS))
        raise BadOption("TOPIC", topic, policies.TOPICS, hint)
    app.print(policies.text(topic).splitlines())
