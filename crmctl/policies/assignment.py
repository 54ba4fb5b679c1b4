"""Who is suggested for a customer, a deal or a ticket, and what counts how much for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

FACTORS = ("load", "wins", "industry", "region", "skill", "known")


class Assignment(Frozen):
    """The section; `weights` by FACTORS."""

    users: dict[str, str] = {}  # noqa: RUF012 (copied for each)
    days: int = 730
    prior: int = 5
    weights: dict[str, Decimal] = {}  # noqa: RUF012


SHAPE = Assignment


def check(policy: Assignment, where: str) -> None:
    """BadDefinition for a factor that is none, or that counts against somebody."""
    for name, weight in policy.weights.items():
        place = f"assignment.weights.{name}"
        if name not in FACTORS:
            hint = did_you_mean(suggest(name, FACTORS))
            raise BadDefinition(where, place, _("there is no such setting"), hint)
        if weight < 0:
            reason = _("must be at least {limit}").format(limit=0)
            raise BadDefinition(where, place, reason)


def queries(policy: Assignment) -> Iterator[tuple[str, str, str]]:
    """Where the queries stand, what kind they ask about, and their texts."""
    for kind, query in policy.users.items():
        yield f"users.{kind}", "user", query
