"""ABC: the few customers that most of the value comes from, apart from the many others.

After Dickie, "ABC Inventory Analysis Shoots for Dollars, Not Pennies" (1951), on the principle of
Pareto; the Gini coefficient says in one number how unequally the value is spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.analytics.exact import EXACT, percent, quotient, total
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

CLASSES = ("A", "B", "C")

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("value", N_("Value"), "money"),
    Column("share", N_("Share"), "percent"),
    Column("cumulative", N_("Cumulative share"), "percent"),
    Column("class", N_("Class"), "enum", {name: name for name in CLASSES}),
)

TITLES = {
    "cuts": N_("cut in percent,"),
    "counts": N_("customers in class"),
    "total": N_("total"),
    "top_20_count": N_("customers in the top 20 %"),
    "top_20_share": N_("share of the top 20 % in percent"),
    "gini": N_("Gini coefficient"),
}

Item = tuple[str, Decimal]


def abc(
    values: Iterable[Item], as_of: date, a: Decimal = Decimal(80), b: Decimal = Decimal(95)
) -> ModelResult:
    """Classes of customers by value (in the base currency), the most valuable first, then by id.

    A customer is in A while those before it have less than `a` percent of the total, then in B
    while they have less than `b`, else in C; one without a value above zero is always in C.
    Nothing is classified where the total is not above zero. Shares are percentages to six places.

    `parameters`: `cuts`, `counts` per class, `total`, `top_20_count` (the first fifth of the
    customers, rounded up) with its `top_20_share`, and `gini` (0 to 1; None where a value is
    negative, for which it is not defined).
    """
    items = sorted(values, key=lambda item: (item[1].copy_negate(), item[0]))
    whole = total(value for _customer, value in items)
    rows = _rows(items, whole, a, b)
    top = -(-len(items) // 5)
    top_value = total(value for _customer, value in items[:top])
    parameters = {
        "cuts": {"A": a, "B": b},
        "counts": {name: sum(row["class"] == name for row in rows) for name in CLASSES},
        "total": whole,
        "top_20_count": top,
        "top_20_share": percent(top_value, whole),
        "gini": _gini([value for _customer, value in items], whole),
    }
    return ModelResult(
        "abc", as_of, parameters, len(rows), COLUMNS, rows, _notes(items, whole), TITLES
    )


def _rows(items: Sequence[Item], whole: Decimal, a: Decimal, b: Decimal) -> list[dict[str, Any]]:
    rows = []
    before = Decimal(0)
    limits = (EXACT.multiply(whole, a), EXACT.multiply(whole, b))
    for customer, value in items:
        through = EXACT.add(before, value)
        rows.append(
            {
                "customer": customer,
                "value": value,
                "share": percent(value, whole),
                "cumulative": percent(through, whole),
                "class": _class(before, value, limits) if whole > 0 else None,
            }
        )
        before = through
    return rows


def _class(before: Decimal, value: Decimal, limits: tuple[Decimal, Decimal]) -> str:
    hundredfold = EXACT.multiply(before, Decimal(100))
    if value <= 0 or hundredfold >= limits[1]:
        return "C"
    return "A" if hundredfold < limits[0] else "B"


def _gini(descending: Sequence[Decimal], whole: Decimal) -> Decimal | None:
    if whole <= 0 or descending[-1] < 0:
        return None
    count = len(descending)
    weighted = total(
        EXACT.multiply(value, Decimal(count - 1 - 2 * place))
        for place, value in enumerate(descending)
    )
    return quotient(weighted, EXACT.multiply(whole, Decimal(count)))


def _notes(items: Sequence[Item], whole: Decimal) -> list[str]:
    if whole <= 0:
        return [_("The total value is not above zero, so there are no classes.")]
    negative = sum(value < 0 for _customer, value in items)
    if not negative:
        return []
    return [
        ngettext(
            "{count} customer has a negative value and is in class C; "
            "there is no Gini coefficient.",
            "{count} customers have a negative value and are in class C; "
            "there is no Gini coefficient.",
            negative,
        ).format(count=negative)
    ]
