"""Quotes that contradict each other: the same product at two prices for one group of customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from crmctl.prices import HUNDRED, day_of_quote, exchanged, net_price
from crmctl.values import jsontext
from crmctl.values.frozen import Frozen
from crmctl.values.instants import parse_date

if TYPE_CHECKING:
    from crmctl.workspace import Workspace

STANDING = ("draft", "sent", "accepted")
"""The states of a quote by which we stand, or soon may."""


class Offer(Frozen):
    """One line of a quote: what one unit costs net, to whom, and on which days that holds."""

    quote: str
    number: str | None
    customer: str
    group: str
    by: str | None
    status: str
    product: str
    quantity: Decimal
    price: Decimal
    currency: str
    base: Decimal | None
    first: date
    last: date


class Conflict(Frozen):
    """Two offers of two people that cannot both be right; `apart` in percent of the higher."""

    one: Offer
    other: Offer
    apart: Decimal

    @property
    def first(self) -> date:
        """The first day on which both hold."""
        return max(self.one.first, self.other.first)

    @property
    def last(self) -> date:
        """The last day on which both hold."""
        return min(self.one.last, self.other.last)


def offers(workspace: Workspace, states: Iterable[str] = STANDING) -> Iterator[Offer]:
    """What the quotes of the book name prices for, by id; those put away do not count."""
    groups = groups_of(workspace)
    valid = timedelta(days=workspace.policy("sales").quotes.valid_days)
    base = workspace.config.currency
    wanted = jsontext.dumps(list(states))
    rows = workspace.index.rows(
        "SELECT _data FROM quotes WHERE archived IS NULL AND lines IS NOT NULL"
        " AND COALESCE(status, 'draft') IN (SELECT value FROM json_each(?)) ORDER BY id",
        (wanted,),
    )
    for (data,) in rows:
        quote = jsontext.loads(data)
        customer = str(quote.get("customer"))
        day = day_of_quote(quote, workspace.today)
        first = parse_date(str(quote.get("valid_from") or "")) or day
        last = parse_date(str(quote.get("valid_until") or "")) or first + valid
        currency = str(quote.get("currency") or base)
        for line in quote["lines"]:
            price = net_price(line)
            if price is not None and line.get("product"):
                yield Offer(
                    str(quote["id"]),
                    quote.get("number"),
                    customer,
                    groups.get(customer, customer),
                    quote.get("by"),
                    str(quote.get("status") or "draft"),
                    str(line["product"]),
                    Decimal(str(line.get("quantity", 1))),
                    price,
                    currency,
                    exchanged(price, currency, base, day, workspace.rates),
                    first,
                    last,
                )


def groups_of(workspace: Workspace) -> dict[str, str]:
    """Who is at the top of the group that a customer belongs to, for those with a parent."""
    parents: Mapping[str, str] = dict(
        workspace.index.rows("SELECT id, parent FROM customers WHERE parent IS NOT NULL")
    )
    found = {}
    for id in parents:
        top, seen = id, {id}
        while top in parents and parents[top] not in seen:
            top = parents[top]
            seen.add(top)
        found[id] = top
        found.setdefault(top, top)
    return found


def conflicts(
    found: Iterable[Offer], tolerance: Decimal, *, since: date | None = None, of: str | None = None
) -> Iterator[Conflict]:
    """The pairs of offers for one product and group, by two people, whose days overlap.

    `tolerance` in percent is how far two prices may be apart and still be the same. `since` leaves
    out what is over by that day, `of` what does not concern that quote.
    """
    alike: dict[tuple[str, str], list[Offer]] = {}
    for offer in found:
        if since is None or offer.last >= since:
            alike.setdefault((offer.group, offer.product), []).append(offer)
    for _key, several in sorted(alike.items()):
        in_time = sorted(several, key=lambda offer: (offer.first, offer.number or "", offer.quote))
        for one, other in combinations(in_time, 2):
            if one.quote == other.quote or one.by == other.by:
                continue
            if of is not None and of not in (one.quote, other.quote):
                continue
            if one.last < other.first or other.last < one.first:
                continue
            apart = distance(one, other)
            if apart is not None and apart > tolerance:
                yield Conflict(one, other, round(apart, 2))


def distance(one: Offer, other: Offer) -> Decimal | None:
    """How far two prices are apart in percent of the higher one; None without a rate."""
    same = one.currency == other.currency
    low, high = (one.price, other.price) if same else (one.base, other.base)
    if low is None or high is None:
        return None
    low, high = sorted((low, high))
    return (high - low) / high * HUNDRED if high else Decimal(0)
