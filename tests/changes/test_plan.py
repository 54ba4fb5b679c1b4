"""A plan is saved, looked at, and carried out exactly or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Book

from .conftest import change

ACME = "records/customers/acme.yaml"


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, "id: acme\nname: Acme\n")
    book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    return book


def test_a_plan_changes_nothing_until_it_is_applied(acme: Book) -> None:
    before = acme.files()
    result = acme.run("customer set --where name:Acme level=vip --yes --plan vip.plan")
    assert "A plan for 1 record is in vip.plan." in result.err
    assert acme.files() == before
    assert "Customer acme (Acme)\n  Level: VIP" in acme.run("apply vip.plan --dry-run").out
    assert acme.files() == before
    acme.run("apply vip.plan")
    assert acme.run("customer list level:vip -o ids").lines == ["acme"]


@pytest.mark.parametrize(
    "command",
    [
        ["customer", "add", "Gamma"],
        ["customer", "rm", "beta", "--yes"],
        ["log", "acme", "hello"],
        ["import", "orders.csv", "--kind", "order"],
        ["customer", "archive", "beta"],
    ],
)
def test_any_command_can_be_planned(acme: Book, command: list[str]) -> None:
    acme.write("orders.csv", "customer,date,amount\nacme,2026-01-01,10\n")
    before = acme.files()
    acme.run([*command, "--plan", "some.plan"])
    assert acme.files() == before
    done = change(acme.run("apply some.plan"))
    assert acme.files() != before
    assert acme.run("check").code == 0
    acme.run(["undo", done])
    assert acme.files() == before


def test_a_plan_is_carried_out_once(acme: Book) -> None:
    acme.run("log acme hello --plan some.plan")
    acme.run("apply some.plan")
    assert "already" in acme.run("apply some.plan", code=5).err
    assert len(acme.run("interaction list -o ids").lines) == 1


def test_a_record_changed_since_stops_all_of_it(acme: Book) -> None:
    acme.run("customer set --where name:* level=vip --yes --plan some.plan")
    acme.run("customer set beta industry=retail")
    before = acme.files()
    assert "records/customers/beta.yaml" in acme.run("apply some.plan", code=5).err
    assert acme.files() == before


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"after": {"id": "acme", "name": "Acme", "level": "nonsense"}}, 3),
        ({"after": {"id": "acme", "name": "Acme", "level": {"a": "b"}}}, 3),
        ({"after": {"id": "../../etc/passwd", "name": "Acme"}}, 2),
        ({"before": None, "id": "../x", "after": {"id": "../x", "name": "X"}}, 2),
        ({"kind": "nonsense"}, 2),
        ({"before": "x"}, 3),
        ({"before": None}, 5),
        ({"id": "gone"}, 4),
    ],
)
def test_a_plan_is_no_way_around_the_rules(acme: Book, spoilt: dict[str, Any], code: int) -> None:
    acme.run("customer set acme level=vip --plan some.plan")
    header, record = map(json.loads, acme.read("some.plan").splitlines())
    before = acme.files()
    acme.write("bad.plan", "\n".join(map(json.dumps, [header, record | spoilt])))
    acme.run("apply bad.plan", code=code)
    assert acme.files() == before


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"plan": 2}', '{"plan": 1}', "\x00"])
def test_what_is_no_plan(acme: Book, text: str) -> None:
    acme.write("some.plan", text)
    assert "some.plan" in acme.run("apply some.plan", code=3).err
