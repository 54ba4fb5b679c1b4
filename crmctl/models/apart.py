"""What `--by FIELD` means to a model: a column, and the value in it of each record."""

from __future__ import annotations

from crmctl.analytics.grouping import Grouping
from crmctl.models import Request
from crmctl.selection import Selection, shown


def grouping(request: Request, kind: str) -> Grouping | None:
    """The field of a kind that rows are to be told apart by, as of the day; None without one."""
    if request.by is None:
        return None
    facts = request.facts
    found = facts.workspace.registry.kind(kind)
    selection = Selection(facts.workspace, found, as_of=facts.day, archived=True)
    column = selection.column(request.by, base=True)
    rows = selection.rows([selection.column("id"), column])
    view = shown(column)
    target, _dot, inner = (column.field.leaf.ref or "").partition(".")
    if target:
        view = view.replaced(type="text") if inner else view.replaced(kind=target)
    values = {
        id: value if isinstance(value, list) else [value] for id, value in rows if value is not None
    }
    return Grouping(view, values)
