"""When the next touch of a customer is planned, and when one is due by level, intent and habit.

Any touch of a human being starts the days anew. Who was never touched is due so many days after
the customer was written down, if that day is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.tasks import TASKS
from crmctl.locale import N_
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

# The newest next step of each customer, unless a touch on or after its day has settled it.
FOLLOW_UPS = Source(
    "follow_up_facts",
    CUSTOMER,
    """
    WITH step AS (
        SELECT i.id, i.customer, i.by, i.subject, i.at__ts, i._path, i._line,
            i.next ->> '$.date' AS due, i.next ->> '$.action' AS action,
            row_number() OVER (
                PARTITION BY i.customer ORDER BY i.at__ts DESC, i._path DESC, i._line DESC
            ) AS place
        FROM interactions AS i
        WHERE i.next IS NOT NULL AND i.at__ts < :end AND i.archived IS NULL
            AND i.customer IS NOT NULL
    )
    SELECT s.customer AS id, s.id AS interaction, s.by, s.due AS follow_up,
        COALESCE(s.action, s.subject, '') AS action
    FROM step AS s
    WHERE s.place = 1 AND s.due IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM interactions AS t
        WHERE t.customer = s.customer AND t.at__ts < :end
            AND t.at__ts >= max(s.at__ts, ts(s.due || 'T00:00'))
            AND (t.at__ts > s.at__ts OR (t._path, t._line) > (s._path, s._line))
    )
    """,
    reads={"interactions": "id customer at__ts by subject next archived"},
    singly=True,
)


def _touches(facts: Facts) -> Iterator[tuple[Any, ...]]:
    levels = facts.workspace.policy("levels")
    zone = facts.workspace.zone
    rows = facts.index.rows(
        """
        SELECT c.id, c.cadence_days, c.level, c.intent, c.created, t.last, f.follow_up, k.next_due
        FROM customers AS c LEFT JOIN follow_up_facts AS f ON f.id = c.id
            LEFT JOIN task_facts AS k ON k.id = c.id
            LEFT JOIN (
                SELECT customer, max(at__ts) AS last FROM interactions
                WHERE at__ts < ? AND COALESCE(automatic, 0) = 0 GROUP BY customer
            ) AS t ON t.customer = c.id
        """,
        (facts.parameters["end"],),
    )
    for id, own, level, intent, created, last, step, task in rows:
        found = (levels.level.get(level or ""), levels.intent.get(intent or ""))
        every = own or min((one.cadence for one in found if one and one.cadence), default=None)
        since = datetime.fromtimestamp(last, zone).date() if last is not None else None
        since = since or parse_date(created or "")
        due: date | None = None
        if every is not None and since is not None:
            due = Offset(every, "d").after(since)
        planned = [text for text in (step, task, due and due.isoformat()) if text]
        if every is not None or planned:
            yield id, every, due and due.isoformat(), min(planned, default=None)


CADENCE = Source(
    "cadence_facts",
    CUSTOMER,
    rows=_touches,
    columns=("touch_every", "touch_due", "next_touch"),
    reads={
        "customers": "id cadence_days level intent created",
        "interactions": "customer at__ts automatic",
    },
    uses=(FOLLOW_UPS, TASKS),
    singly=True,
)

FACTS = (
    FOLLOW_UPS.fact(
        "follow_up",
        "date",
        N_("Follow-up"),
        N_("when the newest next step is due, until a touch on or after its day settles it"),
    ),
    CADENCE.fact(
        "touch_every",
        "integer",
        N_("Days between touches"),
        N_("how many days may pass between two touches: its own cadence, or that of its level"),
    ),
    CADENCE.fact(
        "touch_due",
        "date",
        N_("Touch due"),
        N_("when the days since the last touch, automatic ones aside, are over"),
    ),
    CADENCE.fact(
        "next_touch",
        "date",
        N_("Next touch"),
        N_("the first of its follow-up, its open tasks and the day on which a touch is due"),
    ),
)
