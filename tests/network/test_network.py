"""Who knows whom in a book, and who can introduce us."""

from __future__ import annotations

import pytest

from tests.conftest import Book


@pytest.fixture
def town(book: Book) -> Book:
    """A circle of customers, two colleagues, and a firm that nobody knows."""
    customers = {
        "acme": "links: [{id: x, to: bolt, type: supplies, strength: 4, contact: joe}]\n"
        "contacts: [{id: joe, name: Joe, emails: [joe@x.example]}]\nindustry: water\nlevel: vip",
        "bolt": "parent: cole\nindustry: Water\nlevel: vip\nregion: North",
        "cole": "referred_by: acme\nindustry: water",
        "dyer": "contacts: [{id: j, name: J. Smith, emails: [JOE@x.example]}]\nindustry: paper",
        "eddy": "links: [{id: y, to: acme, type: competes}]\nindustry: water",
    }
    files = {f"records/customers/{id}.yaml": f"id: {id}\nname: {id.title()}\n{rest}\n"
             for id, rest in customers.items()}  # fmt: skip
    files |= {
        "records/users/li.yaml": "id: li\nname: Li\n",
        "records/users/mo.yaml": "id: mo\nname: Mo\n",
        "records/interactions/acme.yaml": "".join(
            f"---\nid: int-2026030{n}-aaaaaaaa\ncustomer: acme\nat: 2026-03-0{n}T09:00Z\n"
            "kind: call\nby: li\n"
            for n in range(1, 6)
        ),
    }
    book.gen(files)
    return book


def test_who_lies_around_a_customer(town: Book) -> None:
    found = town.run("network show acme -o json").json
    assert [(one["id"], one["how"], one["strength"]) for one in found] == [
        ("bolt", "supplies", 4),
        ("cole", "referral", 3),
        ("dyer", "same_person", 5),
    ]
    assert found[0]["note"] == "Joe"
    assert town.run("network show acme --users -o ids").lines == ["bolt", "cole", "dyer", "li"]
    assert town.run("network show dyer --depth 2 -o ids").lines == ["acme", "bolt", "cole"]
    assert "Supplies" in town.run("network show acme").out
    assert "供货给" in town.run("--lang zh network show acme").out
    assert "Nothing connects" in town.run("network show eddy").err


def test_the_chain_of_introductions(town: Book) -> None:
    steps = town.run("--as mo network path --to bolt -o json").json
    assert [(one["from"], one["how"], one["to"]) for one in steps] == [
        ("mo", "colleague", "li"),
        ("li", "touches", "acme"),
        ("acme", "supplies", "bolt"),
    ]
    assert steps[1]["note"] == "5 touches, last 2026-03-05"
    assert steps == town.run("network path --from Mo --to Bolt -o json").json
    assert [one["to"] for one in town.run("network path --from dyer --to bolt -o json").json] == [
        "acme",
        "bolt",
    ]
    assert "No way leads from Li to Eddy." in town.run("network path --from li --to eddy").err
    assert "not known who" in town.run("network path --to bolt", code=2).err
    town.run("network path --from bolt --to bolt", code=2)
    before = town.run("network path --from li --to acme --as-of 2026-02-01")
    assert "No way" in before.err


def test_degree_is_a_fact(town: Book) -> None:
    found = town.run("customer list --columns id,degree --sort -degree,id -o json").json
    assert {one["id"]: one["degree"] for one in found} == {
        "acme": 3, "bolt": 2, "cole": 2, "dyer": 1, "eddy": 0,
    }  # fmt: skip
    assert town.run("customer list degree:>=2 -o ids").lines == ["acme", "bolt", "cole"]


def test_peers_are_of_the_same_trade_and_not_yet_bound(town: Book) -> None:
    town.run("customer set eddy level=vip")
    found = town.run("network suggest cole --peer -o json").json
    assert [one["customer"] for one in found] == ["eddy"]
    town.run("customer set eddy status=lost lost.reason=poor_service")
    assert town.run("network suggest cole --peer").out == ""
    assert "--peer or --complement" in town.run("network suggest cole", code=2).err


def test_complements_have_what_the_other_seeks(town: Book) -> None:
    town.run("customer set dyer profile.business.products='pulp, filters'")
    town.run("customer set dyer profile.business.markets=water")
    town.run("customer set eddy interests+=Filters")
    town.run("customer set bolt 'needs+={text: paper filters for the lab}'")
    found = town.run("network suggest dyer --complement -o json").json
    assert [(one["customer"], one["reasons"]) for one in found][:2] == [
        ("bolt", ["seeks filters", "is of their market"]),
        ("eddy", ["seeks filters", "is of their market"]),
    ]
    assert town.run("network suggest eddy --complement -o json").json == [
        {
            "customer": "dyer",
            "name": "Dyer",
            "score": 2,
            "reasons": ["offers filters", "sells to their trade"],
        }
    ]
