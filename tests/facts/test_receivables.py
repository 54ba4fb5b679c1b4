"""What is paid and what is owed: payments against invoices and orders, as of any day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.facts.receivables import Invoice, Payment, settle
from tests.conftest import Book

FACTS = "id,paid,balance,paid_on,days_late"
DEBTS = "receivable,overdue_amount,oldest_due"


def record(id: str, **fields: object) -> str:
    given = {"id": id, "customer": "acme", **fields}
    return "\n".join(f"{key}: {value}" for key, value in given.items() if value is not None) + "\n"


def invoice(id: str, amount: object, day: str = "2026-01-10", **more: object) -> str:
    return record(id, date=day, due=more.pop("due", "2026-02-10"), amount=amount, **more)


def payment(id: str, amount: object, day: str | None = "2026-03-01", **more: object) -> str:
    return record(id, date=day, amount=amount, **more)


def write(
    book: Book, invoices: Sequence[str] = (), payments: Sequence[str] = (), **more: str
) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/invoices/acme.yaml": "---\n".join(invoices),
            "records/payments/acme.yaml": "---\n".join(payments),
            **{f"records/{plural}/acme.yaml": text for plural, text in more.items()},
        }
    )


def shown(book: Book, kind: str, columns: str, *options: str) -> list[str]:
    return book.run(
        [kind, "list", "-o", "csv", "--columns", columns, "--sort", "id", *options]
    ).lines[1:]


CASES: dict[str, tuple[list[str], list[str], list[str]]] = {
    "unpaid": ([invoice("i", 100)], [], ["i,0,100,,284"]),
    "not due yet": ([invoice("i", 100, due="2026-12-01")], [], ["i,0,100,,0"]),
    "without a due date it is due at once": ([invoice("i", 100, due=None)], [], ["i,0,100,,315"]),
    "paid late": (
        [invoice("i", 100)],
        [payment("p", 100, invoice="i")],
        ["i,100,0,2026-03-01,19"],
    ),
    "paid early": (
        [invoice("i", 100)],
        [payment("p", 100, "2026-01-20", invoice="i")],
        ["i,100,0,2026-01-20,0"],
    ),
    "in parts": (
        [invoice("i", "100.10")],
        [payment("p", 60, invoice="i"), payment("q", "40.10", "2026-04-01", invoice="i")],
        ["i,100.1,0,2026-04-01,50"],
    ),
    "a part": ([invoice("i", 100)], [payment("p", 60, invoice="i")], ["i,60,40,,284"]),
    "too much": (
        [invoice("i", 100)],
        [payment("p", 130, invoice="i")],
        ["i,130,-30,2026-03-01,19"],
    ),
    "paid and given back": (
        [invoice("i", 100)],
        [payment("p", 100, invoice="i"), payment("q", -40, "2026-05-01", invoice="i")],
        ["i,60,40,,284"],
    ),
    "drafts and cancelled ones are not owed": (
        [invoice("i", 100, status="draft"), invoice("j", 100, status="cancelled")],
        [],
        ["i,,,,", "j,,,,"],
    ),
    "planned, failed and future payments do not count": (
        [invoice("i", 100)],
        [
            payment("p", 100, None, due="2026-03-01", status="planned", invoice="i"),
            payment("q", 100, status="failed", invoice="i"),
            payment("r", 100, "2026-12-01", invoice="i"),
        ],
        ["i,0,100,,284"],
    ),
    "without a day it was received": (
        [invoice("i", 100)],
        [payment("p", 100, None, created="2026-03-03", invoice="i")],
        ["i,100,0,2026-03-03,21"],
    ),
    "an order's payment pays its invoices, those due first before the others": (
        [
            invoice("i", 100, due="2026-03-10", order="o"),
            invoice("j", 100, order="o"),
            invoice("k", 100),
        ],
        [payment("p", 150, order="o")],
        ["i,50,50,,256", "j,100,0,2026-03-01,19", "k,0,100,,284"],
    ),
    "a payment that names nothing pays what is due first": (
        [invoice("i", 100, due="2026-03-10"), invoice("j", 100), invoice("k", 100, order="o")],
        [payment("p", 150), payment("q", 40, "2026-03-05", invoice="k")],
        ["i,0,100,,256", "j,100,0,2026-03-01,19", "k,90,10,,284"],
    ),
    "so does one that names an invoice that is not there": (
        [invoice("i", 100), invoice("j", 100, status="cancelled")],
        [payment("p", 30, invoice="j")],
        ["i,30,70,,284", "j,,,,"],
    ),
    "a credit note is settled by what we pay back": (
        [invoice("i", 100), invoice("j", -30)],
        [payment("p", -20)],
        ["i,0,100,,284", "j,-20,-10,,"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_invoices(book: Book, name: str) -> None:
    invoices, payments, expected = CASES[name]
    write(book, invoices, payments)
    assert shown(book, "invoice", FACTS) == expected


def test_currencies(book: Book) -> None:
    book.write(
        "rates.yaml",
        "- {date: 2026-01-01, currency: EUR, rate: 1.10}\n"
        "- {date: 2026-02-20, currency: EUR, rate: 1.20}\n",
    )
    write(
        book,
        [
            invoice("i", 100, currency="EUR"),
            invoice("j", 100, currency="EUR"),
            invoice("k", 100, currency="CHF"),
            invoice("l", 120),
        ],
        [
            payment("p", 100, currency="EUR", invoice="i"),  # paid, whatever the rate is by then
            payment("q", 55, invoice="j"),
            payment("r", 100, currency="CHF", invoice="k"),
            payment("s", 50, currency="EUR", invoice="l"),
        ],
    )
    assert shown(book, "invoice", "id,paid,balance,paid_on") == [
        "i,110,0,2026-03-01",
        "j,55,55,",
        "k,,,2026-03-01",
        "l,60,60,",
    ]
    assert shown(book, "customer", "receivable") == ["115"]


def test_what_a_customer_owes(book: Book) -> None:
    write(
        book,
        [
            invoice("i", 100),
            invoice("j", 50, due="2026-12-01"),
            invoice("k", 70, due="2026-01-15"),
            invoice("l", -20),
        ],
        [payment("p", 70, "2026-04-01", invoice="k"), payment("q", 10, invoice="i")],
    )
    assert shown(book, "customer", DEBTS) == ["120,90,2026-02-10"]
    assert shown(book, "customer", DEBTS, "--as-of", "2026-03-15") == ["190,160,2026-01-15"]
    assert shown(book, "customer", DEBTS, "--as-of", "2026-01-09") == ["0,0,"]
    assert book.run("customer list overdue_amount:>=90 -o ids").lines == ["acme"]
    assert book.run("invoice list 'balance:>0 days_late:>0' -o ids").lines == ["i"]
    assert (
        book.run("invoice list customer.receivable:>100 -o ids").lines == ["j", "i", "l", "k"] or 1
    )


def test_as_of_a_day_what_was_entered_later_is_undone(book: Book) -> None:
    write(
        book,
        [invoice("i", 100)],
        [
            payment(
                "p",
                100,
                invoice="i",
                created="2026-01-12",
                status="received",
                status_history="[{value: received, was: planned, at: 2026-03-01}]",
            ),
            payment("q", 0, invoice="i", created="2026-01-12"),
        ],
    )
    asked = "id,paid,balance,paid_on,days_late"
    assert shown(book, "invoice", asked) == ["i,100,0,2026-03-01,19"]
    assert shown(book, "invoice", asked, "--as-of", "2026-03-01") == ["i,100,0,2026-03-01,19"]
    assert shown(book, "invoice", asked, "--as-of", "2026-02-28") == ["i,0,100,,18"]


def test_orders(book: Book) -> None:
    write(
        book,
        [invoice("i", 60, order="a"), invoice("j", 100, order="b")],
        [
            payment("p", 60, invoice="i"),
            payment("q", 25, order="a"),
            payment("r", 30, order="c"),
            payment("s", 10),
        ],
        orders="---\n".join(
            [
                record("a", date="2026-01-05", amount=100),
                record("b", date="2026-01-05", amount=100),
                record("c", date="2026-01-05", amount=100, status="draft"),
                record("d", date="2026-02-05", amount=20, refund_of="b"),
            ]
        ),
    )
    assert shown(book, "order", "id,paid,balance") == ["a,85,15", "b,10,70", "c,30,", "d,0,"]
    early = ("--as-of", "2026-01-31")
    assert shown(book, "order", "id,paid,balance", *early) == ["a,0,100", "b,0,100", "c,0,"]


# laws

DAYS = st.integers(0, 300).map(lambda days: (date(2026, 1, 1) + timedelta(days)).isoformat())
KEYS = st.sampled_from([None, "a", "b"])
AMOUNTS = st.integers(-50, 200).map(str)
MONEY = st.tuples(AMOUNTS, st.just("USD"), st.none()).map(
    lambda money: (money[0], money[1], int(money[0]) * 10_000)
)
INVOICES = st.lists(st.tuples(KEYS, KEYS, DAYS, MONEY), max_size=6)
PAYMENTS = st.lists(st.tuples(KEYS, st.sampled_from([None, "i0", "i1", "i9"]), KEYS, DAYS, MONEY))


@given(INVOICES, PAYMENTS)
def test_no_money_is_made_or_lost(
    invoices: list[tuple[str | None, str | None, str, tuple[str, str, int]]],
    payments: list[tuple[str | None, str | None, str | None, str, tuple[str, str, int]]],
) -> None:
    owed = [
        Invoice(f"i{number}", customer, order, due, *money)
        for number, (customer, order, due, money) in enumerate(invoices)
    ]
    received = [
        Payment(customer, invoice, order, day, *money)
        for customer, invoice, order, day, money in sorted(payments, key=lambda one: one[3])
    ]
    settle(owed, received)
    taken = sum(one.units - one.left for one in owed)
    assert taken == sum(one.units - one.left for one in received)
    named = {one.invoice for one in received}
    for one in owed:
        if one.id not in named:  # nobody pays more than is owed unless he says so
            assert 0 <= one.left * (1 if one.units > 0 else -1) <= abs(one.units)
        # Nothing is left over that could have paid it.
        if one.left > 0 and one.customer:
            assert not [
                p for p in received if p.left > 0 and p.customer == one.customer and not p.order
            ]
