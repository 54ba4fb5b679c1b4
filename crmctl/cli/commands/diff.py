"""`diff`: what differs between two states of the book, in the words of the business."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_kind, complete_ref
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.changes.between import Between
    from crmctl.changes.changeset import Change

ACTIONS = ("created", "updated", "removed", "moved")


@define(
    "diff",
    help=N_(
        "What differs between two states of the book, record by record: from A to B, from A to the "
        "files as they are, or from the last commit to them.\n\nA and B are dates, or whatever git "
        "takes for a commit. A date means the last commit up to the end of that day."
    ),
    examples=[
        "crmctl diff",
        "crmctl diff yesterday",
        "crmctl diff 2026-10..2026-11 --summary",
        "crmctl diff v1.0..main --kind order -o json",
    ],
)
@options.output()
@option("--kind", metavar="KIND", shell_complete=complete_kind, help=N_("Only this kind."))
@option(
    "--customer",
    metavar="REF",
    shell_complete=complete_ref("customer"),
    help=N_("Only this customer and what belongs to it."),
)
@option("--summary", is_flag=True, help=N_("Only how many records of each kind."))
@argument("states", required=False, metavar="[A..B]")
def command(
    app: App,
    states: str | None,
    format_: str,
    kind: str | None,
    customer: str | None,
    summary: bool,
) -> None:
    from crmctl.changes.history import traced
    from crmctl.render.changes import described
    from crmctl.render.formats import objects, render

    compared = _compared(app, states or "")
    wanted = app.kind(kind).name if kind else None
    of = traced(app.workspace, customer).id if customer else None
    changes = [
        change
        for change in compared.changes
        if wanted in (None, change.kind) and (of is None or of in _customers(change))
    ]
    changes.sort(key=lambda change: (_customers(change) or ["\U0010ffff"])[0])
    for one in compared.unread:
        text = _("warning: not compared: {problem}")
        if one.before:
            text = _("warning: not compared, for it was broken then: {problem}")
        app.remark(text.format(problem=one.problem))
    if summary:
        app.print(render(format_, *_summary(app, changes), app.width))
    elif format_ in ("json", "jsonl", "yaml"):
        app.print(objects(format_, (_object(app, change) for change in changes)))
    elif format_ == "ids":
        app.print(dict.fromkeys(change.new_id for change in changes))
    elif format_ == "table":
        app.print(described(changes, app.workspace.registry, most=len(changes)))
    else:
        app.print(render(format_, *_flat(app, changes)))
    if not changes and not compared.unread:
        app.remark(_("Nothing differs."))


def _compared(app: App, states: str) -> Between:
    from crmctl.changes.between import between
    from crmctl.vcs.revisions import resolve

    workspace = app.workspace
    first, both, second = states.partition("..")
    old, new = (
        resolve(workspace.root, name, workspace.today, workspace.zone)
        for name in (first or "HEAD", second or "HEAD")
    )
    return between(workspace, old, new if both else None)


def _customers(change: Change) -> list[str]:
    """Whose record it is, and whose it was."""
    if change.kind == "customer":
        return [change.new_id, change.id]
    return [str(v["customer"]) for v in (change.after, change.before) if v and v.get("customer")]


def _object(app: App, change: Change) -> dict[str, Any]:
    values = change.after or change.before or {}
    return {
        "kind": change.kind,
        "id": change.new_id,
        "customer": next(iter(_customers(change)), None),
        "name": values.get(app.kind(change.kind).label),
        "action": change.action,
        "path": f"records/{change.path}",
        "changes": [
            {"field": name, "before": before, "after": after}
            for name, before, after in change.parts()
        ],
    }


def _flat(app: App, changes: Sequence[Change]) -> tuple[list[Any], Iterator[list[Any]]]:
    """A row for each field; one for a record that only moved."""
    from crmctl.analytics.result import Column

    names = ("kind", "id", "customer", "name", "action")
    rows = (
        [*(found[name] for name in names), *part.values()]
        for found in (_object(app, change) for change in changes)
        for part in found["changes"] or [dict.fromkeys(("field", "before", "after"))]
    )
    columns = [Column(name, name, "text") for name in (*names, "field", "before", "after")]
    return columns, rows


def _summary(app: App, changes: Sequence[Change]) -> tuple[list[Any], list[list[Any]]]:
    from crmctl.analytics.result import Column

    titles = (_("Added"), _("Changed"), _("Gone"), _("Moved"))
    columns = [Column("kind", _("Kind"), "text")]
    columns += [Column(*pair, "integer") for pair in zip(ACTIONS, titles, strict=True)]
    done = [(change.kind, change.action) for change in changes]
    kinds = dict.fromkeys(kind for kind, _action in sorted(done))
    return columns, [[kind, *(done.count((kind, name)) for name in ACTIONS)] for kind in kinds]
