"""`archive`: records of any kind put away, still there for whoever asks."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "archive",
    help=N_(
        "Put records of any kind away: lists leave them out, nothing is lost. “KIND set REF "
        "archived=” brings one back."
    ),
    examples=[
        "crmctl archive nordlys",
        'crmctl archive liu-fang zhang-wei-3 --reason "moved away"',
    ],
)
@options.writing
@argument("refs", nargs=-1, required=True, metavar="REF...", shell_complete=complete_ref())
def command(app: App, /, refs: tuple[str, ...], **given: Any) -> None:
    from crmctl.cli.editing import archive_records

    archive_records(app, None, refs, **given)
