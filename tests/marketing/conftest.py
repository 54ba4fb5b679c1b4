"""A small book of a campaign and the people whom it may or may not reach."""

from __future__ import annotations

import pytest

from tests.conftest import Book

PEOPLE = {
    "ann": "emails: [ann@x.example]",
    "bob": "emails: [bob@x.example]\n"
    "consent: [{channel: email, status: refused, date: 2026-01-05}]",
    "cat": "phones: [13800001111]",
    "dan": "emails: [Ann@X.example]",
    "eve": "emails: [eve@x.example]\nstatus: lost",
    "fay": "emails: [fay@x.example]",
    "gil": "emails: [bob@x.example]",
}


@pytest.fixture
def fair(book: Book) -> Book:
    """Seven people, of whom an e-mail reaches only Ann, and Fay while no ticket of hers is open."""
    files = {
        f"records/customers/{id}.yaml": f"id: {id}\nname: {id.title()}\ntype: person\n{rest}\n"
        for id, rest in PEOPLE.items()
    }
    files["records/campaigns/fair.yaml"] = (
        "id: fair\nname: Fair\nstarts: 2026-12-01\naudience: 'type:person'\n"
    )
    files["records/tickets/fay.yaml"] = (
        "id: tck-20261101-aaaaaaaa\ncustomer: fay\ntitle: Broken\nopened: 2026-11-01T09:00Z\n"
    )
    book.gen(files)
    return book


def held(book: Book, command: str) -> dict[str, list[str]]:
    """The rules that hold each party back, by customer; those reached have none."""
    found = book.run(f"{command} -o json").json
    parties = found if isinstance(found, list) else [*found["reached"], *found["held"]]
    return {one["customer"]: [hold["rule"] for hold in one["holds"]] for one in parties}
