"""`brief`: everything about a customer for somebody who never met them."""

from __future__ import annotations

from pathlib import Path

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

FORMATS = ("table", "md")


@define(
    "brief",
    help=N_(
        "Write one page on a customer: who they are, what is open, what was promised, decided and "
        "said, all of it."
    ),
    examples=["crmctl brief bodensee-pharma", "crmctl brief nordlys --out nordlys.md"],
)
@options.output_file(*FORMATS)
@options.clocks
@argument("ref", shell_complete=complete_ref("customer"))
def command(app: App, /, ref: str, format_: str | None, out: str | None, as_of: str | None) -> None:
    from crmctl.brief import brief
    from crmctl.cli.outfile import STDOUT, format_for, write_lines
    from crmctl.refs import References
    from crmctl.render.brief import brief_lines

    format_ = format_for(out, format_, FORMATS)
    _kind, id = References(app.workspace).find(ref, app.kind("customer"))
    found = brief(app.workspace, id, as_of=app.day(as_of))
    app.warn_of_broken()
    to_file = out is not None and out != STDOUT
    lines = brief_lines(
        found,
        app.workspace.registry,
        app.workspace.zone,
        markdown=format_ == "md",
        columns_wide=None if to_file else app.width,
    )
    if out is None or not to_file:
        app.print(lines)
    else:
        write_lines(Path(out), lines)
        app.remark(_("Written to {file}.").format(file=out))
