"""What binds a customer, what we do for them unasked, and how their key-account plan stands."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.accounts import band_of, latest, progress
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_
from crmctl.values import jsontext

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts


def _accounts(facts: Facts) -> Iterator[tuple[Any, ...]]:
    form = facts.workspace.policy("accounts").evaluation
    rows = facts.index.rows(
        "SELECT id, key_account FROM customers WHERE key_account IS NOT NULL"
        " AND COALESCE(key_account ->> '$.since', '') <= ?",
        (facts.day.isoformat(),),
    )
    for id, text in rows:
        plan = jsontext.loads(text)
        far = progress(plan.get("milestones") or (), facts.day)
        last = latest(plan.get("evaluations") or (), facts.day) or {}
        score = last.get("score")
        band = band_of(form, Decimal(str(score))) if score is not None else None
        far_ = float(far) if far is not None else None
        score_ = float(score) if score is not None else None
        yield id, far_, last.get("at"), score_, band


ACCOUNTS = Source(
    "account_facts",
    CUSTOMER,
    rows=_accounts,
    columns=("milestone_progress", "account_evaluated", "account_score", "account_band"),
    reads={"customers": "id key_account"},
)

# An amount of a year is seen at the rate of its last day, or of the day in question before that.
MAINTENANCE = Source(
    "maintenance_facts",
    CUSTOMER,
    """
    SELECT c.id,
        sum(base(b.value ->> '$.planned', b.value ->> '$.currency',
            min(b.value ->> '$.year' || '-12-31', :day))) AS account_planned,
        sum(base(b.value ->> '$.actual', b.value ->> '$.currency',
            min(b.value ->> '$.year' || '-12-31', :day))) AS account_spent
    FROM customers AS c, json_each(c.key_account, '$.budget') AS b
    WHERE c.key_account IS NOT NULL AND b.value ->> '$.year' = CAST(substr(:day, 1, 4) AS INTEGER)
    GROUP BY c.rid
    """,
    reads={"customers": "id key_account"},
)

CARE = Source(
    "care_facts",
    CUSTOMER,
    """
    SELECT c.id, min(e.value ->> '$.due') AS care_due
    FROM customers AS c, json_each(c.care) AS e
    WHERE c.care IS NOT NULL
        AND (e.value ->> '$.done' IS NULL OR e.value ->> '$.done' > :day
            OR (e.value ->> '$.every' IS NOT NULL AND e.value ->> '$.due' > e.value ->> '$.done'))
    GROUP BY c.rid
    """,
    reads={"customers": "id care"},
    singly=True,
)

TIES = Source(
    "tie_facts",
    CUSTOMER,
    """
    SELECT c.id, sum(COALESCE(t.value ->> '$.strength', 1)) AS exit_barrier
    FROM customers AS c, json_each(c.ties) AS t
    WHERE c.ties IS NOT NULL AND COALESCE(t.value ->> '$.until', :day) >= :day
        AND COALESCE(t.value ->> '$.since', :day) <= :day
    GROUP BY c.rid
    """,
    reads={"customers": "id ties"},
    singly=True,
)

EFFORT = Source(
    "effort_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) FILTER (WHERE initiator = 'us') AS begun_by_us,
        count(*) FILTER (WHERE initiator = 'them') AS begun_by_them,
        sum(duration) AS minutes, sum(cost__base) AS touch_cost
    FROM interactions
    WHERE at__ts < :end AND customer IS NOT NULL
        AND (initiator IS NOT NULL OR duration IS NOT NULL OR cost__base IS NOT NULL)
    GROUP BY customer
    """,
    reads={"interactions": "customer at__ts initiator duration cost__base"},
    singly=True,
)

# A need that was met later was open on the day.
NEEDS = Source(
    "need_facts",
    CUSTOMER,
    """
    WITH need AS (
        SELECT c.rid, c.id,
            COALESCE(n.value ->> '$.status', 'open') = 'met'
                AND COALESCE(n.value ->> '$.closed', :day) <= :day AS met
        FROM customers AS c, json_each(c.needs) AS n
        WHERE c.needs IS NOT NULL AND COALESCE(n.value ->> '$.status', 'open') <> 'dropped'
            AND COALESCE(n.value ->> '$.date', :day) <= :day
    )
    SELECT id, round(100.0 * sum(met) / count(*), 1) AS needs_met FROM need GROUP BY rid
    """,
    reads={"customers": "id needs"},
)

# The last loss from which they came back.
RETURNS = Source(
    "comeback_facts",
    CUSTOMER,
    """
    SELECT c.id, max(l.value ->> '$.back') AS won_back
    FROM customers AS c, json_each(c.losses) AS l
    WHERE c.losses IS NOT NULL AND l.value ->> '$.back' <= :day GROUP BY c.rid
    """,
    reads={"customers": "id losses"},
)

FACTS = (
    ACCOUNTS.fact(
        "milestone_progress",
        "number",
        N_("Progress"),
        N_("percent of the milestones of the key-account plan that are done, by their weights"),
    ),
    ACCOUNTS.fact(
        "account_evaluated",
        "date",
        N_("Evaluated"),
        N_("when the key account was last evaluated"),
    ),
    ACCOUNTS.fact(
        "account_score",
        "number",
        N_("Account score"),
        N_("what the last evaluation of the key account came to, from 0 to 100"),
    ),
    ACCOUNTS.fact(
        "account_band",
        "tag",
        N_("Account band"),
        N_("the band of the policy “accounts” into which that score falls"),
    ),
    MAINTENANCE.fact(
        "account_planned",
        "money",
        N_("Maintenance planned"),
        N_("the key-account budget of the year"),
    ),
    MAINTENANCE.fact(
        "account_spent",
        "money",
        N_("Maintenance spent"),
        N_("what was spent of the key-account budget of the year"),
    ),
    CARE.fact("care_due", "date", N_("Care due"), N_("when the next step of the care plan is due")),
    TIES.fact(
        "exit_barrier",
        "integer",
        N_("Exit barrier"),
        N_("the strengths of the ties that still hold, added up; a tie without one counts 1"),
        absent=0,
    ),
    NEEDS.fact(
        "needs_met",
        "number",
        N_("Needs met"),
        N_("percent of the needs that we know of, dropped ones aside, that are met"),
    ),
    EFFORT.fact(
        "begun_by_us",
        "integer",
        N_("Begun by us"),
        N_("number of interactions of which we were the initiator"),
        absent=0,
    ),
    EFFORT.fact(
        "begun_by_them",
        "integer",
        N_("Begun by them"),
        N_("number of interactions of which the customer was the initiator"),
        absent=0,
    ),
    EFFORT.fact(
        "minutes", "integer", N_("Minutes"), N_("the durations of interactions, added up"), absent=0
    ),
    EFFORT.fact(
        "touch_cost",
        "money",
        N_("Cost of touches"),
        N_("what interactions cost us, added up"),
        absent=0,
    ),
    RETURNS.fact(
        "won_back", "date", N_("Won back"), N_("when they last came back after they were lost")
    ),
)
