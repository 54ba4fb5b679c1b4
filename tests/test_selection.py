"""Columns, order and values of a selection of records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmctl.selection import Selection, shown
from crmctl.workspace import Workspace
from tests.conftest import Book


@pytest.fixture
def shop(book: Book) -> Workspace:
    book.gen(
        {
            "records/customers/acme.yaml": """
                id: acme
                name: acme
                level: vip
                owner: li
                cadence_days: 7
                tags: [a, b]
                addresses: [{id: x, city: Bonn}, {id: y, city: Köln}]
                profile: {characteristics: {founded: 1990}, trading: {credit_limit: 10.50}}
            """,
            "records/customers/beta.yaml": "id: beta\nname: Beta\narchived: 2026-01-01\n",
            "records/customers/gamma.yaml": "id: gamma\nname: Acme\nparent: acme\n",
            "records/users/li.yaml": "id: li\nname: 李娜\n",
            "records/orders/acme.yaml": """
                id: o-1
                customer: acme
                date: 2026-01-01
                amount: 10.50
                trial: true
                lines: [{id: a, product: p, quantity: 1.5}]
                ---
                id: o-2
                customer: acme
                date: 2026-02-01
                amount: 9
                currency: EUR
            """,
            "rates.yaml": "- {date: 2026-01-20, currency: EUR, rate: 2}\n",
        }
    )
    return Workspace(book.root, actor="me")


def rows(shop: Workspace, kind: str, names: str, query: str = "", sort: str = "") -> list[Any]:
    selection = Selection(shop, shop.registry.kinds[kind], query)
    columns = [selection.column(name) for name in names.split()]
    return list(selection.rows(columns, sort.split()))


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("order", "amount trial", [(Decimal("10.50"), True), (Decimal(9), None)]),
        ("order", "lines.quantity", [([Decimal("1.5")],), (None,)]),
        ("order", "customer.name customer.owner.name", [("acme", "李娜")] * 2),
        ("order", "status", [("confirmed",)] * 2),
        ("order", "customer.spend", [(Decimal("28.5"),)] * 2),
        ("customer", "tags city", [(["a", "b"], ["Bonn", "Köln"]), (None, None)]),
        ("customer", "cadence_days archived", [(7, None), (None, None)]),
        ("customer", "parent.parent parent.level", [(None, None), (None, "vip")]),
        ("customer", "party", [("customer",)] * 2),
    ],
)
def test_values(shop: Workspace, kind: str, columns: str, expected: list[Any]) -> None:
    found = rows(shop, kind, columns, sort="date" if kind == "order" else "id")
    assert found == expected
    assert [[type(v) for v in row] for row in found] == [[type(v) for v in r] for r in expected]


def test_nested_values(shop: Workspace, book: Book) -> None:
    names = "profile.characteristics.founded profile.trading.credit_limit profile.characteristics"
    assert rows(shop, "customer", names, "acme", "id")[0] == (
        1990,
        Decimal("10.50"),
        {"founded": 1990},
    )


def test_archived_records_when_they_are_asked_for(shop: Workspace) -> None:
    kind = shop.registry.kinds["customer"]
    assert Selection(shop, kind).ids() == ["acme", "gamma"]
    assert Selection(shop, kind, archived=True).count() == 3
    assert Selection(shop, kind, "archived:*").ids() == ["beta"]
    assert Selection(shop, kind, "archived:2026 or level:vip").ids() == ["acme", "beta"]
    assert Selection(shop, kind, ids=["beta", "gamma"]).ids() == ["gamma"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["acme", "gamma"]),  # regardless of case, so by id
        ("-id", ["gamma", "acme"]),
        ("level", ["acme", "gamma"]),  # what is missing comes last
        ("-level", ["acme", "gamma"]),
        ("+level", ["acme", "gamma"]),
        ("spend", ["gamma", "acme"]),
        ("owner.name", ["acme", "gamma"]),
        ("parent.spend", ["gamma", "acme"]),
    ],
)
def test_order(shop: Workspace, sort: str, expected: list[str]) -> None:
    assert Selection(shop, shop.registry.kinds["customer"]).ids([sort]) == expected


def test_amounts_are_ordered_in_the_base_currency(shop: Workspace) -> None:
    orders = Selection(shop, shop.registry.kinds["order"])
    assert orders.ids(["-amount"]) == ["o-2", "o-1"]
    column = orders.column("amount", base=True)
    assert list(orders.rows([column], ["date"])) == [(Decimal("10.5"),), (Decimal(18),)]
    assert orders.ids(["date"], limit=1) == ["o-1"]


def test_references_by_what_they_refer_to(shop: Workspace) -> None:
    orders = Selection(shop, shop.registry.kinds["order"])
    column = orders.column("customer", label=True)
    assert list(orders.rows([column], limit=1)) == [("acme",)]
    customers = Selection(shop, shop.registry.kinds["customer"])
    owner = customers.column("owner", label=True)
    assert list(customers.rows([owner], ["id"])) == [("李娜",), (None,)]
    assert shown(customers.column("level")).value_title("vip") == "VIP"


def test_columns_by_alias_and_title(shop: Workspace, book: Book) -> None:
    assert book.run("customer list -o csv --columns 名称，tier --limit 1").lines == (
        ["名称,tier", "acme,vip"]
    )
    assert "Level" in book.run("customer list --columns 级别").lines[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--columns levle", "Did you mean “level”?"),
        ("--sort nosuch", "no field “nosuch”"),
        ("--columns name.x", "no field “name.x”"),
    ],
)
def test_columns_that_are_none(shop: Workspace, book: Book, words: str, said: str) -> None:
    assert said in book.run(f"customer list {words}", code=2).err


def test_a_column_cannot_lead_through_a_list(shop: Workspace, book: Book) -> None:
    result = book.run("order list --columns lines.product.name", code=2)
    assert "leads through a list" in result.err


def test_references_and_booleans_are_told_by_their_titles(sample: Book) -> None:
    query = ["query", "order", "trial:true -customer.owner:li-na"]
    words = sample.run([*query, "--explain"]).out
    assert words == "Trial is yes, and Customer · Owner is not 李娜\n"
    assert sample.run(["--lang", "zh", *query, "--explain"]).out.startswith("试单：是，")
