"""`report run --fail-if`: the exit code tells cron what a person would read."""

from __future__ import annotations

import pytest

from tests.conftest import Book


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("rows>0", 1),
        ("rows > 5", 0),
        ("rows=2", 1),
        ("amount>=100", 1),
        ("amount>100", 0),
        ("amount<0", 0),
        ("orders!=1", 1),
        ("orders<=0.5", 0),
        ("amnt>1", 2),
        ("rows", 2),
        ("rows>many", 2),
    ],
)
def test_a_limit(book: Book, limit: str, code: int) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    book.run("order add acme -s amount=100 -s date=today")
    book.run("order add acme -s amount=50 -s date=today")
    book.write(
        "reports/big.yaml",
        "kind: order\ngroup: [customer]\nmeasures: {amount: max amount, orders: count}\n"
        if "orders" in limit
        else "kind: order\ncolumns: [id, amount]\n",
    )
    result = book.run(["report", "run", "big", "-o", "json", "--fail-if", limit], code=code)
    assert ("is beyond the limit" in result.err) == (code == 1)
    assert bool(result.out) == (code < 2)


def test_an_empty_report_is_within(book: Book) -> None:
    book.run("report run overdue --fail-if rows>0")
