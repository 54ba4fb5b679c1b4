"""How long customers stay, and when they buy again, out of the records of a book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import Book

TODAY = date(2026, 11, 21)


def order(id: str, customer: str, day: str, amount: object = 10, **more: object) -> str:
    fields = {"id": id, "customer": customer, "date": day, "amount": amount, **more}
    return "".join(f"{key}: {value}\n" for key, value in fields.items())


def fill(book: Book, orders: Sequence[str], customers: Sequence[str] = ("a", "b", "c")) -> None:
    files = {f"records/customers/{id}.yaml": f"id: {id}\nname: {id.upper()}\n" for id in customers}
    book.gen({**files, "records/orders/all.yaml": "---\n".join(orders)})


def analyze(book: Book, model: str, *options: str) -> dict[str, Any]:
    result: dict[str, Any] = book.run(["analyze", model, "-o", "json", "--quiet", *options]).json
    return result


def rows(book: Book, model: str, *options: str) -> dict[str, dict[str, Any]]:
    return {row["customer"]: row for row in analyze(book, model, *options)["rows"]}


def test_a_purchase_is_a_day_with_an_order_that_was_not_given_back(book: Book) -> None:
    fill(
        book,
        [
            order("o1", "a", "2026-01-10"),
            order("o2", "a", "2026-01-10"),  # the same day
            order("o3", "a", "2026-02-09"),
            order("o4", "a", "2026-02-20", status="cancelled"),
            order("o5", "a", "2026-03-01"),  # given back in full
            order("r5", "a", "2026-03-02", refund_of="o5"),
            order("o6", "a", "2026-03-21", 30),
            order("o7", "a", "2026-03-21", 12),
            order("r7", "a", "2026-03-22", 2, refund_of="o7"),
            order("r0", "a", "2026-04-01", -5),  # names no order
            order("o8", "a", "2027-01-01"),  # not yet
            order("o9", "b", "2026-05-01", 0),
        ],
    )
    found = rows(book, "next-purchase")
    assert set(found) == {"a", "b"}
    a = found["a"]
    assert (a["purchases"], a["last"], a["way"]) == (3, "2026-03-21", "own")
    assert a["evidence"] == ["o6", "o7"]
    # 30 and 40 days: the median is 35, nine tenths are within 39.
    assert (a["expected"], a["late"], a["overdue"]) == ("2026-04-25", 39, True)
    assert found["b"]["way"] == "once"
    # Before the refunds were written.
    before = rows(book, "alive", "--as-of", "2026-03-01")["a"]
    assert (before["purchases"], before["last"], before["silence"]) == (3, "2026-03-01", 0)


def test_settings_are_said_for_one_run_or_in_the_book(book: Book) -> None:
    days = ("2026-09-01", "2026-09-11", "2026-10-22")
    fill(book, [order(f"o{n}", "a", day) for n, day in enumerate(days)])
    # 30 days silent, intervals of 10 and 41 days: the median is 25.5.
    assert rows(book, "alive")["a"]["state"] == "active"
    assert rows(book, "alive", "--set", "silence=1.1")["a"]["state"] == "lost"
    book.config(value={"alive": {"silence": 1}})
    assert rows(book, "alive")["a"]["state"] == "lost"
    wrong = book.run("analyze alive --set model=pareto", code=2).err
    assert "--set model: “pareto” is not possible here" in wrong
    assert "paretonbd" in wrong
    wrong = book.run("analyze next-purchase --set model=paretonbd", code=2).err
    assert "--set model" in wrong
    for model in ("alive", "next-purchase"):
        wrong = book.run(f"analyze {model} --set group=levle", code=2).err
        assert "--set group: “levle” is no field by which customers can be grouped" in wrong
        assert "Did you mean “level”?" in wrong
    book.config(value={"alive": {"group": "levle"}})
    wrong = book.run("analyze alive", code=3).err
    assert "crmctl.yaml: value.alive.group: “levle” is no field" in wrong


def test_orders_without_a_rate_are_left_out_and_named(book: Book) -> None:
    fill(book, [order("o1", "a", "2026-09-01"), order("o2", "a", "2026-10-01", currency="EUR")])
    result = analyze(book, "alive")
    assert [row["purchases"] for row in result["rows"]] == [1]
    assert "1 order without an exchange rate is left out: o2." in result["notes"]


def test_one_group_is_not_measured_by_the_other(book: Book) -> None:
    book.gen(
        {
            f"records/customers/{id}.yaml": f"id: {id}\nname: {id}\ntype: {type_}\n"
            for id, type_ in {"p1": "person", "p2": "person", "o1": "organization"}.items()
        }
        | {
            "records/orders/all.yaml": "---\n".join(
                [
                    *(order(f"x{n}", "p1", f"2026-0{n}-01") for n in range(1, 7)),
                    order("y", "p2", "2026-11-01"),
                    order("z", "o1", "2026-11-01"),
                ]
            )
        }
    )
    found = rows(book, "next-purchase")
    assert {id: row["way"] for id, row in found.items()} == {
        "p1": "own",
        "p2": "once",
        "o1": "once",
    }
    # No organization has come back, so all customers stand for it.
    assert found["o1"]["late"] == found["p2"]["late"] == 31


def test_groups_can_be_others_or_none(book: Book) -> None:
    names = {"a": "brewing", "b": "ceramics", "c": "ceramics"}
    for id, industry in names.items():
        book.write(f"records/customers/{id}.yaml", f"id: {id}\nname: {id}\nindustry: {industry}\n")
    days = {"a": ("2026-01-01", "2026-01-11"), "b": ("2026-01-01", "2026-03-02")}
    orders = [order(f"{id}{day}", id, day) for id, bought in days.items() for day in bought]
    book.gen({"records/orders/all.yaml": "---\n".join([*orders, order("z", "c", "2026-11-01")])})
    assert rows(book, "next-purchase", "--set", "group=industry")["c"]["late"] == 60
    assert rows(book, "next-purchase", "--set", "group=")["c"]["late"] == 55


def test_facts_for_queries(book: Book) -> None:
    days = ("2026-01-01", "2026-01-31", "2026-03-02")
    fill(book, [order(f"o{n}", "a", day) for n, day in enumerate(days)])
    columns = "id,next_purchase,overdue_purchase,p_alive"
    listed = book.run(f"customer list overdue_purchase:yes -o csv --columns {columns}").lines
    assert listed == [columns, "a,2026-04-01,true,"]
    as_of = "customer list id:a -o csv --columns next_purchase,overdue_purchase --as-of 2026-02-10"
    assert book.run(as_of).lines[1] == "2026-03-02,false"


def a_book_that_can_be_fitted(book: Book) -> None:
    """240 customers, of whom every second comes back, at rates of their own."""
    orders = []
    for number in range(240):
        day = date(2026, 1, 1) + timedelta(number % 90)
        for again in range(1 + (number % 2) * (number % 7)):
            orders.append(order(f"o{number}-{again}", f"c{number}", day.isoformat(), 10 + number))
            day += timedelta(7 + number % 11 * (again + 1))
    fill(book, orders, [f"c{number}" for number in range(240)])


def test_a_fit_in_a_book_that_is_large_enough(book: Book) -> None:
    a_book_that_can_be_fitted(book)
    result = analyze(book, "alive")
    assert result["parameters"]["fit"]["model"] == "mbgnbd"
    assert result["parameters"]["fit"]["n"] == 240
    assert "The fit rests on 240 customers: below 500 it is unreliable." in result["notes"]
    listed = book.run("customer list p_alive:<20 -o csv --columns id,p_alive").lines[1:]
    lost = [row for row in result["rows"] if row["state"] == "lost"]
    assert sorted(line.split(",")[0] for line in listed) == sorted(row["customer"] for row in lost)
    # Who is chosen is who is fitted.
    few = analyze(book, "alive", "--where", "id:c1,c3")
    assert few["parameters"]["method"] == "silence"
    by_pareto = analyze(book, "alive", "--set", "model=paretonbd")
    assert by_pareto["parameters"]["method"] == "paretonbd"
    chances = [row["p_buy"] for row in analyze(book, "next-purchase")["rows"]]
    assert all(chance is not None for chance in chances)


# lifetime value


def test_a_small_book_has_historic_value_and_says_so(book: Book) -> None:
    fill(
        book,
        [
            order("o1", "a", "2026-03-01", 1000, margin=400),
            order("o2", "a", "2026-05-01", 500, cost=350),
            order("o3", "b", "2026-05-01", 100),
        ],
    )
    book.gen(
        {
            "records/interactions/a.yaml": """
                id: i1
                customer: a
                at: 2026-02-01T10:00
                cost: 25
                ---
                id: i2
                customer: a
                at: 2026-04-01T10:00
                cost: 40
                """
        }
    )
    result = analyze(book, "clv")
    assert result["parameters"]["method"] == "historic"
    assert result["parameters"]["equity"] == 515
    assert [tuple(row.values()) for row in result["rows"]] == [
        ("a", 1500, 550, 40, 25, 485),
        ("b", 100, 30, 0, 0, 30),
    ]
    assert "So the value is the historic one: what was earned so far." in result["notes"]
    assert "So the value is" not in str(analyze(book, "clv", "--set", "method=historic")["notes"])
    listed = book.run("customer list 'clv:>100' -o csv --columns id,clv").lines
    assert listed == ["id,clv", "a,485"]


def test_a_large_book_has_the_value_that_is_to_come(book: Book) -> None:
    a_book_that_can_be_fitted(book)
    result = analyze(book, "clv", "--set", "horizon=2", "--set", "unit=year")
    parameters = result["parameters"]
    assert (parameters["method"], parameters["horizon"], parameters["unit"]) == ("btyd", 2, "year")
    assert parameters["margin"] == 30
    assert result["n"] == 240
    assert parameters["equity"] == pytest.approx(sum(row["clv"] for row in result["rows"]))
    assert "For 100.0 % of the revenue no margin is known: 30 % is assumed." in result["notes"]


def test_value_under_contract(book: Book) -> None:
    assert seen(
        book,
        [
            contract("k1", "a", "2026-01-01", "2026-12-31", "amount: 1000"),
            contract("k2", "a", "2026-01-01", "2027-12-31", "amount: 2000"),
            contract("k3", "b", "2025-01-01", "2025-12-31", "amount: 500"),
            contract("k4", "c", "2026-01-01", None, "amount: 500"),
        ],
    ) == (4, 3, 0, 1)
    told = ["--set", "method=retention"]
    unknown = analyze(book, "clv", *told)
    assert [row["clv"] for row in unknown["rows"]] == [None]
    assert unknown["parameters"]["renewals"] == 1
    assert unknown["notes"] == [
        "Retention is measured on 30 renewals or more, there are 1: say --set "
        "retention.rate=PERCENT.",
        "1 contract without a last day or an amount is left out: k4.",
    ]
    (row,) = analyze(book, "clv", *told, "--set", "retention.rate=80")["rows"]
    assert row["customer"] == "a"
    assert row["evidence"] == ["k1", "k2"]
    assert row["margin"] == pytest.approx(600, rel=1e-3)
    assert row["clv"] == pytest.approx(600 * 0.8 / 0.3, rel=1e-3)


# contracts


def contract(id: str, customer: str, starts: str, ends: str | None, *more: str) -> str:
    lines = [f"id: {id}", f"customer: {customer}", f"starts: {starts}"]
    return "\n".join([*lines, *([f"ends: {ends}"] if ends else []), *more]) + "\n"


def seen(book: Book, contracts: Sequence[str], *options: str) -> tuple[int, ...]:
    """Agreements, those undecided, renewals and ends."""
    files = {f"records/customers/{id}.yaml": f"id: {id}\nname: {id}\n" for id in "abc"}
    book.gen({**files, "records/contracts/all.yaml": "---\n".join(contracts)})
    parameters = analyze(book, "renewals", *options)["parameters"]
    return tuple(parameters[key] for key in ("chains", "undecided", "renewed", "ended"))


FIRST = contract("k1", "a", "2024-01-01", "2024-12-31", "kind: service")
CHAINS: dict[str, tuple[list[str], tuple[int, ...]]] = {
    "one that binds says nothing": ([contract("k", "a", "2026-01-01", "2026-12-31")], (1, 1, 0, 0)),
    "one without a last day says nothing": ([contract("k", "a", "2020-01-01", None)], (1, 1, 0, 0)),
    "a draft is none": ([contract("k", "a", "2020-01-01", None, "status: draft")], (0, 0, 0, 0)),
    "not yet begun": ([contract("k", "a", "2027-01-01", None)], (0, 0, 0, 0)),
    "one that ran out has ended": ([FIRST], (1, 0, 0, 1)),
    "days of grace": ([contract("k", "a", "2025-11-01", "2026-10-31")], (1, 1, 0, 0)),
    "another that follows": (
        [FIRST, contract("k2", "a", "2025-01-15", "2025-12-31", "kind: service")],
        (1, 0, 1, 1),
    ),
    "another that follows too late": (
        [FIRST, contract("k2", "a", "2025-06-01", "2026-12-31", "kind: service")],
        (2, 1, 0, 1),
    ),
    "another of another kind": (
        [FIRST, contract("k2", "a", "2025-01-15", "2026-12-31", "kind: project")],
        (2, 1, 0, 1),
    ),
    "it renews by itself": (
        [contract("k", "a", "2023-01-01", "2023-12-31", "auto_renew: true")],
        (1, 0, 3, 0),
    ),
    "by half years": (
        [contract("k", "a", "2025-07-01", "2025-12-31", "auto_renew: true", "renewal_months: 6")],
        (1, 0, 2, 0),
    ),
    "its last day was put off": (
        [
            contract(
                "k", "a", "2025-01-01", "2026-12-31",
                "ends_history: [{value: 2026-12-31, was: 2025-12-31, at: 2025-12-01, by: x}]",
            )
        ],
        (1, 0, 1, 0),
    ),
    "terminated in its third year": (
        [
            contract(
                "k", "a", "2023-01-01", "2023-12-31", "auto_renew: true", "status: terminated",
                "status_history: [{value: terminated, was: active, at: 2025-06-30, by: x}]",
            )
        ],
        (1, 0, 2, 1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHAINS)
def test_agreements_through_their_contracts(book: Book, case: str) -> None:
    contracts, expected = CHAINS[case]
    assert seen(book, contracts) == expected


def test_contracts_can_be_chosen_and_seen_as_of_a_day(book: Book) -> None:
    both = [FIRST, contract("k2", "b", "2024-01-01", "2024-12-31")]
    assert seen(book, both, "--where", "kind:service") == (1, 0, 0, 1)
    assert seen(book, both, "--as-of", "2024-06-30") == (2, 2, 0, 0)
    assert seen(book, both, "--set", "grace=3650") == (2, 2, 0, 0)
    put_off, _ = CHAINS["its last day was put off"]
    assert seen(book, put_off, "--as-of", "2025-11-30") == (1, 1, 0, 0)
