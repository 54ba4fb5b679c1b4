"""What is known of a customer by its orders, touches and tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.conftest import Book

ACME = {"records/customers/acme.yaml": "id: acme\nname: Acme\n"}
FACTS = ("orders", "purchases", "spend", "first_order", "last_order")


def order(id: str, date: str, amount: str | None = None, **more: str) -> str:
    given = {"amount": amount, **more}
    lines = [f"{key}: {value}" for key, value in given.items() if value is not None]
    return "\n".join([f"id: {id}", "customer: acme", f"date: {date}", *lines]) + "\n"


def facts(book: Book, orders: Sequence[str], *options: str) -> list[str]:
    """Orders, purchases, spend, first and last order of one customer with these orders."""
    book.gen({**ACME, "records/orders/acme.yaml": "---\n".join(orders)})
    rows = book.run(["customer", "list", "-o", "csv", "--columns", ",".join(FACTS), *options])
    return rows.lines[1].split(",")


D1, D2 = "2026-01-10", "2026-02-20"
CASES: dict[str, tuple[list[str], str]] = {
    "nothing bought": ([], "0,0,0,,"),
    "one order": ([order("a", D1, "10.50")], f"1,1,10.5,{D1},{D1}"),
    "two on one day are one purchase": (
        [order("a", D1, "10"), order("b", D1, "5"), order("c", D2, "1")],
        f"3,2,16,{D1},{D2}",
    ),
    "without an amount nothing is known": ([order("a", D1)], "0,0,0,,"),
    "lines add up": (
        [order("a", D1, lines="[{id: x, price: 10, quantity: 3, discount: 20}]")],
        f"1,1,24,{D1},{D1}",
    ),
    "the amount wins over the lines": (
        [order("a", D1, "5", lines="[{id: x, price: 10}]")],
        f"1,1,5,{D1},{D1}",
    ),
    "a zero counts as a purchase": ([order("a", D1, "0")], f"1,1,0,{D1},{D1}"),
    "below zero and naming none: a refund": (
        [order("a", D1, "10"), order("b", D2, "-4")],
        f"1,1,6,{D1},{D1}",
    ),
    "a partial refund": (
        [order("a", D1, "10"), order("b", D2, "4", refund_of="a")],
        f"1,1,6,{D1},{D1}",
    ),
    "a partial refund below zero": (
        [order("a", D1, "10"), order("b", D2, "-4", refund_of="a")],
        f"1,1,6,{D1},{D1}",
    ),
    "a full refund takes the purchase away": (
        [order("a", D1, "10"), order("b", D2, "10", refund_of="a")],
        "0,0,0,,",
    ),
    "a full refund in two parts": (
        [
            order("a", D1, "10"),
            order("b", D2, "4", refund_of="a"),
            order("c", D2, "-6", refund_of="a"),
            order("d", D2, "1"),
        ],
        f"1,1,1,{D2},{D2}",
    ),
    "a refund of an order that is not there": (
        [order("a", D1, "10"), order("b", D2, "4", refund_of="gone")],
        f"1,1,6,{D1},{D1}",
    ),
    "drafts and cancelled orders do not count": (
        [
            order("a", D1, "10", status="draft"),
            order("b", D1, "20", status="cancelled"),
            order("c", D2, "3", status="shipped"),
        ],
        f"1,1,3,{D2},{D2}",
    ),
    "a draft refund does not count": (
        [order("a", D1, "10"), order("b", D2, "10", refund_of="a", status="draft")],
        f"1,1,10,{D1},{D1}",
    ),
    "the future is not yet": (
        [order("a", D1, "10"), order("b", "2026-11-22", "5")],
        f"1,1,10,{D1},{D1}",
    ),
    "today is": (
        [order("a", D1, "10"), order("b", "2026-11-21", "5")],
        f"2,2,15,{D1},2026-11-21",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_purchases(book: Book, name: str) -> None:
    orders, expected = CASES[name]
    assert facts(book, orders) == expected.split(",")


def test_the_book_says_what_counts(book: Book) -> None:
    book.config(purchases={"keep_zero": False, "confirmed": ["completed", "draft"]})
    orders = [
        order("a", D1, "0", status="draft"),
        order("b", D2, "3", status="draft"),
        order("c", D1, "9"),
    ]
    assert facts(book, orders) == f"1,1,3,{D2},{D2}".split(",")


def test_currencies_at_the_rate_of_the_day(book: Book) -> None:
    book.write(
        "rates.yaml",
        "- {date: 2026-01-01, currency: EUR, rate: 1.10}\n"
        "- {date: 2026-02-01, currency: EUR, rate: 1.20}\n",
    )
    orders = [
        order("a", "2026-01-31", "10", currency="EUR"),
        order("b", "2026-02-01", "10", currency="EUR"),
        order("c", "2026-02-02", "1"),
        order("d", "2026-02-03", "1", currency="USD"),
        # Too long after the last rate, before the first one, and without any.
        order("e", "2026-03-10", "1000", currency="EUR"),
        order("f", "2025-12-31", "1000", currency="EUR"),
        order("g", "2026-02-03", "1000", currency="CHF"),
    ]
    assert facts(book, orders) == "4,4,25,2026-01-31,2026-02-03".split(",")
    notes = book.run("analyze rfm -o json").json["notes"]
    assert notes[-1] == "3 orders without an exchange rate are left out: e, f, g."
    problems = [(p["code"], p["line"]) for p in book.run("check -o json").json]
    assert problems == [("no-rate", 24), ("no-rate", 30), ("no-rate", 36)]
    earlier = book.run("analyze abc --as-of 2025-06-30 -o json").json["notes"]
    assert [note for note in earlier if "rate" in note] == []


def test_touches_and_tasks(book: Book) -> None:
    book.gen(
        {
            **ACME,
            "records/customers/beta.yaml": "id: beta\nname: Beta\n",
            "records/interactions/acme.yaml": """
                {id: i1, customer: acme, at: "2026-01-01T10:00", kind: call}
                ---
                {id: i2, customer: acme, at: "2026-11-20T23:59", kind: call}
                ---
                {id: i3, customer: acme, at: "2026-11-22T00:00", kind: call}
            """,
            "records/tasks/acme.yaml": """
                {id: t1, customer: acme, title: A, due: 2026-12-01}
                ---
                {id: t2, customer: acme, title: B, due: 2026-11-25}
                ---
                {id: t3, customer: acme, title: C, due: 2026-01-01, status: done}
            """,
        }
    )
    columns = "id,interactions,first_interaction,last_interaction,open_tasks,next_due"
    rows = book.run(["customer", "list", "-o", "csv", "--columns", columns]).lines[1:]
    assert rows == [
        "acme,2,2026-01-01T10:00+00:00,2026-11-20T23:59+00:00,2,2026-11-25",
        "beta,0,,,0,",
    ]
    assert book.run("customer list last_interaction:<3d -o ids").out == "acme\n"
    assert book.run("customer list last_interaction: -o ids").out == "beta\n"
    assert book.run("customer list open_tasks:>=2 --sort -next_due -o ids").out == "acme\n"


def test_facts_follow_the_records_the_rates_and_the_settings(book: Book) -> None:
    def spend() -> Any:
        return book.run("customer list -o csv --columns spend,orders").lines[1]

    facts(book, [order("a", D1, "10")])
    assert spend() == "10,1"
    book.run("order add acme -s amount=5 -s date=2026-03-01")
    assert spend() == "15,2"
    book.run("order set a status=cancelled")
    assert spend() == "5,1"
    book.config(purchases={"confirmed": ["cancelled"]})
    assert spend() == "10,1"
    book.config()
    (book.root / "records/orders/acme.yaml").unlink()
    assert spend() == "0,0"


def test_models_score_the_whole_book_whatever_is_listed(book: Book) -> None:
    files = {}
    for number in range(1, 11):
        files[f"records/customers/c{number}.yaml"] = f"id: c{number}\nname: C{number}\n"
        files[f"records/orders/c{number}.yaml"] = (
            f"id: o{number}\ncustomer: c{number}\ndate: 2026-{number:02d}-01\n"
            f"amount: {number * 100}\n"
        )
    files["records/customers/new.yaml"] = "id: new\nname: New\n"
    book.gen(files)
    rows = book.run("analyze abc -o json").json["rows"]
    classes = {row["customer"]: row["class"] for row in rows}
    listed = book.run("customer list -o csv --columns id,abc,rfm").lines[1:]
    assert {line.split(",")[0]: line.split(",")[1] for line in listed} == classes
    assert classes["c10"] == "A"
    assert classes["new"] == "C"
    assert "new,C,prospect" in listed
    assert book.run("customer list abc:A name:C10 -o ids").lines == ["c10"]
    # `--where` filters before scoring, so the rest is compared among itself.
    few = book.run("analyze rfm --where 'spend:>=900' -o json").json
    assert few["n"] == 2
    assert {row["customer"] for row in few["rows"]} == {"c9", "c10"}


def test_buyers(book: Book) -> None:
    files = {f"records/customers/{name}.yaml": f"id: {name}\nname: C\n" for name in "abc"}
    orders = {
        "a": [("1", "2026-01-01", "refund_of: 2")],
        "b": [("3", "2026-01-01", ""), ("4", "2026-01-01", "")],
        "c": [("5", "2026-01-01", ""), ("6", "2026-02-01", "")],
    }
    for name, bought in orders.items():
        files[f"records/orders/{name}.yaml"] = "---\n".join(
            f"id: o{id}\ncustomer: {name}\ndate: {day}\namount: 9\n{more}\n"
            for id, day, more in bought
        )
    book.gen(files)
    rows = book.run("customer list -o csv --columns id,buyer").lines[1:]
    assert rows == ["a,none", "b,first_time", "c,repeat"]
    assert book.run("customer list buyer:repeat --as-of 2026-01-31 -o ids").out == ""
    assert book.run("customer list buyer:first_time,none -o ids").lines == ["a", "b"]


def test_an_archived_task_is_not_open(book: Book) -> None:
    book.gen(
        {
            **ACME,
            "records/tasks/acme.yaml": """
                {id: t1, customer: acme, title: A, archived: 2026-05-01}
                ---
                {id: t2, customer: acme, title: B}
            """,
        }
    )
    assert book.run("customer list -o csv --columns open_tasks").lines[1] == "1"
    asked = "customer list -o csv --columns open_tasks --as-of 2026-04-30"
    assert book.run(asked).lines[1] == "2"
