"""What `export` does once its options are read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from crmctl.cli.app import App
from crmctl.cli.outfile import STDOUT, format_for, write_lines
from crmctl.schema.model import Kind


def export_records(
    app: App,
    kind: Kind,
    query: str,
    *,
    format_: str | None,
    columns: Sequence[str],
    sort: Sequence[str],
    limit: int,
    all_: bool,
    as_of: str | None,
    out: str | None,
    bom: bool,
) -> None:
    """Writes the records that match to stdout, or in one step to a file."""
    from crmctl.exchange.exporting import FORMATS, export
    from crmctl.selection import Selection

    format_ = format_for(out, format_, FORMATS)
    selection = Selection(app.workspace, kind, query, as_of=app.day(as_of), archived=all_)
    app.warn_of_broken()
    lines = export(selection, format_, columns, sort, limit)
    if out and out != STDOUT:
        write_lines(Path(out), lines, bom)
        return
    if bom:
        sys.stdout.write("\ufeff")
    app.print(lines)
