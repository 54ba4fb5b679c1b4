"""What `export` does once its options are read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from crmctl.cli.app import App
from crmctl.cli.outfile import STDOUT, format_for, write_lines
from crmctl.errors import BadOption, Exists
from crmctl.locale import _
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


def export_subject(app: App, ref: str, format_: str | None, out: str | None) -> None:
    """Everything about one customer: an object on stdout, or a file for each kind in a folder."""
    from crmctl.facts.definitions import CUSTOMER
    from crmctl.privacy import subject
    from crmctl.refs import References
    from crmctl.render.formats import objects
    from crmctl.render.record import whole
    from crmctl.values import jsontext

    format_ = format_ or "json"
    if format_ not in ("json", "yaml"):
        raise BadOption("-o", format_, ["json", "yaml"], None)
    id = References(app.workspace).find(ref, app.kind(CUSTOMER))[1]
    found = subject(app.workspace, id, lambda kind, one: whole(kind, one, format_))
    app.warn_of_broken()
    if out is None or out == STDOUT:
        lines = [jsontext.dumps_pretty(found)] if format_ == "json" else objects(format_, [found])
        app.print(lines)
        return
    folder = Path(out)
    if folder.exists():
        raise Exists(_("folder"), out)
    folder.mkdir(parents=True)
    head = {name: value for name, value in found.items() if not isinstance(value, dict | list)}
    parts = {"subject": head, **{n: value for n, value in found.items() if n not in head}}
    for name, part in parts.items():
        several = part if isinstance(part, list) else [part]
        text = [jsontext.dumps_pretty(part)] if format_ == "json" else objects(format_, several)
        write_lines(folder / f"{name}.{format_}", text)
    app.remark(_("Written to {file}.").format(file=out))
