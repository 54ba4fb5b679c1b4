"""What a campaign cost, how far its participants came, whom it reached, and what came of it.

An expense counts from its day, at the rate of that day. A participant counts from the first of his
dates, one without any always. What came of it are the records that name the campaign.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crmctl.facts.definitions import Source
from crmctl.facts.purchases import given_back
from crmctl.locale import N_
from crmctl.values.dates import parse_date

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

CAMPAIGN = "campaign"

EXPENSES = Source(
    "expense_facts",
    CAMPAIGN,
    """
    SELECT c.id, sum(
            base(e.value -> '$.amount', c.currency,
                COALESCE(e.value ->> '$.date', c.starts, c.created))
        ) AS spent
    FROM campaigns AS c, json_each(c.expenses) AS e
    WHERE COALESCE(e.value ->> '$.date', :day) <= :day GROUP BY c.rid
    """,
    reads={"campaigns": "id currency starts created expenses"},
)

PARTICIPANTS = Source(
    "participant_facts",
    CAMPAIGN,
    """
    WITH participant AS (
        SELECT c.rid, c.id, p.value ->> '$.invited' AS invited,
            p.value ->> '$.registered' AS registered, p.value ->> '$.confirmed' AS confirmed,
            p.value ->> '$.attended' AS attended, p.value ->> '$.declined' AS declined
        FROM campaigns AS c, json_each(c.participants) AS p
    )
    SELECT id, count(*) AS participant_count,
        count(*) FILTER (WHERE invited <= :day) AS invited,
        count(*) FILTER (WHERE registered <= :day) AS registered,
        count(*) FILTER (
            WHERE confirmed <= :day AND NOT COALESCE(declined BETWEEN confirmed AND :day, 0)
        ) AS confirmed,
        count(*) FILTER (WHERE attended <= :day) AS attended,
        count(*) FILTER (
            WHERE registered <= :day AND NOT COALESCE(confirmed <= :day, 0)
                AND NOT COALESCE(declined <= :day, 0)
        ) AS unconfirmed
    FROM participant
    WHERE COALESCE(invited, registered, confirmed, attended, declined) IS NULL
        OR invited <= :day OR registered <= :day OR confirmed <= :day OR attended <= :day
        OR declined <= :day
    GROUP BY rid
    """,
    reads={"campaigns": "id participants"},
)

BUDGETS = Source(
    "budget_facts",
    CAMPAIGN,
    """
    SELECT c.id, base(c.budget, c.currency, COALESCE(c.starts, c.created))
            - COALESCE(e.spent, 0) AS budget_left
    FROM campaigns AS c LEFT JOIN expense_facts AS e ON e.id = c.id
    WHERE c.budget IS NOT NULL
    """,
    reads={"campaigns": "id budget currency starts created"},
    uses=(EXPENSES,),
)


def _confirmations(facts: Facts) -> Iterator[tuple[Any, ...]]:
    usual = facts.workspace.policy("marketing").confirm_days
    rows = facts.index.rows("SELECT id, starts, confirm_days FROM campaigns")
    for id, starts, days in rows:
        begin = parse_date(starts or "")
        if begin is not None:
            yield id, (begin - timedelta(days=usual if days is None else days)).isoformat()


CONFIRMATIONS = Source(
    "confirmation_facts",
    CAMPAIGN,
    rows=_confirmations,
    columns=("confirm_by",),
    reads={"campaigns": "id starts confirm_days"},
)

MAILINGS = Source(
    "mailing_facts",
    CAMPAIGN,
    """
    SELECT campaign AS id, count(DISTINCT customer) FILTER (WHERE direction = 'out') AS sent,
        count(DISTINCT customer) FILTER (
            WHERE direction = 'in' AND COALESCE(automatic, 0) = 0
        ) AS answered
    FROM interactions WHERE campaign IS NOT NULL AND at__ts < :end GROUP BY campaign
    """,
    reads={"interactions": "customer campaign direction automatic at__ts"},
)

PROCEEDS = Source(
    "proceed_facts",
    CAMPAIGN,
    f"""
    WITH came AS (
        SELECT campaign AS id, amount__base AS receipts, NULL AS revenue, 0 AS lead
        FROM payments
        WHERE campaign IS NOT NULL AND COALESCE(status, 'received') = 'received'
            AND COALESCE(date, created) <= :day
        UNION ALL
        SELECT campaign, NULL,
            CASE WHEN refund_of IS NULL THEN amount__base ELSE -{given_back("o")} END, 0
        FROM orders AS o
        WHERE campaign IS NOT NULL AND date <= :day
            AND COALESCE(status, 'confirmed') IN (SELECT value FROM json_each(:confirmed))
        UNION ALL
        SELECT campaign, NULL, NULL, 1 FROM opportunities
        WHERE campaign IS NOT NULL AND COALESCE(opened, created, '') <= :day
    )
    SELECT id, sum(receipts) AS receipts, sum(revenue) AS revenue, sum(lead) AS leads
    FROM came GROUP BY id
    """,
    reads={
        "payments": "campaign amount__base status date created",
        "orders": "id campaign amount amount__base currency refund_of date status",
        "opportunities": "campaign opened created",
    },
)

RETURNS = Source(
    "return_facts",
    CAMPAIGN,
    """
    SELECT e.id, CASE WHEN e.spent > 0
        THEN round(100.0 * (COALESCE(p.receipts, 0) - e.spent) / e.spent, 1) END AS receipts_roi
    FROM expense_facts AS e LEFT JOIN proceed_facts AS p ON p.id = e.id
    """,
    uses=(EXPENSES, PROCEEDS),
)

FACTS = (
    EXPENSES.fact("spent", "money", N_("Spent"), N_("what its expenses amount to"), absent=0),
    PARTICIPANTS.fact(
        "participant_count",
        "integer",
        N_("Number of participants"),
        N_("number of its participants, however far they came"),
        absent=0,
    ),
    PARTICIPANTS.fact(
        "invited", "integer", N_("Invited"), N_("number of participants invited"), absent=0
    ),
    PARTICIPANTS.fact(
        "registered", "integer", N_("Registered"), N_("number of participants registered"), absent=0
    ),
    PARTICIPANTS.fact(
        "confirmed",
        "integer",
        N_("Confirmed"),
        N_("number of participants who confirmed and have not declined since"),
        absent=0,
    ),
    PARTICIPANTS.fact(
        "attended", "integer", N_("Attended"), N_("number of participants who attended"), absent=0
    ),
    PARTICIPANTS.fact(
        "unconfirmed",
        "integer",
        N_("Unconfirmed"),
        N_("number of participants who registered and have neither confirmed nor declined"),
        absent=0,
    ),
    CONFIRMATIONS.fact(
        "confirm_by",
        "date",
        N_("Confirm by"),
        N_("the day by which registrations are to be confirmed"),
    ),
    BUDGETS.fact(
        "budget_left", "money", N_("Budget left"), N_("its budget less what its expenses amount to")
    ),
    MAILINGS.fact(
        "sent", "integer", N_("Sent to"), N_("number of customers we turned to for it"), absent=0
    ),
    MAILINGS.fact(
        "answered",
        "integer",
        N_("Answers"),
        N_("number of customers who turned to us about it"),
        absent=0,
    ),
    PROCEEDS.fact(
        "leads", "integer", N_("Leads"), N_("number of opportunities that name it"), absent=0
    ),
    PROCEEDS.fact(
        "revenue",
        "money",
        N_("Revenue"),
        N_("what confirmed orders that name it amount to, less refunds"),
        absent=0,
    ),
    PROCEEDS.fact(
        "receipts",
        "money",
        N_("Receipts"),
        N_("what was paid with payments that name it"),
        absent=0,
    ),
    RETURNS.fact(
        "receipts_roi",
        "number",
        N_("Return on receipts"),
        N_("percent by which receipts exceed what was spent; none where nothing was spent"),
    ),
)
