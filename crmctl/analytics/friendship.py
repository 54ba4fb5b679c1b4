"""Commercial friendship between a contact and a colleague: utility, sociability, reciprocity.

After Price and Arnould, "Commercial Friendships: Service Provider-Client Relationships in Context"
(Journal of Marketing 63, 1999).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import quotient, total
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crmctl.policies.relationship import Friendship

SIDES = {
    "utility": N_("Utility"),
    "sociability": N_("Sociability"),
    "reciprocity": N_("Reciprocity"),
}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("contact", N_("Contact"), "text"),
    Column("user", N_("Colleague"), "ref", kind="user"),
    Column("surveys", N_("Surveys"), "integer"),
    *(Column(name, title, "mean") for name, title in SIDES.items()),
    Column("friendship", N_("Friendship"), "mean"),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {"days": N_("days"), "top": N_("highest answer")}


class Pair(NamedTuple):
    """Answers of one contact about one colleague: values by item, and the surveys."""

    customer: str
    contact: str | None
    user: str | None
    answers: Mapping[str, Sequence[Decimal]]
    surveys: Sequence[str]


def friendship(pairs: Iterable[Pair], as_of: date, rules: Friendship) -> ModelResult:
    """The three sides of each friendship and their mean, from 0 to 100.

    A side is the mean of the answers to its items, 1 being 0 and the highest answer 100. The mean
    is None unless all three were asked for. Rows are sorted by it, the highest first, then by
    customer, contact and colleague.
    """
    rows = [_row(pair, rules) for pair in pairs]
    rows.sort(
        key=lambda row: (
            -(row["friendship"] if row["friendship"] is not None else Decimal(-1)),
            row["customer"],
            row["contact"] or "",
            row["user"] or "",
        )
    )
    measured = sum(row["friendship"] is not None for row in rows)
    parameters = {"days": rules.days, "top": rules.top}
    notes = []
    if not rows:
        notes.append(_("No survey has asked for utility, sociability or reciprocity."))
    elif len(rows) > measured:
        notes.append(
            ngettext(
                "{count} pair was not asked for all three and has no index.",
                "{count} pairs were not asked for all three and have no index.",
                len(rows) - measured,
            ).format(count=len(rows) - measured)
        )
    return ModelResult(
        "friendship", as_of, parameters, measured, COLUMNS, rows, points(rows) + notes, TITLES
    )


def _row(pair: Pair, rules: Friendship) -> dict[str, Any]:
    found: dict[str, Decimal | None] = {}
    for name in SIDES:
        values = [one for item in getattr(rules, name) for one in pair.answers.get(item, ())]
        on_100 = [(value - 1) * 100 / (rules.top - 1) for value in values]
        found[name] = quotient(total(on_100), len(on_100)) if on_100 else None
    known = {name: value for name, value in found.items() if value is not None}
    whole = len(known) == len(SIDES)
    if whole:
        least = min(known, key=lambda name: (known[name], name))
        change = _("Most by more of its lowest side: {side}.").format(side=_(SIDES[least]))
    else:
        lacking = [_(SIDES[name]) for name in SIDES if name not in known]
        change = _("It lacks: {what}.").format(what=_("; ").join(lacking))
    return {
        "customer": pair.customer,
        "contact": pair.contact,
        "user": pair.user,
        "surveys": len(pair.surveys),
        **found,
        "friendship": quotient(total(known.values()), len(SIDES)) if whole else None,
        "evidence": list(pair.surveys),
        "change": change,
    }
