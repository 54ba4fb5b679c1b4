"""Commands for the keyed lists inside a record: `contact add acme 李四 --set role=buyer`.

They come from `command:` in the schema and only spell assignments that `set` takes as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import examples, options
from crmctl.cli.app import App
from crmctl.cli.base import Command, Group, argument, define
from crmctl.cli.catalog import EMBEDDED, EMBEDDED_HELP
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.schema.model import Kind


def known_kind(ctx: click.Context, name: str) -> Kind | None:
    """A kind as its schema has it; None where there is no book."""
    from crmctl.errors import CrmctlError

    app = ctx.find_object(App) or App(ctx.find_root().params.get("directory"))
    try:
        return app.kind(name)
    except CrmctlError:
        return None


def embedded_group(kind: str, name: str, schema: Kind | None = None) -> Group:
    """The group of commands for one embedded list; `schema` is what its examples are made from."""
    made = Group(
        name,
        help=EMBEDDED[name][1] if name in EMBEDDED else EMBEDDED_HELP,
        examples=examples.of_list(name, "", schema),
    )
    for make in (_add, _list, _show, _set, _rm):
        command = make(kind, name)
        command.examples = examples.of_list(name, str(command.name), schema)
        made.add_command(command)
    return made


def _list(kind: str, name: str) -> Command:
    @define("list", help=N_("List the entries."))
    @options.output()
    @options.at
    @argument("ref", shell_complete=complete_ref(kind))
    def list_(app: App, ref: str, format_: str) -> None:
        from crmctl.cli.listing import list_embedded

        list_embedded(app, app.kind(kind), name, ref, format_)

    return list_


def _show(kind: str, name: str) -> Command:
    @define("show", help=N_("Show one entry."))
    @options.output("table", "json", "yaml")
    @options.at
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("key")
    def show(app: App, ref: str, key: str, format_: str) -> None:
        from crmctl.cli.listing import show_embedded

        show_embedded(app, app.kind(kind), name, ref, key, format_)

    return show


def _add(kind: str, name: str) -> Command:
    @define("add", help=N_("Add an entry and print its key."))
    @options.writing
    @options.assignments
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("title", required=False, metavar="[NAME]")
    def add(app: App, ref: str, title: str | None, sets: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.editing import add_embedded

        add_embedded(app, app.kind(kind), name, ref, title, sets, **given)

    return add


def _set(kind: str, name: str) -> Command:
    @define("set", help=N_("Change fields of an entry."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("key")
    @argument("words", nargs=-1, required=True, metavar="FIELD=VALUE...")
    def set_(app: App, ref: str, key: str, words: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.editing import assign

        found = app.kind(kind)
        field = found.embedded[name].name
        assign(app, found, ref, [f"{field}.{key}.{word}" for word in words], **given)

    return set_


def _rm(kind: str, name: str) -> Command:
    @define("rm", help=N_("Remove an entry."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("key")
    def rm(app: App, ref: str, key: str, **given: Any) -> None:
        from crmctl.cli.editing import assign

        found = app.kind(kind)
        assign(app, found, ref, [f"{found.embedded[name].name}-={key}"], **given)

    return rm
