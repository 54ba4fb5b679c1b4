"""Which messages of customers want an answer, and when they got one.

The policy `service.answers` says which do and how soon. The next outbound interaction of a human
being with the same customer is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crmctl import startup
from crmctl.errors import BadDefinition
from crmctl.facts.definitions import Source
from crmctl.facts.service import level_on
from crmctl.locale import N_, _
from crmctl.query import bind, sql
from crmctl.query.grammar import parse

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

INTERACTION = "interaction"

# No FILTER here: SQLite leaves it out of account for min over such a window.
REPLIES = Source(
    "reply_facts",
    INTERACTION,
    """
    SELECT id, customer, at__ts AS at, min(
            CASE WHEN direction = 'out' AND COALESCE(automatic, 0) = 0 THEN at__ts END
        ) OVER (
            PARTITION BY customer ORDER BY at__ts, _path, _line
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS answered
    FROM interactions WHERE customer IS NOT NULL AND at__ts < :end
    """,
    reads={"interactions": "id customer at__ts direction automatic"},
    singly=True,
)


def _answers(facts: Facts) -> Iterator[tuple[Any, ...]]:
    workspace = facts.workspace
    policy = workspace.policy("service")
    if not policy.answers.query:
        return
    kind = workspace.registry.kinds[INTERACTION]
    bound = bind.bind(parse(policy.answers.query), kind, workspace.query_context())
    if not NAMES.isdisjoint(bind.fields_used(bound)):
        reason = _("a message cannot want an answer because of its answer")
        raise BadDefinition(startup.CONFIG, "service.answers.query", reason)
    wanted = sql.compile(bound, kind, "t", fact=facts.expression)
    rows = facts.index.rows(
        "SELECT t.id, f.at, f.answered, t.at, c.level, c.level_history FROM interactions AS t"
        f" JOIN {REPLIES.name} AS f USING (id) LEFT JOIN customers AS c ON c.id = t.customer"
        f" WHERE {wanted.text}",
        wanted.params,
    )
    time = workspace.worktime
    for id, at, answered, text, level, history in rows:
        within = policy.answer_minutes(level_on(facts, level, history, text))
        due = None if within is None else time.after(at, within)
        yield id, due, answered, None if answered is None else time.minutes(at, answered)


def _asks_of_messages_alone(facts: Facts) -> bool:
    """Whether the query is about what stands in the messages themselves."""
    workspace = facts.workspace
    kind = workspace.registry.kinds[INTERACTION]
    query = workspace.policy("service").answers.query
    bound = bind.bind(parse(query or ""), kind, workspace.query_context())
    used = [kind.fields.get(name) for name in bind.fields_used(bound)]
    return all(field is not None and field.leaf.type != "ref" for field in used)


ANSWERS = Source(
    "inbound_facts",
    INTERACTION,
    rows=_answers,
    columns=("answer_due", "answered", "answer_minutes"),
    reads={
        "customers": "id level level_history",
        "interactions": "id at customer direction automatic channel kind",
    },
    uses=(REPLIES,),
    anywhere=True,
    singly=_asks_of_messages_alone,
)

FACTS = (
    ANSWERS.fact(
        "answer",
        "enum",
        N_("Answer"),
        N_("of a message that wants one: whether we answered, or how we stand"),
        sql="CASE WHEN f.answered IS NOT NULL THEN 'given'"
        " WHEN f.answer_due < {now} THEN 'overdue' ELSE 'pending' END",
        values={"pending": N_("Pending"), "overdue": N_("Overdue"), "given": N_("Given")},
    ),
    ANSWERS.fact(
        "answer_due",
        "instant",
        N_("Answer due"),
        N_("by when it wants an answer, by the level of the customer"),
    ),
    ANSWERS.fact(
        "answered",
        "instant",
        N_("Answered"),
        N_("when a human being of ours next wrote or spoke to the customer"),
    ),
    ANSWERS.fact(
        "answer_minutes",
        "integer",
        N_("Minutes to answer"),
        N_("working minutes until we answered"),
    ),
)

NAMES = frozenset(fact.name for fact in FACTS)
