"""A customer for somebody who never met them: everything said, promised, open and decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from crmctl.dossier import Dossier, dossier
from crmctl.facts.definitions import CUSTOMER
from crmctl.promises import Promise, promises
from crmctl.timeline import Entry, latest, timeline
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace

# What was agreed or settled, beside the customer's own changes.
DECIDED = ("quote", "order", "contract", "opportunity")


class Brief(Frozen):
    """All of one customer: the dossier, every interaction, every promise, what was decided.

    Interactions and decisions stand newest first.
    """

    dossier: Dossier
    said: Sequence[Mapping[str, Any]]
    promised: Sequence[Promise]
    decided: Sequence[Entry]

    @property
    def name(self) -> str:
        """What the customer is called."""
        return str(self.dossier.customer.get("name") or self.dossier.customer["id"])


def brief(workspace: Workspace, id: str, *, as_of: date | None = None) -> Brief:
    """The brief of a customer, as of the end of a day if one is given; NotFound."""
    found = dossier(workspace, id, as_of=as_of)
    kind = workspace.registry.kinds["interaction"]
    return Brief(
        found,
        latest(workspace, kind, id, 0),
        promises(workspace, customer=id, closed=True, as_of=as_of),
        list(_decisions(timeline(workspace, id, as_of=as_of))),
    )


def _decisions(entries: Sequence[Entry]) -> Iterator[Entry]:
    for entry in entries:
        if entry.kind in DECIDED or entry.kind == CUSTOMER:
            yield entry
