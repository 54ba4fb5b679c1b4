"""Loyalty by what customers do and what they think of us against our rivals: four kinds.

After Dick and Basu, "Customer Loyalty: Toward an Integrated Conceptual Framework" (Journal of the
Academy of Marketing Science 22, 1994).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import CHANGE, EVIDENCE, plain, told
from crmctl.analytics.quantiles import quantile
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

REPEAT_ONLY = "repeat_only"
KINDS = {
    "loyal": N_("Loyal"),
    "latent": N_("Latent"),
    "spurious": N_("Spurious"),
    "none": N_("No loyalty"),
    REPEAT_ONLY: N_("Repeat only, unclassified"),
}
SIDES = {"high": N_("High"), "low": N_("Low")}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("purchases", N_("Purchases"), "integer"),
    Column("share", N_("Share of wallet"), "percent"),
    Column("repeat", N_("Repeat purchase"), "enum", SIDES, detail=True),
    Column("attitude", N_("Attitude"), "mean"),
    Column("relative", N_("Relative attitude"), "enum", SIDES, detail=True),
    Column("loyalty", N_("Loyalty"), "enum", KINDS),
    Column("true_loyal", N_("Truly loyal"), "boolean"),
    CHANGE,
    EVIDENCE,
)
TITLES = {
    "model": N_("model"),
    "days": N_("days"),
    "repeat_from": N_("repeat purchase is high from purchases"),
    "share_from": N_("or from a share of"),
    "attitude_from": N_("attitude is high from"),
    "counts": N_("customers,"),
    **KINDS,
}


class Standing(NamedTuple):
    """What a customer does and thinks.

    `purchases` are the days with a purchase within the time that counts, `share` what they spend
    with us of all that they spend in our category (None where it is not known), `attitude` the
    mean answer about us against our rivals, `evidence` the questionnaires and orders.
    """

    customer: str
    purchases: int
    share: Fraction | None
    attitude: Fraction | None
    evidence: Sequence[str]


def loyalty(
    standings: Iterable[Standing],
    as_of: date,
    days: int = 365,
    attitude: Decimal = Decimal(4),
    least: int = 2,
    share: Decimal = Decimal("0.5"),
) -> ModelResult:
    """The kind of loyalty of each customer who bought or was asked, with what decides it.

    Repeat purchase is high from the median of the buyers on, but not below `least` purchases, or
    from `share` of the wallet on; attitude is high from `attitude` on. Both high: `loyal`; attitude
    alone: `latent`; repeat purchase alone: `spurious`; neither: `none`. Without a measured attitude
    a customer is `repeat_only`, and `true_loyal` is None: to buy again is not to be loyal.

    Sorted by kind, then by purchases, the most first, then by id.
    """
    known = [one for one in standings if one.purchases or one.attitude is not None]
    buyers = sorted(one.purchases for one in known if one.purchases)
    middle = Fraction(quantile(buyers, Fraction(1, 2))) if buyers else None
    enough = Fraction(least) if middle is None else max(middle, Fraction(least))
    cuts = _Cuts(enough, Fraction(share), Fraction(attitude))
    rows = [_row(one, cuts) for one in known]
    order = list(KINDS)
    rows.sort(key=lambda row: (order.index(row["loyalty"]), -row["purchases"], row["customer"]))
    counts = Counter(row["loyalty"] for row in rows)
    parameters = {
        "model": "dick-basu",
        "days": days,
        "repeat_from": told(enough),
        "share_from": share,
        "attitude_from": attitude,
        "counts": {name: counts[name] for name in KINDS},
    }
    measured = len(rows) - counts[REPEAT_ONLY]
    return ModelResult(
        "loyalty", as_of, parameters, measured, COLUMNS, rows, _notes(counts), TITLES
    )


class _Cuts(NamedTuple):
    purchases: Fraction
    share: Fraction
    attitude: Fraction


def _row(one: Standing, cuts: _Cuts) -> dict[str, Any]:
    often = one.purchases >= cuts.purchases
    again = often or (one.share is not None and one.share >= cuts.share)
    fond = None if one.attitude is None else one.attitude >= cuts.attitude
    if fond is None:
        kind = REPEAT_ONLY
    elif again:
        kind = "loyal" if fond else "spurious"
    else:
        kind = "latent" if fond else "none"
    return {
        "customer": one.customer,
        "purchases": one.purchases,
        "share": told(None if one.share is None else 100 * one.share),
        "repeat": "high" if again else "low",
        "attitude": told(one.attitude),
        "relative": None if fond is None else "high" if fond else "low",
        "loyalty": kind,
        "true_loyal": None if fond is None else kind == "loyal",
        "change": _change(one, cuts, again, fond),
        "evidence": list(one.evidence),
    }


def _change(one: Standing, cuts: _Cuts, again: bool, fond: bool | None) -> str:
    if fond is None:
        return _("asking how they see us against our rivals")
    least = -(-cuts.purchases.numerator // cuts.purchases.denominator)
    if not again:
        act = _("{count} purchases or more").format(count=least)
    else:
        reasons = []
        if one.purchases >= cuts.purchases:
            reasons.append(_("fewer than {count} purchases").format(count=least))
        if one.share is not None and one.share >= cuts.share:
            share = plain(100 * cuts.share)
            reasons.append(_("a share below {percent} %").format(percent=share))
        act = reasons[0]
        if reasons[1:]:
            act = _("{one} and {other}").format(one=reasons[0], other=reasons[1])
    cut = told(cuts.attitude)
    text = _("an attitude below {cut}") if fond else _("an attitude of {cut} or more")
    return _("{one}, or {other}").format(one=act, other=text.format(cut=cut))


def _notes(counts: Counter[str]) -> list[str]:
    if not counts.total():
        return [_("Nobody has bought within the time that counts, and nobody was asked.")]
    alone = counts[REPEAT_ONLY]
    if not alone:
        return []
    text = ngettext(
        "{count} customer was not asked how they see us against our rivals: what they buy is "
        "known, whether they are loyal is not.",
        "{count} customers were not asked how they see us against our rivals: what they buy is "
        "known, whether they are loyal is not.",
        alone,
    )
    return [text.format(count=alone)]
