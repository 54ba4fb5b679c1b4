"""The agenda as entries of a calendar: appointments with their hours, the rest as whole days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmctl.agenda import TASK, rule_titles
from crmctl.due import BIRTHDAY, Item
from crmctl.render.ics import HOUR, Event, ics_lines
from crmctl.values import jsontext
from crmctl.values.dates import parse_instant
from crmctl.workspace import Workspace

ALARM = 15  # minutes before an appointment


def calendar(workspace: Workspace, items: Sequence[Item]) -> Iterator[str]:
    """The lines of a calendar file with these items."""
    titles = rule_titles(workspace)
    tasks = _tasks(workspace, [str(item.ref) for item in items if item.what == TASK])
    events = [_event(workspace, item, titles, tasks.get(str(item.ref))) for item in items]
    name = workspace.config.name or "crmctl"
    return ics_lines(events, name, workspace.now)


def _event(
    workspace: Workspace, item: Item, titles: dict[str, str], task: dict[str, Any] | None
) -> Event:
    parts = (item.ref, item.entry, item.contact)
    uid = "-".join(part for part in (item.what, *parts) if part)
    about = item.text if item.name in (None, item.text) else f"{item.text} · {item.name}"
    event = Event(
        uid=f"{uid}@crmctl",
        start=item.due,
        summary=about if item.what == TASK else f"{titles.get(item.what, item.what)}: {about}",
        # A lunar birthday falls on another day each year.
        yearly=item.what == BIRTHDAY and not item.lunar,
        description=item.ref,
    )
    if item.lunar or item.customers is not None:
        event = event.replaced(uid=f"{uid}-{item.due.year}@crmctl")
    if task is None:
        return event
    begins = parse_instant(task.get("at") or "", workspace.zone)
    notes = "\n".join(text for text in (task.get("notes"), item.ref) if text)
    event = event.replaced(place=task.get("place"), description=notes)
    if begins is None:
        return event
    return event.replaced(start=begins, minutes=task.get("duration") or HOUR, alarm=ALARM)


def _tasks(workspace: Workspace, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = workspace.index.rows(
        "SELECT id, _data FROM tasks WHERE id IN (SELECT value FROM json_each(?))",
        (jsontext.dumps(list(ids)),),
    )
    return {id: jsontext.loads(data) for id, data in rows}
