"""RFM: who bought recently, often and for much, by quintiles of the customers who buy.

Scores after Hughes, "Strategic Database Marketing" (1994); the segment names are the customary
map over the scores of recency and frequency, completed so that no pair of scores is without one.
The eight types are those customary in China: each of R, F and M above or below its mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.exact import quotient, rounded, total
from crmctl.analytics.quantiles import Number
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.scores import cut_points, falling, ntile, rising
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

# By whether recency, frequency and monetary value are better than their means.
VALUE_TYPES = {
    "important_value": N_("Important: value"),
    "important_develop": N_("Important: develop"),
    "important_keep": N_("Important: keep"),
    "important_win_back": N_("Important: win back"),
    "general_value": N_("General: value"),
    "general_develop": N_("General: develop"),
    "general_keep": N_("General: keep"),
    "general_win_back": N_("General: win back"),
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
    Column("value_type", N_("Type of value"), "enum", VALUE_TYPES, detail=True),
)

TITLES = {
    "method": N_("method"),
    "quantile": N_("quantiles of the buyers"),
    "ntile": N_("fifths of the buyers, equal values by id"),
    "nested": N_("fifths of R, of F within each R, of M within each R and F"),
    "fixed": N_("fixed cut points"),
    "means": N_("mean of"),
    "mean": N_("mean of a purchase"),
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
METHODS = ("quantile", "ntile", "nested", "fixed")


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


def value_type(recent: bool, frequent: bool, much: bool) -> str:
    """The type of a buyer who is better than the mean, or not, in R, F and M."""
    kind = {(1, 1): "value", (1, 0): "develop", (0, 1): "keep", (0, 0): "win_back"}
    return f"{'important' if much else 'general'}_{kind[recent, frequent]}"


class _Buyer(NamedTuple):
    customer: str
    days: int
    events: int
    value: Decimal

    @property
    def measures(self) -> tuple[int, int, Decimal]:
        return self.days, self.events, self.value


def rfm(
    purchases: Iterable[Purchases],
    as_of: date,
    method: str = "quantile",
    cuts: Mapping[str, Sequence[Number]] | None = None,
    mean: bool = False,
) -> ModelResult:
    """Scores of 1 to 5 for recency (days), frequency (events) and monetary value, and segments.

    `method` is how scores are made. By `quantile`, the cut points are the type-7 quantiles of the
    buyers at 20, 40, 60 and 80 %; `fixed` takes four `cuts` for each dimension, by its name. A
    value scores one more than the cut points below it; recency, where less is better, five less
    their number. Equal values share a score, so a score may go to nobody. `ntile` gives each score
    to a fifth of the buyers, equal values by id; `nested` does so for recency, for frequency
    within each score of recency, and for monetary value within each pair of scores.

    Monetary value is the spend, or with `mean` the spend per purchase event. `value_type` compares
    each of the three with its mean over the buyers. A buyer has at least one purchase event;
    everybody else is a `prospect` without scores.

    Rows are sorted by score, then value, the highest first, then by id; prospects come last.
    Nothing in `purchases` may be later than `as_of`.
    """
    buyers: list[_Buyer] = []
    others: list[Purchases] = []
    for one in purchases:
        if one.last is None:
            others.append(one)
        else:
            value = _per_event(one) if mean else one.spend
            buyers.append(_Buyer(one.customer, (as_of - one.last).days, one.events, value))
    chosen: dict[str, list[Any]] = {}
    if method in ("ntile", "nested"):
        scores: list[tuple[int, ...]] = _fifths(buyers, nested=method == "nested")
    else:
        chosen = _cuts(buyers, cuts if method == "fixed" else None)
        scores = [_by_cuts(buyer, chosen) for buyer in buyers]
    means = _means(buyers)
    rows = [_scored(buyer, each, means) for buyer, each in zip(buyers, scores, strict=True)]
    rows += [_unscored(one, mean) for one in others]
    rows.sort(key=_order)
    counts = {name: _counts(rows, name[0]) for name in _DIMENSIONS}
    parameters: dict[str, Any] = {"method": method, **({"monetary": "mean"} if mean else {})}
    if chosen:
        parameters["cut_points"] = chosen
    parameters |= {"counts": counts, "means": _rounded(means)}
    notes = _notes(counts, len(buyers), len(others), method)
    return ModelResult("rfm", as_of, parameters, len(buyers), COLUMNS, rows, notes, TITLES)


def _per_event(one: Purchases) -> Decimal:
    return quotient(one.spend, one.events) if one.events else Decimal(0)


def _cuts(
    buyers: Sequence[_Buyer], fixed: Mapping[str, Sequence[Number]] | None
) -> dict[str, list[Any]]:
    if fixed is not None:
        return {name: list(fixed[name]) for name in _DIMENSIONS}
    columns = list(zip(*(buyer.measures for buyer in buyers), strict=True)) or [(), (), ()]
    return {
        name: list(cut_points(values)) for name, values in zip(_DIMENSIONS, columns, strict=True)
    }


def _by_cuts(buyer: _Buyer, cuts: Mapping[str, list[Any]]) -> tuple[int, int, int]:
    return (
        falling(buyer.days, cuts["recency"]),
        rising(buyer.events, cuts["frequency"]),
        rising(buyer.value, cuts["monetary"]),
    )


def _fifths(buyers: Sequence[_Buyer], *, nested: bool) -> list[tuple[int, ...]]:
    """Scores that go to equally many; `nested`: within the scores that were given before."""
    ids = [buyer.customer for buyer in buyers]
    keys: list[list[Number]] = [
        [-buyer.days for buyer in buyers],
        [buyer.events for buyer in buyers],
        [buyer.value for buyer in buyers],
    ]
    found: list[tuple[int, ...]] = [()] * len(buyers)
    for key in keys:
        groups: dict[tuple[int, ...], list[int]] = {}
        for place, before in enumerate(found):
            groups.setdefault(before if nested else (), []).append(place)
        for places in groups.values():
            for place, score in ntile(ids, key, places).items():
                found[place] = (*found[place], score)
    return found


def _means(buyers: Sequence[_Buyer]) -> tuple[Fraction, ...]:
    """The exact means of the three, none without buyers."""
    count = len(buyers)
    if not count:
        return ()
    return (
        Fraction(sum(buyer.days for buyer in buyers), count),
        Fraction(sum(buyer.events for buyer in buyers), count),
        Fraction(total(buyer.value for buyer in buyers)) / count,
    )


def _rounded(means: Sequence[Fraction]) -> dict[str, Decimal | None]:
    return dict.fromkeys(_DIMENSIONS) | dict(zip(_DIMENSIONS, map(rounded, means), strict=False))


def _scored(buyer: _Buyer, scores: tuple[int, ...], means: Sequence[Fraction]) -> dict[str, Any]:
    r, f, m = scores
    days, events, value = means
    return {
        "customer": buyer.customer,
        "recency": buyer.days,
        "frequency": buyer.events,
        "monetary": buyer.value,
        "r": r,
        "f": f,
        "m": m,
        "score": f"{r}{f}{m}",
        "segment": segment(r, f),
        "value_type": value_type(
            buyer.days < days, buyer.events > events, Fraction(buyer.value) > value
        ),
    }


def _unscored(other: Purchases, mean: bool) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: None for column in COLUMNS}
    value = None if mean else other.spend
    row.update(customer=other.customer, frequency=0, monetary=value, segment=PROSPECT)
    return row


def _order(row: dict[str, Any]) -> tuple[int, Decimal, str]:
    value = row["monetary"] or Decimal(0)
    return (-int(row["score"] or 0), value.copy_negate(), row["customer"])


def _counts(rows: Iterable[dict[str, Any]], dimension: str) -> list[int]:
    counts = Counter(row[dimension] for row in rows)
    return [counts[score] for score in range(1, 6)]


def _notes(counts: dict[str, list[int]], buyers: int, others: int, method: str) -> list[str]:
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
            text = _("Nobody has {scores} for {dimension}.")
            if method == "quantile":
                text = _("Equal values share a score: nobody has {scores} for {dimension}.")
            notes.append(text.format(scores=", ".join(empty), dimension=_(dimension)))
    return notes
