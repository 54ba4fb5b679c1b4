"""What the models of flow say of customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts


def _scores(facts: Facts) -> Iterator[tuple[str, float, str | None]]:
    from crmctl.models import run

    for row in run(facts, "leads").rows:
        yield row["customer"], float(row["score"]), row["grade"]


# The rules are queries of the book, so whatever is in it may change a score.
LEADS = Source(
    "lead_facts",
    CUSTOMER,
    rows=_scores,
    columns=("lead_score", "lead_grade"),
    reads={"customers": "id"},
    anywhere=True,
)

FACTS = (
    LEADS.fact(
        "lead_score",
        "number",
        N_("Lead score"),
        N_("how well a lead fits and what it does, 0 to 100; none where somebody is no lead"),
    ),
    LEADS.fact(
        "lead_grade",
        "tag",
        N_("Lead grade"),
        N_("the grade of the lead score, by the cuts of the book"),
    ),
)
