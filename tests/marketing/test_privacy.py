"""What a party may ask: to see everything that is kept about them, and to be forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.conftest import Book
from tests.marketing.conftest import held

WORDS = ("Mary", "mary", "0171", "Elm Street", "chess", "Peter")


@pytest.fixture
def told(book: Book) -> Book:
    """Mary in every corner of a book."""
    book.gen(
        {
            "records/customers/mary.yaml": """
                # Mary is a friend of Peter
                id: mary
                name: Mary Miller
                type: person
                status: active
                industry: water
                phones: ["0171 555 01"]
                emails: [mary@x.example]
                addresses: [{id: home, street: Elm Street 5, city: Bonn}]
                contacts: [{id: peter-miller, name: Peter Miller, emails: [peter@x.example]}]
                category_spend: {amount: 500, source: "Mary herself"}
                profile: {life: {hobbies: [chess]}}
                colour: Mary likes blue
                """,
            "records/customers/joe.yaml": """
                id: joe
                name: Joe
                referred_by: mary
                links: [{id: mary, to: mary, type: knows, notes: Mary's brother}]
                """,
            "records/interactions/mary.yaml": """
                # about Mary
                id: int-20260301-aaaaaaaa
                customer: mary
                at: 2026-03-01T09:00Z
                kind: call
                contact: peter-miller
                subject: Mary called  # as always
                notes: Peter plays chess
                promises: [{id: call-mary-back, text: Call Mary back, due: 2026-03-05}]
                feeling: 1
                """,
            "records/orders/mary.yaml": """
                id: ord-20260401-aaaaaaaa
                customer: mary
                date: 2026-04-01
                amount: 300
                notes: for Peter
                """,
            "records/invoices/mary.yaml": """
                id: inv-20260401-aaaaaaaa
                customer: mary
                number: RE-1
                date: 2026-04-01
                amount: 300
                """,
            "records/tasks/mary.yaml": """
                id: tsk-20260401-aaaaaaaa
                customer: mary
                title: Call Mary
                due: 2026-12-01
                """,
            "records/campaigns/fair.yaml": """
                id: fair
                name: Fair
                audience: 'type:person'
                participants: [{customer: mary, contact: peter-miller, notes: Mary comes}]
                """,
        }
    )
    return book


def everything(book: Book) -> str:
    return "".join(path + content.decode() for path, content in book.files().items())


def test_nothing_personal_is_left_and_sums_hold(told: Book) -> None:
    [new] = told.run("forget mary --yes").lines
    left = everything(told)
    assert [word for word in WORDS if word in left] == []
    assert told.run("check -o json").json == []
    [customer] = told.run(f"customer list id:{new} --columns name,industry,spend -o json").json
    assert customer == {"name": new, "industry": "water", "spend": 300}
    assert told.run("invoice list --columns customer,number,amount -o json").json == [
        {"customer": new, "number": "RE-1", "amount": 300}
    ]
    [call] = told.run("interaction list -o json").json
    assert (call["kind"], call["feeling"], call["promises"][0]["due"]) == ("call", 1, "2026-03-05")
    [task] = told.run("task list -o json").json
    assert (task["title"], task["due"]) == ("—", "2026-12-01")
    joe = yaml.safe_load(told.read("records/customers/joe.yaml"))
    assert joe["links"] == [{"id": new, "to": new, "type": "knows"}]
    assert joe["referred_by"] == new
    fair = yaml.safe_load(told.read("records/campaigns/fair.yaml"))
    assert fair["participants"] == [{"customer": new}]


def test_nobody_writes_to_them_again_under_another_name(told: Book) -> None:
    [new] = told.run("forget mary --yes").lines
    told.run("customer add 'M. M.' --id mm --set type=person --set emails+=MARY@x.example")
    assert held(told, "campaign audience fair") == {new: ["forgotten"], "mm": ["forgotten"]}
    assert told.run("customer list id:mary -o ids").out == ""


def test_it_is_asked_for_and_done_once(told: Book) -> None:
    before = told.files()
    told.run("forget mary", code=2)
    told.run("forget mary --dry-run")
    assert told.files() == before
    [new] = told.run("forget mary --yes").lines
    assert "already" in told.run(f"forget {new} --yes", code=2).err
    told.run("forget mary --yes", code=4)


def test_it_says_what_still_holds_them(told: Book) -> None:
    told.run("log joe 'Mary Miller sends her love'")
    [logged] = told.run("interaction list customer:joe -o ids").lines
    found = told.run("forget mary --yes -o json")
    assert found.json["mentions"] == [f"interaction {logged}"]
    assert "--purge" in found.err
    told.run("undo")
    assert "Elm Street" in everything(told)


def test_the_journal_is_cleared_for_good(told: Book) -> None:
    told.run("customer add Kim")
    told.run("customer set mary industry=pharma --reason 'Mary Miller moved'")
    told.run("customer set --where id:mary,kim tags+=x --yes")
    result = told.run("forget mary --yes --purge")
    assert "3 entries of the journal were cleared." in result.err
    kept = "".join(text.decode() for text in told.files(".crmctl/journal").values())
    assert [word for word in WORDS if word in kept] == []
    changes = told.run("changes -o json").json
    assert [one["records"] for one in changes] == [1, 1]  # Kim's: nothing else is told any more
    told.run(f"undo {changes[0]['change']}")
    assert "tags" not in told.read("records/customers/kim.yaml")


def test_git_is_named_with_the_way_out(sample_copy: Book) -> None:
    sample_copy.run("forget elisabeth-kraemer --yes --dry-run")
    # The folder of the test is no repository.
    assert "git-filter-repo" not in sample_copy.run("forget elisabeth-kraemer --yes").err


def test_the_book_says_what_stays(told: Book) -> None:
    told.config(privacy={"keep": {"customer": ["status"], "records": {"task": ["title"]}}})
    [new] = told.run("forget mary --yes").lines
    assert "industry" not in told.run(f"customer show {new} -o yaml").out
    assert told.run("task list --columns title -o json").json == [{"title": "Call Mary"}]


def test_a_subject_sees_everything(told: Book, tmp_path: Path) -> None:
    found = told.run("export --subject mary").json
    assert found["customer"]["emails"] == ["mary@x.example"]
    assert found["computed"]["spend"] == 300
    assert [one["subject"] for one in found["interactions"]] == ["Mary called"]
    assert {(one["kind"], one["field"]) for one in found["mentions"]} == {
        ("customer", "referred_by"),
        ("customer", "links"),
        ("campaign", "participants"),
    }
    told.run(f"export --subject mary --out {tmp_path}/mary -o yaml")
    names = sorted(file.name for file in (tmp_path / "mary").iterdir())
    assert names == [
        "computed.yaml", "customer.yaml", "interactions.yaml", "invoices.yaml", "mentions.yaml",
        "orders.yaml", "subject.yaml", "tasks.yaml",
    ]  # fmt: skip
    told.run(f"export --subject mary --out {tmp_path}/mary", code=2)
    told.run(f"export --subject mary --out {tmp_path}/json")
    tasks = json.loads((tmp_path / "json" / "tasks.json").read_text("utf-8"))
    assert tasks[0]["title"] == "Call Mary"


@pytest.mark.parametrize("words", ["", "customer --subject mary", "--subject mary -o csv"])
def test_what_to_write_out_must_be_clear(told: Book, words: str) -> None:
    told.run(f"export {words}", code=2)
