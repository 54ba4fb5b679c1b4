"""What the models of flow say of customers."""

from __future__ import annotations

from crmctl.facts.models import scored
from crmctl.locale import N_

# The rules are queries of the book, so whatever is in it may change a score.
LEADS = scored(
    "leads",
    {"lead_score": "score", "lead_grade": "grade"},
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
