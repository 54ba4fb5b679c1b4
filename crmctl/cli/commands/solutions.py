"""What only solutions can do: be found by what a customer complains of."""

from __future__ import annotations

from crmctl.cli import options
from crmctl.cli.app import App, joined
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

REASONS = {
    "cause": N_("Cause"),
    "product": N_("Product"),
    "symptom": N_("Symptom"),
    "text": N_("Words in common"),
}


@define(
    "find",
    help=N_(
        "Find known answers by what a customer says, or for a ticket, and why each may fit."
        "\n\nOf a ticket count its subject, description, cause and product. What is a draft or "
        "retired is left out."
    ),
    examples=[
        "crmctl solution find 读数漂移",
        "crmctl solution find --ticket tck-20261106-rpaxbga5 -o json",
    ],
)
@options.output("table", "json", "jsonl", "yaml", "md", "ids")
@options.limit
@option(
    "--ticket",
    metavar="REF",
    shell_complete=complete_ref("ticket"),
    help=N_("For this ticket."),
)
@argument("words", nargs=-1, metavar="[TEXT]...")
def find(app: App, words: tuple[str, ...], ticket: str | None, format_: str, limit: int) -> None:
    from crmctl.analytics.result import Column
    from crmctl.errors import UsageError
    from crmctl.refs import References
    from crmctl.render.formats import objects, render
    from crmctl.service.solutions import find as find_solutions

    if not words and ticket is None:
        raise UsageError(_("Say what is wrong, or name a ticket with --ticket."))
    record = None
    if ticket is not None:
        kind, id = References(app.workspace).find(ticket, app.kind("ticket"))
        record = app.workspace.index.get(kind, id)
    found = find_solutions(app.workspace, joined(words), record, limit)
    app.warn_of_broken()
    if format_ == "ids":
        app.print(one.id for one in found)
    elif format_ in ("json", "jsonl", "yaml"):
        app.print(
            objects(
                format_,
                (
                    {
                        "id": one.id,
                        "title": one.title,
                        "score": one.score,
                        "self_service": one.self_service,
                        "why": [{"reason": reason, "text": text} for reason, text in one.why],
                    }
                    for one in found
                ),
            )
        )
    elif found:
        columns = [
            Column("id", N_("ID"), "text"),
            Column("title", N_("Title"), "text"),
            Column("score", N_("Score"), "integer"),
            Column("why", N_("Why"), "text"),
            Column("self_service", N_("Self-service"), "boolean"),
        ]
        rows = [
            (
                one.id,
                one.title,
                one.score,
                "; ".join(f"{_(REASONS[reason])}: {text}" for reason, text in one.why),
                one.self_service,
            )
            for one in found
        ]
        app.print(render(format_, columns, rows, app.width))
    else:
        app.remark(_("No solution is known for this."))


COMMANDS = {"find": find}
