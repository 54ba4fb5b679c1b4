"""Who gets a new ticket that names nobody: the first rule of the policy whose query matches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.moves import Moves
from crmctl.schema.model import Kind
from crmctl.service.dispatch import fitness
from crmctl.service.people import People

ENGINEER = "engineer"


def routed(moves: Moves, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """A new record with the fields filled in for which its schema asks a policy (`route`)."""
    found = dict(values)
    workspace = moves.workspace
    for field in kind.fields.values():
        if field.route is None or found.get(field.name):
            continue
        for rule in workspace.policy(field.route).routing.values():
            if not moves.holds(rule.query, found):
                continue
            if rule.to == ENGINEER:
                people = [fit.user for fit in fitness(workspace, found)]
            else:
                people = [*People(workspace).meant(rule.to, found)]
            if people:
                found[field.name] = people[0]
                break
    return found
