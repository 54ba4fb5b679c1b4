"""What models read of purchases: sums for each customer, days with a purchase, what is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crmctl.analytics.rfm import Purchases
from crmctl.facts.purchases import LINES, PURCHASES
from crmctl.facts.tables import Facts
from crmctl.locale import ngettext
from crmctl.models import Request
from crmctl.values.dates import Offset, parse_offset
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units


def purchases(facts: Facts, since: date | None = None) -> list[Purchases]:
    """Last purchase, purchase events and net spend of each customer.

    With `since` only events and spend after that day count; the last purchase may be before it.
    """
    found = f"SELECT id, last_order, purchases, spend FROM {PURCHASES.name}"
    if since is None:
        facts.make(PURCHASES)
    else:
        found = (
            f"{LINES} SELECT customer AS id, max(CASE WHEN event THEN date END) AS last_order,"
            " count(DISTINCT CASE WHEN event AND date > :since THEN date END) AS purchases,"
            " sum(CASE WHEN date > :since THEN net ELSE 0 END) AS spend FROM line GROUP BY customer"
        )
    rows: Sequence[tuple[str, str | None, int, int]] = facts.index.rows(
        "SELECT c.id, f.last_order, COALESCE(f.purchases, 0), COALESCE(f.spend, 0)"
        f" FROM customers AS c LEFT JOIN ({found}) AS f USING (id) GROUP BY c.id",
        {**facts.parameters, "since": since and since.isoformat()},
    )
    return [
        Purchases(id, parse_date(day) if day else None, events, from_units(units))
        for id, day, events, units in rows
    ]


class PurchaseDay(NamedTuple):
    """One purchase event: a customer, a day, and what its orders amount to, less refunds."""

    customer: str
    day: date
    amount: Decimal


def purchase_days(facts: Facts) -> list[PurchaseDay]:
    """Every purchase event, by customer and day."""
    rows: Sequence[tuple[str, str, int]] = facts.index.rows(
        f"{LINES} SELECT customer, date, sum(net) FROM line WHERE event"
        " GROUP BY customer, date ORDER BY customer, date",
        facts.parameters,
    )
    return [
        PurchaseDay(customer, date.fromisoformat(day), from_units(units))
        for customer, day, units in rows
    ]


def rhythms(facts: Facts) -> dict[str, list[date]]:
    """The days on which each customer has bought, the first one first."""
    found: dict[str, list[date]] = defaultdict(list)
    for one in purchase_days(facts):
        found[one.customer].append(one.day)
    return found


def unrated(facts: Facts) -> Iterable[str]:
    """A note on the orders left out because no exchange rate was near enough."""
    # The plus keeps SQLite from going through all of them in the order of their ids.
    rows = facts.index.rows(
        "SELECT id FROM orders WHERE amount__base IS NULL"
        " AND (amount IS NOT NULL OR lines IS NOT NULL) AND date <= ? ORDER BY +id",
        (facts.day.isoformat(),),
    )
    if rows:
        text = ngettext(
            "{count} order without an exchange rate is left out: {ids}.",
            "{count} orders without an exchange rate are left out: {ids}.",
            len(rows),
        )
        yield text.format(count=len(rows), ids=some([id for (id,) in rows]))


def left_out(request: Request) -> Iterable[str]:
    """The same note; whoever asks about few customers needs no look at all orders."""
    return unrated(request.facts) if request.chosen is None else ()


def listed(rows: Iterable[Sequence[str]]) -> Mapping[str, list[str]]:
    """The ids of each customer, from rows of both in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for customer, id in rows:
        found[customer].append(id)
    return found


def span(text: str) -> Offset:
    """A length of time in settings that were checked."""
    found = parse_offset(text)
    assert found is not None
    return found


def some(ids: Sequence[str], most: int = 5) -> str:
    """The first few ids, for a note."""
    return ", ".join(ids[:most]) + (" …" if len(ids) > most else "")
