"""Records for programs: every digit, the defaults that files leave out, and YAML like the files."""

from __future__ import annotations

import pytest

from tests.conftest import Book

PRODUCT = """\
id: p1
name: Probe
weight: 1.500
price: 12.50
since: 2026-01-02
created: 2026-01-01
"""
SCHEMA = """\
properties:
  weight: {type: number}
  since: {type: string, format: date}
"""
ORDER = "id: ord-20260102-aaaaaaaa\ncustomer: acme\ndate: 2026-01-02\namount: 5\n"


@pytest.fixture
def shop(book: Book) -> Book:
    book.gen(
        {
            "schemas/product.yaml": SCHEMA,
            "records/products/p1.yaml": PRODUCT,
            "records/products/p2.yaml": "id: p2\nname: Long\nweight: 0.12345678901234567890\n",
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/orders/acme.yaml": ORDER,
        }
    )
    return book


@pytest.mark.parametrize("command", ["product list", "export product"])
def test_numbers_keep_all_their_digits(shop: Book, command: str) -> None:
    lines = shop.run(f"{command} --columns id,weight -o csv").lines
    assert lines == ["id,weight", "p1,1.500", "p2,0.12345678901234567890"]
    assert '"weight": 1.500' in shop.run(f"{command} --columns id,weight -o jsonl").out


def test_numbers_sort_as_numbers(shop: Book) -> None:
    assert shop.run("product list --sort -weight -o ids").lines == ["p1", "p2"]


@pytest.mark.parametrize("command", ["order list", "query order", "export order"])
def test_programs_get_the_defaults_that_queries_see(shop: Book, command: str) -> None:
    (order,) = shop.run(f"{command} status:confirmed -o json").json
    assert (order["status"], order["trial"]) == ("confirmed", False)
    assert "status" not in shop.run(f"{command} -o yaml").out


def test_one_record_has_its_defaults_too(shop: Book) -> None:
    assert shop.run("product show p1 -o json").json["active"] is True
    (order,) = shop.run("show acme -o json").json["orders"]
    assert order["status"] == "confirmed"


def test_yaml_reads_as_record_files_do(shop: Book) -> None:
    text = "".join(line + "\n" for line in shop.run("product list id:p1 -o yaml").lines[:-2])
    assert sorted(text.splitlines()) == sorted(PRODUCT.splitlines())
    assert shop.run("product list id:p1 -o yaml --columns since").lines == ["since: 2026-01-02"]
    assert "since: 2026-01-02" in shop.run("export product -o yaml").lines
    assert "date: 2026-01-02" in shop.run("show acme -o yaml").out
