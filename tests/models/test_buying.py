"""The models of buying over small books, through the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Book
from tests.models.test_value import customers, orders


def result(book: Book, command: str) -> dict[str, Any]:
    found = book.run(f"analyze {command} -o json").json
    assert isinstance(found, dict)
    return found


def bought(customer: str, *days: str, amount: int = 10) -> dict[str, str]:
    return orders(customer, *(f"date: {day}, amount: {amount}" for day in days))


@pytest.fixture
def shop(book: Book) -> Book:
    book.gen(
        {
            **customers("ann", "bob", "cai", "new", ann="level: vip\n"),
            # Every thirty days; the last one ten days ago.
            **bought("ann", "2026-09-12", "2026-10-12", "2026-11-11"),
            **bought("bob", "2026-09-20"),
            **bought("cai", "2026-06-01", "2026-07-01", "2026-07-31", amount=20),
        }
    )
    return book


def test_cohorts_by_month_and_by_quarter(shop: Book) -> None:
    months = result(shop, "cohorts")["rows"]
    assert [(row["cohort"], row["customers"], row["count_1"]) for row in months] == [
        ("2026-06", 1, 1),
        ("2026-09", 2, 1),
    ]
    assert months[1]["rate_3"] is None
    quarters = result(shop, "cohorts --set by=quarter --set periods=2")["rows"]
    assert [(row["cohort"], row["rate_1"], row["rate_2"]) for row in quarters] == [
        ("2026-Q2", 100, 0),
        ("2026-Q3", 50, None),
    ]


def test_activity_by_the_rhythm_of_each(shop: Book) -> None:
    found = {row["customer"]: row for row in result(shop, "activity")["rows"]}
    assert {id: (row["activity"], row["basis"]) for id, row in found.items()} == {
        "ann": ("active", "own"),
        "bob": ("dormant", "book"),
        "cai": ("dormant", "own"),
    }
    assert found["ann"]["evidence"] == ["ann-2", "ann-1", "ann-0"]
    alone = result(shop, "activity --where id:bob")["rows"]
    assert alone == [found["bob"]]
    listed = shop.run("customer list activity:active -o csv --columns id,expected_order").lines
    assert listed[1:] == ["ann,2026-12-11"]
    told = result(shop, "activity --set slowing=3 --set dormant=4")["parameters"]
    assert told["intervals"] == {"slowing": 3, "dormant": 4}
    assert told["counts"] == {"active": 2, "slowing": 1, "dormant": 0}


def test_spend_on_a_purchase(book: Book) -> None:
    book.gen(
        {
            **customers("ann"),
            **orders(
                "ann",
                "date: 2026-01-01, amount: 100",
                "date: 2026-11-01, amount: 100",
                "date: 2026-11-01, amount: 20",
                "date: 2026-11-02, amount: 20, refund_of: ann-0",
            ),
        }
    )
    (row,) = result(book, "spend-trend")["rows"]
    # Two orders of one day are one purchase; the refund belongs to what it gives back.
    assert (row["before"], row["recent"], row["change"], row["trend"]) == (80, 120, 50, "rising")
    assert result(book, "spend-trend --set steady=50")["rows"][0]["trend"] == "steady"


def test_churn_by_silence_contract_and_record(book: Book) -> None:
    book.gen(
        {
            **customers(
                "ann", "bob", "cai", "dan",
                bob="status: lost\nlost: {at: 2026-03-01, reason: poor_service, by: them}\n",
                cai="losses: [{id: a, at: 2026-01-01, back: 2026-06-01, reason: unmet_need}]\n",
                dan="level: vip\n",
            ),
            **bought("ann", "2025-09-01", "2025-10-01", "2025-11-01", "2026-11-10"),
            **bought("bob", "2025-09-01", "2025-10-01", "2025-11-01"),
            **bought("cai", "2025-09-01", "2025-10-01", "2025-11-01", "2026-11-10"),
            **bought("dan", "2026-01-01"),
            "records/contracts/ann.yaml": """
                id: c1
                customer: ann
                title: Old
                starts: 2025-01-01
                ends: 2025-12-31
                """,
            "records/contracts/dan.yaml": """
                id: c2
                customer: dan
                title: Renews
                starts: 2025-01-01
                ends: 2025-12-31
                auto_renew: true
                ---
                id: c3
                customer: dan
                title: Draft
                starts: 2025-01-01
                status: draft
                """,
            "records/contracts/bob.yaml": """
                id: c4
                customer: bob
                title: Terminated
                starts: 2025-01-01
                ends: 2030-12-31
                status: terminated
                status_history: [{value: terminated, was: active, at: 2026-03-01}]
                """,
        }
    )  # fmt: skip
    found = {row["definition"]: row for row in result(book, "churn")["rows"]}
    assert {name: (row["active"], row["evidence"]) for name, row in found.items()} == {
        "contract": (3, ["ann", "bob"]),
        "silence": (3, ["bob"]),
        "recorded": (3, ["bob"]),
    }
    assert found["silence"]["verdict"] == "above"
    levels = result(book, "churn --by level")["rows"]
    assert [
        (row["definition"], row["level"], row["active"]) for row in levels
    ] == [("contract", "vip", 1), ("contract", None, 2), ("silence", None, 3),
        ("recorded", None, 3)]  # fmt: skip
    # In January bob's contract still held.
    told = result(book, "churn --as-of 2026-02-01 --set period=3m")
    early = {row["definition"]: row for row in told["rows"]}
    assert early["contract"]["evidence"] == ["ann"]
    assert early["recorded"]["evidence"] == ["cai"]


def test_whom_to_win_back_and_who_came_back(book: Book) -> None:
    book.gen(
        {
            **customers(
                "ann", "bob", "cai",
                ann="status: lost\nlost: {at: 2026-03-01, reason: poor_service, by: them}\n",
                bob="status: lost\nlost: {at: 2026-03-01, reason: poor_service, by: us}\n",
                cai="losses: [{id: a, at: 2026-01-01, back: 2026-06-01, reason: unmet_need}]\n",
            ),
            **orders("ann", "date: 2025-02-01, amount: 900, margin: 500",
                     "date: 2025-06-01, amount: 300, margin: 100"),
            **orders("cai", "date: 2025-06-01, amount: 100", "date: 2026-07-01, amount: 50"),
        }
    )  # fmt: skip
    found = result(book, "winback")
    # Only the year before the loss counts, and a margin of 30 % where none is known.
    assert [
        (row["customer"], row["value"], row["priority"], row["outcome"], row["regained"])
        for row in found["rows"]
    ] == [
        ("ann", 100, 30, "open", None),
        ("bob", 0, None, "ours", None),
        ("cai", 30, None, "won_back", 15),
    ]
    assert found["rows"][0]["evidence"] == ["ann-1"]
    assert found["parameters"]["rate"] == 50
    better = result(book, "winback --set chances.poor_service=50")
    assert better["rows"][0]["priority"] == 50
    # Before June cai had not come back.
    assert result(book, "winback --as-of 2026-05-31")["rows"][0]["outcome"] == "open"


def test_what_it_costs_to_win_and_to_keep(book: Book) -> None:
    book.config(value={"worth": {"hourly_cost": 60}})
    book.gen(
        {
            **customers("old", "new", "asked"),
            **bought("old", "2025-01-01", "2026-03-01"),
            **bought("new", "2026-03-01"),
            "records/interactions/all.yaml": """
                {id: i1, customer: new, at: "2026-02-01T09:00", kind: call, cost: 70, duration: 30}
                ---
                {id: i2, customer: asked, at: "2026-02-01T09:00", kind: call, cost: 20}
                ---
                {id: i3, customer: new, at: "2026-04-01T09:00", kind: call, cost: 3}
                ---
                {id: i4, customer: old, at: "2026-04-01T09:00", kind: call, cost: 40}
                ---
                {id: i5, customer: old, at: "2025-04-01T09:00", kind: call, cost: 999}
                """,
            "records/campaigns/fair.yaml": """
                id: fair
                name: Fair
                starts: 2026-01-01
                expenses: [{id: a, amount: 80, date: 2026-01-02}]
                """,
        }
    )
    found = result(book, "acquisition")
    assert [(row["what"], row["cost"], row["customers"]) for row in found["rows"][:3]] == [
        ("won", 200, 1),
        ("new", 3, 1),
        ("kept", 40, 1),
    ]
    assert (found["parameters"]["ratio"], found["parameters"]["basis"]) == (5, "measured")
    assert [row["ratio"] for row in found["rows"][4:]] == [5, 6]
    bare = result(book, "acquisition --as-of 2025-03-01 --set fallback=sixfold")
    assert (bare["parameters"]["ratio"], bare["parameters"]["basis"]) == (6, "fallback")


def test_what_is_bought_together(book: Book) -> None:
    line = "lines: [{{id: x, product: {}}}, {{id: y, product: {}}}]".format
    each = [f"date: 2026-01-0{day}, amount: 1, {line('pen', 'ink')}" for day in range(1, 6)]
    gone = f"date: 2026-01-09, amount: 1, status: cancelled, {line('pen', 'cap')}"
    book.gen(
        {
            **customers("ann"),
            "records/products/pen.yaml": "id: pen\nname: Pen\n",
            "records/products/ink.yaml": "id: ink\nname: Ink\n",
            **orders("ann", *each, gone, "date: 2026-01-10, amount: 1"),
        }
    )
    found = result(book, "basket")
    assert found["n"] == 5
    assert [(row["if"], row["then"], row["count"]) for row in found["rows"]] == [
        (["ink"], "pen", 5),
        (["pen"], "ink", 5),
    ]
    assert found["rows"][0]["evidence"] == ["ann-0", "ann-1", "ann-2"]
    assert "Ink" in book.run("analyze basket").out
    assert result(book, "basket --set count=6")["rows"] == []
    assert result(book, "basket --set unit=customer --set count=1")["n"] == 1


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("cohorts --set by=week", "“week” is not possible here"),
        ("activity --set slowing=3", "--set: needs 0 < slowing < dormant"),
        ("churn --set band.low=50", "--set band: needs 0 <= low < high <= 100"),
        ("churn --set period=soon", "--set period: must be a length like 12m"),
        ("acquisition --set fallback=tenfold", "there is no claim “tenfold”"),
        ("basket --set items=9", "--set items: must be a number from 2 to 4"),
        ("winback --set chances.other=200", "must be a number from 0 to 100"),
    ],
)
def test_what_a_model_cannot_be_told(book: Book, command: str, message: str) -> None:
    assert message in book.run(f"analyze {command}", code=2).err
