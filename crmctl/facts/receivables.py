"""What customers owe: payments set against invoices and orders.

An invoice that was sent is owed until payments received cover it. A payment pays the invoice it
names. One that names an order pays the invoices of this order, any other the customer's, those due
first before the others; what we pay back settles credit notes alike. Payments in the currency of
the invoice count as they are, others at the rates of both days.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import given_back
from crmctl.locale import N_
from crmctl.values.instants import parse_date
from crmctl.values.money import to_units

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

INVOICE, ORDER = "invoice", "order"


class Money:
    """An amount in 1/10000 of its own currency, and what it is in the book's; None if unknown."""

    __slots__ = ("base", "currency", "left", "units")

    def __init__(self, amount: str, currency: str | None, base: int | None) -> None:
        self.units = self.left = to_units(Decimal(amount))
        self.currency = currency
        self.base = base

    def based(self, units: int) -> int | None:
        """A part of the amount in the book's currency."""
        if self.base is None:
            return None
        return _share(units, self.base, self.units) if self.units else units

    def needed(self, units: int, other: Money) -> int | None:
        """How much of this amount a part of the other one is."""
        if self.currency == other.currency:
            return units
        based = other.based(units)
        if based is None or not self.base:
            return None
        return _share(based, self.units, self.base)


class Invoice(Money):
    """An invoice that was sent; `paid_on` is set once nothing of it is left."""

    __slots__ = ("customer", "due", "id", "last", "order", "paid_on")

    def __init__(
        self, id: str, customer: str | None, order: str | None, due: str, *money: Any
    ) -> None:
        super().__init__(*money)
        self.id = id
        self.customer = customer
        self.order = order
        self.due = due
        self.last = ""
        self.paid_on: str | None = None

    def take(self, units: int, day: str) -> None:
        """So much of it was paid on a day."""
        self.left -= units
        self.last = max(self.last, day)
        settled = self.left == 0 or (self.left < 0) == (self.units > 0)
        self.paid_on = (self.paid_on or self.last) if settled else None

    def late(self, day: date) -> int | None:
        """Days from its due date to the day it was paid, or to `day`; a credit note is never."""
        due, paid = parse_date(self.due), parse_date(self.paid_on or "")
        if due is None or self.units <= 0:
            return None
        return max(0, ((paid or day) - due).days)


class Payment(Money):
    """Money received; below zero when we paid it back."""

    __slots__ = ("customer", "day", "invoice", "order")

    def __init__(
        self, customer: str | None, invoice: str | None, order: str | None, day: str, *money: Any
    ) -> None:
        super().__init__(*money)
        self.customer = customer
        self.invoice = invoice
        self.order = order
        self.day = day


def _share(units: int, of: int, whole: int) -> int:
    """units * of / whole, rounded half up."""
    product = units * of * (1 if whole > 0 else -1)
    return (2 * product + abs(whole)) // (2 * abs(whole))


def settle(invoices: Iterable[Invoice], payments: Sequence[Payment]) -> None:
    """Sets payments, in the order of their days, against the invoices; takes `left` from both."""
    owed = sorted(invoices, key=lambda one: (one.due, one.id))
    named = {invoice.id: invoice for invoice in owed}
    for payment in payments:
        meant = named.get(payment.invoice or "")
        units = meant.needed(payment.left, payment) if meant is not None else None
        if meant is not None and units is not None:
            meant.take(units, payment.day)
            payment.left = 0
    free = [payment for payment in payments if payment.invoice not in named]
    _pool(((one.order, one) for one in owed), ((one.order, one) for one in free))
    _pool(
        ((one.customer, one) for one in owed),
        ((one.customer, one) for one in free if not one.order),
    )


def _pool(
    invoices: Iterable[tuple[str | None, Invoice]], payments: Iterable[tuple[str | None, Payment]]
) -> None:
    """Sets payments against what is left of the invoices with the same key, in their order."""
    waiting: dict[tuple[str | None, bool], deque[Invoice]] = {}
    for key, invoice in invoices:
        if key and invoice.left:
            waiting.setdefault((key, invoice.left > 0), deque()).append(invoice)
    for key, payment in payments:
        queue = waiting.get((key, payment.left > 0), deque())
        while queue and not queue[0].left:
            queue.popleft()
        for invoice in queue:
            offered = invoice.needed(payment.left, payment)
            if offered is None:  # no rate leads from one currency to the other
                continue
            if abs(offered) <= abs(invoice.left):
                invoice.take(offered, payment.day)
                payment.left = 0
                break
            payment.left -= payment.needed(invoice.left, invoice) or 0
            invoice.take(invoice.left, payment.day)


def open_amounts(facts: Facts) -> dict[str, int]:
    """What is left to pay of each invoice that was sent, in 1/10000 of its own currency."""
    return {invoice.id: invoice.left for invoice in settled(facts)[0]}


def settled(facts: Facts) -> tuple[list[Invoice], list[Payment]]:
    """The invoices that were sent and the payments received, set against each other."""
    day = facts.day.isoformat()
    invoices = [
        Invoice(*row)
        for row in facts.index.rows(
            'SELECT id, customer, "order", COALESCE(due, date), amount, COALESCE(currency, ?),'
            " amount__base FROM invoices"
            " WHERE date <= ? AND COALESCE(status, 'sent') = 'sent' AND amount IS NOT NULL",
            (facts.workspace.config.currency, day),
        )
    ]
    payments = [
        Payment(*row)
        for row in facts.index.rows(
            # As of an earlier day the view has no date of a later one.
            "SELECT p.customer, p.invoice, p.\"order\", COALESCE(raw.date, p.created, '') AS day,"
            " p.amount, COALESCE(p.currency, ?), p.amount__base"
            " FROM payments AS p JOIN main.payments AS raw ON raw.rid = p.rid"
            " WHERE COALESCE(p.status, 'received') = 'received' AND p.amount IS NOT NULL"
            " AND COALESCE(raw.date, p.created, '') <= ? ORDER BY day, p.id",
            (facts.workspace.config.currency, day),
        )
    ]
    settle(invoices, payments)
    return invoices, payments


