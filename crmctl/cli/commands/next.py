"""`next`: one suggestion for a customer, with the rule behind it."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _


@define(
    "next",
    help=N_(
        "Suggest one thing to do next with a customer, and tell which rule says so.\n\n"
        "What is due comes first, in the order of the rules of “reminders:”; else the step of the "
        "queue that the customer is in; else what comes up."
    ),
    examples=["crmctl next nordlys", "crmctl next shanghai-zhiyun -o json"],
)
@options.output("table", "json", "yaml")
@options.clocks
@argument("ref", shell_complete=complete_ref("customer"))
def command(app: App, /, ref: str, format_: str, as_of: str | None) -> None:
    from crmctl.advice import advise
    from crmctl.refs import References
    from crmctl.render.formats import objects
    from crmctl.render.table import pairs

    kind = app.kind("customer")
    _kind, id = References(app.workspace).find(ref, kind)
    day = app.day(as_of)
    app.workspace.index.as_of(day)
    advice = advise(app.workspace, id, as_of=day, on_fault=app.warn)
    app.warn_of_broken()
    if format_ != "table":
        found = {"customer": id, **(advice.as_object() if advice is not None else {})}
        app.print(objects("jsonl" if format_ == "json" else format_, [found]))
    elif advice is None:
        app.remark(_("Nothing is due, and the customer is in no queue. What is their status?"))
    else:
        items = [(_("Next step"), advice.action), (_("Why"), advice.reason)]
        if advice.due is not None:
            items.append((_("Due"), advice.due.isoformat()))
        items += [(_("Rule"), advice.rule), (_("Evidence"), ", ".join(advice.evidence) or "-")]
        app.print(pairs(items, app.width))
