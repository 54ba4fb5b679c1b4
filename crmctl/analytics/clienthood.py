"""Clients and shoppers: who buys again, steadily and of their own accord, and is known to us.

A client differs from a shopper by stability, by initiative and by the number of transactions, and
by the file that is held on them; so the texts that crmctl was made from. What is enough, settings
say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import percent
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.policies.relationship import Clienthood

CLIENTHOOD = {"client": N_("Client"), "buyer": N_("Occasional buyer"), "shopper": N_("Shopper")}
CLIENT, BUYER, SHOPPER = CLIENTHOOD
TESTS = {
    "purchases": N_("number of purchases"),
    "variation": N_("stability"),
    "initiative": N_("initiative"),
    "completeness": N_("completeness of the profile"),
}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("clienthood", N_("Clienthood"), "enum", CLIENTHOOD),
    Column("purchases", N_("Purchases"), "integer"),
    Column("variation", N_("Variation"), "mean"),
    Column("initiative", N_("Begun by them"), "percent"),
    Column("begun", N_("Events begun"), "integer"),
    Column("completeness", N_("Completeness"), "percent"),
    Column("passed", N_("Tests passed"), "integer"),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {
    "purchases": N_("purchases from"),
    "variation": N_("variation of the intervals up to"),
    "initiative": N_("begun by them from, in percent"),
    "completeness": N_("completeness from, in percent"),
    "counts": N_("customers,"),
    **CLIENTHOOD,
}


class Habits(NamedTuple):
    """The days on which a customer bought, who began the events, and how much is known of them."""

    customer: str
    days: Sequence[date] = ()
    by_us: int = 0
    by_them: int = 0
    completeness: int | None = None
    last: str | None = None


def variation(days: Sequence[date]) -> Decimal | None:
    """Standard deviation of the intervals through their mean; None with fewer than two of them."""
    ordered = sorted(days)
    steps = [(after - before).days for before, after in pairwise(ordered)]
    if len(steps) < 2:
        return None
    return round(Decimal(str(pstdev(steps) / fmean(steps))), 6).normalize()


def clienthood(found: Iterable[Habits], as_of: date, rules: Clienthood) -> ModelResult:
    """Clients pass every test that could be made; buyers have bought; shoppers have not.

    The number of purchases must be one of the tests passed. Rows: clients, buyers, shoppers, each
    by the number of purchases, the most first, then by id.
    """
    rows = [_row(one, rules) for one in found]
    ranks = {name: place for place, name in enumerate(CLIENTHOOD)}
    rows.sort(key=lambda row: (ranks[row["clienthood"]], -row["purchases"], row["customer"]))
    counts = Counter(row["clienthood"] for row in rows)
    parameters: dict[str, Any] = {name: getattr(rules, name) for name in TESTS}
    parameters["counts"] = {name: counts[name] for name in CLIENTHOOD}
    return ModelResult("clienthood", as_of, parameters, len(rows), COLUMNS, rows, [], TITLES)


def _row(one: Habits, rules: Clienthood) -> dict[str, Any]:
    begun = one.by_us + one.by_them
    varies, initiative = variation(one.days), percent(one.by_them, begun)
    tests = {
        "purchases": len(one.days) >= rules.purchases,
        "variation": None if varies is None else varies <= rules.variation,
        "initiative": None if initiative is None else initiative >= rules.initiative,
        "completeness": None
        if one.completeness is None
        else one.completeness >= rules.completeness,
    }
    failed = [name for name, held in tests.items() if held is False]
    kind = BUYER if one.days else SHOPPER
    if not failed:
        kind = CLIENT
    text = _("It lacks: {what}.") if failed else _("Failing one of the tests: {what}.")
    named = failed or [name for name, held in tests.items() if held]
    return {
        "customer": one.customer,
        "clienthood": kind,
        "purchases": len(one.days),
        "variation": varies,
        "initiative": initiative,
        "begun": begun,
        "completeness": one.completeness,
        "passed": sum(held is True for held in tests.values()),
        "evidence": [one.last] if one.last else [],
        "change": text.format(what=_("; ").join(_(TESTS[name]) for name in named)),
    }
