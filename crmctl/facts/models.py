"""What models say of customers, scored over the whole book; and what the models start from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from crmctl.analytics.abc import CLASSES, abc
from crmctl.analytics.rfm import SEGMENTS, Purchases, rfm
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import PURCHASES
from crmctl.locale import N_, ngettext
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult
    from crmctl.facts.tables import Facts

MODELS = ("rfm", "abc")


def purchases(facts: Facts, customers: Iterable[str] | None = None) -> list[Purchases]:
    """Last purchase, purchase events and net spend of each customer, all of them or some."""
    facts.make(PURCHASES)
    rows: Sequence[tuple[str, str | None, int, int]] = facts.index.rows(
        "SELECT c.id, f.last_order, COALESCE(f.purchases, 0), COALESCE(f.spend, 0)"
        f" FROM customers AS c LEFT JOIN {PURCHASES.name} AS f USING (id) GROUP BY c.id"
    )
    wanted = None if customers is None else set(customers)
    return [
        Purchases(id, parse_date(day) if day else None, events, from_units(units))
        for id, day, events, units in rows
        if wanted is None or id in wanted
    ]


def run(facts: Facts, model: str, customers: Iterable[str] | None = None) -> ModelResult:
    """A model's result over all customers or some of them."""
    bought = purchases(facts, customers)
    if model == "rfm":
        result = rfm(bought, facts.day)
    else:
        cuts = facts.workspace.config.abc
        result = abc([(one.customer, one.spend) for one in bought], facts.day, cuts.a, cuts.b)
    result.notes.extend(_unrated(facts))
    return result


def _unrated(facts: Facts) -> list[str]:
    """A note on the orders left out because no exchange rate was near enough."""
    rows = facts.index.rows(
        "SELECT id FROM orders WHERE amount__base IS NULL"
        " AND (amount IS NOT NULL OR lines IS NOT NULL) AND date <= ? ORDER BY id",
        (facts.day.isoformat(),),
    )
    if not rows:
        return []
    text = ngettext(
        "{count} order without an exchange rate is left out: {ids}.",
        "{count} orders without an exchange rate are left out: {ids}.",
        len(rows),
    )
    ids = ", ".join(id for (id,) in rows[:5]) + (" …" if len(rows) > 5 else "")
    return [text.format(count=len(rows), ids=ids)]


def _rfm(facts: Facts) -> Iterator[tuple[str, str]]:
    return ((row["customer"], row["segment"]) for row in run(facts, "rfm").rows)


def _abc(facts: Facts) -> Iterator[tuple[str, str]]:
    return ((row["customer"], row["class"]) for row in run(facts, "abc").rows)


READS = {"customers": "id", "orders": "id date amount amount__base lines"}
RFM = Source("rfm_facts", CUSTOMER, rows=_rfm, columns=("rfm",), reads=READS, uses=(PURCHASES,))
ABC = Source("abc_facts", CUSTOMER, rows=_abc, columns=("abc",), reads=READS, uses=(PURCHASES,))

FACTS = (
    RFM.fact(
        "rfm",
        "enum",
        N_("RFM segment"),
        N_("RFM segment, scored over the whole book"),
        values=SEGMENTS,
    ),
    ABC.fact(
        "abc",
        "enum",
        N_("ABC class"),
        N_("ABC class, over the whole book"),
        values={name: name for name in CLASSES},
    ),
)
