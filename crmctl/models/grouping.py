"""What `--by FIELD` means to a model: the values of a field of each record, as of the day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crmctl.analytics.grouping import Grouping
from crmctl.analytics.result import Column
from crmctl.facts.tables import Facts
from crmctl.models import Request
from crmctl.selection import Selection, shown
from crmctl.values.dates import parse_date
from crmctl.values.periods import UNITS, bucket, split_unit


def ids(facts: Facts, kind: str, query: str, only: list[str] | None = None) -> frozenset[str]:
    """The records of a kind that match a query on the day of the facts, archived ones too."""
    return frozenset(_selection(facts, kind, query, only).ids())


def values(
    facts: Facts, kind: str, path: str, only: list[str] | None = None
) -> tuple[Column, dict[str, Any]]:
    """How the values at a path are shown, and the value of each record of a kind that has one."""
    selection = _selection(facts, kind, None, only)
    column = selection.column(path, base=True)
    rows = selection.rows([selection.column("id"), column])
    field = column.field.leaf
    view = shown(column)
    if field.type == "ref" and field.ref:
        # An entry of a list within a record has no name outside it.
        view = view.replaced(type="text") if "." in field.ref else view.replaced(kind=field.ref)
    return view, {id: value for id, value in rows if value not in (None, [])}


def grouping(request: Request, kind: str, path: str | None = None) -> Grouping | None:
    """The field that the rows are to be told apart by; dates take .month and so on."""
    path = path or request.by
    if path is None:
        return None
    stem, unit = split_unit(path)
    column, found = values(request.facts, kind, stem)
    column = column.replaced(name=path)
    if unit is not None:
        column = column.replaced(title=UNITS[unit], type="text", values=None)
    return Grouping(column, {id: [*_groups(value, unit)] for id, value in found.items()})


def _groups(value: Any, unit: str | None) -> Iterable[Any]:
    for one in dict.fromkeys(value) if isinstance(value, list) else (value,):
        day = parse_date(str(one)[:10]) if unit is not None else None
        yield one if unit is None else bucket(day, unit) if day else None


def _selection(facts: Facts, kind: str, query: str | None, only: list[str] | None) -> Selection:
    workspace = facts.workspace
    found = workspace.registry.kind(kind)
    day = facts.index.day
    return Selection(workspace, found, query, as_of=day, archived=True, ids=only)
