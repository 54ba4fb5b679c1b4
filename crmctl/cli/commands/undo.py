"""`undo`: a change set taken back, however long ago it was."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_change
from crmctl.locale import N_


@define(
    "undo",
    help=N_(
        "Take back a change: the last one, or any by its id, field by field.\n\nWhat was edited "
        "since is named and left (exit code 5). An undo can be undone by its id."
    ),
    examples=["crmctl undo", "crmctl undo --dry-run", "crmctl undo chg-20261121-k3f9x2ab --force"],
)
@options.writing
@option("--force", is_flag=True, help=N_("Also what was edited since."))
@argument("change", required=False, metavar="[CHANGE]", shell_complete=complete_change)
def command(
    app: App,
    change: str | None,
    force: bool,
    reason: str | None,
    **writing: Any,
) -> None:
    from crmctl.changes.past import Past
    from crmctl.changes.undo import Undo
    from crmctl.cli.writing import builder, finish
    from crmctl.errors import PartlyUndone

    past = Past(app.workspace)
    entry = past.find(change) if change else past.latest()
    built = builder(app, reason)
    left = Undo(built, entry, force=force).run()
    for one in left:
        app.remark(" ".join(filter(None, [one.id, one.field])) + f": {one.reason}")
    extra = {"left": [one._asdict() for one in left]}
    finish(app, built, extra=extra, **writing)
    if left and not (writing["dry_run"] or writing["plan"]):
        raise PartlyUndone(len(left))
