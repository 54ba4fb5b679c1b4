"""The commands of a kind of record, the same for shipped kinds and for a book's own."""

from __future__ import annotations

from typing import Any

import click

from crmctl.cli import options
from crmctl.cli.app import App, joined
from crmctl.cli.base import Command, Group, argument, define, option
from crmctl.cli.completing import complete_assignment, complete_query, complete_ref
from crmctl.locale import N_

REF = "REF"


def kind_group(name: str, help: str) -> Group:
    """`crmctl NAME ...`: list, show, add, set, edit, rm, archive and the embedded lists."""
    made = KindGroup(name, help=help, examples=_examples(name))
    for make in (_list, _show, _add, _set, _edit, _rm, _archive):
        made.add_command(make(name))
    return made


def _examples(name: str) -> list[str]:
    return [f"crmctl {name} list", f"crmctl {name} show {REF}", f"crmctl {name} --help"]


class KindGroup(Group):
    """The group of a kind, which also has a group for each embedded list with a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self._embedded(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in self._embedded(ctx):
            from crmctl.cli.commands.embedded import embedded_group

            return embedded_group(str(self.name), cmd_name)
        return found

    def _embedded(self, ctx: click.Context) -> list[str]:
        from crmctl.cli.commands.embedded import embedded_names

        return embedded_names(ctx, str(self.name))


def _list(name: str) -> Command:
    @define("list", help=N_("List the records that match a query."), examples=_queries(name))
    @options.listing
    @argument("query", nargs=-1, metavar="[QUERY]...", shell_complete=complete_query(name))
    def list_(app: App, /, query: tuple[str, ...], **choices: Any) -> None:
        from crmctl.cli.listing import list_records

        list_records(app, app.kind(name), joined(query), **choices)

    return list_


def _queries(name: str) -> list[str]:
    examples = {
        "customer": ["'level:vip,important city:上海'", "'last_interaction:>30d' -o ids"],
        "order": ["'amount:>=10000 date:this-year' --sort -amount"],
        "interaction": ["'kind:complaint at:<30d'"],
        "task": ["'status:open due:..today'"],
    }
    return [f"crmctl {name} list {query}" for query in examples.get(name, ["--limit 10"])]


def _show(name: str) -> Command:
    @define("show", help=N_("Show one record."), examples=[f"crmctl {name} show {REF} -o yaml"])
    @options.output("table", "json", "yaml")
    @options.as_of
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
        examples=_adds(name),
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


def _adds(name: str) -> list[str]:
    examples = {
        "customer": ['"Acme GmbH" --set level=vip --set tags+=fair', "张伟 -s type=person"],
        "order": ["acme --set amount=1200 --set date=yesterday"],
        "task": ['"Send the offer" -s customer=acme -s due=friday'],
        "interaction": ['"Demo" -s customer=acme -s kind=visit -s at=yesterday'],
    }
    return [f"crmctl {name} add {rest}" for rest in examples.get(name, ["NAME --set FIELD=VALUE"])]


def _set(name: str) -> Command:
    @define(
        "set",
        help=N_(
            "Change fields of a record, of all that match --where, or of the ids on stdin (“-”)."
        ),
        examples=[
            f"crmctl {name} set {REF} FIELD=VALUE LIST+=ITEM OTHER=",
            f"crmctl {name} set --where QUERY FIELD=VALUE --yes",
        ],
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
