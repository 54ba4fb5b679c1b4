"""A book with tickets in office hours, Monday to Friday from 9 to 18 in UTC."""

from __future__ import annotations

import pytest

from tests.conftest import Book

NOW = "2026-03-04T12:00"  # a Wednesday


@pytest.fixture
def desk(book: Book) -> Book:
    """Three users and a customer of each level that counts."""
    book.gen(
        {
            "records/users/ada.yaml": "id: ada\nname: Ada\nrole: service\nmanager: max\n"
            "skills: [repair, titration]\nregions: [North]\nemail: ada@x.example\n",
            "records/users/bob.yaml": "id: bob\nname: Bob\nrole: service\nmanager: max\n"
            "skills: [repair]\nregions: [South]\n",
            "records/users/max.yaml": "id: max\nname: Max\nrole: manager\n",
            "records/users/sue.yaml": "id: sue\nname: Sue\nrole: sales\n",
            "records/customers/acme.yaml": "id: acme\nname: Acme\nowner: sue\nregion: South\n",
            "records/customers/star.yaml": "id: star\nname: Star\nlevel: vip\nowner: sue\n",
        }
    )
    return book
