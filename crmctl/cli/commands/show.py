"""`show`: the whole picture of a customer, or any other record with its fields."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_


@define(
    "show",
    help=N_(
        "Show everything about a customer: who it is, what it is worth, what is open and what was "
        "last. Any other record is shown with its fields."
    ),
    examples=[
        "crmctl show nordlys",
        "crmctl show 陈晓明 --as-of 2026-06-30",
        "crmctl show nordlys -o json",
    ],
)
@options.output("table", "json", "yaml")
@options.clocks
@argument("ref", shell_complete=complete_ref())
def command(app: App, /, ref: str, format_: str, as_of: str | None) -> None:
    from crmctl.cli.listing import show_record
    from crmctl.dossier import dossier
    from crmctl.facts.definitions import CUSTOMER
    from crmctl.refs import References
    from crmctl.render.dossier import dossier_lines
    from crmctl.render.formats import objects
    from crmctl.render.record import whole

    kind, id = References(app.workspace).find(ref)
    if kind.name != CUSTOMER:
        show_record(app, kind, id, format_, as_of)
        return
    found = dossier(app.workspace, id, as_of=app.day(as_of), on_fault=app.warn)
    app.warn_of_broken()
    if format_ == "table":
        app.print(dossier_lines(found, app.workspace.registry, app.workspace.zone, app.width))
    else:
        kinds = app.workspace.registry.kinds
        object_ = found.as_object(lambda name, values: whole(kinds[name], values, format_))
        app.print(objects("jsonl" if format_ == "json" else format_, [object_]))
