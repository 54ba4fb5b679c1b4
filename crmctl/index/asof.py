"""The book as of a day in event time: later events are invisible, later states are undone.

Temporary views take the names of the tables, so every statement written against the plain names
answers for that day without knowing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.index.layout import columns, event_column, quoted
from crmctl.schema.model import Kind
from crmctl.values import jsontext
from crmctl.values.dates import end_of, epoch


def state_at(value: Any, history: Sequence[Mapping[str, Any]], day: str) -> Any:
    """What a field with a history held at the end of `day`; None when nothing is known.

    Entries are in the order in which they were made. The first one says what was before it.
    """
    later = [entry for entry in history if str(entry.get("at") or "")[:10] > day]
    if not later:
        return value
    earlier = [entry for entry in history if str(entry.get("at") or "")[:10] <= day]
    return earlier[-1].get("value") if earlier else later[0].get("was")


def record_at(kind: Kind, values: Mapping[str, Any], day: date, zone: ZoneInfo) -> dict[str, Any]:
    """A record as it stood at the end of `day`."""
    text = day.isoformat()
    past = dict(values)
    for field in kind.histories:
        history = values.get(f"{field.name}_history") or []
        past[field.name] = state_at(values.get(field.name), history, text)
        past[f"{field.name}_history"] = [
            entry for entry in history if str(entry.get("at") or "")[:10] <= text
        ]
    limit = end_of(day, zone)
    for path in ("archived", *kind.state_dates):
        name, _, inner = path.partition(".")
        value = values.get(name)
        if inner and isinstance(value, Mapping):
            value = value.get(inner)
        if value is None:
            continue
        instant = kind.own(path).type == "instant"
        if (epoch(value, zone) or 0) >= limit if instant else str(value) > text:
            past[name] = None
    return {name: value for name, value in past.items() if value not in (None, [])}


def views(kinds: Sequence[Kind], day: date, zone: ZoneInfo) -> str:
    """The script that makes the temporary views; the functions come from `functions`."""
    return "".join(f"{_view(kind, day, zone)};\n" for kind in kinds)


def drop_views(kinds: Sequence[Kind]) -> str:
    """The script that takes them away again."""
    return "".join(f"DROP VIEW IF EXISTS temp.{quoted(kind.plural)};\n" for kind in kinds)


def _view(kind: Kind, day: date, zone: ZoneInfo) -> str:
    text = day.isoformat()
    limit = end_of(day, zone)
    histories = {field.name for field in kind.histories}
    states = {path.partition(".")[0]: path for path in ("archived", *kind.state_dates)}
    cells = ["rid", "_path", "_line", f"record_at('{kind.name}', _data) AS _data"]
    if not histories and len(states) == 1:
        cells[-1] = (
            "CASE WHEN archived > '{0}' THEN record_at('{1}', _data) ELSE _data END AS _data"
        )
        cells[-1] = cells[-1].format(text, kind.name)
    for field in kind.fields.values():
        name = quoted(field.name)
        if field.name in histories:
            cells.append(f'state_at({name}, "{field.name}_history") AS {name}')
        elif "." in states.get(field.name, ""):
            inner = states[field.name].partition(".")[2]
            seen = f"json_extract({name}, '$.{inner}') < '{text}~'"
            cells.append(f"CASE WHEN {seen} THEN {name} END AS {name}")
        elif field.name in states and field.type == "instant":
            seen = f'"{field.name}__ts" < {limit}'
            cells.append(f"CASE WHEN {seen} THEN {name} END AS {name}")
            cells.append(f'CASE WHEN {seen} THEN "{field.name}__ts" END AS "{field.name}__ts"')
        elif field.name in states:
            cells.append(f"CASE WHEN {name} <= '{text}' THEN {name} END AS {name}")
        else:
            cells += [quoted(column) for column, _ in columns(field)]
    # What is filed under others and has no date of its own, such as a task, begins when it is made.
    # What has a file of its own is always there: a customer was one before somebody typed it in.
    begins = kind.date or ("created" if kind.is_stream else None)
    if begins is not None:
        column = quoted(event_column(kind) if kind.date else begins)
        bound = limit - 1 if kind.fields[begins].type == "instant" else f"'{text}'"
        seen = f"{column} <= {bound}"
        if begins not in kind.root.required:
            seen = f"({column} IS NULL OR {seen})"
    else:
        seen = "true"
    source = f"main.{quoted(kind.plural)}"
    select = f"SELECT {', '.join(cells)} FROM {source} WHERE {seen}"
    return f"CREATE TEMP VIEW {quoted(kind.plural)} AS {select}"


def functions(kinds: Sequence[Kind], day: date, zone: ZoneInfo) -> dict[str, Any]:
    """The SQL functions that the views call, by name; each takes two arguments."""
    by_name = {kind.name: kind for kind in kinds}
    text = day.isoformat()

    def at(name: str, data: str) -> str:
        return jsontext.dumps(record_at(by_name[name], jsontext.loads(data), day, zone))

    def state(value: Any, history: str | None) -> Any:
        return value if history is None else state_at(value, jsontext.loads(history), text)

    return {"record_at": at, "state_at": state}
