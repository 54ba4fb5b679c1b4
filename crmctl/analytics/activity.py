"""Who is active, slowing down or dormant, each by the rhythm of their own.

A firm that buys once a year is not dormant after three months. Silence is measured in the median
of the days between a customer's own purchases; who has bought less than three times is measured by
the median of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crmctl.analytics.exact import rounded
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.rhythm import intervals, median
from crmctl.locale import N_, _, ngettext

ACTIVITIES = {
    "active": N_("Active buyer"),
    "slowing": N_("Slowing down"),
    "dormant": N_("Dormant"),
}
BASES = {"own": N_("Own"), "book": N_("All customers")}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("activity", N_("Activity"), "enum", ACTIVITIES),
    Column("last", N_("Last purchase"), "date"),
    Column("days", N_("Days since"), "integer"),
    Column("interval", N_("Interval, days"), "number"),
    Column("basis", N_("Whose interval"), "enum", BASES),
    Column("silence", N_("Silence, intervals"), "mean"),
    Column("expected", N_("Expected"), "date"),
    Column("purchases", N_("Purchases"), "integer", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)

TITLES = {
    "intervals": N_("above so many intervals,"),
    "usual": N_("median interval of all customers"),
    "counts": N_("customers,"),
    **ACTIVITIES,
}


def activity(
    days: Mapping[str, Sequence[date]],
    as_of: date,
    slowing: Decimal,
    dormant: Decimal,
    evidence: Mapping[str, Sequence[str]],
    wanted: Callable[[str], bool] | None = None,
) -> ModelResult:
    """A row for each buyer, the longest silence first, then by id.

    `days` are the days with a purchase, ascending, none after `as_of`, of the whole book; rows come
    for the buyers that are `wanted`, all without it. `silence` is the time since
    the last one in intervals; above `slowing` of them a buyer is slowing down, above `dormant`
    dormant. Where nobody has an interval yet, `silence` and `activity` are None.
    """
    known = intervals(days)
    book = median(known.values())
    rows = []
    for customer, bought in days.items():
        if wanted is not None and not wanted(customer):
            continue
        own = known.get(customer)
        rows.append(_row(customer, bought, own, own or book, as_of, (slowing, dormant)))
        rows[-1]["evidence"] = list(evidence.get(customer, ()))
    rows.sort(key=lambda row: (-(row["silence"] or 0), -row["days"], row["customer"]))
    counts = Counter(row["activity"] for row in rows)
    parameters = {
        "intervals": {"slowing": slowing, "dormant": dormant},
        "usual": rounded(book) if book is not None else None,
        "counts": {name: counts[name] for name in ACTIVITIES},
    }
    notes = list(_notes(rows))
    return ModelResult("activity", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)


def _row(
    customer: str,
    bought: Sequence[date],
    own: Fraction | None,
    used: Fraction | None,
    as_of: date,
    limits: tuple[Decimal, Decimal],
) -> dict[str, Any]:
    last = bought[-1]
    row: dict[str, Any] = {column.name: None for column in COLUMNS}
    row |= {
        "customer": customer,
        "last": last.isoformat(),
        "days": (as_of - last).days,
        "purchases": len(bought),
    }
    if used is None:
        return row
    silence = Fraction((as_of - last).days) / used
    slow, gone = (Fraction(limit) for limit in limits)
    name = "active" if silence <= slow else "slowing" if silence <= gone else "dormant"
    begins = [(last + timedelta(int(used * limit) + 1)).isoformat() for limit in (slow, gone)]
    texts = {
        "active": _("slowing down from {slowing} on, dormant from {dormant} on"),
        "slowing": _("a purchase; dormant from {dormant} on"),
        "dormant": _("a purchase"),
    }
    return row | {
        "activity": name,
        "interval": rounded(used),
        "basis": "own" if own is not None else "book",
        "silence": rounded(silence),
        "expected": (last + timedelta(round(used))).isoformat(),
        "change": texts[name].format(slowing=begins[0], dormant=begins[1]),
    }


def _notes(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    borrowed = sum(row["basis"] == "book" for row in rows)
    if borrowed:
        yield ngettext(
            "{count} buyer has bought less than three times and goes by the interval of all.",
            "{count} buyers have bought less than three times and go by the interval of all.",
            borrowed,
        ).format(count=borrowed)
    if rows and all(row["activity"] is None for row in rows):
        yield _("Nobody has bought three times yet, so there is no interval to go by.")
