"""How opportunities stand, and what each customer's come to.

A deal is closed when its stage is won or lost, from the day in `closed.at`, if that is known. A
spell is the time from opening or reopening to won or lost. The chance is what the record says, or
else its stage in the pipelines of the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_
from crmctl.policies.pipelines import usual
from crmctl.values.instants import parse_date

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

OPPORTUNITY = "opportunity"

# As of an earlier day the view has no `closed` of a later one, so that is read from the table.
OPPORTUNITIES = Source(
    "opportunity_facts",
    OPPORTUNITY,
    """
    WITH entry AS (
        SELECT o.rid, h.key AS number, substr(h.value ->> '$.at', 1, 10) AS at,
            COALESCE(lower(h.value ->> '$.value') IN ('won', 'lost'), 0) AS ended,
            COALESCE(lower(h.value ->> '$.was') IN ('won', 'lost'), 0) AS first_ended
        FROM opportunities AS o, json_each(o.stage_history) AS h
        WHERE substr(h.value ->> '$.at', 1, 10) <= :day
    ), move AS (
        SELECT rid, at, ended,
            lag(ended, 1, first_ended) OVER (PARTITION BY rid ORDER BY number) AS ended_before
        FROM entry
    ), course AS (
        SELECT rid, max(at) AS since, sum(ended_before AND NOT ended) AS reopened
        FROM move GROUP BY rid
    ), state AS (
        SELECT o.id, o.customer, o.amount__base AS amount, o.archived IS NULL AS listed,
            CASE WHEN raw.closed ->> '$.at' > :day THEN NULL
                WHEN lower(o.stage) IN ('won', 'lost') THEN lower(o.stage) END AS outcome,
            raw.closed ->> '$.at' AS closed, c.since, COALESCE(o.opened, o.created) AS opened,
            1 + COALESCE(c.reopened, 0) AS spells
        FROM opportunities AS o JOIN main.opportunities AS raw ON raw.rid = o.rid
            LEFT JOIN course AS c ON c.rid = o.rid
        WHERE COALESCE(o.opened, o.created, '') <= :day
    )
    SELECT id, customer, amount, listed, outcome, spells, outcome IS NULL AS open,
        CASE WHEN outcome IS NULL THEN COALESCE(since, opened)
            ELSE COALESCE(closed, since, opened) END AS stage_since
    FROM state
    """,
    reads={
        "opportunities": "id customer amount__base archived stage stage_history opened closed"
        " created"
    },
)


def _chances(facts: Facts) -> Iterator[tuple[Any, ...]]:
    pipelines = facts.workspace.policy("pipelines")
    stages = {
        (name, stage): settings
        for name, pipeline in pipelines.items()
        for stage, settings in pipeline.stages.items()
    }
    rows = facts.index.rows(
        "SELECT o.id, o.pipeline, o.stage, o.probability, f.amount, f.outcome, f.stage_since"
        " FROM opportunity_facts AS f JOIN opportunities AS o USING (id)"
    )
    for id, pipeline, stage, said, amount, outcome, since in rows:
        settings = stages.get((usual(pipelines, pipeline, stage), stage))
        chance = settings.chance if settings is not None and said is None else said
        if outcome is not None:
            chance = 100 if outcome == "won" else 0
        weighted = shown = None
        if chance is not None:
            percent = Decimal(str(chance))
            shown = int(percent) if percent == int(percent) else float(percent)
            weighted = None if amount is None else round(amount * percent / 100)
        begun, days = parse_date(since or ""), settings.days if settings is not None else None
        stuck = None not in (begun, days) and (facts.day - (begun or facts.day)).days > (days or 0)
        yield id, shown, weighted, outcome is None and stuck


CHANCES = Source(
    "chance_facts",
    OPPORTUNITY,
    rows=_chances,
    columns=("chance", "weighted", "stuck"),
    reads={"opportunities": "id pipeline stage probability"},
    uses=(OPPORTUNITIES,),
)

DEALS = Source(
    "deal_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) FILTER (WHERE open AND listed) AS open_opportunities,
        count(*) AS opportunities, count(*) FILTER (WHERE outcome = 'won') AS won_deals,
        count(*) FILTER (WHERE outcome = 'lost') AS lost_deals,
        sum(amount) FILTER (WHERE open AND listed) AS pipeline_value,
        sum(amount) FILTER (WHERE outcome = 'won') AS won_value,
        max(stage_since) FILTER (WHERE outcome = 'won') AS last_won
    FROM opportunity_facts WHERE customer IS NOT NULL GROUP BY customer
    """,
    uses=(OPPORTUNITIES,),
)

FACTS = (
    OPPORTUNITIES.fact(
        "open", "boolean", N_("Still open"), N_("whether it is neither won nor lost")
    ),
    OPPORTUNITIES.fact(
        "stage_since",
        "date",
        N_("In stage since"),
        N_("since when it has been in its stage: the last change of it, or when it was opened"),
    ),
    OPPORTUNITIES.fact(
        "stage_age",
        "integer",
        N_("Days in stage"),
        N_("for how many days it has been in its stage, while it is open"),
        sql="CASE WHEN f.open"
        " THEN CAST(julianday({day}) - julianday(f.stage_since) AS INTEGER) END",
    ),
    OPPORTUNITIES.fact(
        "spells",
        "integer",
        N_("Spells"),
        N_("how many times it was opened: once, and again each time after it was won or lost"),
    ),
    CHANCES.fact(
        "chance",
        "number",
        N_("Chance"),
        N_("percent: its probability, or else the chance of its stage; 100 when won, 0 when lost"),
    ),
    CHANCES.fact("weighted", "money", N_("Weighted"), N_("its amount by its chance")),
    CHANCES.fact(
        "stuck",
        "boolean",
        N_("Stuck"),
        N_("whether it has been open in its stage for longer than the pipeline says"),
        absent=0,
    ),
    DEALS.fact(
        "open_opportunities",
        "integer",
        N_("Open opportunities"),
        N_("number of opportunities that are neither won nor lost"),
        absent=0,
    ),
    DEALS.fact(
        "opportunities",
        "integer",
        N_("Opportunities"),
        N_("number of opportunities, open and closed"),
        absent=0,
    ),
    DEALS.fact(
        "won_deals", "integer", N_("Won deals"), N_("number of won opportunities"), absent=0
    ),
    DEALS.fact(
        "lost_deals", "integer", N_("Lost deals"), N_("number of lost opportunities"), absent=0
    ),
    DEALS.fact(
        "pipeline_value",
        "money",
        N_("Pipeline value"),
        N_("what the open opportunities amount to"),
        absent=0,
    ),
    DEALS.fact(
        "won_value", "money", N_("Won value"), N_("what the won opportunities amount to"), absent=0
    ),
    DEALS.fact("last_won", "date", N_("Last won"), N_("when the last opportunity was won")),
)
