"""Which records go along when a colleague hands customers over: the parts of the policy."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from crmctl.facts.definitions import CUSTOMER
from crmctl.policies.handover import Part
from crmctl.refs import References
from crmctl.schema.model import Field, Kind
from crmctl.selection import Selection
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace


class Handed(Frozen):
    """One record that goes to another colleague, and the field that says so."""

    kind: Kind
    field: Field
    id: str
    customer: str | None


def handed(workspace: Workspace, giver: str, where: str | None = None) -> Iterator[Handed]:
    """The records of a user that go along; `where` chooses among the customers.

    With it, only what belongs to these customers goes, whoever owns them.
    """
    labels = References(workspace).labels(workspace.registry.kinds["user"], [giver])
    names = {giver, *labels.values()}
    customers = workspace.registry.kinds[CUSTOMER]
    meant = None
    if where is not None:
        meant = set(Selection(workspace, customers, where, archived=True).ids())
    parts: dict[str, Part] = workspace.policy("handover")
    for part in parts.values():
        kind = workspace.registry.kind(part.kind)
        field = kind.own(part.field)
        yield from _of_part(workspace, kind, field, part.query, names, meant)


def _of_part(
    workspace: Workspace,
    kind: Kind,
    field: Field,
    query: str | None,
    names: Collection[str],
    meant: Collection[str] | None,
) -> Iterator[Handed]:
    selection = Selection(workspace, kind, query, naming=(field, names))
    by_customer = kind.fields.get(CUSTOMER)
    columns = [selection.column("id")]
    if by_customer is not None:
        columns.append(selection.column(CUSTOMER))
    for id, *of in selection.rows(columns):
        customer = id if kind.name == CUSTOMER else next(iter(of), None)
        if meant is None or customer in meant:
            yield Handed(kind, field, id, customer)
