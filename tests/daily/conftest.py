"""A small shop: a firm with two contacts, a person, two colleagues; it is Saturday morning."""

from __future__ import annotations

import pytest

from tests.conftest import Book

FILES = {
    "records/customers/acme.yaml": """
        id: acme
        name: Acme GmbH
        type: organization
        status: active
        status_history:
          - {value: active, was: target, at: 2026-03-01, by: li-na}
        level: important
        owner: li-na
        phones: ["+49 711 5550100"]
        emails: [info@acme.example]
        website: https://acme.example
        addresses:
          - id: office
            city: Stuttgart
        contacts:
          - id: ann-lee
            name: Ann Lee
            title: Head of Lab
            role: decision_maker
            emails: [ann@acme.example]
          - id: bo-xu
            name: 徐波
            role: buyer
        tags: [lab]
        consent:
          - channel: email
            status: granted
            date: 2026-02-01
    """,
    "records/customers/zhang-wei.yaml": """
        id: zhang-wei
        name: 张伟
        type: person
    """,
    "records/users/li-na.yaml": """
        id: li-na
        name: 李娜
        email: li.na@shop.example
    """,
    "records/users/max.yaml": """
        id: max
        name: Max Weber
    """,
}


@pytest.fixture
def shop(book: Book) -> Book:
    """The small shop, in Shanghai, with nothing logged yet."""
    book.config(currency="EUR", timezone="Asia/Shanghai")
    book.gen(FILES)
    return book
