"""This day or this moment, where a record takes it down by itself."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crmctl.schema.model import Kind
from crmctl.values.dates import format_instant


def stamp(type: str | None, now: datetime) -> str:
    """`now` as a field of the type `date` or `instant` has it."""
    return format_instant(now) if type == "instant" else now.date().isoformat()


def filled(kind: Kind, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A new record with the days and moments that its schema fills in and nobody said."""
    found = dict(values)
    for field in kind.fields.values():
        if field.fill is not None and field.name not in values:
            others = {name: values.get(name, kind.fields[name].default) for name in field.fill}
            if others == field.fill:
                found[field.name] = stamp(field.type, now)
    return found


def with_histories(
    kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime, by: str | None
) -> dict[str, Any]:
    """`after` with an entry for each changed field that keeps a history, unless it brings its own.

    `by` is who changes it.
    """
    values = copy.deepcopy(dict(after))
    for field in kind.histories:
        name = f"{field.name}_history"
        old, new = before.get(field.name), values.get(field.name)
        if old == new or before.get(name) != values.get(name):
            continue
        entry: dict[str, Any] = {"value": new, "at": stamp(field.history, now)}
        if by:
            entry["by"] = by
        if not before.get(name):
            entry["was"] = old if old is not None else field.default
        entry = {key: value for key, value in entry.items() if value is not None}
        values[name] = [*(before.get(name) or []), entry]
    return values
