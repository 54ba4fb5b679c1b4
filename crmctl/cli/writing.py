"""The last step of every command that writes: show, ask, apply, say what was done."""

from __future__ import annotations

from collections.abc import Sequence

import click

from crmctl.changes.apply import Applier, machine_result
from crmctl.changes.build import Builder
from crmctl.cli.app import App
from crmctl.errors import Unconfirmed
from crmctl.locale import _, ngettext
from crmctl.render.changes import described
from crmctl.values import jsontext


def command_line() -> list[str]:
    """The command as it is kept with a change set: its name and the words after it."""
    context = click.get_current_context()
    return [*context.command_path.split()[1:], *context.meta["words"]]


def builder(app: App, reason: str | None = None) -> Builder:
    """A builder for the running command."""
    return Builder(app.workspace, command_line(), reason)


def finish(
    app: App,
    built: Builder,
    *,
    dry_run: bool = False,
    format_: str = "table",
    print_ids: Sequence[str] = (),
    ask: bool = False,
    yes: bool = False,
) -> None:
    """Applies what a command built. `ask`: not without a yes; `print_ids`: what goes to stdout."""
    changes = built.set
    if dry_run:
        app.print(described(changes, app.workspace.registry))
        app.remark(_("Dry run: nothing was written."))
        return
    if not changes:
        app.remark(_("Nothing to change."))
        if format_ == "json":
            app.print([jsontext.dumps(machine_result(changes) | {"change": None})])
        return
    if ask and not yes:
        for line in described(changes, app.workspace.registry):
            app.remark(line)
        count = len(changes.changes)
        question = ngettext("Change {count} record?", "Change {count} records?", count)
        if not app.confirm(question.format(count=count)):
            raise Unconfirmed(count)
    Applier(app.workspace).apply(changes)
    if format_ == "json":
        app.print([jsontext.dumps(machine_result(changes))])
    else:
        app.print(print_ids)
    # Always said, also with --quiet: it is what undo and scripts go by.
    click.echo(f"change {changes.id}", err=True)
