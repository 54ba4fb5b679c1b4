"""A small firm: two sellers and their manager, two products, and one group of customers."""

from __future__ import annotations

import pytest

from tests.conftest import Book

FIRM = {
    "records/users/li.yaml": "id: li\nname: Li Na\nrole: sales\n",
    "records/users/chen.yaml": "id: chen\nname: Chen Hao\nrole: sales\n",
    "records/users/wang.yaml": "id: wang\nname: Wang\nrole: manager\n",
    "records/products/pump.yaml": (
        "id: pump\nname: Pump\nprice: 100\nprice_floor: 80\ncost: 60\ncurrency: USD\n"
    ),
    "records/products/hose.yaml": "id: hose\nname: Hose\nprice: 10\ncost: 9\n",
    "records/customers/acme.yaml": "id: acme\nname: Acme\nlevel: vip\nowner: li\n",
    "records/customers/acme-north.yaml": (
        "id: acme-north\nname: Acme North\nparent: acme\nowner: chen\n"
    ),
    "records/customers/beta.yaml": "id: beta\nname: Beta\nlevel: vip\nowner: chen\n",
}


@pytest.fixture
def firm(book: Book) -> Book:
    book.gen(FIRM)
    book.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: 1.25}\n")
    book.config(rates={"max_age_days": 400})
    return book


def made(book: Book, command: str) -> str:
    """The id that a command prints."""
    return book.run(command).lines[0]


def quote(book: Book, customer: str, price: str, *more: str) -> str:
    """A quote for one pump or more, as a draft."""
    line = f"'lines+={{product: pump, price: {price}}}'"
    return made(book, f"quote add {customer} -s {line} " + " ".join(f"-s {one}" for one in more))
