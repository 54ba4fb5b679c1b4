"""Tickets, assets, quotes, contracts and campaigns, as of any day."""

from __future__ import annotations

from datetime import date

import pytest

from crmctl.facts.contracts import term_end
from tests.conftest import Book


def write(book: Book, plural: str, *records: str) -> None:
    texts = [f"{{customer: acme, {record}}}\n" for record in records]
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            f"records/{plural}/acme.yaml": "---\n".join(texts),
        }
    )


def shown(book: Book, columns: str, day: str | None = None, kind: str = "customer") -> list[str]:
    as_of = ["--as-of", day] if day else []
    command = [kind, "list", "-o", "csv", "--columns", columns, "--sort", "id", "--all", *as_of]
    return book.run(command).lines[1:]


def by_day(book: Book, columns: str, *days: str) -> list[str]:
    return [shown(book, columns, day)[0] for day in days]


def test_tickets(book: Book) -> None:
    def ticket(id: str, opened: str, more: str) -> str:
        return f"id: {id}, subject: S, opened: '{opened}', {more}"

    write(
        book,
        "tickets",
        ticket("a", "2026-01-10T10:00+00:00", "kind: complaint"),
        ticket(
            "b",
            "2026-02-01T10:00+00:00",
            "status: closed, kind: repair,"
            " status_history: [{value: resolved, was: open, at: '2026-02-03T10:00+00:00'},"
            " {value: closed, at: '2026-02-09T10:00+00:00'}]",
        ),
        ticket(
            "c", "2026-03-01T10:00+00:00", "status: resolved, resolved: '2026-03-05T10:00+00:00'"
        ),
        ticket("d", "2026-12-01T10:00+00:00", "kind: complaint"),
        ticket("e", "2026-03-02T10:00+00:00", "status: waiting, archived: 2026-04-01"),
    )
    columns = "open_tickets,last_ticket"
    days = ("2026-01-09", "2026-01-10", "2026-02-02", "2026-02-03", "2026-03-04", "2026-03-05")
    assert by_day(book, columns, *days) == [
        "0,",
        "1,2026-01-10T10:00+00:00",
        "2,2026-02-01T10:00+00:00",
        "1,2026-02-01T10:00+00:00",
        "3,2026-03-02T10:00+00:00",
        "2,2026-03-02T10:00+00:00",
    ]
    assert shown(book, columns) == ["1,2026-03-02T10:00+00:00"]
    assert book.run("customer list 'open_tickets:>0' -o ids").lines == ["acme"]
    assert book.run("ticket list 'customer.open_tickets:>0 kind:repair' -o ids").lines == ["b"]


def test_complaints(book: Book) -> None:
    write(book, "tickets", "id: t, subject: S, opened: '2026-01-10T10:00', kind: complaint")
    write(
        book,
        "interactions",
        "id: i, at: '2026-01-09T10:00', kind: complaint",
        "id: j, at: '2026-01-11T10:00', kind: complaint, ticket: t",
        "id: k, at: '2026-01-12T10:00', kind: call",
    )
    assert by_day(book, "complaints", "2026-01-08", "2026-01-09", "2026-01-10") == ["0", "1", "2"]
    assert shown(book, "complaints") == ["2"]


def test_quotes(book: Book) -> None:
    write(
        book,
        "quotes",
        "id: a, date: 2026-01-10, status: sent, valid_until: 2026-02-10",
        "id: b, date: 2026-01-20, status: sent",
        "id: c, date: 2026-01-20",
        "id: d, date: 2026-01-20, status: accepted,"
        " status_history: [{value: accepted, was: sent, at: 2026-01-25}]",
        "id: e, date: 2026-01-20, status: sent, archived: 2026-01-21",
    )
    days = ("2026-01-09", "2026-01-10", "2026-01-20", "2026-01-24", "2026-01-25", "2026-02-11")
    assert by_day(book, "quotes_open", *days) == ["0", "1", "4", "3", "2", "1"]


def test_assets(book: Book) -> None:
    write(
        book,
        "assets",
        "id: a, service_due: 2026-03-01, installed: 2026-01-10",
        "id: b, service_due: 2026-02-01, status: retired,"
        " status_history: [{value: retired, was: in_use, at: 2026-01-25}]",
        "id: c",
    )
    days = ("2026-01-09", "2026-01-10", "2026-01-25")
    assert by_day(book, "assets,service_due", *days) == [
        "2,2026-02-01",
        "3,2026-02-01",
        "2,2026-03-01",
    ]


