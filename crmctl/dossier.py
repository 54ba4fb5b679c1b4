"""Everything about one customer on one page: who, of what value, what is open, what was last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmctl import models
from crmctl.advice import Advice, advise
from crmctl.agenda import FOLLOW_UP, TASK, TOPIC, Agenda, Item, OnFault, raising, rule_titles
from crmctl.errors import NotFound
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.models import Scored
from crmctl.facts.profile import Group, profile
from crmctl.moves import Moves
from crmctl.refs import References
from crmctl.schema.model import Kind
from crmctl.selection import Selection
from crmctl.timeline import latest
from crmctl.values import jsontext
from crmctl.workspace import Workspace

LATEST = 5
RELATION = ("stage", "relationship", "health")
COMPARED = ("rfm", "abc")
EVER = 10**6  # days
# What is open of a customer beside tasks and promises, and under which key scripts get it.
OPEN = {
    "opportunity": "opportunities",
    "quote": "quotes",
    "ticket": "tickets",
    "contract": "contracts",
    "invoice": "invoices",
}
OPEN_QUERIES = {
    "opportunity": "open:true",
    "quote": "status:sent (valid_until:>=today or valid_until:)",
    "ticket": "-status:resolved,closed",
    "contract": "status:active (ends:>=today or ends: or auto_renew:true)",
    "invoice": "status:sent -balance:0",
}


@dataclass(frozen=True, slots=True)
class Dossier:
    """A customer with all that belongs to them; whole records, newest or most urgent first.

    `relation` are the rows of the models of RELATION, which judge a customer by their own records;
    `due` is what the agenda has of them, with all dated tasks and the follow-up; `promises` are
    entries of interactions, each with the interaction's id; `open` holds what is not settled of
    other kinds, by kind, and `states` in words what state each of these is in; `profile` tells how
    much is known; `advice` is the suggested next step; `names` are those of the users and customers
    that are mentioned, by kind and id, `rules` what the rules of the agenda are called.
    """

    customer: dict[str, Any]
    facts: dict[str, Any]
    relation: dict[str, dict[str, Any]]
    contacts: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    follow_ups: list[Item]
    promises: list[dict[str, Any]]
    interactions: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    open: dict[str, list[dict[str, Any]]]
    due: list[Item]
    profile: list[Group]
    advice: Advice | None
    states: Mapping[str, str]
    names: Mapping[tuple[str, str], str]
    rules: Mapping[str, str]
    currency: str

    def as_object(self, whole: Callable[[str, dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """The dossier for scripts; `whole` says how they get a record of a kind."""
        return {
            "customer": whole("customer", self.customer),
            "facts": self.facts,
            "relation": self.relation,
            "contacts": self.contacts,
            "tasks": [whole("task", task) for task in self.tasks],
            "follow_ups": [item.as_object() for item in self.follow_ups],
            "promises": self.promises,
            "interactions": [whole("interaction", one) for one in self.interactions],
            "orders": [whole("order", order) for order in self.orders],
            "open": {
                kinds: [whole(kind, one) for one in self.open[kind]]
                for kind, kinds in OPEN.items()
                if kind in self.open
            },
            "due": [item.as_object() for item in self.due],
            "next": self.advice.as_object() if self.advice is not None else None,
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


def dossier(
    workspace: Workspace, id: str, *, as_of: date | None = None, on_fault: OnFault = raising
) -> Dossier:
    """The dossier of a customer, as of the end of a day if one is given; NotFound."""
    kinds = workspace.registry.kinds
    index = workspace.index
    index.as_of(as_of)
    day = as_of or workspace.today
    record = index.get(kinds[CUSTOMER], id)
    if record is None:
        raise NotFound(kinds[CUSTOMER].titled(), id)
    due = Agenda(workspace, as_of=as_of, customer=id, on_fault=on_fault).items()
    planned = Agenda(
        workspace, as_of=as_of, customer=id, only=_planned(workspace), ahead=EVER
    ).items()
    unsettled = _open(workspace, id, as_of)
    facts, judged = _facts(workspace, kinds[CUSTOMER], id, as_of)
    found = Dossier(
        customer=record,
        facts=facts,
        relation={name: judged[name] for name in RELATION if name in judged},
        contacts=[item for item in record.get("contacts") or [] if isinstance(item, dict)],
        tasks=_tasks(workspace, id, as_of),
        follow_ups=[item for item in planned if item.what == FOLLOW_UP],
        promises=_promises(workspace, id, day),
        interactions=latest(workspace, kinds["interaction"], id, LATEST),
        orders=latest(workspace, kinds["order"], id, LATEST),
        open=unsettled,
        states=_states(workspace, unsettled),
        due=sorted(
            [*planned, *(item for item in due if item not in planned)], key=lambda item: item.due
        ),
        profile=profile(kinds[CUSTOMER], record),
        advice=advise(workspace, id, as_of=as_of, items=due),
        names=_names(workspace, record),
        rules=rule_titles(workspace),
        currency=workspace.config.currency,
    )
    return found


def _planned(workspace: Workspace) -> list[str]:
    """The rules of what is planned however far ahead, of those that the book has."""
    return [name for name in (TASK, FOLLOW_UP) if name in workspace.policy(TOPIC)]


def _open(workspace: Workspace, id: str, as_of: date | None) -> dict[str, list[dict[str, Any]]]:
    """What is not settled, by kind; a kind of which nothing is open is left out."""
    found = {}
    for name, query in OPEN_QUERIES.items():
        kind = workspace.registry.kinds[name]
        naming = (kind.fields[CUSTOMER], [id])
        records = list(Selection(workspace, kind, query, as_of=as_of, naming=naming).records())
        if records:
            found[name] = records
    return found


def _facts(
    workspace: Workspace, kind: Kind, id: str, as_of: date | None
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The facts of a customer, and the rows of the models that judge each customer alone.

    A model that compares customers is asked for a page only where it is among COMPARED: what takes
    a look at the whole book would be paid for again after every note.
    """
    selection = Selection(workspace, kind, as_of=as_of, archived=True, ids=[id])
    columns = []
    alone: dict[str, Scored] = {}
    for name, field in kind.facts.items():
        source = field.fact.source
        if isinstance(source, Scored) and source.alone:
            alone[source.model] = source
        elif not isinstance(source, Scored) or source.model in COMPARED:
            columns.append(selection.column(name))
    values = next(selection.rows(columns), ())
    found = {column.name: value for column, value in zip(columns, values, strict=False)}
    rows = {model: models.run(selection.facts, model, [id]).rows[0] for model in alone}
    for model, source in alone.items():
        told = source.values(rows[model])
        found |= {name: told[name] for name in kind.facts if name in told}
    return {name: value for name, value in found.items() if value is not None}, rows


def _states(workspace: Workspace, unsettled: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """The state of each record in words, by id: its stage, or else its status."""
    found = {}
    for name, records in unsettled.items():
        kind = workspace.registry.kinds[name]
        field = kind.fields.get("stage") or kind.fields["status"]
        moves = Moves(workspace, kind)
        for record in records:
            state = record.get(field.name, field.default)
            if state is not None:
                found[record["id"]] = moves.title(field, record, str(state))
    return found


def _tasks(workspace: Workspace, id: str, as_of: date | None) -> list[dict[str, Any]]:
    kind = workspace.registry.kinds[TASK]
    naming = (kind.fields[CUSTOMER], [id])
    selection = Selection(workspace, kind, "-status:done,cancelled", as_of=as_of, naming=naming)
    return list(selection.records(["due"]))


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
