"""Why a customer is where it is: its segments, term by term, and what models say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from crmctl import models
from crmctl.analytics.result import Column, ModelResult
from crmctl.errors import BadDefinition, CrmctlError
from crmctl.facts.definitions import CUSTOMER, facts_of
from crmctl.facts.models import Scored
from crmctl.models.catalog import CATALOG
from crmctl.query import sql
from crmctl.query.bound import All, Bound, No, Segment, Test
from crmctl.query.words import explain
from crmctl.refs import References
from crmctl.segments import Segments
from crmctl.selection import Selection, shown
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace


class Term(Frozen):
    """One condition of a segment: whether it holds, in words, and the value that it asks about.

    `column` says how the value is shown; None where the condition asks about more than one.
    """

    holds: bool
    words: str
    value: Any = None
    column: Column | None = None


class Membership(Frozen):
    """Whether a customer is in a saved segment, and why."""

    name: str
    title: str
    inside: bool
    terms: tuple[Term, ...]


Memberships = Callable[[str], Membership | None]


class Standing(Frozen):
    """What a model says of a customer: its label, and the row that it comes from."""

    model: str
    label: Column
    row: dict[str, Any]
    result: ModelResult

    @property
    def reasons(self) -> list[str]:
        """In words, why it is so and what would change it; where the model can say so."""
        return self.result.reasons(self.row) if self.result.reasons else []


def memberships(workspace: Workspace, customer: str, day: date | None) -> Memberships:
    """Looks segments up by name: whether each holds the customer; None for one of another kind."""
    kind = workspace.registry.kinds[CUSTOMER]
    called = References(workspace).called
    segments = Segments(workspace)

    def alone() -> Selection:
        return Selection(workspace, kind, as_of=day, archived=True, ids=[customer])

    def term(bound: Bound) -> Term:
        one = alone()
        one.narrow(sql.compile(bound, kind, "t", fact=one.facts.expression))
        said = (bool(one.ids()), explain(bound, called))
        inner = bound.term if isinstance(bound, No) else bound
        if not isinstance(inner, Test) or any(step.type == "list" for step in inner.steps):
            return Term(*said)
        one = alone()
        column = one.column(inner.path.dotted, label=True)
        ((value,),) = one.rows([column])
        return Term(*said, value, shown(column))

    def membership(name: str) -> Membership | None:
        segment = segments.get(name)
        if segment.kind != CUSTOMER:
            return None
        try:
            bound = Selection(workspace, kind, segment.query, as_of=day).bound
        except CrmctlError as error:
            where = f"segments/{name}.yaml"
            raise BadDefinition(where, "query", error.message, error.hint) from None
        terms = tuple(term(one) for one in _parts(bound))
        inside = all(one.holds for one in terms)
        return Membership(name, segment.titled(), inside, terms)

    return membership


def _parts(bound: Bound) -> Iterator[Bound]:
    """The conditions that all have to hold."""
    match bound:
        case All(terms):
            for one in terms:
                yield from _parts(one)
        case Segment(inner=inner):
            yield from _parts(inner)
        case _:
            yield bound


def standings(workspace: Workspace, customer: str, day: date) -> Iterator[Standing]:
    """What each model says of the customer that gives customers a label.

    A model that compares customers looks at all; others are asked about the one alone.
    """
    facts = Selection(workspace, workspace.registry.kinds[CUSTOMER], as_of=day).facts
    sources = (fact.source for fact in facts_of(CUSTOMER))
    alone = {one.model for one in sources if isinstance(one, Scored) and one.alone}
    for name, entry in CATALOG.items():
        if entry.label:
            result = models.run(facts, name, [customer] if name in alone else None)
            label = next(column for column in result.columns if column.name == entry.label)
            for row in result.rows:
                if row["customer"] == customer:
                    # The rows of the others may be a hundred thousand, of each model.
                    yield Standing(name, label, row, result.replaced(rows=[row]))
