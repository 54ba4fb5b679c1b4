"""What orders leave after their cost and refunds, and what customers cost us."""

from __future__ import annotations

import pytest

from tests.conftest import Book

ACME = {"records/customers/acme.yaml": "id: acme\nname: Acme\n"}
PRODUCTS = {
    "records/products/meter.yaml": "id: meter\nname: Meter\nprice: 100\ncost: 60\n",
    "records/products/cable.yaml": "id: cable\nname: Cable\nprice: 9\n",
}
LINES = "lines: [{id: x, product: meter, price: 100, quantity: 2}]"

CASES = {
    "as it says": ("amount: 100\nmargin: 35", "100,35"),
    "its amount less its cost": ("amount: 100\ncost: 70", "100,30"),
    "its margin before its cost": ("amount: 100\ncost: 70\nmargin: 35", "100,35"),
    "less what its products cost": (f"amount: 190\n{LINES}", "190,70"),
    "a product without a cost": (
        "amount: 90\nlines: [{id: x, product: meter}, {id: y, product: cable}]",
        "90,",
    ),
    "a line without a product": ("amount: 90\nlines: [{id: x, price: 90}]", "90,"),
    "nothing known": ("amount: 100", "100,"),
    "a gift costs all the same": ("amount: 0\ncost: 12", "0,-12"),
    "a draft": ("amount: 100\nmargin: 35\nstatus: draft", ","),
}


def first_order(book: Book, *orders: str) -> str:
    head = "id: o{}\ncustomer: acme\ndate: 2026-01-10\n"
    texts = (head.format(number) + each + "\n" for number, each in enumerate(orders))
    book.gen({**ACME, **PRODUCTS, "records/orders/acme.yaml": "---\n".join(texts)})
    shown = book.run("order list --sort id -o csv --columns net_amount,net_margin").lines
    return shown[1]


@pytest.mark.parametrize("name", CASES)
def test_the_margin_of_an_order(book: Book, name: str) -> None:
    text, expected = CASES[name]
    assert first_order(book, text) == expected


def test_refunds_take_of_the_margin_what_they_take_of_the_amount(book: Book) -> None:
    order = "amount: 100\nmargin: 40"
    assert first_order(book, order, "amount: 25\nrefund_of: o0") == "75,30"
    assert first_order(book, order, "amount: -100\nrefund_of: o0") == "0,0"


def test_a_refund_that_names_no_order_has_its_own_margin(book: Book) -> None:
    assert first_order(book, "amount: -50") == "-50,"
    assert first_order(book, "amount: -50\nmargin: 20") == "-50,-20"


def test_the_cost_of_a_product_at_the_rate_of_the_day(book: Book) -> None:
    book.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: 2}\n")
    book.write("records/products/probe.yaml", "id: probe\nname: Probe\ncost: 10\ncurrency: EUR\n")
    assert first_order(book, "amount: 90\nlines: [{id: x, product: probe, quantity: 3}]") == "90,30"


def test_what_it_cost_to_win_and_to_serve(book: Book) -> None:
    book.config(value={"worth": {"hourly_cost": 60}})
    book.gen(
        {
            **ACME,
            "records/customers/other.yaml": "id: other\nname: Other\n",
            "records/campaigns/fair.yaml": """
                id: fair
                name: Fair
                starts: 2026-01-01
                expenses: [{id: a, amount: 100, date: 2026-01-02}]
                """,
            "records/orders/acme.yaml": """
                {id: o1, customer: acme, date: 2026-02-01, amount: 500, campaign: fair}
                """,
            "records/orders/other.yaml": """
                {id: p1, customer: other, date: 2026-01-01, amount: 500}
                ---
                {id: p2, customer: other, date: 2026-03-01, amount: 500, campaign: fair}
                """,
            "records/interactions/acme.yaml": """
                {id: i1, customer: acme, at: "2026-01-31T23:00", kind: call, cost: 5, duration: 30}
                ---
                {id: i2, customer: acme, at: "2026-02-01T08:00", kind: call, duration: 10}
                ---
                {id: i3, customer: acme, at: "2026-12-01T08:00", kind: call, cost: 1000}
                """,
            "records/tickets/acme.yaml": """
                id: t1
                customer: acme
                subject: Broken
                opened: "2026-03-01T08:00"
                recovery: {cost: 7, at: 2026-03-05}
                """,
        }
    )
    columns = "--columns id,acquisition_cost,cost_to_serve,profit"
    # The fair is shared by both who bought through it: for one it was the first order, not for
    # the other. What is still to come costs nothing yet.
    assert book.run(f"customer list -o csv {columns}").lines[1:] == [
        "acme,85,17,48",
        "other,0,50,250",
    ]
    earlier = book.run(f"customer list -o csv {columns} --as-of 2026-03-04").lines
    assert earlier[1] == "acme,85,10,55"
    before = book.run(f"customer list -o csv {columns} --as-of 2026-01-31").lines
    assert before[1] == "acme,35,0,-35"
