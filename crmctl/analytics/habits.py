"""How long customers usually take between two purchases: their own habit, or that of their like.

Few purchases say little, so below a number of them a customer is compared with the intervals of
its group, of the whole book where the group has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from crmctl.analytics.btyd import Buyer
from crmctl.analytics.exact import rounded
from crmctl.analytics.quantiles import quantile
from crmctl.locale import N_

OWN, GROUP, BOOK = "own", "group", "book"
BASES = {
    OWN: N_("Own interval"),
    GROUP: N_("Interval of its group"),
    BOOK: N_("Interval of all"),
}
_HALF = Fraction(1, 2)


class Habit(NamedTuple):
    """Days between two purchases: the median, the quantile asked for, and whose they are."""

    median: Decimal
    late: Decimal
    basis: str


def habits(buyers: Iterable[Buyer], own: int, late: Decimal) -> Mapping[str, Habit | None]:
    """The habit of each buyer, with the quantile at `late` percent (type 7); None of nothing.

    `own` is the number of purchases from which a customer's own intervals count.
    """
    groups: dict[str | None, list[int]] = defaultdict(list)
    everybody: list[int] = []
    buyers = list(buyers)
    for buyer in buyers:
        groups[buyer.group] += buyer.intervals
        everybody += buyer.intervals
    level = Fraction(late) / 100
    whole = _habit(everybody, level, BOOK)
    shared = {
        group: _habit(days, level, GROUP) if group is not None else None
        for group, days in groups.items()
    }
    return {
        buyer.customer: (
            _habit(buyer.intervals, level, OWN)
            if len(buyer.intervals) + 1 >= own
            else shared[buyer.group] or whole
        )
        for buyer in buyers
    }


def _habit(days: Iterable[int], late: Fraction, basis: str) -> Habit | None:
    ordered = sorted(days)
    if not ordered:
        return None
    median = rounded(quantile(ordered, _HALF))
    return Habit(median, median if late == _HALF else rounded(quantile(ordered, late)), basis)
