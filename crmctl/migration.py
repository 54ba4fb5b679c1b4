"""Who moved from one class to another between two days, how many, and what had changed for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from crmctl.analytics.result import Column
from crmctl.errors import UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _
from crmctl.models.catalog import CATALOG
from crmctl.reporting import run_model
from crmctl.selection import Selection, shown
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace

CLASSED = frozenset(("enum", "tag", "boolean", "ref"))
# What tells a reader most about a customer that a field says nothing else of.
BESIDE = ("orders", "spend", "last_interaction", "open_tickets", "owner", "level")
# Texts on a row, which say again what its numbers say.
PROSE = frozenset(("evidence", "change", "reason", "reasons"))


class Move(Frozen):
    """A customer that is in another class now; `changes` are values before and after by column."""

    customer: str
    before: Any
    after: Any
    changes: dict[str, tuple[Any, Any]]


class Migration(Frozen):
    """Customers by class on two days.

    `asked` names the model or field, `by` is the column of the class, `columns` those of the
    changes; `counts` says how many were in one class and are in another (or the same). None is the
    class of those who are in none, or were not there yet.
    """

    asked: str
    by: Column
    since: date
    until: date
    columns: tuple[Column, ...]
    counts: Mapping[tuple[Any, Any], int]
    moves: list[Move]


def migration(
    workspace: Workspace, by: str, since: date, until: date, query: str | None
) -> Migration:
    """The moves by a model that gives labels, or by a field or fact of customers with classes.

    `query` chooses customers as they are on the later day.
    """
    entry = CATALOG.get(by)
    if entry is not None and entry.label:
        before, after = (_of_model(workspace, by, day) for day in (since, until))
        label = entry.label
    else:
        before, after = (_of_field(workspace, by, day) for day in (since, until))
        label = by
    columns = {column.name: column for column in after[0]}
    kind = workspace.registry.kinds[CUSTOMER]
    chosen = Selection(workspace, kind, query, as_of=until).ids()
    counts: Counter[tuple[Any, Any]] = Counter()
    moves = []
    nothing: dict[str, Any] = {}
    for customer in chosen:
        old, new = before[1].get(customer, nothing), after[1].get(customer, nothing)
        pair = old.get(label), new.get(label)
        counts[pair] += 1
        if pair[0] != pair[1]:
            changes = {
                name: (old.get(name), new.get(name))
                for name in columns
                if name != label and old.get(name) != new.get(name)
            }
            moves.append(Move(customer, *pair, changes))
    by_column = columns.pop(label)
    return Migration(by, by_column, since, until, tuple(columns.values()), counts, moves)


Rows = tuple[list[Column], dict[str, dict[str, Any]]]


def _of_model(workspace: Workspace, model: str, day: date) -> Rows:
    result = run_model(workspace, model, day, None)
    columns = [one for one in result.columns if one.name not in PROSE and one.name != "customer"]
    return columns, {row["customer"]: row for row in result.rows}


def _of_field(workspace: Workspace, name: str, day: date) -> Rows:
    kind = workspace.registry.kinds[CUSTOMER]
    selection = Selection(workspace, kind, None, as_of=day, archived=True)
    field = kind.field(name).field
    if field.type not in CLASSED:
        raise UsageError(
            _("“{name}” puts customers into no classes.").format(name=name),
            _("Name a model such as rfm or abc, or a field such as status or level."),
        )
    names = [name, *(one for one in BESIDE if one != name and kind.find(one))]
    columns = [selection.column(one, label=True) for one in names]
    rows = selection.rows([selection.column("id"), *columns])
    found = {id: dict(zip(names, values, strict=True)) for id, *values in rows}
    return [shown(column) for column in columns], found
