"""How likely customers are to buy, by the rules of the book or as somebody said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crmctl import startup
from crmctl.errors import BadDefinition
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

GRADE = "intent_grade"


def _grades(facts: Facts) -> Iterator[tuple[str, str]]:
    from crmctl.selection import Selection

    workspace = facts.workspace
    kind = workspace.registry.kinds[CUSTOMER]
    day = None if facts.day == workspace.today else facts.day
    graded: dict[str, str] = dict(
        facts.index.rows("SELECT id, intent FROM customers WHERE intent IS NOT NULL")
    )
    for grade, query in workspace.policy("sales").intent.items():
        if GRADE in query:
            reason = _("a grade cannot be asked for while it is being given")
            raise BadDefinition(startup.CONFIG, f"sales.intent.{grade}", reason)
        for id in Selection(workspace, kind, query, as_of=day, archived=True).ids():
            graded.setdefault(id, grade)
    return iter(graded.items())


GRADES = Source(
    "grade_facts",
    CUSTOMER,
    rows=_grades,
    columns=(GRADE,),
    reads={"customers": "id intent"},
    anywhere=True,
)

FACTS = (
    GRADES.fact(
        GRADE,
        "enum",
        N_("Intent grade"),
        N_("how likely they are to buy: as somebody graded them, or by the rules of the book"),
        values={"a": "A", "b": "B", "c": "C", "d": "D"},
    ),
)
