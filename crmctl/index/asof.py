"""The book as of a day in event time: later events are invisible, later states are undone.

Temporary views take the names of the tables, so every statement written against the plain names
answers for that day without knowing of it; or for a few customers, whose records alone they show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crmctl.index.layout import columns, event_column, party_of, quoted
from crmctl.schema.model import Kind
from crmctl.values import jsontext
from crmctl.values.dates import end_of, epoch

_AT = re.compile(r'"at": ?"(\d{4}-\d\d-\d\d)')


class Moment:
    """The end of a local day, to which dates and instants are compared."""

    def __init__(self, day: date, zone: ZoneInfo) -> None:
        self.day = day.isoformat()
        self.zone = zone
        self.limit = end_of(day, zone)
        # By the day before, an instant that names the day before that is over in every zone.
        self._over = (day if day == date.min else day - timedelta(1)).isoformat()

    def is_over(self, history: str) -> bool:
        """Whether the JSON of a history shows at a glance that all its entries were there."""
        return max(_AT.findall(history), default="") < self._over

    def reached(self, at: str) -> bool:
        """Whether a date or an instant had come."""
        if len(at) <= len(self.day):
            return at <= self.day
        return (epoch(at, self.zone) or 0) < self.limit

    def past(self, history: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The entries of a history that were there."""
        return [entry for entry in history if self.reached(str(entry.get("at") or ""))]


class View(NamedTuple):
    """What tables show: the records as of the end of a day, of some customers or of all."""

    day: date | None
    kinds: Sequence[Kind] = ()
    parties: Sequence[str] | None = None

    def covers(self, other: View) -> bool:
        same = (self.day, self.parties) == (other.day, other.parties)
        return same and set(other.kinds) <= set(self.kinds)


AS_IT_IS = View(None)


def state_at(value: Any, history: Sequence[Mapping[str, Any]], moment: Moment) -> Any:
    """What a field with a history held; None when nothing is known.

    Entries are in the order in which they were made. The first one says what was before it.
    """
    earlier = moment.past(history)
    if len(earlier) == len(history):
        return value
    if earlier:
        return earlier[-1].get("value")
    return history[0].get("was")


def record_at(kind: Kind, values: Mapping[str, Any], moment: Moment) -> dict[str, Any]:
    """A record as it stood then."""
    past = dict(values)
    for field in kind.histories:
        history = values.get(f"{field.name}_history") or []
        past[field.name] = state_at(values.get(field.name), history, moment)
        past[f"{field.name}_history"] = moment.past(history)
    for path in ("archived", *kind.state_dates):
        name, _, inner = path.partition(".")
        value = values.get(name)
        if inner and isinstance(value, Mapping):
            value = value.get(inner)
        if value is not None and not moment.reached(str(value)):
            past[name] = None
    return {name: value for name, value in past.items() if value not in (None, [])}


def views(
    kinds: Sequence[Kind], day: date, zone: ZoneInfo, parties: Sequence[str] | None = None
) -> str:
    """The script that makes the temporary views; the functions come from `functions`.

    With `parties` they show the records of these customers alone, and those that are of none.
    """
    return "".join(f"{_view(kind, day, zone)}{_of(kind, parties)};\n" for kind in kinds)


def _of(kind: Kind, parties: Sequence[str] | None) -> str:
    party = party_of(kind)
    if parties is None or party is None:
        return ""
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in parties)
    return f" AND {quoted(party)} IN ({listed})"


def drop_views(kinds: Sequence[Kind]) -> str:
    """The script that takes them away again."""
    return "".join(f"DROP VIEW IF EXISTS temp.{quoted(kind.plural)};\n" for kind in kinds)


def _view(kind: Kind, day: date, zone: ZoneInfo) -> str:
    text = day.isoformat()
    limit = end_of(day, zone)
    histories = {field.name for field in kind.histories}
    kept = {f"{name}_history" for name in histories}
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
            cells.append(_unless_null(f"{field.name}_history", name, "state_at", name))
        elif field.name in kept:
            cells.append(_unless_null(field.name, name, "past", "NULL"))
        elif "." in states.get(field.name, ""):
            inner = states[field.name].partition(".")[2]
            # Without a date nobody knows better than that it was so.
            seen = f"COALESCE(json_extract({name}, '$.{inner}') < '{text}~', true)"
            cells.append(f"CASE WHEN {seen} THEN {name} END AS {name}")
        elif field.name in states and field.type == "instant":
            seen = f'"{field.name}__ts" < {limit}'
            cells.append(f"CASE WHEN {seen} THEN {name} END AS {name}")
            cells.append(f'CASE WHEN {seen} THEN "{field.name}__ts" END AS "{field.name}__ts"')
        elif field.name in states:
            cells.append(f"CASE WHEN {name} <= '{text}' THEN {name} END AS {name}")
        else:
            cells += [quoted(column) for column, _ in columns(field)]
    # What is filed under others and has no date of its own, such as a task, begins when it is made,
    # and so does what may be planned before its date comes, such as a payment. What has a file of
    # its own is always there: a customer was one before somebody typed it in.
    seen = f"created <= '{text}' OR created IS NULL" if kind.is_stream else "true"
    if kind.date is not None:
        event = quoted(event_column(kind))
        timed = kind.fields[kind.date].type == "instant"
        happened = f"{event} < {limit}" if timed else f"{event} <= '{text}'"
        if kind.date in kind.root.required:
            seen = happened
        else:
            seen = f"{happened} OR created <= '{text}' OR COALESCE({event}, created) IS NULL"
    source = f"main.{quoted(kind.plural)}"
    select = f"SELECT {', '.join(cells)} FROM {source} WHERE ({seen})"
    return f"CREATE TEMP VIEW {quoted(kind.plural)} AS {select}"


def _unless_null(history: str, name: str, function: str, otherwise: str) -> str:
    """The cell of a function of a field and its history; most records have none."""
    called = f'{function}({name}, "{history}")'
    return f'CASE WHEN "{history}" IS NULL THEN {otherwise} ELSE {called} END AS {name}'


def functions(kinds: Sequence[Kind], day: date, zone: ZoneInfo) -> dict[str, Any]:
    """The SQL functions that the views call, by name; each takes two arguments."""
    by_name = {kind.name: kind for kind in kinds}
    moment = Moment(day, zone)

    def at(name: str, data: str) -> str:
        return jsontext.dumps(record_at(by_name[name], jsontext.loads(data), moment))

    def state(value: Any, history: str) -> Any:
        if moment.is_over(history):
            return value
        return state_at(value, jsontext.loads(history), moment)

    def past(_value: Any, history: str) -> str | None:
        if moment.is_over(history):
            return history
        found = moment.past(jsontext.loads(history))
        return jsontext.dumps(found) if found else None

    return {"record_at": at, "state_at": state, "past": past}
