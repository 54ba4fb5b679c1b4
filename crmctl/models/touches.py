"""What both sides said to each other: who began, when we last heard of them, what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from crmctl.analytics.relation import Event
from crmctl.models import Request
from crmctl.models.gathered import among, local_day, stream
from crmctl.policies.relationship import Stage
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import end_of

# Who took part in a human event: a noted feeling tells that both did. An event is marked by its
# second, in digits that sort as text, and its id.
_AT = 10**11
_TOUCHES = f"""
    WITH came_back AS MATERIALIZED (
        SELECT key AS customer, value AS second FROM json_each(:back)
    ), touch AS (
        SELECT i.customer, at__ts, (at__ts + {_AT}) || ' ' || id AS mark,
            CASE WHEN COALESCE(automatic, 0) = 0 THEN CASE
                WHEN kind IN (SELECT value FROM json_each(:two_way)) OR feeling IS NOT NULL
                    THEN 'both'
                WHEN direction = 'in' THEN 'theirs' WHEN direction = 'out' THEN 'ours'
            END END AS side,
            COALESCE(automatic, 0) = 0 AND (direction = 'in' OR initiator = 'them') AS attracts,
            kind IN ('quote', 'meeting') AS bargains
        FROM interactions AS i LEFT JOIN came_back AS b ON b.customer = i.customer
        WHERE at__ts < :end AND i.customer IS NOT NULL AND at__ts >= COALESCE(b.second, at__ts)
            {{among}}
    )
    SELECT customer, min(mark) FILTER (WHERE side = 'ours'),
        min(mark) FILTER (WHERE side = 'theirs'), min(mark) FILTER (WHERE side = 'both'),
        max(at__ts) FILTER (WHERE side <> 'ours'), min(mark) FILTER (WHERE attracts),
        min(mark) FILTER (WHERE bargains)
    FROM touch GROUP BY customer
"""


class Touches(NamedTuple):
    """The first event of each side and the first that took both; the last day on which they took
    part; the records that show attraction and communication."""

    ours: Event | None = None
    theirs: Event | None = None
    both: Event | None = None
    heard: date | None = None
    shown: Mapping[str, str] = {}


def touches(
    request: Request, rules: Stage, back: Mapping[str, date]
) -> Iterator[tuple[str, Touches]]:
    """What the events of customers tell, in the order of their ids: from the day `back` on of
    those who came back."""
    zone = request.facts.workspace.zone
    seconds = {id: end_of(Offset(1, "d").before(day), zone) for id, day in back.items()}
    told = {"two_way": jsontext.dumps(list(rules.two_way)), "back": jsontext.dumps(seconds)}
    sql = _TOUCHES.format(among=among(request, "i.customer"))
    for customer, ours, theirs, both, heard, *signs in stream(request, sql, **told):
        shown = zip(("attraction", "communication"), signs, strict=True)
        yield (
            customer,
            Touches(
                _event(request, ours),
                _event(request, theirs),
                _event(request, both),
                None if heard is None else local_day(request, heard),
                {name: mark.partition(" ")[2] for name, mark in shown if mark},
            ),
        )


def _event(request: Request, mark: str | None) -> Event | None:
    if mark is None:
        return None
    second, _space, id = mark.partition(" ")
    return Event(local_day(request, int(second) - _AT), id)
