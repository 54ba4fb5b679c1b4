"""What comes again: the record of the next time, made from the one that is over."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmctl.schema.model import Field, Kind
from crmctl.schema.workflow import Again
from crmctl.values.dates import (
    Offset,
    format_instant,
    local_date,
    parse_date,
    parse_instant,
    parse_offset,
)

if TYPE_CHECKING:
    from crmctl.workspace import Workspace

# What belongs to one record alone.
OWN = frozenset(("id", "uid", "created", "archived", "_path", "_line"))
SAFE_DAY = 28  # every month has it
LONGEST = {"d": 1, "w": 7, "m": 31, "y": 366}


def next_time(
    workspace: Workspace, kind: Kind, field: Field, again: Again, record: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The record that follows one that is over; None for one that does not come again."""
    every = parse_offset(str(record.get(again.every) or ""))
    if every is None:
        return None
    histories = {f"{one.name}_history" for one in kind.histories}
    left_out = {*OWN, *histories, field.name, *again.without}
    values = {k: copy.deepcopy(v) for k, v in record.items() if k not in left_out}
    days = [_day(workspace, kind, name, record) for name in again.dates]
    old = next((day for day in days if day is not None), None)
    if old is None:
        if again.dates:
            values[again.dates[0]] = every.after(workspace.today).isoformat()
        return values
    first = parse_date(str(record.get(again.since or "") or "")) or old
    new = following(first, every, old, workspace.today)
    if again.since is not None and every.unit in "my" and first.day > SAFE_DAY:
        values[again.since] = first.isoformat()
    for name, day in zip(again.dates, days, strict=True):
        if day is not None:
            values[name] = _moved(workspace, kind, name, record, new - old)
    return values


def following(first: date, every: Offset, last: date, today: date) -> date:
    """The first day of a series after `last` that is not over yet; what was missed stays missed.

    Each day counts from the first one, so that the 31st comes back after a shorter month.
    """
    target = max(last + timedelta(days=1), today) if last < date.max else last
    steps = max(1, (target - first).days // (LONGEST[every.unit] * every.count))
    while (day := Offset(steps * every.count, every.unit).after(first)) < target:
        steps += 1
    return day


def _day(workspace: Workspace, kind: Kind, name: str, record: Mapping[str, Any]) -> date | None:
    text = str(record.get(name) or "")
    return local_date(text, workspace.zone) if _timed(kind, name) else parse_date(text)


def _moved(
    workspace: Workspace, kind: Kind, name: str, record: Mapping[str, Any], by: timedelta
) -> str:
    """A day or a moment so many days on, a moment at the same time of the clock."""
    text = str(record[name])
    if not _timed(kind, name):
        day = parse_date(text)
        assert day is not None
        return (day + by).isoformat()
    moment = parse_instant(text, workspace.zone)
    assert moment is not None
    local = moment.astimezone(workspace.zone)
    return format_instant(datetime.combine(local.date() + by, local.time(), workspace.zone))


def _timed(kind: Kind, name: str) -> bool:
    return kind.fields[name].type == "instant"
