"""Loyalty by how much the choice matters to customers and how many brands they use.

The axes are those of Knox, "Loyalty-Based Segmentation and the Customer Development Process"
(European Management Journal 16, 1998).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.answers import CHANGE, EVIDENCE
from crmctl.analytics.loyalty import SIDES
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

KINDS = {
    "loyal": N_("Loyal"),
    "habitual": N_("Habitual buyer"),
    "variety_seeker": N_("Variety seeker"),
    "switcher": N_("Switcher"),
}
_KINDS = {
    (True, False): "loyal",
    (False, False): "habitual",
    (True, True): "variety_seeker",
    (False, True): "switcher",
}
COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("involvement", N_("Involvement"), "enum", SIDES),
    Column("brands", N_("Brands"), "integer"),
    Column("loyalty", N_("Loyalty"), "enum", KINDS),
    CHANGE,
    EVIDENCE,
)
TITLES = {
    "model": N_("model"),
    "wide_from": N_("many brands from"),
    "involved_from": N_("high involvement from"),
    "counts": N_("customers,"),
    **KINDS,
}


class Portfolio(NamedTuple):
    """Whether the choice matters to a customer, and how many brands they use, ours among them."""

    customer: str
    involved: bool | None
    brands: int | None
    evidence: Sequence[str]


def knox(
    portfolios: Iterable[Portfolio], as_of: date, wide: int = 3, involved: Decimal = Decimal(4)
) -> ModelResult:
    """Loyal (high involvement, few brands), habitual (low, few), variety seeker (high, many) or
    switcher (low, many), `wide` brands being many; None where either is not known.

    `involved` is from which answer on involvement is high, for the record: `portfolios` say whether
    it is. Only customers of whom something is known have a row; sorted by kind, then by id.
    """
    known = [one for one in portfolios if one.involved is not None or one.brands is not None]
    rows = [_row(one, wide) for one in known]
    order = [*KINDS, None]
    rows.sort(key=lambda row: (order.index(row["loyalty"]), row["customer"]))
    counts = Counter(row["loyalty"] for row in rows if row["loyalty"])
    parameters = {
        "model": "knox",
        "wide_from": wide,
        "involved_from": involved,
        "counts": {name: counts[name] for name in KINDS},
    }
    notes = []
    left = len(rows) - counts.total()
    if left:
        text = ngettext(
            "{count} customer is not classified: brands or involvement are not known.",
            "{count} customers are not classified: brands or involvement are not known.",
            left,
        )
        notes.append(text.format(count=left))
    return ModelResult("loyalty", as_of, parameters, counts.total(), COLUMNS, rows, notes, TITLES)


def _row(one: Portfolio, wide: int) -> dict[str, Any]:
    kind = None
    if one.involved is not None and one.brands is not None:
        kind = _KINDS[one.involved, one.brands >= wide]
    sides = {None: None, True: "high", False: "low"}
    return {
        "customer": one.customer,
        "involvement": sides[one.involved],
        "brands": one.brands,
        "loyalty": kind,
        "change": _change(one, wide),
        "evidence": list(one.evidence),
    }


def _change(one: Portfolio, wide: int) -> str:
    if one.brands is None:
        return _("knowing which brands they use")
    if one.involved is None:
        return _("knowing how much the choice matters to them")
    fewer = _("fewer than {count} brands").format(count=wide)
    more = _("{count} brands or more").format(count=wide)
    matters = _("the choice mattering less") if one.involved else _("the choice mattering more")
    return _("{one}, or {other}").format(one=fewer if one.brands >= wide else more, other=matters)
