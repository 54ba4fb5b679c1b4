"""`timeline`: every dated record and every change of a customer, newest first."""

from __future__ import annotations

import pytest

from tests.conftest import Book

EVENTS = {
    "records/interactions/acme.yaml": """
        id: int-1
        customer: acme
        at: 2026-04-01T08:00+08:00
        kind: visit
        by: max
        subject: First visit
        ---
        id: int-2
        customer: acme
        at: 2026-03-31T23:30Z
        kind: email
        notes: "A long story.  It

          goes on."
        ---
        id: int-3
        customer: acme
        at: 2026-11-12T10:00+08:00
        kind: gift
        cost: 20
    """,
    "records/orders/acme.yaml": """
        id: ord-1
        customer: acme
        date: 2026-04-01
        amount: 1200.5
        currency: USD
        by: li-na
        ---
        id: ord-2
        customer: acme
        date: 2026-08-01
        lines:
          - {id: a, quantity: 3, price: 100}
    """,
    "records/tasks/acme.yaml": "id: tsk-1\ncustomer: acme\ntitle: no event\ndue: 2026-05-01\n",
}


@pytest.fixture
def busy(shop: Book) -> Book:
    shop.gen(EVENTS)
    return shop


def words(book: Book) -> list[str]:
    """The lines of Acme's timeline, single-spaced."""
    return [" ".join(line.split()) for line in book.run("timeline acme").lines]


def test_newest_first(busy: Book) -> None:
    assert busy.run("timeline acme").lines == [
        "At                Kind      ID     Text                       By",
        "----------------  --------  -----  -------------------------  ---------",
        "2026-11-12 10:00  Gift      int-3  -                          -",
        "2026-08-01        Order     ord-2  300.00 EUR                 -",
        "2026-04-01 08:00  Visit     int-1  First visit                Max Weber",
        "2026-04-01 07:30  E-mail    int-2  A long story. It goes on.  -",
        "2026-04-01        Order     ord-1  1,200.50 USD               李娜",
        "2026-03-01        Customer  acme   Status: Target → Active    李娜",
    ]


def test_for_scripts(busy: Book) -> None:
    found = busy.run("timeline acme -o json").json
    assert [entry["id"] for entry in found] == ["int-3", "ord-2", "int-1", "int-2", "ord-1", "acme"]
    assert found[4] == {
        "at": "2026-04-01",
        "kind": "order",
        "id": "ord-1",
        "text": "1200.5 USD",
        "by": "li-na",
    }
    assert found[5] == {
        "at": "2026-03-01",
        "kind": "customer",
        "id": "acme",
        "text": "status: target → active",
        "by": "li-na",
        "field": "status",
        "value": "active",
    }
    assert busy.run("timeline acme -o csv").lines[0] == "at,kind,id,text,by"
    assert busy.run("timeline acme -o ids").lines == [entry["id"] for entry in found]


def test_the_language_changes_no_machine_value(busy: Book) -> None:
    english = busy.run("timeline acme -o json").json
    assert busy.run("--lang zh timeline acme -o json").json == english


@pytest.mark.parametrize("limit", range(1, 8))
def test_a_limit_keeps_the_newest(busy: Book, limit: int) -> None:
    everything = busy.run("timeline acme -o json").json
    assert busy.run(f"timeline acme -o json --limit {limit}").json == everything[:limit]


@pytest.mark.parametrize(
    ("since", "count"),
    [("2026-04", 5), ("2026-04-02", 2), ("2026-12", 0), ("30d", 1), ("this-year", 6), ("本月", 1)],
)
def test_since_a_day(busy: Book, since: str, count: int) -> None:
    found = busy.run(["timeline", "acme", "-o", "json", "--since", since]).json
    assert len(found) == count


def test_an_unclear_period_is_refused(busy: Book) -> None:
    busy.run("timeline acme --since someday", code=2)


def test_as_of_a_day(busy: Book) -> None:
    def ids(day: str) -> list[str]:
        return busy.run(f"timeline acme --as-of {day} -o ids").lines

    assert ids("2026-04-01") == ["int-1", "int-2", "ord-1", "acme"]
    assert ids("2026-02-28") == []


def test_who_handed_over_to_whom(shop: Book) -> None:
    shop.run("--as max customer set acme owner=max --reason handover")
    shop.run("--as max customer set acme owner=")
    assert words(shop)[2:] == [
        "2026-11-21 Customer acme Owner: Max Weber → - Max Weber",
        "2026-11-21 Customer acme Owner: 李娜 → Max Weber Max Weber",
        "2026-03-01 Customer acme Status: Target → Active 李娜",
    ]


def test_a_kind_of_the_book_takes_part(busy: Book) -> None:
    busy.gen(
        {
            "schemas/delivery.yaml": """
                title: Delivery
                type: object
                x-crmctl:
                  title: {zh: 交货}
                  plural: deliveries
                  path: deliveries/{customer}.yaml
                  id: {prefix: dlv, date: day}
                  label: carrier
                  date: day
                  columns: [id, day]
                required: [customer, day]
                properties:
                  customer: {type: string, x-crmctl: {ref: customer}}
                  day: {type: string, format: date}
                  carrier: {type: string}
            """,
            "records/deliveries/acme.yaml": """
                id: dlv-1
                customer: acme
                day: 2026-08-02
                carrier: By ship
            """,
        }
    )
    assert words(busy)[3] == "2026-08-02 Delivery dlv-1 By ship -"


def test_what_was_put_away_does_not_show(busy: Book) -> None:
    busy.run("archive int-1")
    assert "int-1" not in busy.run("timeline acme -o ids").lines


def test_only_customers_have_one(busy: Book) -> None:
    busy.run("timeline int-1", code=4)


def test_times_are_those_of_the_book_for_people_and_as_written_for_programs(busy: Book) -> None:
    busy.config(timezone="Asia/Tokyo")
    lines = busy.run("timeline acme -o table").lines
    assert [line[:16] for line in lines if ":" in line[:16]] == [
        "2026-11-12 11:00", "2026-04-01 09:00", "2026-04-01 08:30",
    ]  # fmt: skip
    written = [entry["at"] for entry in busy.run("timeline acme -o json").json]
    assert written[0] == "2026-11-12T10:00+08:00"
