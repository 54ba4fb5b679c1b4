"""Work orders: who is fit to be sent to a customer, and how far the engineer has come."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crmctl.changes.assign import Assignment
from crmctl.errors import UsageError
from crmctl.facts.clock import SETTLED
from crmctl.locale import N_, _
from crmctl.policies.service import Service
from crmctl.selection import Selection
from crmctl.values.dates import epoch
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold
from crmctl.workspace import Workspace

ASSIGNED = "assigned"
STEPS = {"accept": "accepted", "arrive": "arrived", "done": "done"}
TITLES = {
    ASSIGNED: N_("Assigned"),
    "accepted": N_("Accepted"),
    "arrived": N_("Arrived"),
    "done": N_("Done"),
}
OPEN = "COALESCE(status, 'open') NOT IN ('resolved', 'closed') AND archived IS NULL"


class BadStep(UsageError):
    """A step of a work order that cannot follow."""


class Fit(Frozen):
    """How fit an engineer is for a ticket, and why."""

    user: str
    name: str
    score: Decimal
    skills: tuple[str, ...]
    regions: tuple[str, ...]
    open: int


def fitness(workspace: Workspace, ticket: Mapping[str, Any]) -> list[Fit]:
    """The engineers of the policy `service.dispatch`, the fittest first."""
    policy: Service = workspace.policy("service")
    rule = policy.dispatch
    users = workspace.registry.kinds["user"]
    wanted, place = _wanted(workspace, ticket), _place(workspace, ticket)
    load = _load(workspace)
    found = []
    for user in Selection(workspace, users, rule.engineers).records():
        if not user.get("active", True):
            continue
        id = str(user["id"])
        skills = tuple(skill for skill in user.get("skills", ()) if fold(skill) in wanted)
        regions = tuple(region for region in user.get("regions", ()) if fold(region) in place)
        score = rule.skill * len(skills) + rule.region * bool(regions) + rule.load * load.get(id, 0)
        found.append(Fit(id, str(user.get("name") or id), score, skills, regions, load.get(id, 0)))
    return sorted(found, key=lambda fit: (-fit.score, fit.open, fit.user))


def _wanted(workspace: Workspace, ticket: Mapping[str, Any]) -> str:
    """Everything that tells which skills a ticket asks for, as one folded text."""
    kind = workspace.registry.kinds["ticket"].fields["kind"]
    value = str(ticket.get("kind") or "")
    words = [value, *kind.values.get(value, {}).values()]
    words += [str(ticket.get(name) or "") for name in ("subject", "description", "cause")]
    asset = _record(workspace, "asset", ticket.get("asset"))
    product = _record(workspace, "product", ticket.get("product") or asset.get("product"))
    words += [str(product.get(name) or "") for name in ("id", "name", "family")]
    words += [str(tag) for tag in product.get("tags", ())]
    return fold("\n".join(words))


def _place(workspace: Workspace, ticket: Mapping[str, Any]) -> str:
    customer = _record(workspace, "customer", ticket.get("customer"))
    addresses = customer.get("addresses") or []
    words = [customer.get("region"), *(each.get("region") for each in addresses)]
    words += [each.get(name) for each in addresses for name in ("country", "city")]
    return fold("\n".join(str(word) for word in words if word))


def _record(workspace: Workspace, kind: str, id: Any) -> Mapping[str, Any]:
    return (workspace.index.get(workspace.registry.kinds[kind], str(id)) if id else None) or {}


def _load(workspace: Workspace) -> dict[str, int]:
    """How many open tickets each user works on, as assignee or as engineer."""
    rows = workspace.index.rows(
        f"SELECT user, count(*) FROM (SELECT id, assignee AS user FROM tickets WHERE {OPEN}"
        f" UNION SELECT id, dispatch ->> '$.engineer' FROM tickets WHERE {OPEN}"
        " AND dispatch ->> '$.done' IS NULL) WHERE user IS NOT NULL GROUP BY user"
    )
    return dict(rows)


def sent(id: str, ticket: Mapping[str, Any], engineer: str, at: str) -> list[Assignment]:
    """The assignments that send an engineer: a new work order, and the ticket is in progress.

    BadStep where nothing is left to do.
    """
    if ticket.get("status") in SETTLED:
        raise BadStep(
            _("“{id}” is settled.").format(id=id),
            _("“crmctl ticket move {id} in_progress” opens it again.").format(id=id),
        )
    found = [
        Assignment("dispatch.engineer", "=", engineer),
        Assignment("dispatch.assigned", "=", at),
        *(Assignment(f"dispatch.{name}", "=", "") for name in STEPS.values()),
    ]
    if ticket.get("status", "open") == "open":
        found.append(Assignment("status", "=", "in_progress"))
    if not ticket.get("assignee"):
        found.append(Assignment("assignee", "=", engineer))
    return found


def stepped(
    workspace: Workspace, id: str, ticket: Mapping[str, Any], step: str, at: str
) -> list[Assignment]:
    """The assignment that takes a work order one step on; BadStep when that cannot be."""
    order: Mapping[str, Any] = ticket.get("dispatch") or {}
    if not order.get("engineer"):
        raise BadStep(
            _("Nobody has been sent out for “{id}”.").format(id=id),
            _("“crmctl ticket dispatch {id} --engineer USER” sends somebody.").format(id=id),
        )
    names = [ASSIGNED, *STEPS.values()]
    now = max((name for name in names if order.get(name)), key=names.index, default=ASSIGNED)
    following = [word for word, name in STEPS.items() if names.index(name) > names.index(now)]
    if step not in following:
        raise BadStep(
            _("The work order of “{id}” is at “{state}” already.").format(
                id=id, state=_(TITLES[now])
            ),
            _("What can follow: {choices}.").format(choices=", ".join(following) or "—"),
        )
    zone = workspace.zone
    before = epoch(str(order.get(now) or ""), zone)
    after = epoch(at, zone)
    if before is not None and after is not None and after < before:
        text = _("{at} is before the step “{state}” of {before}.")
        raise BadStep(text.format(at=at, state=_(TITLES[now]), before=order[now]))
    return [Assignment(f"dispatch.{STEPS[step]}", "=", at)]
