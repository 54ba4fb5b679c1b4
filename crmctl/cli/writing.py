"""The last step of every command that writes: show, ask, apply, say what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from crmctl.changes.apply import Applier, machine_result
from crmctl.changes.build import Builder
from crmctl.changes.changeset import ChangeSet
from crmctl.changes.plan import save
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
    plan: str | None = None,
    format_: str = "table",
    print_ids: Sequence[str] = (),
    ask: bool = False,
    yes: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Applies what a command built.

    `ask`: not without a yes; `print_ids`: what goes to stdout; `extra`: more keys for scripts.
    """
    changes = built.set
    if dry_run:
        app.print(described(changes.changes, app.workspace.registry))
        app.remark(_("Dry run: nothing was written."))
        return
    if plan is not None and changes:
        save_plan(app, changes, plan)
        return
    if not changes:
        app.remark(_("Nothing to change."))
        if format_ == "json":
            nothing = {**machine_result(changes), "change": None, **(extra or {})}
            app.print([jsontext.dumps(nothing)])
        return
    if ask and not yes:
        for line in described(changes.changes, app.workspace.registry):
            app.remark(line)
        count = len(changes.changes)
        question = ngettext("Change {count} record?", "Change {count} records?", count)
        if not app.confirm(question.format(count=count)):
            raise Unconfirmed(count)
    apply(app, changes)
    if format_ == "json":
        app.print([jsontext.dumps({**machine_result(changes), **(extra or {})})])
    else:
        app.print(print_ids)
    # Always said, also with --quiet: it is what undo and scripts go by.
    click.echo(f"change {changes.id}", err=True)


def apply(app: App, changes: ChangeSet) -> None:
    """Writes a change set; what git has against it is said."""
    applier = Applier(app.workspace)
    applier.apply(changes)
    for warning in applier.warnings:
        app.remark(warning)
    app.warn_of_setup()


def save_plan(app: App, changes: ChangeSet, file: str) -> None:
    """Saves what a command would change, and says so."""
    save(changes, Path(file))
    count = len(changes.changes)
    text = ngettext(
        "A plan for {count} record is in {file}.", "A plan for {count} records is in {file}.", count
    )
    app.remark(text.format(count=count, file=file))
