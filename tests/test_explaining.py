"""Why a customer is in a segment or a class, and who moved from one class to another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import Book

TODAY = date(2026, 11, 21)


@pytest.fixture
def shop(book: Book) -> Book:
    """Five customers: the first bought yesterday and most, each next one earlier and less."""
    for place, name in enumerate(("ann", "bob", "cai", "dai", "eve"), 1):
        level = "vip" if place == 1 else "basic"
        book.write(
            f"records/customers/{name}.yaml",
            f"id: {name}\nname: {name.title()}\nlevel: {level}\n"
            "status: potential\nphones: ['+49 711 555000']\n",
        )
        for number in range(6 - place):
            order(book, name, TODAY - timedelta(days=10 * place + 20 * number), 1000 // place)
    return book


def order(book: Book, customer: str, day: date, amount: int) -> None:
    path = f"records/orders/{customer}.yaml"
    before = book.read(path) + "---\n" if (book.root / path).exists() else ""
    id = f"{customer}-{day:%Y%m%d}"
    text = f"id: {id}\ncustomer: {customer}\ndate: {day}\namount: {amount}\n"
    book.write(path, before + text)


def model(book: Book, customer: str, name: str, *options: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]]
    found = book.run(["segment", "explain", customer, "-o", "json", *options]).json["models"]
    return found[name]


def test_a_score_with_what_parts_it_and_what_would_change_it(shop: Book) -> None:
    found = model(shop, "ann", "rfm")
    assert found["label"] == "champion"
    assert found["reasons"] == [
        "R 5: 10 days since the last purchase; the scores are parted at 18, 26, 34, 42.",
        "F 5: 5 purchases; the scores are parted at 1.8, 2.6, 3.4, 4.2.",
        "M 5: a spend of 5,000.00; the scores are parted at 440.00, 799.40, 1,399.40, 2,600.00.",
        "Without another purchase, and parted there still, it is “Loyal” from 2026-11-30 on.",
    ]


def test_what_a_purchase_would_change(shop: Book) -> None:
    assert model(shop, "eve", "rfm")["reasons"][-1] == (
        "With one more purchase now, and parted there still, it would be “Potential loyalist”."
    )


def test_who_never_bought(shop: Book) -> None:
    shop.write("records/customers/fritz.yaml", "id: fritz\nname: Fritz\n")
    found = model(shop, "fritz", "rfm")
    assert found["label"] == "prospect"
    assert found["reasons"] == ["It has never bought; the first purchase makes it a buyer."]


def test_where_a_class_begins_and_ends(shop: Book) -> None:
    assert model(shop, "cai", "abc")["reasons"] == [
        "Its value of 999.00 is 11.5 % of all; greater ones make 80.5 %.",
        "Class A ends with a value of 2,000.00 now.",
        "Class C begins with a value of 200.00 now.",
    ]


def test_a_segment_term_by_term(shop: Book) -> None:
    shop.run(["segment", "save", "best", "level:vip orders:>=3"])
    shop.run(["segment", "save", "mine", "segment:best or name:bob"])
    text = shop.run("segment explain bob").out
    assert (
        "Not in “best” (best)\n  - Level is VIP; it is Basic\n  + Orders is at least 3; it is 4"
        in text
    )
    assert text.index("In “mine”") < text.index("Not in “best”")
    only = shop.run("segment explain bob --segment best -o json").json
    assert only["models"] == {}
    assert [one["name"] for one in only["segments"]] == ["best"]
    assert [one["holds"] for one in only["segments"][0]["terms"]] == [False, True]


def test_what_a_segment_says_is_what_it_finds(shop: Book) -> None:
    queries = ["level:vip", "-level:vip orders:>3", "(orders:>3 or name:eve) level:basic", ""]
    for number, query in enumerate(queries):
        if query:
            shop.run(["segment", "save", f"s{number}", query])
    for customer in ("ann", "bob", "eve"):
        for one in shop.run(f"segment explain {customer} -o json").json["segments"]:
            inside = customer in shop.run(["segment", "run", one["name"], "-o", "ids"]).lines
            assert one["inside"] is inside


def test_the_matrix_counts_everybody_and_the_list_names_who_moved(shop: Book) -> None:
    found = shop.run("segment moves --since 2026-10-31 -o json").json
    assert (found["by"], found["since"], found["until"]) == ("rfm", "2026-10-31", "2026-11-21")
    assert sum(cell["n"] for cell in found["matrix"]) == found["n"] == 5
    moved = sum(cell["n"] for cell in found["matrix"] if cell["before"] != cell["after"])
    assert moved == len(found["moves"]) > 0
    for one in found["moves"]:
        now = shop.run(f"customer list id:{one['customer']} --columns rfm -o json").json
        then = shop.run(
            f"customer list id:{one['customer']} --columns rfm -o json --as-of 2026-10-31"
        ).json
        assert (then[0]["rfm"], now[0]["rfm"]) == (one["before"], one["after"])
        assert "recency" in one["changes"]


def test_by_a_field_with_its_states(shop: Book) -> None:
    shop.run("customer move ann target", env={"CRMCTL_NOW": "2026-11-10T09:00"}, code=0)
    found = shop.run("segment moves --since 2026-11-01 --by status -o json").json
    assert [(m["customer"], m["before"], m["after"]) for m in found["moves"]] == [
        ("ann", "potential", "target")
    ]


def test_nobody_moved(shop: Book) -> None:
    result = shop.run("segment moves --since 2026-11-21")
    assert "0 of 5 customers moved." in result.err
    assert "What changed" not in result.out


@pytest.mark.parametrize("by", ["name", "spend", "contacts", "nothing"])
def test_what_has_no_classes(shop: Book, by: str) -> None:
    error = shop.run(f"segment moves --since 2026-11-01 --by {by}", code=2).err
    assert by in error


def test_a_segment_that_cannot_be_used_is_named_and_passed_over(shop: Book) -> None:
    shop.write("segments/odd.yaml", "query: levl:vip\n")
    shop.run(["segment", "save", "best", "level:vip"])
    result = shop.run("segment explain ann")
    assert "odd" in result.err
    assert "In “best” (best)" in result.out
    assert "odd" in shop.run("segment explain ann --segment odd", code=3).err
