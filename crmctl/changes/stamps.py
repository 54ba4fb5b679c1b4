"""This day or this moment, where a record takes it down by itself."""

from __future__ import annotations

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
