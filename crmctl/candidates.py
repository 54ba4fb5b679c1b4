"""What the book knows of the users who may be entrusted with a record, for `assignment`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crmctl.assignment import Candidate, Need, Suggestion, suggest
from crmctl.errors import UsageError
from crmctl.facts.opportunities import OPPORTUNITIES
from crmctl.locale import _
from crmctl.selection import Selection
from crmctl.values.instants import end_of

if TYPE_CHECKING:
    from crmctl.workspace import Workspace

KINDS = ("customer", "opportunity", "ticket")
Record = Mapping[str, Any]


def suggestions(
    workspace: Workspace, kind: str, record: Record, *, as_of: date | None = None
) -> list[Suggestion]:
    """Who fits a customer, a deal or a ticket, the best first, as of the end of a day."""
    policy = workspace.policy("assignment")
    if kind not in KINDS:
        text = _("Nobody is suggested for a {kind}, only for one of these: {kinds}.")
        titles = [workspace.registry.kinds[name].noun() for name in KINDS]
        noun = workspace.registry.kinds[kind].noun()
        raise UsageError(text.format(kind=noun, kinds=", ".join(titles)))
    query = policy.users.get(kind, "active:true")
    customer = _customer(workspace, kind, record)
    found = [*candidates(workspace, query, customer, policy.days, as_of=as_of)]
    return suggest(found, need(workspace, record, customer), policy.weights, policy.prior)


def _customer(workspace: Workspace, kind: str, record: Record) -> Record:
    if kind == "customer":
        return record
    customers = workspace.registry.kinds["customer"]
    return workspace.index.get(customers, str(record.get("customer") or "")) or {}


def need(workspace: Workspace, record: Record, customer: Record) -> Need:
    """What a record asks of whoever looks after it."""
    regions = [customer.get("region")]
    for address in customer.get("addresses") or []:
        regions += [address.get(name) for name in ("city", "region", "country")]
    words = [record.get("kind"), customer.get("industry"), *(record.get("tags") or [])]
    products = [record.get("product"), *(one.get("product") for one in record.get("lines") or [])]
    for id in filter(None, products):
        product = workspace.index.get(workspace.registry.kinds["product"], str(id)) or {}
        words += [product.get("name"), product.get("family")]
    return Need(
        customer.get("industry"),
        tuple(dict.fromkeys(str(one) for one in regions if one)),
        tuple(dict.fromkeys(str(one) for one in words if one)),
    )


def candidates(
    workspace: Workspace, query: str, customer: Record, days: int, *, as_of: date | None = None
) -> Iterator[Candidate]:
    """The users that a query finds, with what they do and did."""
    selection = Selection(workspace, workspace.registry.kinds["user"], query, as_of=as_of)
    users = [*selection.records()]
    facts = selection.facts
    facts.make(OPPORTUNITIES)
    day = facts.day
    since = day - timedelta(days=min(days, (day - date.min).days))
    index = workspace.index
    deals = dict(
        index.rows(
            "SELECT o.owner, count(*) FROM opportunities AS o JOIN opportunity_facts AS f"
            " USING (id) WHERE f.open AND f.listed GROUP BY o.owner"
        )
    )
    ended = {
        owner: (won, closed)
        for owner, won, closed in index.rows(
            "SELECT o.owner, sum(f.outcome = 'won'), count(*) FROM opportunities AS o"
            " JOIN opportunity_facts AS f USING (id)"
            " WHERE NOT f.open AND f.stage_since >= ? GROUP BY o.owner",
            (since.isoformat(),),
        )
    }
    tasks = dict(
        index.rows(
            "SELECT t.owner, count(*) FROM tasks AS t"
            " WHERE COALESCE(t.status, 'open') NOT IN ('done', 'cancelled') AND t.archived IS NULL"
            " GROUP BY t.owner"
        )
    )
    tickets = dict(
        index.rows(
            "SELECT assignee, count(*) FROM tickets WHERE archived IS NULL"
            " AND COALESCE(status, 'open') NOT IN ('resolved', 'closed') GROUP BY assignee"
        )
    )
    same = dict(
        index.rows(
            "SELECT owner, count(*) FROM customers WHERE industry = ? AND id <> ?"
            " AND archived IS NULL GROUP BY owner",
            (customer.get("industry"), customer.get("id")),
        )
    )
    span = end_of(since, workspace.zone), end_of(day, workspace.zone) - 1
    talks = dict(
        index.rows(
            "SELECT by, count(*) FROM interactions WHERE customer = ?"
            " AND at__ts BETWEEN ? AND ? GROUP BY by",
            (customer.get("id"), *span),
        )
    )
    sorts = {"deals": deals, "tasks": tasks, "tickets": tickets}
    for user in users:
        id = str(user["id"])
        won, closed = ended.get(id, (0, 0))
        yield Candidate(
            id,
            str(user.get("name") or id),
            {sort: counts.get(id, 0) for sort, counts in sorts.items()},
            won,
            closed,
            same.get(id, 0),
            tuple(user.get("regions") or ()),
            tuple(user.get("skills") or ()),
            talks.get(id, 0),
        )
