"""The level of a bond: basic, cooperative, interdependent.

A bond is basic where there is nothing but trade, cooperative where both sides tell each other
something, interdependent where each would miss the other. The levels are those of the texts that
crmctl was made from, which give no thresholds: those are settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.policies.relationship import Bond

BONDS = {
    "basic": N_("Basic"),
    "cooperative": N_("Cooperative"),
    "interdependent": N_("Interdependent"),
}
BASIC, COOPERATIVE, INTERDEPENDENT = BONDS

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("bond", N_("Bond"), "enum", BONDS),
    Column("purchases", N_("Purchases"), "integer"),
    Column("exchanges", N_("Messages either way"), "integer"),
    Column("told", N_("Needs and answers"), "integer"),
    Column("exit_barrier", N_("Exit barrier"), "integer"),
    Column("contracts", N_("Contracts"), "integer"),
    Column("share", N_("Share of our sales"), "percent"),
    Column("wallet", N_("Share of wallet"), "percent"),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {
    "days": N_("days"),
    "exchanges": N_("messages either way"),
    "barrier": N_("exit barrier from"),
    "share": N_("share of our sales from, in percent"),
    "wallet": N_("share of wallet from, in percent"),
    "counts": N_("customers with a bond,"),
    **BONDS,
}


class Link(NamedTuple):
    """What ties the two sides: trade, words (the fewer of theirs and ours), needs, dependence.

    `share` is theirs of our sales, `wallet` ours of what they buy, in percent; None if unknown.
    """

    customer: str
    purchases: int = 0
    exchanges: int = 0
    told: Sequence[str] = ()
    barrier: int = 0
    contracts: Sequence[str] = ()
    share: Decimal | None = None
    wallet: Decimal | None = None
    last: str | None = None


def bond(links: Iterable[Link], as_of: date, rules: Bond) -> ModelResult:
    """The level of each bond; None where nothing was bought and nothing exchanged.

    Rows are sorted by level, the strongest first, then by share of sales, then by id.
    """
    rows = [_row(link, rules) for link in links]
    ranks = {name: place for place, name in enumerate((*reversed(BONDS), None))}
    rows.sort(key=lambda row: (ranks[row["bond"]], -(row["share"] or 0), row["customer"]))
    counts = Counter(row["bond"] for row in rows)
    names = ("days", "exchanges", "barrier", "share", "wallet")
    parameters: dict[str, Any] = {name: getattr(rules, name) for name in names}
    parameters["counts"] = {name: counts[name] for name in BONDS}
    n = sum(counts[name] for name in BONDS)
    return ModelResult("bond", as_of, parameters, n, COLUMNS, rows, [], TITLES)


def _row(link: Link, rules: Bond) -> dict[str, Any]:
    they_depend = (
        link.barrier >= rules.barrier
        or bool(link.contracts)
        or (link.wallet is not None and link.wallet >= rules.wallet)
    )
    we_depend = link.share is not None and link.share >= rules.share
    words = link.exchanges >= rules.exchanges or (link.exchanges > 0 and bool(link.told))
    change: str | None
    if they_depend and we_depend:
        level, change = INTERDEPENDENT, _("A share of our sales below {share} %.")
    elif words:
        level = COOPERATIVE
        if not they_depend and not we_depend:
            change = _("Contracts or ties of theirs, and {share} % of our sales.")
        elif they_depend:
            change = _("{share} % of our sales.")
        else:
            change = _("Contracts or ties of theirs that add up to {barrier}.")
    elif link.purchases:
        level = BASIC
        change = _("{exchanges} messages either way, or needs and answers of theirs.")
    else:
        level, change = None, None
    return {
        "customer": link.customer,
        "bond": level,
        "purchases": link.purchases,
        "exchanges": link.exchanges,
        "told": len(link.told),
        "exit_barrier": link.barrier,
        "contracts": len(link.contracts),
        "share": link.share,
        "wallet": link.wallet,
        "evidence": list(dict.fromkeys(filter(None, (*link.contracts, *link.told[:2], link.last)))),
        "change": change
        and change.format(share=rules.share, barrier=rules.barrier, exchanges=rules.exchanges),
    }
