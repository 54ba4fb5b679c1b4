"""`doctor`: what is out of order around the records, mended where that can be done."""

from __future__ import annotations

import click

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import define, option
from crmctl.locale import N_, _, ngettext


@define(
    "doctor",
    help=N_(
        "Mend what is out of order around the records: index, journal, rights, settings of git."
        "\n\nOne line for each thing it looks at. Exits 1 when something is left for you to do. "
        "What is wrong in the records themselves is told by “crmctl check”."
    ),
    examples=["crmctl doctor", "crmctl doctor --dry-run", "crmctl doctor -o json"],
)
@options.output("table", "json", "jsonl", "csv", "tsv", "md")
@option("--dry-run", is_flag=True, help=N_("Only look."))
def command(app: App, format_: str, dry_run: bool) -> None:
    from crmctl.analytics.result import Column
    from crmctl.doctor import EXAMINATIONS, MENDED, OPEN, Finding, examined
    from crmctl.render.formats import objects, render
    from crmctl.render.width import pad, width
    from crmctl.values.text import visible

    found = [*examined(app.root, dry_run=dry_run)]
    if format_ in ("json", "jsonl"):
        app.print(objects(format_, (finding._asdict() for finding in found)))
    elif format_ != "table":
        app.print(render(format_, [Column(name, name, "text") for name in Finding._fields], found))
    else:
        states = {"ok": _("ok"), MENDED: _("mended"), OPEN: _("to do")}
        columns = max(map(width, states.values()))
        for one in found:
            said = title = _(EXAMINATIONS[one.check][0])
            if one.message:
                said = _("{title}: {text}").format(title=title, text=one.message)
            hint = f" ({one.hint})" if one.hint else ""
            app.print([visible(f"{pad(states[one.state], columns)}  {said}{hint}")])
    left = sum(one.state == OPEN for one in found)
    if left:
        text = ngettext("{count} thing is left to do.", "{count} things are left to do.", left)
        app.remark(text.format(count=left))
        click.get_current_context().exit(1)
    app.remark(_("Everything is in order."))
