"""Fields with a history, defaults that are never written, and lists with keys."""

from __future__ import annotations

import pytest
import yaml

from tests.conftest import Book

ACME = "records/customers/acme.yaml"


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, "id: acme\nname: Acme\nlevel: basic  # for now\n")
    return book


def on(book: Book, day: str, command: str) -> None:
    book.run(command, env={"CRMCTL_NOW": day})


def test_one_entry_for_each_change_the_first_with_what_was(acme: Book) -> None:
    on(acme, "2026-01-10", "--as li customer set acme level=important")
    on(acme, "2026-02-10", "customer set acme level=vip industry=water")
    on(acme, "2026-03-10", "customer set acme industry=food")
    on(acme, "2026-04-10", "customer set acme level=")
    assert acme.read(ACME) == (
        "id: acme\n"
        "name: Acme\n"
        "level_history:\n"
        "  - {value: important, was: basic, at: 2026-01-10, by: li}\n"
        "  - {value: vip, at: 2026-02-10}\n"
        "  - {at: 2026-04-10}\n"
        "industry: food\n"
    )
    assert acme.run("check").out == ""


def test_a_first_value_is_no_change_of_another(acme: Book) -> None:
    on(acme, "2026-01-10", "customer set acme status=active")
    assert "- {value: active, at: 2026-01-10}\n" in acme.read(ACME)


def test_a_default_is_what_was(book: Book) -> None:
    book.write(ACME, "id: acme\nname: Acme\n")
    book.write("records/orders/acme.yaml", "id: o\ncustomer: acme\ndate: 2026-01-01\n")
    on(book, "2026-01-10", "order set o status=shipped")
    assert "- {value: shipped, was: confirmed, at: 2026-01-10}\n" in book.read(
        "records/orders/acme.yaml"
    )
    on(book, "2026-01-11", "order set o status=confirmed")
    assert "\nstatus: " not in book.read("records/orders/acme.yaml")
    assert "- {value: confirmed, at: 2026-01-11}\n" in book.read("records/orders/acme.yaml")


def test_a_history_that_a_person_writes_is_theirs(acme: Book) -> None:
    acme.run(
        ["customer", "set", "acme", "level=vip", "level_history=[{value: vip, at: 2020-01-01}]"]
    )
    assert yaml.safe_load(acme.read(ACME))["level_history"] == [
        {"value": "vip", "at": yaml.safe_load("2020-01-01")}
    ]


def test_defaults_are_never_written(book: Book) -> None:
    book.run("customer add Acme -s party=customer -s tags=[]")
    lines = book.read(ACME).splitlines()
    assert [line.split(":")[0] for line in lines] == ["id", "name", "created", "uid"]
    assert book.run("customer list party:customer -o ids").out == "acme\n"
    book.run("customer set acme party=partner")
    book.run("customer set acme party=customer")
    assert book.read(ACME).splitlines() == lines


def test_entries_of_a_keyed_list_by_key_and_by_label(book: Book) -> None:
    book.run("customer add Acme")
    book.run(
        ["customer", "set", "acme", "contacts+={name: 李四, role: buyer}", "contacts+=Ann Lee"]
    )
    book.run(["customer", "set", "acme", "contacts.li-si.title=CTO", "contacts.Ann Lee.role=user"])
    contacts = yaml.safe_load(book.read(ACME))["contacts"]
    assert contacts == [
        {"id": "li-si", "name": "李四", "title": "CTO", "role": "buyer"},
        {"id": "ann-lee", "name": "Ann Lee", "role": "user"},
    ]
    book.run(["customer", "set", "acme", "contacts+=李四"])
    assert [c["id"] for c in yaml.safe_load(book.read(ACME))["contacts"]] == [
        "li-si", "ann-lee", "li-si-2",
    ]  # fmt: skip
    book.run("customer set acme contacts-=li-si-2 contacts.ann-lee=")
    assert [c["id"] for c in yaml.safe_load(book.read(ACME))["contacts"]] == ["li-si"]
    assert "li-si" in book.run("customer set acme contacts.li-so.title=CEO", code=4).err


def test_contact_commands(book: Book) -> None:
    book.run("customer add Acme")
    assert book.run(["customer", "contact", "add", "acme", "李四", "-s", "决策角色=采购者"]).out
    assert book.run("customer contact list acme").lines[2].split()[:2] == ["li-si", "李四"]
    assert "李四" in book.run("customer contact show acme li-si").out
    assert book.run("customer contact show acme 李四 -o json").json["id"] == "li-si"
    assert "li-si" in book.run("customer contact show acme li-su", code=4).err
    book.run("customer contact set acme li-si title=CTO")
    assert "title: CTO" in book.read(ACME)
    book.run("customer contact rm acme li-si")
    assert "contacts" not in book.read(ACME)
