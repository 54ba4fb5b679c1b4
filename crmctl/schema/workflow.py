"""How a schema declares a workflow: the states of a field, and what each of them asks for.

Who may go where is judged in `crmctl/moves.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.schema.model import Field, Kind
from crmctl.typed import Titles, typed
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

PIPELINES = "pipelines"
"""The workflow of a field whose states are those of the book's pipelines."""


class Gate(Frozen):
    """What a record must have to pass: fields, a query that it matches, criteria of the book.

    `title` tells people in words what the query asks for.
    """

    needs: tuple[str, ...] = ()
    when: str | None = None
    title: Titles | None = None
    criteria: str | None = None


class Again(Frozen):
    """That what is over comes again: a record like it is made for the next time.

    `every` is the field with the distance (`2w`); without a value nothing comes again. The days and
    moments in `dates` move on, the first one that is there leads. `since` keeps the day from which
    months count, where some months lack it. Fields in `without` are not taken along.
    """

    every: str
    dates: tuple[str, ...] = ()
    since: str | None = None
    without: tuple[str, ...] = ()


class State(Frozen):
    """One state: those that may follow, and the gates to come in and to go on.

    On coming in, `stamp` gets the day or instant unless the same change says another, what `clear`
    names is taken away, and what comes `again` is made. What `keep` names goes into a list of what
    was before, its last entry with the day in the field `back`.
    """

    to: tuple[str, ...] = ()
    enter: Gate = Gate()
    leave: Gate = Gate()
    stamp: str | None = None
    clear: tuple[str, ...] = ()
    keep: dict[str, str] = {}  # noqa: RUF012 (copied for each)
    again: Again | None = None


def declared(kind: Kind, field: Field) -> dict[str, State]:
    """The states that the schema of a kind declares for a field; BadDefinition."""
    where = f"schemas/{kind.name}.yaml"
    steps = ("properties", field.name, "x-crmctl", "workflow")
    tree = field.workflow
    if isinstance(tree, Mapping):
        # In short, a state is the list of those that may follow.
        tree = {
            name: {"to": node} if isinstance(node, list) else {} if node in (None, "") else node
            for name, node in tree.items()
        }
    states = typed(dict[str, State], tree, where, steps)
    for name, state in states.items():
        place = ".".join((*steps, name))
        for other in (name, *state.to):
            if field.values and other not in field.values:
                reason = _("there is no state “{state}”").format(state=other)
                hint = did_you_mean(suggest(other, field.values))
                raise BadDefinition(where, place, reason, hint)
        entering = [*state.clear, *state.keep, *state.keep.values()]
        named = [*state.enter.needs, *state.leave.needs, *entering]
        if state.again is not None:
            again = state.again
            named += [again.every, *again.dates, *again.without, *filter(None, [again.since])]
        for path in [*named, *([state.stamp] if state.stamp else [])]:
            if kind.find(path) is None:
                reason = _("there is no field “{field}”").format(field=path)
                hint = did_you_mean(suggest(path, kind.words()))
                raise BadDefinition(where, place, reason, hint)
    return states


def check(kind: Kind) -> None:
    """Refuses workflows that cannot be used; BadDefinition."""
    for field in kind.workflows:
        if field.workflow != PIPELINES:
            declared(kind, field)
