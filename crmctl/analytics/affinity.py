"""Product affinity: who bought one thing bought which others more often than chance would have it.

Association rules of one product on each side, with support, confidence and lift =
P(AB) / (P(A) P(B)), after Agrawal, Imielinski and Swami, "Mining Association Rules" (1993).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations

from crmctl.analytics.exact import percent, quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

COLUMNS = (
    Column("product", N_("Who bought"), "ref", kind="product"),
    Column("other", N_("also bought"), "ref", kind="product"),
    Column("count", N_("Times"), "integer"),
    Column("support", N_("Support"), "percent"),
    Column("confidence", N_("Confidence"), "percent"),
    Column("lift", N_("Lift"), "mean"),
)
TITLES = {
    "days": N_("days counted"),
    "basket": N_("basket"),
    "customer": N_("all that one customer bought"),
    "order": N_("one order"),
    "least": N_("times at least"),
}


def affinity(
    baskets: Mapping[str, Iterable[str]], as_of: date, *, least: int, days: int, basket: str
) -> ModelResult:
    """A row for each ordered pair of products in at least `least` baskets, the highest lift first.

    Support is the share of the baskets with both, confidence that of the baskets with the first
    that have the other as well, both in percent; a lift of 1 is chance. `days` and `basket` only
    say where the baskets come from.
    """
    sets = [frozenset(found) for found in baskets.values() if found]
    single = Counter(product for found in sets for product in found)
    pairs = Counter(pair for found in sets for pair in combinations(sorted(found), 2))
    rows = [
        {
            "product": one,
            "other": other,
            "count": count,
            "support": percent(count, len(sets)),
            "confidence": percent(count, single[one]),
            "lift": quotient(Decimal(count * len(sets)), single[one] * single[other]),
        }
        for pair, count in pairs.items()
        if count >= least
        for one, other in (pair, pair[::-1])
    ]
    rows.sort(
        key=lambda row: (-row["lift"], -row["confidence"], row["product"], row["other"])  # type: ignore[operator]
    )
    parameters = {"days": days, "basket": basket, "least": least}
    notes = []
    if not rows:
        notes.append(_("No two products were bought together {count} times.").format(count=least))
    return ModelResult("affinity", as_of, parameters, len(sets), COLUMNS, rows, notes, TITLES)
