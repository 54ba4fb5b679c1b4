"""`crmctl merge-driver`: what git calls, and nobody else."""

from __future__ import annotations

from pathlib import Path

import click

from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.locale import N_

FILE = click.Path(path_type=Path)


@define(
    "merge-driver",
    help=N_(
        "Merge three versions of a record file into OURS; git calls it, see “crmctl git setup”."
        "\n\nExit code 0: merged; 1: conflicts, marked in the file and named on stderr."
    ),
    examples=["crmctl merge-driver base.yaml ours.yaml theirs.yaml records/customers/acme.yaml"],
)
@argument("base", type=FILE)
@argument("ours", type=FILE)
@argument("theirs", type=FILE)
@argument("path")
@argument("marker_size", type=int, required=False, default=7, metavar="[MARKER_SIZE]")
def command(app: App, base: Path, ours: Path, theirs: Path, path: str, marker_size: int) -> int:
    from crmctl.merging.driver import merge_into

    outcome = merge_into(Path.cwd(), base, ours, theirs, path, marker_size)
    for remark in outcome.remarks:
        app.remark(remark)
    return 0 if outcome.clean else 1
