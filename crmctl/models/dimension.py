"""The field by which a model tells its rows apart: any field, fact, or unit of a date."""

from __future__ import annotations

from datetime import date
from typing import Any

from crmctl.analytics.result import Column
from crmctl.models import Request
from crmctl.selection import Selection, shown
from crmctl.values.instants import parse_date


def dimension(request: Request, kind: str = "customer") -> tuple[Column, dict[str, list[Any]]]:
    """The column of the field that was asked for, and its values by id of a record.

    A record with a list has each of its elements, one without a value has None.
    """
    from crmctl.values.periods import UNITS, split_unit

    facts = request.facts
    path, unit = split_unit(request.by or "")
    found = facts.workspace.registry.kind(kind)
    selection = Selection(facts.workspace, found, as_of=facts.day, archived=True)
    columns = [selection.column("id"), selection.column(path, base=True, label=True)]
    values: dict[str, list[Any]] = {}
    for id, value in selection.rows(columns):
        elements = value if isinstance(value, list) else [value]
        values[id] = list(dict.fromkeys(_unit(each, unit) for each in elements)) or [None]
    column = shown(columns[1])
    if unit:
        return Column(request.by or "", UNITS[unit], "text"), values
    return Column(column.name, column.title, column.type, column.values, column.keys), values


def _unit(value: Any, unit: str | None) -> Any:
    if unit is None or value is None:
        return value
    from crmctl.values.periods import bucket

    day = value if isinstance(value, date) else parse_date(str(value)[:10])
    return bucket(day, unit) if day else None
