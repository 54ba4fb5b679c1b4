"""How often and when there was contact with a customer, who waits for an answer, what is promised.

An automatic message is no touch of a human being: it neither counts here nor answers anybody.
"""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

TOUCHES = Source(
    "touch_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) AS interactions, min(at__ts) AS first_interaction,
        max(at__ts) AS last_interaction
    FROM interactions WHERE at__ts < :end AND customer IS NOT NULL GROUP BY customer
    """,
    reads={"interactions": "customer at__ts"},
    singly=True,
)

ANSWERS = Source(
    "answer_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) FILTER (WHERE direction = 'in') AS touches_in,
        count(*) FILTER (WHERE direction = 'out') AS touches_out,
        max(at__ts) FILTER (WHERE direction = 'in') AS last_in,
        max(at__ts) FILTER (WHERE direction = 'out') AS last_out
    FROM interactions
    WHERE direction IS NOT NULL AND at__ts < :end AND customer IS NOT NULL
        AND COALESCE(automatic, 0) = 0
    GROUP BY customer
    """,
    reads={"interactions": "customer at__ts direction automatic"},
    singly=True,
)

WAITING = Source(
    "waiting_facts",
    CUSTOMER,
    """
    SELECT a.id, min(i.at__ts) AS unanswered_since, max(i.at__ts) AS last_inbound_unanswered
    FROM answer_facts AS a JOIN interactions AS i ON i.customer = a.id
    WHERE a.last_in > COALESCE(a.last_out, a.last_in - 1) AND i.direction = 'in'
        AND i.at__ts > COALESCE(a.last_out, i.at__ts - 1) AND i.at__ts < :end
        AND COALESCE(i.automatic, 0) = 0
    GROUP BY a.id
    """,
    reads={"interactions": "customer at__ts direction automatic"},
    uses=(ANSWERS,),
    singly=True,
)

# A promise that was closed later than the day was open on it.
PROMISES = Source(
    "promise_facts",
    CUSTOMER,
    """
    SELECT i.customer AS id, count(*) AS promises_open,
        count(*) FILTER (WHERE p.value ->> '$.due' < :day) AS promises_overdue
    FROM interactions AS i, json_each(i.promises) AS p
    WHERE i.promises IS NOT NULL AND i.at__ts < :end AND i.customer IS NOT NULL
        AND i.archived IS NULL AND COALESCE(p.value ->> '$.side', 'us') = 'us'
        AND (COALESCE(p.value ->> '$.status', 'open') = 'open' OR p.value ->> '$.closed' > :day)
    GROUP BY i.customer
    """,
    reads={"interactions": "customer at__ts promises archived"},
    singly=True,
)

KEPT = Source(
    "kept_facts",
    CUSTOMER,
    """
    SELECT i.customer AS id,
        CAST(100 * count(*) FILTER (WHERE p.value ->> '$.status' = 'kept') / count(*) AS INTEGER)
            AS keep_rate
    FROM interactions AS i, json_each(i.promises) AS p
    WHERE i.promises IS NOT NULL AND i.at__ts < :end AND i.customer IS NOT NULL
        AND i.archived IS NULL AND COALESCE(p.value ->> '$.side', 'us') = 'us'
        AND p.value ->> '$.status' IN ('kept', 'broken')
        AND COALESCE(p.value ->> '$.closed', :day) <= :day
    GROUP BY i.customer
    """,
    reads={"interactions": "customer at__ts promises archived"},
    singly=True,
)

FACTS = (
    TOUCHES.fact(
        "interactions", "integer", N_("Interactions"), N_("number of interactions"), absent=0
    ),
    TOUCHES.fact(
        "first_interaction",
        "instant",
        N_("First interaction"),
        N_("when the first interaction was"),
    ),
    TOUCHES.fact(
        "last_interaction", "instant", N_("Last interaction"), N_("when the last interaction was")
    ),
    ANSWERS.fact(
        "touches_in",
        "integer",
        N_("Touches in"),
        N_("number of inbound interactions, without automatic ones"),
        absent=0,
    ),
    ANSWERS.fact(
        "touches_out",
        "integer",
        N_("Touches out"),
        N_("number of outbound interactions, without automatic ones"),
        absent=0,
    ),
    WAITING.fact(
        "unanswered_since",
        "instant",
        N_("Unanswered since"),
        N_("when the first inbound interaction came that no outbound one has followed"),
    ),
    WAITING.fact(
        "last_inbound_unanswered",
        "instant",
        N_("Last unanswered"),
        N_("when the last inbound interaction came that no outbound one has followed"),
    ),
    PROMISES.fact(
        "promises_open",
        "integer",
        N_("Open promises"),
        N_("number of our promises that are neither kept nor broken"),
        absent=0,
    ),
    PROMISES.fact(
        "promises_overdue",
        "integer",
        N_("Overdue promises"),
        N_("number of our open promises that were due before today"),
        absent=0,
    ),
    KEPT.fact(
        "keep_rate",
        "integer",
        N_("Promises kept"),
        N_("percent of our promises that were kept, of those that were kept or broken"),
    ),
)
