"""How satisfaction and loyalty go together: a table of the two, never one taken for the other.

Satisfied customers leave, and only wholly satisfied ones tend to stay: Jones and Sasser, "Why
Satisfied Customers Defect" (Harvard Business Review, 1995); hence the top box by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import mean, share, told
from crmctl.analytics.loyalty import KINDS, REPEAT_ONLY
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

LEVELS = {
    "complete": N_("Wholly satisfied (top box)"),
    "satisfied": N_("Satisfied"),
    "neutral": N_("In between"),
    "dissatisfied": N_("Dissatisfied"),
}
FOUR = [name for name in KINDS if name != REPEAT_ONLY]
COLUMNS = (
    Column("level", N_("Satisfaction"), "enum", LEVELS),
    Column("n", "n", "integer"),
    Column("mean", N_("Mean"), "mean"),
    *(Column(name, KINDS[name], "integer") for name in FOUR),
    Column("loyal_share", N_("Share of the loyal"), "percent"),
    Column("purchases", N_("Purchases"), "mean"),
)
TITLES = {
    "satisfied_from": N_("satisfied from"),
    "dissatisfied_to": N_("dissatisfied up to"),
    "mean": N_("mean of"),
    "satisfaction": N_("satisfaction"),
    "top_box": N_("top box in percent"),
}


class Both(NamedTuple):
    """One customer: satisfaction from 0 to 100, the kind of loyalty, and purchases."""

    customer: str
    satisfaction: Fraction | None
    loyalty: str | None
    purchases: int


def sat_loyalty(
    customers: Iterable[Both],
    as_of: date,
    satisfied: Decimal = Decimal(75),
    dissatisfied: Decimal = Decimal(25),
) -> ModelResult:
    """Kinds of loyalty by level of satisfaction, of customers of whom both are measured.

    Levels are the top box (100), from `satisfied` on, up to `dissatisfied`, and between. A level
    without customers has no share. The others are counted in the notes.
    """
    every = list(customers)
    known = [one for one in every if one.satisfaction is not None and one.loyalty in FOUR]
    rows = [
        _row(level, [one for one in known if _level(one, satisfied, dissatisfied) == level])
        for level in LEVELS
    ]
    top = sum(one.satisfaction == 100 for one in known)
    parameters: dict[str, Any] = {
        "satisfied_from": satisfied,
        "dissatisfied_to": dissatisfied,
        "mean": {"satisfaction": told(mean(one.satisfaction for one in known))},
        "top_box": told(share(top, len(known))),
    }
    counts = Counter(_lack(one) for one in every)
    notes = [] if known else [_("Of nobody are satisfaction and loyalty both measured.")]
    for lack, text in (
        ("satisfaction", _("Customers without satisfaction measured: {count}.")),
        ("loyalty", _("Customers without attitude measured, whose loyalty is not known: {count}.")),
    ):
        if counts[lack]:
            notes.append(text.format(count=counts[lack]))
    return ModelResult("sat-loyalty", as_of, parameters, len(known), COLUMNS, rows, notes, TITLES)


def _level(one: Both, satisfied: Decimal, dissatisfied: Decimal) -> str:
    assert one.satisfaction is not None
    if one.satisfaction == 100:
        return "complete"
    if one.satisfaction >= satisfied:
        return "satisfied"
    return "dissatisfied" if one.satisfaction <= dissatisfied else "neutral"


def _lack(one: Both) -> str | None:
    """What is missing of a customer of whom something is known."""
    if one.satisfaction is None:
        return "satisfaction" if one.loyalty in FOUR else None
    return None if one.loyalty in FOUR else "loyalty"


def _row(level: str, found: Sequence[Both]) -> dict[str, Any]:
    kinds = Counter(one.loyalty for one in found)
    return {
        "level": level,
        "n": len(found),
        "mean": told(mean(one.satisfaction for one in found)),
        **{name: kinds[name] for name in FOUR},
        "loyal_share": told(share(kinds["loyal"], len(found))),
        "purchases": told(mean(one.purchases for one in found)),
    }
