"""Sending engineers: who is fit, and how far they have come; who gets new tickets."""

from __future__ import annotations

import pytest

from tests.conftest import Book
from tests.service.test_tickets import MONDAY, at, shown, ticket


@pytest.fixture
def repair(desk: Book) -> Book:
    ticket(desk, f"id: a, kind: repair, {MONDAY}")
    return desk


def test_a_work_order_goes_step_by_step(repair: Book) -> None:
    error = repair.run("ticket dispatch a accept", code=2).err
    assert "Nobody has been sent out" in error
    assert "crmctl ticket dispatch a --engineer USER" in error
    at(repair, "2026-03-03T09:00", "ticket dispatch a --engineer Bob")
    assert shown(repair, "work_order,status,assignee") == ["assigned,in_progress,bob"]
    at(repair, "2026-03-03T12:00", "ticket dispatch a accept --at 10:00")
    at(repair, "2026-03-04T09:00", "ticket dispatch a arrive")
    assert "is at “Arrived” already" in repair.run("ticket dispatch a accepted", code=2).err
    at(
        repair,
        "2026-03-04T11:00",
        "ticket dispatch a done status=resolved remedy='New fuse' cause=fuse",
    )
    assert shown(repair, "work_order,status") == ["done,resolved"]
    error = repair.run("ticket dispatch a --engineer ada", code=2).err
    assert "“a” is settled." in error
    assert "crmctl ticket move a in_progress" in error
    assert shown(repair, "work_order", "--as-of", "2026-03-03") == ["accepted"]
    record = repair.run("ticket show a -o json").json["dispatch"]
    assert record == {
        "engineer": "bob",
        "assigned": "2026-03-03T09:00+00:00",
        "accepted": "2026-03-03T10:00+00:00",
        "arrived": "2026-03-04T09:00+00:00",
        "done": "2026-03-04T11:00+00:00",
    }


def test_a_step_may_be_left_out_and_somebody_else_be_sent(repair: Book) -> None:
    at(repair, "2026-03-03T09:00", "ticket dispatch a --engineer bob")
    at(repair, "2026-03-03T10:00", "ticket dispatch a 到场")
    at(repair, "2026-03-03T11:00", "ticket dispatch a --engineer ada")
    record = repair.run("ticket show a -o json").json
    assert record["dispatch"] == {"engineer": "ada", "assigned": "2026-03-03T11:00+00:00"}
    assert record["assignee"] == "bob"
    error = at(repair, "2026-03-03T12:00", "ticket dispatch a accept --at 10:00", code=2).err
    assert "2026-03-03T10:00+00:00 is before the step “Assigned”" in error


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("acept", 2, "Did you mean “accept”"),
        ("accept --engineer bob", 2, "Send an engineer first"),
        ("remedy=x", 2, "Say who is sent out"),
        ("--engineer nobody", 4, "nobody"),
        ("--engineer max", 0, ""),
    ],
)
def test_what_makes_no_sense(repair: Book, words: str, code: int, message: str) -> None:
    assert message in repair.run(f"ticket dispatch a {words}", code=code).err


def test_who_has_left_is_not_sent(repair: Book) -> None:
    repair.run("user set bob active=false")
    assert "not active" in repair.run("ticket dispatch a --engineer bob", code=2).err
    assert [one["user"] for one in repair.run("ticket dispatch a -o json").json] == ["ada"]


def test_the_fittest_come_first_and_say_why(repair: Book) -> None:
    def fit() -> list[tuple[str, float, list[str], list[str], int]]:
        found = repair.run("ticket dispatch a -o json").json
        return [
            (one["user"], one["score"], one["skills"], one["regions"], one["open"]) for one in found
        ]

    assert fit() == [("bob", 5, ["repair"], ["South"], 0), ("ada", 3, ["repair"], [], 0)]
    # A machine for titration asks for more skill, and work at hand counts against one.
    repair.write("records/products/t5.yaml", "id: t5\nname: T5\nfamily: Titration\n")
    repair.run("ticket set a product=t5")
    repair.run("ticket add More -s customer=star -s assignee=bob")
    assert fit() == [
        ("ada", 6, ["repair", "titration"], [], 0),
        ("bob", 4, ["repair"], ["South"], 1),
    ]
    repair.config(service={"dispatch": {"engineers": "role:manager"}})
    assert [one[0] for one in fit()] == ["max"]


def test_new_tickets_go_to_whom_the_first_rule_says(desk: Book) -> None:
    rules = {
        "vips": {"query": "customer.level:vip", "to": "max"},
        "repairs": {"query": "kind:repair", "to": "engineer"},
        "others": {"query": "kind:complaint,question", "to": "owner"},
    }
    desk.config(service={"routing": rules})
    for title, more in (
        ("a", "customer=star -s kind=repair"),
        ("b", "customer=acme -s kind=repair"),
        ("c", "customer=acme -s kind=question"),
        ("d", "customer=acme -s kind=question -s assignee=ada"),
        ("e", "customer=acme"),
    ):
        desk.run(f"ticket add {title} -s {more}")
    found = desk.run("ticket list -o csv --columns subject,assignee --sort subject").lines[1:]
    assert found == ["a,max", "b,bob", "c,sue", "d,ada", "e,"]
