"""Relationship, pseudo-relationship, encounter: whether people meet the same colleague again.

After Gutek, "The Dynamics of Service" (1995): in a relationship the same two meet repeatedly, in a
pseudo-relationship the customer returns to the firm and meets different people, an encounter is
one meeting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import percent
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.policies.relationship import Encounter

ENCOUNTERS = {
    "relationship": N_("Relationship"),
    "pseudo_relationship": N_("Pseudo-relationship"),
    "encounter": N_("Encounter"),
}
RELATIONSHIP, PSEUDO, ENCOUNTER = ENCOUNTERS

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("encounter", N_("Meetings are"), "enum", ENCOUNTERS),
    Column("events", N_("Events"), "integer"),
    Column("colleagues", N_("Colleagues"), "integer"),
    Column("main_user", N_("Main colleague"), "ref", kind="user"),
    Column("main_share", N_("Share"), "percent"),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {
    "days": N_("days"),
    "share": N_("share of the main colleague from, in percent"),
    "counts": N_("customers,"),
    **ENCOUNTERS,
}


class Meetings(NamedTuple):
    """The events that a customer had with one colleague: how many, and the last one's record."""

    user: str
    events: int
    last: str


def encounter(met: Mapping[str, Iterable[Meetings]], as_of: date, rules: Encounter) -> ModelResult:
    """Which kind of meetings each customer has with colleagues.

    One event: an encounter. Several: a relationship where one colleague had `share` percent of
    them, else a pseudo-relationship. None without an event. Rows are sorted by kind, then by the
    number of events, the most first, then by id.
    """
    rows = [_row(customer, list(meetings), rules) for customer, meetings in met.items()]
    ranks = {name: place for place, name in enumerate((*ENCOUNTERS, None))}
    rows.sort(key=lambda row: (ranks[row["encounter"]], -row["events"], row["customer"]))
    counts = Counter(row["encounter"] for row in rows)
    parameters = {
        "days": rules.days,
        "share": rules.share,
        "counts": {name: counts[name] for name in ENCOUNTERS},
    }
    n = sum(counts[name] for name in ENCOUNTERS)
    return ModelResult("encounter", as_of, parameters, n, COLUMNS, rows, [], TITLES)


def _row(customer: str, meetings: list[Meetings], rules: Encounter) -> dict[str, Any]:
    events = sum(one.events for one in meetings)
    main = min(meetings, key=lambda one: (-one.events, one.user), default=None)
    share = percent(main.events, events) if main is not None else None
    kind: str | None = None
    change = None
    if events == 1:
        kind, change = ENCOUNTER, _("Another meeting.")
    elif share is not None:
        kind = RELATIONSHIP if share >= rules.share else PSEUDO
        text = {
            RELATIONSHIP: _("Less than {share} % of the meetings with one colleague."),
            PSEUDO: _("{share} % of the meetings with one colleague."),
        }[kind]
        change = text.format(share=rules.share)
    return {
        "customer": customer,
        "encounter": kind,
        "events": events,
        "colleagues": len(meetings),
        "main_user": main.user if main is not None else None,
        "main_share": share,
        "evidence": sorted(one.last for one in meetings),
        "change": change,
    }
