"""Whether customers spend more or less each time they buy than they did before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.analytics.exact import EXACT, percent, quotient, total
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

TRENDS = {"rising": N_("Rising"), "steady": N_("Unchanged"), "falling": N_("Falling")}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("before", N_("Each time before"), "money"),
    Column("before_n", "n", "integer"),
    Column("recent", N_("Each time lately"), "money"),
    Column("recent_n", "n", "integer"),
    Column("change", N_("Change of spend"), "percent"),
    Column("trend", N_("Direction"), "enum", TRENDS),
    Column("evidence", N_("Evidence"), "text", detail=True),
)

TITLES = {
    "since": N_("lately means after"),
    "tolerance": N_("steady up to so many percent of change"),
    "counts": N_("customers,"),
    "before": N_("each time before, all customers"),
    "recent": N_("each time lately, all customers"),
    **TRENDS,
}


def spend_trend(
    days: Iterable[tuple[str, date, Decimal]],
    as_of: date,
    since: date,
    steady: Decimal,
    evidence: Mapping[str, Sequence[str]],
) -> ModelResult:
    """Spend on a purchase day up to `since` and after it, for each buyer, the largest change first.

    `days` are purchase events with what they came to. A change of at most `steady` percent is
    steady. Who bought only before or only after has neither change nor trend, and comes last.
    """
    sums: dict[str, tuple[list[Decimal], list[Decimal]]] = {}
    for customer, day, amount in days:
        sums.setdefault(customer, ([], []))[day > since].append(amount)
    rows = []
    for customer, (before, recent) in sums.items():
        old, new = _mean(before), _mean(recent)
        change = None
        if old is not None and new is not None and old > 0:
            change = percent(EXACT.subtract(new, old), old)
        rows.append(
            {
                "customer": customer,
                "before": old,
                "before_n": len(before),
                "recent": new,
                "recent_n": len(recent),
                "change": change,
                "trend": _trend(change, steady),
                "evidence": list(evidence.get(customer, ())),
            }
        )
    rows.sort(key=_order)
    counts = Counter(row["trend"] for row in rows)
    parameters = {
        "since": since.isoformat(),
        "tolerance": steady,
        "counts": {name: counts[name] for name in TRENDS},
        "before": _mean([amount for before, _recent in sums.values() for amount in before]),
        "recent": _mean([amount for _before, recent in sums.values() for amount in recent]),
    }
    measured = len(rows) - counts[None]
    notes = [] if measured else [_("Nobody bought both before and lately.")]
    return ModelResult("spend-trend", as_of, parameters, measured, COLUMNS, rows, notes, TITLES)


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return quotient(total(values), len(values)) if values else None


def _trend(change: Decimal | None, steady: Decimal) -> str | None:
    if change is None:
        return None
    return "steady" if abs(change) <= steady else "rising" if change > 0 else "falling"


def _order(row: Mapping[str, Any]) -> tuple[bool, Decimal, str]:
    change = row["change"]
    return change is None, Decimal(0) if change is None else -abs(change), row["customer"]
