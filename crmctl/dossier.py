"""Everything about one customer on one page: who, of what value, what is open, what was last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmctl.agenda import OPEN, Item, follow_ups, open_tasks
from crmctl.errors import NotFound
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.profile import Group, profile
from crmctl.index.layout import as_record
from crmctl.refs import References
from crmctl.schema.model import Kind
from crmctl.selection import Selection
from crmctl.timeline import latest
from crmctl.values import jsontext
from crmctl.workspace import Workspace

LATEST = 5


@dataclass(frozen=True, slots=True)
class Dossier:
    """A customer with all that belongs to them; whole records, newest or most urgent first.

    `due` has the dated tasks and the follow-up again as agenda items; `promises` are entries of
    interactions, each with the interaction's id; `profile` tells how much is known; `names` are
    those of the users and customers that are mentioned, by kind and id.
    """

    customer: dict[str, Any]
    facts: dict[str, Any]
    contacts: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    follow_ups: list[Item]
    promises: list[dict[str, Any]]
    interactions: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    due: list[Item]
    profile: list[Group]
    names: Mapping[tuple[str, str], str]
    currency: str

    def as_object(self, whole: Callable[[str, dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """The dossier for scripts; `whole` says how they get a record of a kind."""
        return {
            "customer": whole("customer", self.customer),
            "facts": self.facts,
            "contacts": self.contacts,
            "tasks": [whole("task", task) for task in self.tasks],
            "follow_ups": [item.as_object() for item in self.follow_ups],
            "promises": self.promises,
            "interactions": [whole("interaction", one) for one in self.interactions],
            "orders": [whole("order", order) for order in self.orders],
            "profile": [
                {
                    "group": group.name,
                    "filled": group.filled,
                    "fields": group.size,
                    "missing": [field.dotted for field in group.missing],
                }
                for group in self.profile
            ],
        }


def dossier(workspace: Workspace, id: str, *, as_of: date | None = None) -> Dossier:
    """The dossier of a customer, as of the end of a day if one is given; NotFound."""
    kinds = workspace.registry.kinds
    index = workspace.index
    index.as_of(as_of)
    day = as_of or workspace.today
    record = index.get(kinds[CUSTOMER], id)
    if record is None:
        raise NotFound(kinds[CUSTOMER].titled(), id)
    steps = list(follow_ups(workspace, day, date.max, id))
    found = Dossier(
        customer=record,
        facts=_facts(workspace, kinds[CUSTOMER], id, as_of),
        contacts=[item for item in record.get("contacts") or [] if isinstance(item, dict)],
        tasks=_tasks(workspace, id),
        follow_ups=steps,
        promises=_promises(workspace, id, day),
        interactions=latest(workspace, kinds["interaction"], id, LATEST),
        orders=latest(workspace, kinds["order"], id, LATEST),
        due=sorted([*open_tasks(workspace, day, date.max, id), *steps], key=lambda item: item.due),
        profile=profile(kinds[CUSTOMER], record),
        names=_names(workspace, record),
        currency=workspace.config.currency,
    )
    return found


def _facts(workspace: Workspace, kind: Kind, id: str, as_of: date | None) -> dict[str, Any]:
    selection = Selection(workspace, kind, as_of=as_of, archived=True, ids=[id])
    columns = [selection.column(name) for name in kind.facts]
    values = next(selection.rows(columns), ())
    names = [column.name for column in columns]
    return {name: value for name, value in zip(names, values, strict=False) if value is not None}


def _tasks(workspace: Workspace, id: str) -> list[dict[str, Any]]:
    rows = workspace.index.rows(
        f"SELECT t._data, t._path, t._line FROM tasks AS t WHERE t.customer = ? AND {OPEN}"
        " AND t.archived IS NULL ORDER BY t.due IS NULL, t.due, t.id",
        (id,),
    )
    return [as_record(*row) for row in rows]


def _promises(workspace: Workspace, id: str, day: date) -> list[dict[str, Any]]:
    """What was promised and not yet kept or broken on the day, by whichever side."""
    rows = workspace.index.rows(
        "SELECT p.value, i.id FROM interactions AS i, json_each(i.promises) AS p"
        " WHERE i.customer = ? AND i.archived IS NULL"
        " AND (COALESCE(json_extract(p.value, '$.status'), 'open') = 'open'"
        "   OR json_extract(p.value, '$.closed') > ?)"
        " ORDER BY json_extract(p.value, '$.due') IS NULL, json_extract(p.value, '$.due'),"
        " i.at__ts",
        (id, day.isoformat()),
    )
    return [{**jsontext.loads(value), "interaction": interaction} for value, interaction in rows]


def _names(workspace: Workspace, record: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The names of those whom the customer record mentions."""
    kinds = workspace.registry.kinds
    references = References(workspace)
    found: dict[tuple[str, str], str] = {}
    for field in kinds[CUSTOMER].fields.values():
        target = kinds.get(field.ref or "")
        id = record.get(field.name)
        if target is not None and id:
            labels = references.labels(target, [str(id)])
            found |= {(target.name, key): label for key, label in labels.items()}
    return found
