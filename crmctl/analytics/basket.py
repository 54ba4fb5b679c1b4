"""What is bought together: rules such as “who buys a meter buys buffer solution, too”.

Association rules by the Apriori algorithm of Agrawal, Imielinski and Swami, "Mining Association
Rules between Sets of Items in Large Databases" (1993). Lift above 1 says that the two go together
more often than by chance; a rule that few baskets bear is chance itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, islice
from typing import Any, NamedTuple

from crmctl.analytics.exact import percent, quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

COLUMNS = (
    Column("if", N_("Who buys"), "ref", kind="product"),
    Column("then", N_("Also buys"), "ref", kind="product"),
    Column("count", N_("Baskets"), "integer"),
    Column("support", N_("Support"), "percent"),
    Column("confidence", N_("Confidence"), "percent"),
    Column("lift", N_("Lift"), "mean"),
    Column("evidence", N_("Evidence"), "text", detail=True),
)

TITLES = {
    "unit": N_("a basket is"),
    "order": N_("an order"),
    "customer": N_("all that a customer has bought"),
    "count": N_("in so many baskets at least"),
    "confidence": N_("confidence of so many percent at least"),
    "items": N_("products in a rule, at most"),
}
_SHOWN = 3

Set = tuple[str, ...]


class Basket(NamedTuple):
    """What was bought together, and the record that says so."""

    id: str
    items: frozenset[str]


def basket(
    baskets: Iterable[Basket], as_of: date, unit: str, count: int, confidence: Decimal, items: int
) -> ModelResult:
    """Rules with one product on the right, by lift, the highest first, then by count and names.

    `support` is the percentage of all baskets that have both sides, `confidence` that of the
    baskets with the left side, `lift` the confidence over the share of the right side alone. Only
    rules with at least `count` baskets, `confidence` percent and at most `items` products come.
    """
    found = sorted(baskets, key=lambda one: one.id)
    frequent = _frequent([one.items for one in found], count, items)
    rows = []
    for bought in frequent:
        for then in bought if len(bought) > 1 else ():
            left = tuple(item for item in bought if item != then)
            rows.append(_row(left, then, frequent, len(found)))
    rows = [row for row in rows if row["confidence"] >= confidence]
    rows.sort(key=lambda row: (-row["lift"], -row["count"], row["if"], row["then"]))
    holding: dict[str, list[Basket]] = {}
    for one in found:
        for item in one.items:
            holding.setdefault(item, []).append(one)
    for row in rows:
        whole = {*row["if"], row["then"]}
        rarest = min(whole, key=lambda item: (len(holding[item]), item))
        bearing = (one.id for one in holding[rarest] if whole <= one.items)
        row["evidence"] = list(islice(bearing, _SHOWN))
    parameters = {"unit": unit, "count": count, "confidence": confidence, "items": items}
    notes = []
    if not rows:
        notes.append(_("No products were bought together in so many baskets."))
    return ModelResult("basket", as_of, parameters, len(found), COLUMNS, rows, notes, TITLES)


def _frequent(baskets: Sequence[frozenset[str]], count: int, items: int) -> dict[Set, int]:
    """The sets of up to so many products that are in at least `count` baskets.

    A set can only be as frequent as the sets within it, so each size is tried on what was frequent
    before.
    """
    singles = Counter(item for one in baskets for item in one)
    found: dict[Set, int] = {(item,): n for item, n in singles.items() if n >= count}
    kept = [sorted(item for item in one if (item,) in found) for one in baskets]
    for size in range(2, items + 1):
        tried = Counter(
            each
            for one in kept
            for each in combinations(one, size)
            if size == 2 or all(part in found for part in combinations(each, size - 1))
        )
        larger = {each: n for each, n in tried.items() if n >= count}
        if not larger:
            break
        found |= larger
    return found


def _row(left: Set, then: str, frequent: Mapping[Set, int], baskets: int) -> dict[str, Any]:
    together = frequent[tuple(sorted((*left, then)))]
    alone = Fraction(frequent[then,], baskets)
    lift = Fraction(together, frequent[left]) / alone
    return {
        "if": list(left),
        "then": then,
        "count": together,
        "support": percent(together, baskets),
        "confidence": percent(together, frequent[left]),
        "lift": quotient(Decimal(lift.numerator), Decimal(lift.denominator)),
    }
