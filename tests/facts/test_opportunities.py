"""How opportunities stand, and what a customer's come to, as of any day."""

from __future__ import annotations

import pytest

from tests.conftest import Book

FACTS = "id,open,stage_since,stage_age,spells"
DEALS = "open_opportunities,pipeline_value,won_value,last_won"
WON = "{value: won, at: 2026-04-01}"


def deal(id: str, stage: str | None, *history: str, **more: object) -> str:
    fields: dict[str, object] = {
        "customer": "acme",
        "title": "Deal",
        "opened": "2026-01-10",
        **more,
    }
    text = f"id: {id}\n" + "".join(f"{k}: {v}\n" for k, v in fields.items() if v is not None)
    text += f"stage: {stage}\n" if stage else ""
    return text + (
        "stage_history:\n" + "".join(f"  - {one}\n" for one in history) if history else ""
    )


def write(book: Book, *deals: str) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/opportunities/acme.yaml": "---\n".join(deals),
        }
    )


def shown(book: Book, kind: str, columns: str, day: str | None = None) -> list[str]:
    as_of = ["--as-of", day] if day else []
    command = [kind, "list", "-o", "csv", "--columns", columns, "--sort", "id", "--all", *as_of]
    return book.run(command).lines[1:]


QUOTED = "{value: quoted, was: lead, at: 2026-02-01}"
CASES: dict[str, tuple[str, dict[str, str]]] = {
    "as it was opened": (
        deal("o", "lead"),
        {"2026-01-10": "o,true,2026-01-10,0,1", "2026-01-20": "o,true,2026-01-10,10,1"},
    ),
    "without a stage": (deal("o", None), {"2026-01-20": "o,true,2026-01-10,10,1"}),
    "nobody knows since when": (deal("o", "lead", opened=None), {"2026-01-20": "o,true,,,1"}),
    "moved on": (
        deal("o", "quoted", QUOTED),
        {"2026-01-31": "o,true,2026-01-10,21,1", "2026-02-03": "o,true,2026-02-01,2,1"},
    ),
    "won": (
        deal("o", "won", QUOTED, WON),
        {"2026-03-31": "o,true,2026-02-01,58,1", "2026-04-01": "o,false,2026-04-01,,1"},
    ),
    "lost by another spelling": (deal("o", "LOST"), {"2026-04-01": "o,false,2026-01-10,,1"}),
    "reopened": (
        deal(
            "o",
            "lead",
            QUOTED,
            WON,
            "{value: quoted, at: 2026-05-01}",
            "{value: negotiation, at: 2026-05-05}",
            "{value: lost, at: 2026-06-01}",
            "{value: won, at: 2026-06-02}",
            "{value: lead, at: 2026-07-01}",
        ),
        {
            "2026-04-30": "o,false,2026-04-01,,1",
            "2026-05-04": "o,true,2026-05-01,3,2",
            "2026-06-01": "o,false,2026-06-01,,2",
            "2026-06-30": "o,false,2026-06-02,,2",
            "2026-07-02": "o,true,2026-07-01,1,3",
        },
    ),
    "reopened from what it was before the book knew it": (
        deal("o", "lead", "{value: lead, was: lost, at: 2026-02-01}"),
        {"2026-01-31": "o,false,2026-01-10,,1", "2026-02-02": "o,true,2026-02-01,1,2"},
    ),
    "closed on a day, without a history": (
        deal("o", "won", closed="{at: 2026-04-01}"),
        {"2026-03-31": "o,true,2026-01-10,80,1", "2026-04-01": "o,false,2026-04-01,,1"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_opportunities(book: Book, name: str) -> None:
    text, days = CASES[name]
    write(book, text)
    assert {day: shown(book, "opportunity", FACTS, day)[0] for day in days} == days


def test_what_they_come_to(book: Book) -> None:
    book.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: 1.5}\n")
    write(
        book,
        deal("a", "lead", amount=100),
        deal("b", "won", QUOTED, WON, amount=100, currency="EUR"),
        deal("c", "lost", amount=70),
        deal("d", "lead", amount=30, archived="2026-06-01"),
        deal("e", "lead", amount=30, opened="2026-12-01"),
        deal("f", "lead", lines="[{id: x, price: 10, quantity: 2}]", opened="2026-08-01"),
    )
    assert shown(book, "customer", DEALS) == ["2,120,150,2026-04-01"]
    assert shown(book, "customer", DEALS, "2026-03-31") == ["3,280,0,"]
    assert shown(book, "customer", DEALS, "2026-04-01") == ["2,130,150,2026-04-01"]
    assert shown(book, "customer", DEALS, "2026-01-01") == ["0,0,0,"]


def test_a_stage_that_is_planned_has_not_come(book: Book) -> None:
    planned = "{value: won, was: quoted, at: 2026-12-24}"
    write(book, deal("a", "won", planned, amount=100))
    assert shown(book, "opportunity", FACTS) == ["a,true,2026-01-10,315,1"]
    assert shown(book, "customer", DEALS) == shown(book, "customer", DEALS, "2026-11-21")
    assert shown(book, "customer", DEALS) == ["1,100,0,"]
    assert shown(book, "customer", DEALS, "2026-12-24") == ["0,0,100,2026-12-24"]


def test_they_can_be_asked_for(book: Book) -> None:
    write(book, deal("a", "lead"), deal("b", "won", QUOTED, WON))
    assert book.run("opportunity list open:yes -o ids").lines == ["a"]
    assert book.run("opportunity list open:no -o ids").lines == ["b"]
    assert book.run("opportunity list stage_age:>300 -o ids").lines == ["a"]
    assert book.run("opportunity list stage_since:2026-04 -o ids").lines == ["b"]
    asked = "opportunity list 'customer.open_opportunities:1 customer.buyer:none' -o ids"
    assert book.run(asked).lines == ["a", "b"]
    assert book.run("customer list open_opportunities:>0 -o ids").lines == ["acme"]
    assert shown(book, "opportunity", "id,customer.last_won") == ["a,2026-04-01", "b,2026-04-01"]
    summed = "query opportunity --group open --measure n=count --measure 'days=max stage_age'"
    assert book.run(f"{summed} --sort n,open -o csv").lines == [
        "open,n,days",
        "false,1,",
        "true,1,315",
    ]


def test_chances(book: Book) -> None:
    pipelines = {"direct": {"stages": {"lead": {"chance": 10}, "quoted": {"chance": "12.5"}}}}
    book.config(pipelines={"inbound": "", "outbound": "", **pipelines})
    write(
        book,
        deal("a", "lead", amount=300),
        deal("b", "quoted", pipeline="direct", amount=100),
        deal("c", "lead", pipeline="direct", probability=30, amount=50),
        deal("d", "won", QUOTED, WON, probability=30, amount=40),
        deal("e", "lost", amount=40),
        deal("f", "elsewhere", amount=40),
        deal("g", "lead"),
    )
    assert shown(book, "opportunity", "id,chance,weighted") == [
        "a,10,30",
        "b,12.5,12.5",
        "c,30,15",
        "d,100,40",
        "e,0,0",
        "f,,",
        "g,10,",
    ]
    assert shown(book, "opportunity", "id,chance,weighted", "2026-03-31")[3] == "d,30,12"
    assert book.run("opportunity list 'open:yes chance:>12 weighted:<15' -o ids").lines == ["b"]
    book.config(pipelines={"inbound": {"stages": {"lead": {"chance": 50}}}})
    assert shown(book, "opportunity", "weighted")[0] == "150"
