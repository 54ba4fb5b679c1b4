"""What is still to be done for a customer."""

from __future__ import annotations

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

TASKS = Source(
    "task_facts",
    CUSTOMER,
    """
    SELECT customer AS id, count(*) AS open_tasks, min(due) AS next_due FROM tasks
    WHERE COALESCE(status, 'open') NOT IN ('done', 'cancelled') AND customer IS NOT NULL
        AND archived IS NULL
    GROUP BY customer
    """,
    reads={"tasks": "customer status due archived"},
    singly=True,
)

FACTS = (
    TASKS.fact(
        "open_tasks",
        "integer",
        N_("Open tasks"),
        N_("number of tasks that are neither done nor cancelled"),
        absent=0,
    ),
    TASKS.fact("next_due", "date", N_("Next due"), N_("when the first of the open tasks is due")),
)
