"""What the value of a customer consists of, side by side and never added up.

Realized value is what a customer has left us, potential value what could still come from what they
buy elsewhere, model value what customers like them bring in a year: the mean of their RFM segment,
as Hughes reads RFM cells ("Strategic Database Marketing", 1994). Beside profit stand how long the
relation lasts, whom the customer brings, what others hear from them, and what we learn from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import quotient, total
from crmctl.analytics.referral import Brought
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("realized", N_("Realized"), "money"),
    Column("potential", N_("Potential"), "money"),
    Column("model", N_("By model"), "money"),
    Column("referral", N_("Value of referrals"), "money"),
    Column("network", N_("Network"), "money"),
    Column("years", N_("Years"), "number"),
    Column("word_of_mouth", N_("Word of mouth"), "integer"),
    Column("information", N_("Information"), "integer"),
    Column("segment", N_("Segment"), "text", detail=True),
    Column("referred", N_("Referred"), "text", detail=True),
    Column("reached", N_("Reached"), "text", detail=True),
)

TITLES = {
    "methods": N_("method,"),
    "profit": N_("margin less all cost, until the day"),
    "wallet": N_("margin of what they buy elsewhere in a year"),
    "segment_mean": N_("mean margin within a year of their RFM segment"),
    "first_year": N_("margin of the first year of those they referred"),
    "downstream": N_("revenue of those to whom links lead"),
    "depth": N_("steps in the network"),
    "links": N_("types of links"),
    "realized": N_("realized"),
    "potential": N_("potential"),
    "model": N_("by model"),
    "referral": N_("referrals"),
    "network": N_("network"),
}

METHODS = {
    "realized": "profit",
    "potential": "wallet",
    "model": "segment_mean",
    "referral": "first_year",
    "network": "downstream",
}


class Source(NamedTuple):
    """What is known of one customer, amounts in the base currency, None where nothing is.

    `segment` is that of RFM, None for who never bought; `yearly` the margin of the last year;
    `since` the day of the first order or touch; `reach` how many listen, `advocacy` what they hear,
    from -2 to 2; `information` how many things they told us.
    """

    customer: str
    realized: Decimal
    potential: Decimal | None = None
    segment: str | None = None
    yearly: Decimal = Decimal(0)
    since: date | None = None
    referral: Brought | None = None
    network: Brought | None = None
    reach: int | None = None
    advocacy: int | None = None
    information: int = 0


def components(
    sources: Iterable[Source],
    as_of: date,
    depth: int,
    links: Sequence[str] = (),
    wanted: Callable[[str], bool] | None = None,
) -> ModelResult:
    """A row for each customer, the highest realized value first, then by id.

    Rows come for the customers that are `wanted`, all without it; `sources` are the whole book, so
    that means do not depend on who is looked at. What was not measured is None. `model` is the mean
    of `yearly` over the customers of the same `segment`. `word_of_mouth` is the reach, weighed by
    what is said: half of `advocacy`, so below zero for who warns of us.
    """
    found = sorted(sources, key=lambda one: (one.realized.copy_negate(), one.customer))
    segments: dict[str, list[Decimal]] = {}
    for one in found:
        if one.segment is not None:
            segments.setdefault(one.segment, []).append(one.yearly)
    means = {name: quotient(total(values), len(values)) for name, values in segments.items()}
    shown = (one for one in found if wanted is None or wanted(one.customer))
    rows = [_row(one, as_of, means) for one in shown]
    parameters = {"methods": METHODS, "depth": depth, "links": list(links)}
    notes = [_("The columns are of different kinds: they are not to be added up.")] if rows else []
    return ModelResult("components", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)


def _row(one: Source, as_of: date, means: dict[str, Decimal]) -> dict[str, Any]:
    heard = None
    if one.reach is not None and one.advocacy is not None:
        heard = round(one.reach * Decimal(one.advocacy) / 2)
    return {
        "customer": one.customer,
        "realized": one.realized,
        "potential": one.potential,
        "model": means.get(one.segment or ""),
        "referral": one.referral.value if one.referral else None,
        "network": one.network.value if one.network else None,
        "years": _years(one.since, as_of),
        "word_of_mouth": heard,
        "information": one.information or None,
        "segment": one.segment,
        "referred": list(one.referral.customers) if one.referral else [],
        "reached": list(one.network.customers) if one.network else [],
    }


def _years(since: date | None, day: date) -> Decimal | None:
    return round(Decimal((day - since).days * 4) / 1461, 2) if since else None