CONTRACTS = (
    "id: a, starts: 2026-01-01, ends: 2026-03-31, notice_days: 30",
    "id: b, starts: 2026-02-01, ends: 2026-04-30, auto_renew: true, renewal_months: 3,"
    " notice_days: 10",
    "id: c, starts: 2026-05-01",
    "id: d, starts: 2026-02-01, ends: 2026-12-31, status: draft",
    "id: e, starts: 2026-02-01, ends: 2026-12-31, status: terminated,"
    " status_history: [{value: terminated, was: active, at: 2026-02-10}]",
)


@pytest.mark.parametrize(
    ("day", "known"),
    [
        ("2026-01-01", ["a,89,,2026-03-01"]),
        ("2026-02-09", ["a,50,,2026-03-01", "b,80,2026-05-01,2026-04-20", "d,,,", "e,325,,"]),
        ("2026-02-10", ["a,49,,2026-03-01", "b,79,2026-05-01,2026-04-20", "d,,,", "e,,,"]),
        (
            "2026-05-01",
            ["a,,,", "b,90,2026-07-31,2026-07-20", "c,,,", "d,,,", "e,,,"],
        ),
    ],
)
def test_contracts(book: Book, day: str, known: list[str]) -> None:
    write(book, "contracts", *CONTRACTS)
    assert shown(book, "id,days_left,renews_on,notice_by", day, "contract") == known


def test_what_binds_a_customer(book: Book) -> None:
    write(book, "contracts", *CONTRACTS)
    columns = "contracts,contract_until"
    days = ("2025-12-31", "2026-01-01", "2026-02-09", "2026-02-10", "2026-04-01", "2026-05-01")
    assert by_day(book, columns, *days) == [
        "0,",
        "1,2026-03-31",
        "3,2026-12-31",
        "2,2026-04-30",
        "1,2026-04-30",
        "2,",  # one of them has no last day
    ]


@pytest.mark.parametrize(
    ("ends", "months", "day", "expected"),
    [
        ("2026-03-31", 12, "2026-03-31", "2026-03-31"),
        ("2026-03-31", 12, "2026-04-01", "2027-03-31"),
        ("2024-02-29", 12, "2025-03-01", "2026-02-28"),
        ("2024-02-29", 12, "2028-02-29", "2028-02-29"),
        ("2026-01-31", 1, "2026-02-01", "2026-02-28"),
        ("2026-01-31", 1, "2026-03-01", "2026-03-31"),
        ("2026-01-31", 1, "9999-12-31", "9999-12-31"),
        ("0001-01-31", 7, "2026-03-01", "2026-05-31"),
    ],
)
def test_the_term_that_a_contract_is_in(ends: str, months: int, day: str, expected: str) -> None:
    end = term_end(date.fromisoformat(ends), months, date.fromisoformat(day))
    assert end == date.fromisoformat(expected)


def test_campaigns(book: Book) -> None:
    book.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: 1.5}\n")
    book.write(
        "records/campaigns/fair.yaml",
        """\
id: fair
name: Fair
starts: 2026-01-20
currency: EUR
expenses:
  - {id: e1, amount: 100.10, date: 2026-01-10}
  - {id: e2, amount: 50}
  - {id: e3, amount: -20, date: 2026-01-25}
participants:
  - {customer: a, invited: 2026-01-10, registered: 2026-01-12, confirmed: 2026-01-15,
     attended: 2026-01-20}
  - {customer: b, invited: 2026-01-10, confirmed: 2026-01-15, declined: 2026-01-18}
  - {customer: c, declined: 2026-01-11, confirmed: 2026-01-16}
  - {customer: d, invited: 2026-02-10}
  - {customer: e}
""",
    )
    columns = "spent,participant_count,invited,registered,confirmed,attended"

    def known(day: str | None = None) -> str:
        return shown(book, columns, day, "campaign")[0]

    assert known("2026-01-01") == "75,1,0,0,0,0"
    assert known("2026-01-11") == "225.15,4,2,0,0,0"
    assert known("2026-01-17") == "225.15,4,2,1,3,0"
    assert known("2026-01-20") == "225.15,4,2,1,2,1"
    assert known() == "195.15,5,3,1,2,1"
    assert book.run("campaign list 'spent:>100 attended:1' -o ids").lines == ["fair"]
