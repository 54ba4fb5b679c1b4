"""How complete the profile of a customer is, for its type."""

from __future__ import annotations

from crmctl.facts.profile import GROUPS, grouped_fields, profile
from crmctl.workspace import Workspace
from tests.conftest import Book

PERSON = """
id: ann
name: Ann Lee
type: person
phones: [+1 555 0100]
profile:
  career: {occupation: nurse}
  social: {circles: [chess]}
  trading: {terms: cash}
"""
FIRM = """
id: acme
name: Acme
type: organization
addresses: [{id: a1, city: Lucca}]
profile:
  basic: {language: it}
  business: {revenue: 100, currency: EUR, products: [oil]}
"""


def complete(book: Book) -> dict[str, str]:
    rows = book.run("customer list -o csv --columns id,completeness").lines[1:]
    return dict(row.split(",") for row in rows)


def test_each_type_has_groups_of_its_own(book: Book) -> None:
    kind = Workspace(book.root).registry.kinds["customer"]
    for type_, groups in GROUPS.items():
        assert [*grouped_fields(kind, type_)] == ["basic", *groups]
    assert [*grouped_fields(kind, None)] == ["basic"]


def test_the_share_of_the_fields_that_are_filled_in(book: Book) -> None:
    book.gen(
        {
            "records/customers/ann.yaml": PERSON,
            "records/customers/acme.yaml": FIRM,
            "records/customers/who.yaml": "id: who\nname: Who\n",
        }
    )
    kind = Workspace(book.root).registry.kinds["customer"]
    sizes = {
        type_: sum(len(fields) for fields in grouped_fields(kind, type_).values())
        for type_ in ("person", "organization", None)
    }
    # A person's terms of trade count for nothing; nobody has to fill in currencies.
    assert complete(book) == {
        "ann": str(round(100 * 4 / sizes["person"])),
        "acme": str(round(100 * 5 / sizes["organization"])),
        "who": str(round(100 * 1 / sizes[None])),
    }
    assert book.run("customer list completeness:>=12 -o ids").lines == ["acme", "who"]


def test_show_tells_it_by_group(book: Book) -> None:
    book.gen({"records/customers/acme.yaml": FIRM})
    groups = {one["group"]: one for one in book.run("show acme -o json").json["profile"]}
    assert [*groups] == ["basic", *GROUPS["organization"]]
    assert groups["business"]["filled"] == 2
    assert "profile.business.markets" in groups["business"]["missing"]
    assert "profile.business.currency" not in groups["business"]["missing"]
    lines = " ".join(book.run("show acme").out.split())
    assert f"Basic 3/{groups['basic']['fields']} · Characteristics 0/" in lines


def test_the_groups_of_a_record_are_what_the_fact_counts(sample: Book) -> None:
    kind = Workspace(sample.root).registry.kinds["customer"]
    known = complete(sample)
    for row in sample.run("customer list -o json").json:
        groups = profile(kind, row)
        share = round(100 * sum(one.filled for one in groups) / sum(one.size for one in groups))
        assert known[row["id"]] == str(share), row["id"]


def test_a_book_may_add_a_group(book: Book) -> None:
    book.gen(
        {
            "schemas/customer.yaml": """
                properties:
                  shoe_size: {type: integer, title: Shoe size, x-crmctl: {group: running}}
                """,
            "records/customers/ann.yaml": "id: ann\nname: Ann\ntype: person\nshoe_size: 40\n",
        }
    )
    groups = {one["group"]: one for one in book.run("show ann -o json").json["profile"]}
    assert groups["running"] == {"group": "running", "filled": 1, "fields": 1, "missing": []}
