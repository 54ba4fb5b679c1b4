"""A reference on the command line, and one in data."""

from __future__ import annotations

import pytest

from crmctl.refs import References
from crmctl.workspace import Workspace
from tests.conftest import Book


@pytest.fixture
def shop(book: Book) -> Book:
    book.gen(
        {
            "records/customers/acme.yaml": """
                id: acme
                name: Acme GmbH
                aliases: [Dynamite Co]
                emails: [info@acme.example]
                phones: ["+49 711 5550100"]
                contacts:
                  - {id: ann, name: Ann Lee, emails: [ann@acme.example]}
            """,
            "records/customers/acme-2.yaml": "id: acme-2\nname: Acme Ltd\nphones: [0711 5550199]\n",
            "records/customers/zhang-wei.yaml": "id: zhang-wei\nname: 张伟\n",
            "records/customers/zhang-wei-2.yaml": "id: zhang-wei-2\nname: 张伟\n",
            "records/customers/zhao.yaml": "id: zhao\nname: 赵\nparent: acme\n",
            "records/users/zhao.yaml": "id: zhao\nname: 赵\n",
            "records/orders/acme.yaml": "id: ord-1\ncustomer: acme\ndate: 2026-01-01\n",
        }
    )
    return book


@pytest.mark.parametrize(
    ("kind", "text", "ref"),
    [
        ("order", "number: PO 7781", "po 7781"),
        ("opportunity", "title: Two ovens", "two ovens"),
        ("ticket", "subject: Oven smokes\nopened: 2026-01-02T10:00", "oven smokes"),
        ("quote", "number: Q-7", "q-7"),
    ],
)
def test_papers_and_cases_go_by_what_people_call_them(
    shop: Book, kind: str, text: str, ref: str
) -> None:
    folder = "opportunities" if kind == "opportunity" else f"{kind}s"
    shop.write(
        f"records/{folder}/zhao.yaml",
        f"id: x-1\ncustomer: zhao\ndate: 2026-01-01\n{text}\n"
        if kind in ("order", "quote")
        else f"id: x-1\ncustomer: zhao\n{text}\n",
    )
    assert shop.run([kind, "show", ref, "-o", "json"]).json["id"] == "x-1"
    shop.run([kind, "set", ref, "notes=called so"])
    assert "called so" in shop.read(f"records/{folder}/zhao.yaml")


@pytest.mark.parametrize(
    ("ref", "id"),
    [
        ("acme", "acme"),
        ("acme-2", "acme-2"),
        ("zha-", None),
        ("Acme GmbH", "acme"),
        ("acme gmbh", "acme"),
        ("Dynamite Co", "acme"),
        ("INFO@acme.example", "acme"),
        ("ann@acme.example", "acme"),
        ("Ann Lee", "acme"),
        ("+49-711-555 01 00", "acme"),
        ("zhang-wei", "zhang-wei"),
        ("zhan", None),
        ("张伟", None),
        ("zhao", "zhao"),
    ],
)
def test_on_the_command_line(shop: Book, ref: str, id: str | None) -> None:
    if id is None:
        error = shop.run(["customer", "show", ref], code=4 if ref == "zha-" else 2).err
        if ref != "zha-":
            assert "zhang-wei  Customer  张伟" in error
            assert "zhang-wei-2" in error
            assert "Use the id." in error
    else:
        assert shop.run(["customer", "show", ref, "-o", "json"]).json["id"] == id


def test_a_prefix_of_one_id_alone(shop: Book) -> None:
    assert shop.run("customer show zhang-wei-2 -o json").json["id"] == "zhang-wei-2"
    assert shop.run("order show ord -o json").json["id"] == "ord-1"
    assert shop.run("customer show zhao -o json").json["id"] == "zhao"


def test_over_all_kinds_the_kind_may_be_said(shop: Book) -> None:
    error = shop.run("show zhao", code=2).err
    assert "Customer" in error
    assert "User" in error
    assert "赵" in shop.run("show user:zhao").out


def test_nobody_of_that_name(shop: Book) -> None:
    error = shop.run("customer show acmee", code=4).err
    assert "No customer is called “acmee”." in error
    assert "Did you mean “acme" in error
    assert "Did you mean" not in shop.run("customer show qqqqq", code=4).err
    assert shop.run(["customer", "show", ""], code=4)


@pytest.mark.parametrize("name", ["acme", "Acme GmbH", "info@acme.example", "+49 711 5550100"])
def test_in_data_exactly(shop: Book, name: str) -> None:
    shop.run(["order", "add", "-s", f"customer={name}", "-s", "date=2026-02-01"])
    assert shop.read("records/orders/acme.yaml").count("customer: acme\n") == 2


@pytest.mark.parametrize(("name", "said"), [("acm", "“acme"), ("张伟", "zhang-wei-2")])
def test_in_data_never_by_a_prefix_nor_in_doubt(shop: Book, name: str, said: str) -> None:
    before = shop.files()
    result = shop.run(["order", "add", "-s", f"customer={name}", "-s", "date=2026-02-01"], code=2)
    assert said in result.err
    assert shop.files() == before


def test_a_contact_of_the_record_s_customer(shop: Book) -> None:
    shop.run(["order", "set", "ord-1", "contact=Ann Lee"])
    assert "contact: ann\n" in shop.read("records/orders/acme.yaml")
    result = shop.run("order set ord-1 contact=bob", code=2)
    assert "Ann Lee" in result.err


def test_who_refers_to_a_record(shop: Book) -> None:
    workspace = Workspace(shop.root)
    references = References(workspace)
    kind = workspace.registry.kinds["customer"]
    found = [(k.name, id) for k, id in references.referrers(kind, "acme")]
    assert sorted(found) == [("customer", "zhao"), ("order", "ord-1")]
    assert references.referrers(kind, "zhao") == []
    assert references.labels(kind, ["acme", "gone", "zhang-wei"]) == {
        "acme": "Acme GmbH", "zhang-wei": "张伟",
    }  # fmt: skip


def test_a_new_record_like_an_old_one_is_pointed_out(shop: Book) -> None:
    result = shop.run(["customer", "add", "Somebody", "-s", "phones+=0049 711 5550100"])
    assert "acme has “0049 711 5550100” too" in result.err
    assert "zhang-wei" in shop.run(["customer", "add", "张伟"]).err
