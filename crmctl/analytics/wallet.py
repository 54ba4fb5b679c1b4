"""Our share of what customers spend in our category, and by how many suppliers they share it.

The wallet allocation rule (WAR) of Keiningham, Aksoy, Buoye and Cooil, "Customer Loyalty Isn't
Enough. Grow Your Share of Wallet" (Harvard Business Review, 2011) estimates the share from nothing
but the rank of our brand among those that a customer uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.exact import percent, quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("ours", N_("Spent with us"), "money"),
    Column("wallet", N_("Wallet"), "money"),
    Column("share", N_("Our share"), "percent"),
    Column("left", N_("Spent elsewhere"), "money"),
    Column("dated", N_("Estimated on"), "date"),
    Column("rank", N_("Our rank"), "integer"),
    Column("brands", N_("Brands"), "integer"),
    Column("rule", N_("Share by rank"), "percent"),
    Column("source", N_("Source"), "text", detail=True),
    Column("rivals", N_("Other brands"), "text", detail=True),
)

TITLES = {
    "since": N_("spent with us after"),
    "ours": N_("our brands"),
    "total_ours": N_("spent with us, of those with an estimate"),
    "total_wallet": N_("estimated wallets"),
    "total_share": N_("our share of them in percent"),
}


class Purse(NamedTuple):
    """What one customer spent with us in a year, and the estimate of what they spend in all.

    `brands` are those that the customer uses, the one most used first.
    """

    customer: str
    ours: Decimal
    wallet: Decimal | None = None
    dated: date | None = None
    source: str | None = None
    brands: tuple[str, ...] = ()


def allocation(rank: int, brands: int) -> Decimal:
    """The share in percent of the brand of a rank among so many: (1 - rank/(n+1)) * 2/n."""
    share = (1 - Fraction(rank, brands + 1)) * Fraction(2, brands) * 100
    return quotient(Decimal(share.numerator), Decimal(share.denominator))


def wallet(
    purses: Iterable[Purse], as_of: date, since: date, ours: Collection[str], old: date
) -> ModelResult:
    """Share of wallet of each customer with an estimate or with brands, the most left first.

    `share` is None without an estimate, and where we get more than the whole wallet, which is an
    error in the estimate and named in a note. `ours` are the names of our brands: the first of
    them decides the rank. Estimates made before `old` are named in a note.
    """
    wanted = {brand.casefold() for brand in ours}
    rows = [_row(one, wanted) for one in purses if one.wallet is not None or one.brands]
    rows.sort(key=lambda row: (-(row["left"] or Decimal(0)), row["customer"]))
    usable = [row for row in rows if row["share"] is not None]
    own, whole = sum(row["ours"] for row in usable), sum(row["wallet"] for row in usable)
    parameters = {
        "since": since.isoformat(),
        "ours": sorted(ours),
        "total_ours": Decimal(own),
        "total_wallet": Decimal(whole),
        "total_share": percent(own, whole),
    }
    notes = list(_notes(rows, old))
    return ModelResult("wallet", as_of, parameters, len(usable), COLUMNS, rows, notes, TITLES)


def _row(one: Purse, wanted: Collection[str]) -> dict[str, Any]:
    usable = one.wallet is not None and one.ours <= one.wallet
    names = [brand.casefold() for brand in one.brands]
    rank = next((place for place, name in enumerate(names, 1) if name in wanted), None)
    return {
        "customer": one.customer,
        "ours": one.ours,
        "wallet": one.wallet,
        "share": percent(one.ours, one.wallet) if usable and one.wallet is not None else None,
        "left": one.wallet - one.ours if usable and one.wallet is not None else None,
        "dated": one.dated.isoformat() if one.dated else None,
        "rank": rank,
        "brands": len(names) or None,
        "rule": allocation(rank, len(names)) if rank else None,
        "source": one.source,
        "rivals": [one for one in one.brands if one.casefold() not in wanted],
    }


def _notes(rows: Iterable[dict[str, Any]], old: date) -> Iterable[str]:
    rows = sorted(rows, key=lambda row: str(row["customer"]))
    wrong = [row["customer"] for row in rows if row["wallet"] is not None and row["share"] is None]
    if wrong:
        text = ngettext(
            "{count} customer buys more from us than was estimated in all: {ids}.",
            "{count} customers buy more from us than was estimated in all: {ids}.",
            len(wrong),
        )
        yield text.format(count=len(wrong), ids=", ".join(wrong))
    aged = [row["customer"] for row in rows if row["dated"] and row["dated"] < old.isoformat()]
    if aged:
        text = ngettext(
            "{count} estimate is old: {ids}.", "{count} estimates are old: {ids}.", len(aged)
        )
        yield text.format(count=len(aged), ids=", ".join(aged))
    if any(row["rule"] is not None for row in rows):
        yield _("The share by rank takes the brands in the order in which the customer uses them.")
