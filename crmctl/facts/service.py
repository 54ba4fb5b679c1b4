"""How tickets stand against the times of the policy `service`, and how often solutions helped.

Minutes are working time. A ticket is answered by its `first_response`, or else by the first
outbound interaction of a human being that names it; whoever settled it has answered it as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crmctl.facts.clock import OPEN, SETTLED, Course, Entry, course, due, percentage, stood, used
from crmctl.facts.definitions import Source
from crmctl.index.asof import Moment, state_at
from crmctl.locale import N_
from crmctl.values import jsontext
from crmctl.values.dates import epoch, local_date

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

TICKET, SOLUTION = "ticket", "solution"

ANSWERED = Source(
    "ticket_answer_facts",
    TICKET,
    """
    SELECT t.id, COALESCE(t.first_response__ts, min(i.at__ts)) AS answered
    FROM tickets AS t LEFT JOIN interactions AS i ON i.ticket = t.id
        AND i.direction = 'out' AND COALESCE(i.automatic, 0) = 0
        AND i.at__ts BETWEEN t.opened__ts AND :end - 1
    GROUP BY t.rid HAVING answered IS NOT NULL
    """,
    reads={
        "tickets": "id opened__ts first_response__ts",
        "interactions": "ticket direction automatic at__ts",
    },
)

# As of an earlier day the view has no times of a later one, so these are read from the table.
TICKETS = (
    "SELECT t.id, t.opened__ts, COALESCE(t.status, 'open'), COALESCE(t.priority, 'normal'),"
    " COALESCE(t.resolved__ts, t.closed__ts), t.status_history, t.escalations, a.answered,"
    " COALESCE(raw.resolved__ts, raw.closed__ts), c.level, c.level_history, t.opened"
    " FROM tickets AS t JOIN main.tickets AS raw ON raw.rid = t.rid"
    " LEFT JOIN ticket_answer_facts AS a ON a.id = t.id"
    " LEFT JOIN customers AS c ON c.id = t.customer WHERE t.opened__ts < ?"
)


class Clocked:
    """A ticket with its course, its targets in working minutes, and when it was answered.

    `level` is the one that its customer had when it was opened.
    """

    def __init__(self, facts: Facts, row: tuple[Any, ...]) -> None:
        self.facts = facts
        self.id, opened, state, priority, settled, history, escalations, answered, *rest = row
        known, *level = rest
        zone, end = facts.workspace.zone, facts.parameters["end"]
        entries: list[Entry] = []
        was = None
        for number, entry in enumerate(jsontext.loads(history) if history else ()):
            at = epoch(str(entry.get("at") or ""), zone)
            was = entry.get("was") if number == 0 else was
            if at is not None and at < end:
                entries.append((entry.get("value"), at))
        if history and not entries:
            state = was or state
        elif not history and state in SETTLED and known is not None and known >= end:
            state = OPEN  # settled later, and nobody noted what it was before
        policy = facts.workspace.policy("service")
        self.course: Course = course(opened, state, entries, was, settled, policy.pauses)
        self.time = facts.workspace.worktime
        self.level = level_on(facts, *level)
        self.priority: str = priority
        self.response = policy.minutes(self.level, priority, "response")
        self.resolution = policy.minutes(self.level, priority, "resolution")
        stop = self.course.stop
        self.answered = min((at for at in (answered, stop) if at is not None), default=None)
        self.fired = frozenset(
            int(one.get("level") or 0)
            for one in (jsontext.loads(escalations) if escalations else ())
            if (epoch(str(one.get("at") or ""), zone) or 0) < end
        )

    def due(self, target: str, percent: int = 100) -> int | None:
        """When so many percent of a target have been used up."""
        minutes = getattr(self, target)
        return None if minutes is None else due(self.time, self.course, minutes, percent)

    def breach(self, until: int) -> int | None:
        """The percentage that is used up of the target of which more is."""
        found = []
        for minutes, end in ((self.response, self.answered), (self.resolution, self.course.stop)):
            at = until if end is None else end
            found.append(percentage(used(self.time, self.course, at), minutes))
        return max((one for one in found if one is not None), default=None)


def level_on(facts: Facts, level: str | None, history: str | None, at: str) -> str | None:
    """The level that a customer had on the day of an instant."""
    day = local_date(at, facts.workspace.zone)
    if not history or day is None:
        return level
    moment = Moment(day, facts.workspace.zone)
    found: str | None = state_at(level, jsontext.loads(history), moment)
    return found


def clocked(facts: Facts, condition: str = "true") -> Iterator[Clocked]:
    """The tickets that were opened by the end of the day, and fulfil an SQL condition."""
    facts.make(ANSWERED)
    rows = facts.index.rows(f"{TICKETS} AND {condition}", (facts.parameters["end"],))
    return (Clocked(facts, row) for row in rows)


def _clocks(facts: Facts) -> Iterator[tuple[Any, ...]]:
    for one in clocked(facts):
        stop = one.course.stop
        yield (
            one.id,
            one.due("response"),
            one.due("resolution"),
            one.answered,
            None if one.answered is None else used(one.time, one.course, one.answered),
            stop,
            None if stop is None else used(one.time, one.course, stop),
            None if stop is None else stood(one.time, one.course, stop),
            None if stop is None else one.breach(stop),
            one.course.reopened,
            max(one.fired, default=0),
        )


def _running(facts: Facts) -> Iterator[tuple[Any, ...]]:
    """What grows minute by minute while a ticket is open, beside what settled ones came to."""
    yield from facts.index.rows(
        f"SELECT id, paused_minutes, breach FROM {CLOCKS.name} WHERE settled IS NOT NULL"
    )
    for one in clocked(facts, f"t.id IN (SELECT id FROM {CLOCKS.name} WHERE settled IS NULL)"):
        yield one.id, stood(one.time, one.course, facts.now), one.breach(facts.now)


READS = {
    "tickets": "id opened opened__ts status status_history priority customer resolved__ts"
    " closed__ts escalations",
    "customers": "id level level_history",
}
CLOCKS = Source(
    "clock_facts",
    TICKET,
    rows=_clocks,
    columns=(
        "response_due",
        "resolution_due",
        "answered",
        "response_minutes",
        "settled",
        "resolution_minutes",
        "paused_minutes",
        "breach",
        "reopened",
        "escalated",
    ),
    reads=READS,
    uses=(ANSWERED,),
)
RUNNING = Source(
    "running_facts",
    TICKET,
    rows=_running,
    columns=("paused_minutes", "breach"),
    reads=READS,
    uses=(CLOCKS,),
    ticks=True,
)

# A step of a work order counts from its moment on.
DISPATCHES = Source(
    "dispatch_facts",
    TICKET,
    """
    SELECT id, CASE WHEN ts(dispatch ->> '$.done') < :end THEN 'done'
        WHEN ts(dispatch ->> '$.arrived') < :end THEN 'arrived'
        WHEN ts(dispatch ->> '$.accepted') < :end THEN 'accepted'
        WHEN COALESCE(ts(dispatch ->> '$.assigned'), 0) < :end THEN 'assigned' END AS work_order
    FROM tickets WHERE dispatch IS NOT NULL
    """,
    reads={"tickets": "id dispatch"},
)

SOLVED = Source(
    "solution_facts",
    SOLUTION,
    """
    SELECT t.solution AS id, count(*) AS used, max(f.settled) AS last_used
    FROM tickets AS t JOIN clock_facts AS f USING (id)
    WHERE t.solution IS NOT NULL AND f.settled IS NOT NULL GROUP BY t.solution
    """,
    reads={"tickets": "solution"},
    uses=(CLOCKS,),
)

OVERDUE = (
    "CASE WHEN f.settled IS NOT NULL THEN 'none' WHEN f.resolution_due < {now} THEN 'resolution'"
    " WHEN f.answered IS NULL AND f.response_due < {now} THEN 'response' ELSE 'none' END"
)

FACTS = (
    CLOCKS.fact(
        "response_due",
        "instant",
        N_("Response due"),
        N_("when its time to be answered is over, by level and priority; none while it waits"),
    ),
    CLOCKS.fact(
        "resolution_due",
        "instant",
        N_("Resolution due"),
        N_("when its time to be settled is over, by level and priority; none while it waits"),
    ),
    CLOCKS.fact(
        "overdue",
        "enum",
        N_("Overdue"),
        N_("which of its times is over while nobody has answered or settled it"),
        absent="none",
        sql=OVERDUE,
        values={
            "none": N_("Not overdue"),
            "response": N_("Response overdue"),
            "resolution": N_("Resolution overdue"),
        },
    ),
    RUNNING.fact(
        "breach",
        "integer",
        N_("Time used"),
        N_("percent of its time, to answer or to settle it, that is used up: over 100 is late"),
    ),
    CLOCKS.fact(
        "answered",
        "instant",
        N_("Answered"),
        N_("when it was answered: first response, an interaction that names it, or settlement"),
    ),
    CLOCKS.fact(
        "response_minutes",
        "integer",
        N_("Minutes to response"),
        N_("working minutes until it was answered, without those spent waiting"),
    ),
    CLOCKS.fact(
        "settled",
        "instant",
        N_("Settled"),
        N_("when it was resolved or closed for the last time, while it is"),
    ),
    CLOCKS.fact(
        "resolution_minutes",
        "integer",
        N_("Minutes to resolution"),
        N_("working minutes until it was settled, without those spent waiting"),
    ),
    RUNNING.fact(
        "paused_minutes",
        "integer",
        N_("Minutes paused"),
        N_("working minutes in which its clocks stood still"),
        absent=0,
    ),
    CLOCKS.fact(
        "reopened",
        "integer",
        N_("Reopened"),
        N_("how often it was opened again after it had been settled"),
        absent=0,
    ),
    CLOCKS.fact(
        "escalated",
        "integer",
        N_("Escalated"),
        N_("the highest level of escalation that has fired for it"),
        absent=0,
    ),
    DISPATCHES.fact(
        "work_order",
        "enum",
        N_("Work order"),
        N_("how far the engineer has come who was sent out"),
        values={
            "assigned": N_("Assigned"),
            "accepted": N_("Accepted"),
            "arrived": N_("Arrived"),
            "done": N_("Done"),
        },
    ),
    SOLVED.fact(
        "used", "integer", N_("Used"), N_("number of tickets that were settled with it"), absent=0
    ),
    SOLVED.fact(
        "last_used", "instant", N_("Last used"), N_("when a ticket was last settled with it")
    ),
)
