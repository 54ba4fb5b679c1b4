"""What both sides said to each other: who began, when we last heard of them, what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from crmctl.analytics.relation import Event
from crmctl.models import Request
from crmctl.models.gathered import among, local_day, stream
from crmctl.policies.relationship import Stage
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import end_of

# Who took part in a human event: a noted feeling tells that both did. The last two say whether the
# event is evidence of attraction, and of communication.
_TOUCHES = """
    SELECT customer, at__ts, id, CASE WHEN COALESCE(automatic, 0) = 0 THEN CASE
            WHEN kind IN (SELECT value FROM json_each(:two_way)) OR feeling IS NOT NULL THEN 'both'
            WHEN direction = 'in' THEN 'theirs' WHEN direction = 'out' THEN 'ours'
        END END, COALESCE(automatic, 0) = 0 AND (direction = 'in' OR initiator = 'them'),
        kind IN ('quote', 'meeting')
    FROM interactions
    WHERE at__ts < :end AND customer IS NOT NULL{among} ORDER BY customer, at__ts, id
"""

Row = tuple[Any, ...]


class Touches(NamedTuple):
    """The first event of each side and the first that took both; the last day on which they took
    part; the records that show attraction and communication."""

    ours: Event | None
    theirs: Event | None
    both: Event | None
    heard: date | None
    shown: dict[str, str]


def touch_rows(request: Request, rules: Stage) -> Iterator[Row]:
    """What there is to know of each event until the day, by customer and time."""
    two_way = jsontext.dumps(list(rules.two_way))
    return stream(request, _TOUCHES.format(among=among(request)), two_way=two_way)


def touches(request: Request, rows: Iterable[Row], back: date | None) -> Touches:
    """What the events of one customer tell, from the day of the return on if there was one."""
    since = None
    if back is not None:
        since = end_of(Offset(1, "d").before(back), request.facts.workspace.zone)
    first: dict[str, Event] = {}
    shown: dict[str, str] = {}
    heard = None
    for _customer, second, id, side, attracts, bargains in rows:
        if since is not None and second < since:
            continue
        if side is not None:
            if side not in first:
                first[side] = Event(local_day(request, second), id)
            if side != "ours":
                heard = second
        if attracts and "attraction" not in shown:
            shown["attraction"] = id
        if bargains and "communication" not in shown:
            shown["communication"] = id
    return Touches(
        first.get("ours"),
        first.get("theirs"),
        first.get("both"),
        None if heard is None else local_day(request, heard),
        shown,
    )
