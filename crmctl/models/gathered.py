"""What several models read of customers, gathered by one statement for all, or for some alone.

A statement that names few customers goes through the indexes of these, so that the page of one
customer costs the same in any book.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.facts.margins import MARGINS, margins
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

if TYPE_CHECKING:
    from crmctl.models import Request


class Bought(NamedTuple):
    """A confirmed order that counts as a purchase, as the index has it: what refunds leave of
    amount and margin, in units of the base currency.

    What few ask for is worked out when they do.
    """

    customer: str
    day: date
    id: str
    net_amount: int
    net_margin: int | None
    pieces: Decimal | float | None
    lines: str | None

    @property
    def value(self) -> Decimal:
        """What refunds leave of it, in the base currency."""
        return from_units(self.net_amount)

    @property
    def margin(self) -> Decimal | None:
        """What refunds leave of the margin; None where neither margin nor cost are known."""
        return None if self.net_margin is None else from_units(self.net_margin)

    @property
    def quantity(self) -> Decimal | None:
        """How many pieces; None where nothing says so."""
        pieces = self.pieces
        if pieces is None:
            pieces = sum(line.get("quantity") or 0 for line in entries(self.lines))
        return Decimal(str(pieces)) if pieces else None

    @property
    def products(self) -> frozenset[str]:
        return _products(self.lines) if self.lines else frozenset()


@lru_cache(maxsize=10_000)
def _products(lines: str) -> frozenset[str]:
    """The products of an order; many are ordered again just like that."""
    return frozenset(line["product"] for line in entries(lines) if line.get("product"))


class Answer(NamedTuple):
    """One item of a survey that was answered; `by` and `contact` are the two who met."""

    customer: str
    day: date
    survey: str
    item: str
    value: Decimal
    contact: str | None
    by: str | None


def among(request: Request, column: str = "customer") -> str:
    """A condition on a statement that reads the records of the customers that count."""
    if request.chosen is None:
        return ""
    return f" AND {column} IN (SELECT value FROM json_each(:chosen))"


def rows(request: Request, sql: str, **more: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement over the facts' index, as of the day."""
    return request.facts.index.rows(sql, {**_parameters(request), **more})


def _parameters(request: Request) -> dict[str, Any]:
    chosen = None if request.chosen is None else jsontext.dumps(sorted(request.chosen))
    return {**request.facts.parameters, "chosen": chosen}


def since(request: Request, days: int) -> date:
    """The last day that no longer counts, so many days before."""
    return Offset(days, "d").before(request.facts.day)


def local_day(request: Request, second: int) -> date:
    """The day of the book on which a second was."""
    return datetime.fromtimestamp(second, request.facts.workspace.zone).date()


def bought(request: Request) -> Iterator[Bought]:
    """Every purchase until the day, by customer, day and id."""
    if request.chosen is None:
        request.facts.make(MARGINS)
        source = MARGINS.name
    else:
        source = f"({margins(among(request))})"
    found = request.facts.index.stream(
        "SELECT m.customer, m.date, m.id, m.net_amount, m.net_margin, o.quantity, o.lines"
        f" FROM {source} AS m JOIN orders AS o ON o.rid = m.rid WHERE m.event"
        " ORDER BY m.customer, m.date, m.id",
        _parameters(request),
    )
    for customer, day, *cells in found:
        yield Bought(customer, date.fromisoformat(day), *cells)


def answers(request: Request, days: int, *, side: str = "customer") -> Iterator[Answer]:
    """What a side answered in surveys of the last `days`, the oldest first."""
    found = rows(
        request,
        "SELECT s.customer, s.at, s.id, s.contact, s.by, e.key, e.value"
        " FROM surveys AS s, json_each(s.answers) AS e"
        " WHERE s.at <= :day AND s.at > :since AND s.customer IS NOT NULL"
        f" AND COALESCE(s.side, 'customer') = :side{among(request, 's.customer')}"
        " ORDER BY s.at, s.id, e.key",
        since=since(request, days).isoformat(),
        side=side,
    )
    for customer, text, id, contact, by, item, value in found:
        day = parse_date(text)
        if day is not None:
            yield Answer(customer, day, id, item, Decimal(str(value)), contact, by)


def customers(request: Request, columns: str) -> dict[str, tuple[Any, ...]]:
    """Columns of the customers that count, by id; JSON as text."""
    found = rows(request, f"SELECT id, {columns} FROM customers WHERE true{among(request, 'id')}")
    return {id: tuple(cells) for id, *cells in found}


def entries(text: str | None) -> Sequence[Mapping[str, Any]]:
    """The entries of a list out of its cell."""
    found: Sequence[Mapping[str, Any]] = jsontext.loads(text) if text else ()
    return found


def barrier(text: str | None, day: date) -> int:
    """What the ties that hold on a day add up to; one without a strength counts 1."""
    if not text:
        return 0
    at = day.isoformat()
    return sum(
        int(tie.get("strength") or 1)
        for tie in entries(text)
        if str(tie.get("since") or at) <= at <= str(tie.get("until") or at)
    )


def begun(request: Request, days: int) -> dict[str, tuple[int, int]]:
    """How many events of the last `days` we began and they began, by customer.

    Where nobody says who began an event, whoever sent it is taken to have done so.
    """
    found = rows(
        request,
        """
        SELECT customer, count(*) FILTER (WHERE side IN ('us', 'out')),
            count(*) FILTER (WHERE side IN ('them', 'in'))
        FROM (
            SELECT customer, COALESCE(initiator, direction) AS side FROM interactions
            WHERE at__ts < :end AND at__ts >= :end - :days * 86400 AND customer IS NOT NULL
                AND COALESCE(automatic, 0) = 0"""
        + f"{among(request)}) GROUP BY customer",
        days=days,
    )
    return {customer: (us, them) for customer, us, them in found}
