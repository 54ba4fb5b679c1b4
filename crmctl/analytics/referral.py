"""Whom customers bring: by referrals of their own, and further down the network.

The value of a referral is what those who were referred bring in their first year; each counts once,
for the one who referred them. Network value is what everybody brings to whom links lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from crmctl.analytics.exact import total


class Brought(NamedTuple):
    """The customers that one customer led to, by id in order, and what they bring."""

    customers: tuple[str, ...]
    value: Decimal


def in_circles(referred_by: Mapping[str, str]) -> set[str]:
    """Those who in the end were referred by themselves: of these nobody can say who came first."""
    found: set[str] = set()
    done: set[str] = set()
    for start in referred_by:
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in done:
            done.add(here)
            path.append(here)
            here = referred_by.get(here)
        if here in path:
            found.update(path[path.index(here) :])
    return found


def referrals(
    referred_by: Mapping[str, str], first_year: Mapping[str, Decimal]
) -> dict[str, Brought]:
    """What the customers that each one referred brought in their first year, directly.

    Referrals in a circle count for nobody. Only referees with a first year have a value; one who
    has not bought yet counts 0.
    """
    circles = in_circles(referred_by)
    found: dict[str, list[str]] = {}
    for customer in sorted(referred_by):
        if customer not in circles:
            found.setdefault(referred_by[customer], []).append(customer)
    return {
        by: Brought(tuple(referees), total(first_year.get(one, Decimal(0)) for one in referees))
        for by, referees in found.items()
    }


def downstream(
    links: Iterable[tuple[str, str]], revenue: Mapping[str, Decimal], depth: int
) -> dict[str, Brought]:
    """What those buy to whom directed links lead in at most `depth` steps, each counted once."""
    following: dict[str, set[str]] = {}
    for start, end in links:
        if start != end:
            following.setdefault(start, set()).add(end)
    found = {}
    for start in sorted(following):
        seen, edge = {start}, {start}
        for _step in range(depth):
            edge = {end for one in edge for end in following.get(one, ())} - seen
            seen |= edge
        reached = tuple(sorted(seen - {start}))
        found[start] = Brought(reached, total(revenue.get(one, Decimal(0)) for one in reached))
    return found
