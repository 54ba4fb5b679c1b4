"""The commands of a kind of record, the same for shipped kinds and for a book's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crmctl.cli import examples, options
from crmctl.cli.app import App, joined
from crmctl.cli.base import Command, Group, argument, define, option
from crmctl.cli.catalog import VERBS, own_command
from crmctl.cli.completing import (
    complete_assignment,
    complete_query,
    complete_ref,
    complete_removed,
)
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.schema.model import Kind

DONE = "done"  # the state that a command of its own leads to


def kind_group(name: str, help: str, kind: Kind | None = None) -> Group:
    """`crmctl NAME ...`: list, show, add, set, edit, rename, rm, archive and the embedded lists.

    `kind` is what the examples of a book's own kind are made from.
    """
    made = KindGroup(name, help=help, examples=examples.of_kind(name, "", kind))
    for make in (_list, _show, _add, _set, _edit, _rename, _rm, _restore, _archive):
        command = make(name)
        command.examples = examples.of_kind(name, str(command.name), kind)
        made.add_command(command)
    return made


class KindGroup(Group):
    """The group of a kind, with what only some kinds have: states to move through, lists inside."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        kind = self._kind(ctx)
        if kind is None:
            return super().list_commands(ctx)
        verbs = VERBS.get(kind.name, ())
        return [*super().list_commands(ctx), *self._moving(kind), *verbs, *kind.embedded]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        kind = self._kind(ctx) if found is None else None
        if kind is None:
            return found
        if cmd_name in self._moving(kind):
            from crmctl.cli.commands.moving import moving_command

            return moving_command(str(self.name), cmd_name, kind)
        if cmd_name in VERBS.get(kind.name, ()):
            return own_command(kind.name, cmd_name)
        if cmd_name in kind.embedded:
            from crmctl.cli.commands.embedded import embedded_group

            return embedded_group(str(self.name), cmd_name, kind)
        return None

    def _kind(self, ctx: click.Context) -> Kind | None:
        from crmctl.cli.commands.embedded import known_kind

        return known_kind(ctx, str(self.name))

    def _moving(self, kind: Kind) -> list[str]:
        if not kind.workflows:
            return []
        from crmctl.schema.workflow import PIPELINES

        staged = any(field.workflow == PIPELINES for field in kind.workflows)
        ends = any(DONE in field.values for field in kind.workflows)
        more = [*(("advance", "close", "reopen") if staged else ()), *((DONE,) if ends else ())]
        return ["move", *more]


def _list(name: str) -> Command:
    @define("list", help=N_("List the records that match a query."))
    @options.listing
    @argument("query", nargs=-1, metavar="[QUERY]...", shell_complete=complete_query(name))
    def list_(app: App, /, query: tuple[str, ...], **choices: Any) -> None:
        from crmctl.cli.listing import list_records

        list_records(app, app.kind(name), joined(query), **choices)

    return list_


def _show(name: str) -> Command:
    @define("show", help=N_("Show one record."))
    @options.output("table", "json", "yaml")
    @options.clocks
    @argument("ref", shell_complete=complete_ref(name))
    def show(app: App, ref: str, format_: str, as_of: str | None) -> None:
        from crmctl.cli.listing import show_record

        show_record(app, app.kind(name), ref, format_, as_of)

    return show


def _add(name: str) -> Command:
    @define(
        "add",
        help=N_(
            "Add a record and print its id.\n\nThe first argument is its name or title, or the "
            "customer it belongs to when the kind has neither."
        ),
    )
    @options.writing
    @options.assignments
    @option("--id", metavar="ID", help=N_("Use this id."))
    @option("-f", "--file", type=click.File(encoding="utf-8"), help=N_("Records as YAML or JSON."))
    @argument("title", required=False, metavar="[NAME]")
    def add(app: App, **given: Any) -> None:
        from crmctl.cli.editing import add_records

        add_records(app, app.kind(name), **given)

    return add


def _set(name: str) -> Command:
    @define(
        "set",
        help=N_(
            "Change fields of a record, of all that match --where, or of the ids on stdin (“-”)."
            "\n\nFIELD=VALUE sets, FIELD+=ITEM adds, FIELD-=ITEM takes away, FIELD= clears."
        ),
    )
    @options.writing
    @options.yes
    @options.where
    @options.archived
    @argument(
        "words",
        nargs=-1,
        metavar="[REF|-] FIELD=VALUE...",
        shell_complete=complete_assignment(name),
    )
    def set_(app: App, **given: Any) -> None:
        from crmctl.cli.editing import set_fields

        set_fields(app, app.kind(name), **given)

    return set_


def _edit(name: str) -> Command:
    @define("edit", help=N_("Edit a record in your editor; it is checked before it is kept."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(name))
    def edit(app: App, ref: str, **given: Any) -> None:
        from crmctl.cli.editing import edit_record

        edit_record(app, app.kind(name), ref, **given)

    return edit


def _rename(name: str) -> Command:
    @define(
        "rename",
        help=N_(
            "Give a record another id; whatever refers to it follows.\n\nIts name is another "
            "thing: “set REF name=…” changes that."
        ),
    )
    @options.writing
    @argument("ref", shell_complete=complete_ref(name))
    @argument("new", metavar="NEW-ID")
    def rename(app: App, ref: str, new: str, **given: Any) -> None:
        from crmctl.cli.editing import rename_record

        rename_record(app, app.kind(name), ref, new, **given)

    return rename


def _rm(name: str) -> Command:
    @define("rm", help=N_("Remove records that nothing refers to."))
    @options.writing
    @options.yes
    @option("--cascade", is_flag=True, help=N_("With everything that refers to them."))
    @argument("refs", nargs=-1, required=True, metavar="REF...", shell_complete=complete_ref(name))
    def rm(app: App, refs: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.editing import remove_records

        remove_records(app, app.kind(name), refs, **given)

    return rm


def _restore(name: str) -> Command:
    @define(
        "restore",
        help=N_("Bring removed records back; without REF list those that can be."),
    )
    @options.writing
    @argument("refs", nargs=-1, metavar="[REF]...", shell_complete=complete_removed(name))
    def restore(app: App, refs: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.restoring import list_removed, restore_records

        if refs:
            restore_records(app, app.kind(name), refs, **given)
        else:
            list_removed(app, app.kind(name), given["format_"])

    return restore


def _archive(name: str) -> Command:
    @define(
        "archive",
        help=N_("Put records away: lists leave them out. “set REF archived=” brings one back."),
    )
    @options.writing
    @argument("refs", nargs=-1, required=True, metavar="REF...", shell_complete=complete_ref(name))
    def archive(app: App, refs: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.editing import archive_records

        archive_records(app, app.kind(name), refs, **given)

    return archive
