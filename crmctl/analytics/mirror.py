"""The satisfaction mirror: whether teams that are content have customers who are.

After Schneider and Bowen, "Employee and Customer Perceptions of Service in Banks" (Journal of
Applied Psychology 70, 1985).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import mean, told
from crmctl.analytics.reliability import pearson
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.locale import N_, _

COLUMNS = (
    Column("team", N_("Team"), "text"),
    Column("staff", N_("Staff"), "mean"),
    Column("staff_n", N_("n of staff"), "integer"),
    Column("customers", N_("Customers"), "mean"),
    Column("customers_n", N_("n of customers"), "integer"),
)
TITLES = {
    "r": N_("correlation r"),
    "teams": N_("teams with both"),
    "needed": N_("teams needed"),
}


class Voice(NamedTuple):
    """How satisfied somebody is, 0 to 100: one of a team, or a customer whom it looks after."""

    team: str
    staff: bool
    satisfaction: Fraction


def mirror(voices: Iterable[Voice], as_of: date, needed: int = 5) -> ModelResult:
    """The mean satisfaction of staff and customers of each team, and Pearson's r of these means.

    `r` is None below `needed` teams of which both are measured, and where either does not vary.
    It says that the two go together, not which makes the other.
    """
    teams: dict[str, tuple[list[Fraction], list[Fraction]]] = {}
    for one in voices:
        ours, theirs = teams.setdefault(one.team, ([], []))
        (ours if one.staff else theirs).append(one.satisfaction)
    rows: list[dict[str, Any]] = []
    pairs = []
    for team, (ours, theirs) in sorted(teams.items()):
        staff, customers = mean(ours), mean(theirs)
        if staff is not None and customers is not None:
            pairs.append((staff, customers))
        rows.append(
            {
                "team": team,
                "staff": told(staff),
                "staff_n": len(ours),
                "customers": told(customers),
                "customers_n": len(theirs),
            }
        )
    enough = len(pairs) >= needed
    r = pearson(pairs) if enough else None
    notes = []
    if not enough:
        text = _(
            "Correlation is not computed: it needs {needed} teams, and {count} have both sides."
        )
        notes.append(text.format(needed=needed, count=len(pairs)))
    elif r is None:
        notes.append(_("Correlation is not computed: one of the sides does not vary."))
    parameters = {"r": r, "teams": len(pairs), "needed": needed}
    return ModelResult(
        "mirror", as_of, parameters, len(pairs), COLUMNS, rows, points(rows) + notes, TITLES
    )
