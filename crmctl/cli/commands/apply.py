"""`apply`: a plan carried out exactly as it was reviewed, or not at all."""

from __future__ import annotations

from typing import IO, Any

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.locale import N_


@define(
    "apply",
    help=N_(
        "Carry out a plan that was saved with --plan, exactly as it is or not at all.\n\nIt is "
        "refused when one of its records was changed since. --dry-run shows what it would do."
    ),
    examples=[
        "crmctl customer set --where 'level:basic' owner=li-na --plan handover.plan",
        "crmctl apply handover.plan --dry-run",
        "crmctl apply handover.plan",
    ],
)
@options.writing
@argument("file", type=click.File(encoding="utf-8"), metavar="FILE")
def command(app: App, file: IO[str], reason: str | None, **writing: Any) -> None:
    from crmctl.changes.plan import Plan
    from crmctl.cli.writing import builder, finish

    built = builder(app, reason)
    Plan(file.read(), getattr(file, "name", "-")).rebuild(built)
    finish(app, built, **writing)