def _invoices(facts: Facts) -> Iterator[tuple[Any, ...]]:
    for one in settled(facts)[0]:
        paid, balance = one.based(one.units - one.left), one.based(one.left)
        yield one.id, one.customer, one.due, paid, balance, one.paid_on, one.late(facts.day)


def _orders(facts: Facts) -> Iterator[tuple[Any, ...]]:
    """Paid is what its invoices took, and what was paid for the order beyond these."""
    invoices, payments = settled(facts)
    paid: dict[str, int] = {}
    for invoice in invoices:
        if invoice.order:
            taken = invoice.based(invoice.units - invoice.left)
            paid[invoice.order] = paid.get(invoice.order, 0) + (taken or 0)
    for payment in payments:
        if payment.order and payment.left:
            paid[payment.order] = paid.get(payment.order, 0) + (payment.based(payment.left) or 0)
    rows = facts.index.rows(
        f"SELECT id, amount__base, {given_back('o')}, refund_of, COALESCE(status, 'confirmed')"
        " IN (SELECT value FROM json_each(?)) FROM orders AS o WHERE date <= ?",
        (facts.parameters["confirmed"], facts.day.isoformat()),
    )
    back: dict[str, int] = {}
    for _id, _amount, taken, refunded, confirmed in rows:
        if refunded and confirmed:
            back[refunded] = back.get(refunded, 0) + (taken or 0)
    for id, amount, _taken, refunded, confirmed in rows:
        got = paid.get(id, 0)
        owed = confirmed and not refunded and amount is not None
        yield id, got, amount - back.get(id, 0) - got if owed else None


PAYMENTS = "customer invoice order date created amount currency amount__base status"
INVOICES = "id customer order due date amount currency amount__base status"

SETTLED = Source(
    "invoice_facts",
    INVOICE,
    rows=_invoices,
    columns=("customer", "due", "paid", "balance", "paid_on", "days_late"),
    reads={"invoices": INVOICES, "payments": f"id {PAYMENTS}"},
)

ORDERS = Source(
    "order_facts",
    ORDER,
    rows=_orders,
    columns=("paid", "balance"),
    reads={
        "invoices": INVOICES,
        "payments": f"id {PAYMENTS}",
        "orders": "id date amount amount__base currency refund_of status",
    },
)

DEBTS = Source(
    "debt_facts",
    CUSTOMER,
    """
    SELECT customer AS id, sum(balance) AS receivable,
        sum(balance) FILTER (WHERE balance > 0 AND due < :day) AS overdue_amount,
        min(due) FILTER (WHERE balance > 0) AS oldest_due
    FROM invoice_facts WHERE customer IS NOT NULL GROUP BY customer
    """,
    uses=(SETTLED,),
)

AGES = {
    "not_due": N_("Not due"),
    "days_30": N_("1 to 30 days"),
    "days_60": N_("31 to 60 days"),
    "days_90": N_("61 to 90 days"),
    "older": N_("Over 90 days"),
}
_AGE = "CAST(julianday({day}) - julianday(f.due) AS INTEGER)"

FACTS = (
    SETTLED.fact(
        "ageing",
        "enum",
        N_("Ageing"),
        N_("for how long what is left to pay has been due"),
        sql=f"CASE WHEN f.balance = 0 THEN NULL WHEN f.due IS NULL OR {_AGE} <= 0 THEN 'not_due'"
        f" WHEN {_AGE} <= 30 THEN 'days_30' WHEN {_AGE} <= 60 THEN 'days_60'"
        f" WHEN {_AGE} <= 90 THEN 'days_90' ELSE 'older' END",
        values=AGES,
    ),
    SETTLED.fact("paid", "money", N_("Paid"), N_("what payments received have covered of it")),
    SETTLED.fact(
        "balance", "money", N_("Balance"), N_("what is left to pay, below zero for a credit")
    ),
    SETTLED.fact("paid_on", "date", N_("Paid on"), N_("the day on which nothing of it was left")),
    SETTLED.fact(
        "days_late",
        "integer",
        N_("Days late"),
        N_("days from the due date until it was paid, or until today"),
    ),
    ORDERS.fact(
        "paid",
        "money",
        N_("Paid"),
        N_("what was paid for it, by way of its invoices or without one"),
    ),
    ORDERS.fact(
        "balance",
        "money",
        N_("Balance"),
        N_("what a confirmed order amounts to, less refunds and what was paid"),
    ),
    DEBTS.fact(
        "receivable",
        "money",
        N_("Receivable"),
        N_("what is unpaid of the invoices that were sent, less credits"),
        absent=0,
    ),
    DEBTS.fact(
        "overdue_amount",
        "money",
        N_("Overdue amount"),
        N_("what is unpaid of the invoices that were due before today"),
        absent=0,
    ),
    DEBTS.fact(
        "oldest_due",
        "date",
        N_("Oldest due"),
        N_("when the first of the unpaid invoices was due"),
    ),
)
