"""Commands for the keyed lists inside a record: `contact add acme 李四 --set role=buyer`.

They come from `command:` in the schema and only spell assignments that `set` takes as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import examples, options
from crmctl.cli.app import App
from crmctl.cli.base import Command, Group, argument, define
from crmctl.cli.catalog import EMBEDDED, EMBEDDED_HELP, VERBS, own_command
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
    for verb in VERBS.get(name, ()):
        made.add_command(own_command(name, verb))
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
    @define("show", help=N_("Show one entry; without KEY all of them."))
    @options.output("table", "json", "yaml")
    @options.at
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("key", required=False)
    def show(app: App, ref: str, key: str | None, format_: str) -> None:
        from crmctl.cli.listing import list_embedded, show_embedded

        if key is None:
            list_embedded(app, app.kind(kind), name, ref, format_)
        else:
            show_embedded(app, app.kind(kind), name, ref, key, format_)

    return show


def _add(kind: str, name: str) -> Command:
    @define(
        "add",
        help=N_("Add an entry, or several, and print their keys; “-” reads names from stdin."),
    )
    @options.writing
    @options.assignments
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("titles", nargs=-1, metavar="[NAME|-]...")
    def add(
        app: App, ref: str, titles: tuple[str, ...], sets: tuple[str, ...], **given: Any
    ) -> None:
        from crmctl.cli.entries import add_entries

        add_entries(app, app.kind(kind), name, ref, titles, sets, **given)

    return add


def _set(kind: str, name: str) -> Command:
    @define("set", help=N_("Change fields of an entry, of several, or of the keys on stdin (“-”)."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("words", nargs=-1, required=True, metavar="[KEY|-]... FIELD=VALUE...")
    def set_(app: App, ref: str, words: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.entries import set_entries

        set_entries(app, app.kind(kind), name, ref, words, **given)

    return set_


def _rm(kind: str, name: str) -> Command:
    @define("rm", help=N_("Remove an entry, several, or those of the keys on stdin (“-”)."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(kind))
    @argument("keys", nargs=-1, required=True, metavar="[KEY|-]...")
    def rm(app: App, ref: str, keys: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.entries import remove_entries

        remove_entries(app, app.kind(kind), name, ref, keys, **given)

    return rm
