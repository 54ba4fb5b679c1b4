"""What a campaign cost, and how far its participants came.

An expense counts from its day, at the rate of that day. A participant counts from the first of his
dates, one without any always.
"""

from __future__ import annotations

from crmctl.facts.definitions import Source
from crmctl.locale import N_

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
        count(*) FILTER (WHERE attended <= :day) AS attended
    FROM participant
    WHERE COALESCE(invited, registered, confirmed, attended, declined) IS NULL
        OR invited <= :day OR registered <= :day OR confirmed <= :day OR attended <= :day
        OR declined <= :day
    GROUP BY rid
    """,
    reads={"campaigns": "id participants"},
)

CONFIRMATIONS = Source(
    "confirmation_facts",
    CAMPAIGN,
    """
    SELECT id, date(starts, '-' || COALESCE(confirm_days, 0) || ' days') AS confirm_by
    FROM campaigns WHERE starts IS NOT NULL
    """,
    reads={"campaigns": "id starts confirm_days"},
)

FACTS = (
    CONFIRMATIONS.fact(
        "confirm_by",
        "date",
        N_("Confirm by"),
        N_("the day by which registrations are to be confirmed: its confirm days before it starts"),
    ),
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
)
