"""RFM: who bought recently, often and for much, by quintiles of the customers who buy.

Scores after Hughes, "Strategic Database Marketing" (1994); the segment names are the customary
map over the scores of recency and frequency, completed so that no pair of scores is without one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.quantiles import Number, quantile
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

PROSPECT = "prospect"

# Best first: the order in which segments are listed.
SEGMENTS = {
    "champion": N_("Champion"),
    "loyal": N_("Loyal"),
    "potential_loyalist": N_("Potential loyalist"),
    "new": N_("New"),
    "promising": N_("Promising"),
    "need_attention": N_("Needs attention"),
    "about_to_sleep": N_("About to sleep"),
    "at_risk": N_("At risk"),
    "cant_lose": N_("Can't lose"),
    "hibernating": N_("Hibernating"),
    PROSPECT: N_("Prospect"),
}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("recency", N_("Days since last purchase"), "integer"),
    Column("frequency", N_("Purchases"), "integer"),
    Column("monetary", N_("Spend"), "money"),
    Column("r", "R", "integer"),
    Column("f", "F", "integer"),
    Column("m", "M", "integer"),
    Column("score", N_("RFM score"), "text"),
    Column("segment", N_("Segment"), "enum", SEGMENTS),
)

TITLES = {
    "method": N_("method"),
    "quantile": N_("quantiles of the buyers"),
    "cut_points": N_("cut points of"),
    "counts": N_("customers per score,"),
    "recency": N_("recency"),
    "frequency": N_("frequency"),
    "monetary": N_("monetary"),
}

# One row per recency score from 1 to 5, one letter per frequency score from 1 to 5.
_MAP = ("hhrrc", "hhrrc", "ssall", "pttll", "nttCC")
_LETTERS = {
    "h": "hibernating",
    "r": "at_risk",
    "c": "cant_lose",
    "s": "about_to_sleep",
    "a": "need_attention",
    "l": "loyal",
    "p": "promising",
    "n": "new",
    "t": "potential_loyalist",
    "C": "champion",
}
_DIMENSIONS = (N_("recency"), N_("frequency"), N_("monetary"))
_LEVELS = tuple(Fraction(fifth, 5) for fifth in (1, 2, 3, 4))


class Purchases(NamedTuple):
    """What one customer bought until the day of the analysis.

    `last` is the date of the last purchase event, None without one; `events` counts the purchase
    events (days with a confirmed order); `spend` is net, in the base currency.
    """

    customer: str
    last: date | None
    events: int
    spend: Decimal


def segment(recency_score: int, frequency_score: int) -> str:
    """The segment of a pair of scores, each from 1 (worst) to 5 (best)."""
    return _LETTERS[_MAP[recency_score - 1][frequency_score - 1]]


def rfm(purchases: Iterable[Purchases], as_of: date) -> ModelResult:
    """Scores of 1 to 5 for recency (days), frequency (events) and monetary value, and segments.

    The cut points are the type-7 quantiles of the buyers at 20, 40, 60 and 80 %. A value scores
    one more than the cut points below it; recency, where less is better, five less their number.
    Equal values share a score, so a score may go to nobody. A buyer has at least one purchase
    event; everybody else is a `prospect` without scores.

    Rows are sorted by score, then spend, the highest first, then by id; prospects come last.
    Nothing in `purchases` may be later than `as_of`.
    """
    buyers: list[tuple[Purchases, int]] = []
    others: list[Purchases] = []
    for one in purchases:
        if one.events > 0 and one.last is not None:
            buyers.append((one, (as_of - one.last).days))
        else:
            others.append(one)
    cuts = {
        "recency": _cut_points([days for _buyer, days in buyers]),
        "frequency": _cut_points([buyer.events for buyer, _days in buyers]),
        "monetary": _cut_points([buyer.spend for buyer, _days in buyers]),
    }
    rows = [_scored(buyer, days, cuts) for buyer, days in buyers]
    rows += [_unscored(one) for one in others]
    rows.sort(key=_order)
    counts = {name: _counts(rows, name[0]) for name in cuts}
    parameters = {"method": "quantile", "cut_points": cuts, "counts": counts}
    notes = _notes(counts, len(buyers), len(others))
    return ModelResult("rfm", as_of, parameters, len(buyers), COLUMNS, rows, notes, TITLES)


def _cut_points(values: Sequence[Number]) -> list[Decimal | Fraction]:
    ordered = sorted(values)
    return [quantile(ordered, level) for level in _LEVELS] if ordered else []


def _scored(
    buyer: Purchases, days: int, cuts: dict[str, list[Decimal | Fraction]]
) -> dict[str, Any]:
    r = 5 - bisect_left(cuts["recency"], days)
    f = 1 + bisect_left(cuts["frequency"], buyer.events)
    m = 1 + bisect_left(cuts["monetary"], buyer.spend)
    return {
        "customer": buyer.customer,
        "recency": days,
        "frequency": buyer.events,
        "monetary": buyer.spend,
        "r": r,
        "f": f,
        "m": m,
        "score": f"{r}{f}{m}",
        "segment": segment(r, f),
    }


def _unscored(other: Purchases) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: None for column in COLUMNS}
    row.update(customer=other.customer, frequency=0, monetary=other.spend, segment=PROSPECT)
    return row


def _order(row: dict[str, Any]) -> tuple[int, Decimal, str]:
    return (-int(row["score"] or 0), row["monetary"].copy_negate(), row["customer"])


def _counts(rows: Iterable[dict[str, Any]], dimension: str) -> list[int]:
    counts = Counter(row[dimension] for row in rows)
    return [counts[score] for score in range(1, 6)]


def _notes(counts: dict[str, list[int]], buyers: int, others: int) -> list[str]:
    if not buyers:
        return [_("Nobody has bought anything yet, so nobody is scored.")]
    notes = []
    if others:
        notes.append(
            ngettext(
                "{count} customer has never bought and is a prospect without scores.",
                "{count} customers have never bought and are prospects without scores.",
                others,
            ).format(count=others)
        )
    for dimension in _DIMENSIONS:
        empty = [str(score) for score, count in enumerate(counts[dimension], 1) if not count]
        if empty:
            notes.append(
                _("Equal values share a score: nobody has {scores} for {dimension}.").format(
                    scores=", ".join(empty), dimension=_(dimension)
                )
            )
    return notes
