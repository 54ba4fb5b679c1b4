"""What the kinds of marketing, sales and service do beyond what every kind does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmctl import shipped
from crmctl.definitions import read
from crmctl.facts.definitions import add_facts
from crmctl.schema.load import build_registry
from crmctl.schema.rules import Rules
from crmctl.schema.workflow import check
from tests.conftest import Book


def test_the_shipped_schemas_are_sound() -> None:
    """No book examines them again, so they are examined here as if they were a book's own."""
    trees = {file.stem: read(file, file.name) for file in Path(shipped.SCHEMAS).glob("*.yaml")}
    registry = build_registry({}, trees, add_facts)
    assert registry.broken == {}
    for kind in registry:
        Rules(kind)
        check(kind)


@pytest.fixture
def two(book: Book) -> Book:
    """A book with two customers, each with a contact."""
    book.gen(
        {
            "records/customers/acme.yaml": """
                id: acme
                name: Acme
                contacts:
                  - id: li-si
                    name: 李四
            """,
            "records/customers/bolt.yaml": """
                id: bolt
                name: Bolt
                contacts:
                  - id: ann
                    name: Ann
            """,
        }
    )
    return book


def new(book: Book, *words: str) -> str:
    """The id of a new record."""
    return book.run(list(words)).out.strip()


# what a new record gets by itself


def test_what_begins_now_says_so(two: Book) -> None:
    new(two, "opportunity", "add", "Pump", "-s", "customer=acme")
    new(two, "ticket", "add", "Noise", "-s", "customer=acme")
    new(two, "ticket", "add", "Smell", "-s", "customer=acme", "-s", "opened=2026-11-01 10:30")
    assert "opened: 2026-11-21\n" in two.read("records/opportunities/acme.yaml")
    tickets = two.read("records/tickets/acme.yaml")
    assert "opened: 2026-11-21T09:00+00:00\n" in tickets
    assert "opened: 2026-11-01T10:30+00:00\n" in tickets
    assert "created" not in tickets


def test_an_import_does_not_make_old_things_begin_today(two: Book) -> None:
    two.write("deals.csv", "customer,title\nacme,Pump\n")
    two.run("import deals.csv --kind opportunity")
    text = two.read("records/opportunities/acme.yaml")
    assert "opened" not in text
    assert "created: 2026-11-21\n" in text
    two.write("tickets.csv", "customer,subject\nacme,Noise\n")
    rejected = two.run("import tickets.csv --kind ticket -o json", code=1)
    assert rejected.json["rejected"] == 1


def test_fill_is_for_dates_and_times(book: Book) -> None:
    book.write("schemas/note.yaml", "properties: {a: {type: string, x-crmctl: {fill: now}}}\n")
    assert "only a date or a time can be filled in" in book.run("check", code=1).out
    dated = "{type: string, format: date, x-crmctl: {fill: {b: x}}}"
    book.write("schemas/note.yaml", f"properties: {{a: {dated}, b: {{enum: [y]}}}}\n")
    assert "“fill” names no field with this value: b" in book.run("check", code=1).out


def test_what_is_received_was_received_today_what_is_planned_was_not(two: Book) -> None:
    new(two, *"payment add acme -s amount=1".split())
    new(two, *"payment add acme -s amount=2 -s status=planned -s due=+30d".split())
    new(two, *"payment add acme -s amount=3 -s date=yesterday".split())
    assert two.run("payment list --columns amount,date,created --sort amount -o csv").lines[1:] == [
        "1,2026-11-21,",
        "2,,2026-11-21",
        "3,2026-11-20,",
    ]


def test_lines_say_what_it_comes_to(two: Book) -> None:
    two.run("product add Pump")
    lines = "lines+={product: pump, quantity: 2, price: 12.50, discount: 10}"
    quote = new(two, "quote", "add", "acme", "-s", lines)
    assert two.run("quote list --columns amount -o csv").lines[1:] == ["22.500"]
    assert "22.50" in two.run("quote list").out
    assert "Amount    22.50" in two.run(f"quote show {quote}").out
    assert "amount:" not in two.read("records/quotes/acme.yaml")


# names


def test_papers_are_asked_for_by_their_numbers(two: Book) -> None:
    invoice = new(two, "invoice", "add", "acme", "-s", "number=R-1", "-s", "amount=100")
    assert two.run("invoice show R-1 -o json").json["id"] == invoice
    payment = new(two, "payment", "add", "acme", "-s", "invoice=R-1", "-s", "amount=40")
    assert two.run(f"payment show {payment} -o json").json["invoice"] == invoice
    assert "R-1" in two.run("payment list --columns invoice").out
    two.write("bank.csv", "customer,invoice,amount,date\nacme,R-1,60,2026-11-20\n")
    two.run("import bank.csv --kind payment")
    assert two.run("payment list invoice:R-1 -o ids").out.count("pay-") == 2
    assert two.run("search R-1 -o json").json[0]["id"] == invoice


def test_an_asset_is_known_by_its_serial_number(two: Book) -> None:
    asset = new(two, "asset", "add", "-s", "customer=acme", "-s", "serial=T5-0417")
    ticket = new(two, "ticket", "add", "Noise", "-s", "customer=acme", "-s", "asset=T5-0417")
    assert two.run(f"ticket show {ticket} -o json").json["asset"] == asset


# contacts of the customer in the same entry


def test_a_contact_belongs_to_the_nearest_customer(two: Book) -> None:
    fair = ["campaign", "add", "Fair"]
    new(two, *fair, "-s", "participants+={contact: 李四, customer: Acme, role: visitor}")
    two.run("campaign participant add fair bolt -s contact=Ann")
    two.run("campaign set fair participants.bolt.confirmed=today")
    assert two.read("records/campaigns/fair.yaml").startswith(
        "id: fair\n"
        "name: Fair\n"
        "participants:\n"
        "  - customer: acme\n"
        "    role: visitor\n"
        "    contact: li-si\n"
        "  - customer: bolt\n"
        "    contact: ann\n"
        "    confirmed: 2026-11-21\n"
    )
    refused = two.run("campaign set fair participants.bolt.contact=li-si", code=2)
    assert "participants.contact: contacts: Ann" in refused.err
    assert two.run("campaign list 'participants(customer:bolt confirmed:*)' -o ids").lines == [
        "fair"
    ]


def test_a_row_brings_a_participant_with_a_contact(two: Book) -> None:
    two.write("fairs.csv", "name,participants.contact,participants.customer\nFair,Ann,Bolt\n")
    two.run("import fairs.csv --kind campaign")
    found = two.run("campaign show fair -o json").json["participants"]
    assert found == [{"customer": "bolt", "contact": "ann"}]


def test_a_link_runs_through_a_contact_of_this_customer(two: Book) -> None:
    two.run("link add acme bolt -s type=supplies -s contact=李四")
    link = two.run("customer show acme -o json").json["links"][0]
    assert link == {"id": "bolt", "to": "bolt", "type": "supplies", "contact": "li-si"}
    assert "contacts: 李四" in two.run("customer set acme links.bolt.contact=ann", code=2).err
    assert two.run("check").out == ""


def test_the_plan_of_a_key_account_is_part_of_the_customer(two: Book) -> None:
    two.run(
        [
            "customer", "set", "acme",
            "key_account.budget+={year: 2026, purpose: Visits, planned: 900}",
            "key_account.milestones+=Framework signed",
            "key_account.contact_plan+={channel: visit, every: 3m, contact: 李四}",
            "key_account.evaluations+={at: 2026-06-30, scores: {trust: 4, volume: 3}}",
            "care+={phase: after, text: Check the pump, every: 6m}",
            "intelligence+={kind: competitor, text: Hoffmann quotes too}",
            "lists+={name: fair-2026, kind: groups}",
            "influence.leader=true",
        ]
    )  # fmt: skip
    two.run("customer set acme key_account.budget.visits.actual=300 key_account.group=club")
    two.run("customer set acme key_account.evaluations.evaluation.scores.trust=5")
    plan = two.run("customer show acme -o json").json["key_account"]
    assert plan["group"] == "club"
    assert plan["budget"][0]["actual"] == 300
    assert plan["milestones"] == [{"id": "framework-signed", "title": "Framework signed"}]
    assert plan["contact_plan"][0]["contact"] == "li-si"
    assert plan["evaluations"][0]["scores"] == {"trust": 5, "volume": 3}
    for query in (
        "key_account.evaluations.scores.trust:>=5",
        "key_account.budget(year:2026 actual:<900)",
        "lists.name:fair-2026",
        "intelligence.kind:competitor",
        "care.phase:after",
        "influence.leader:true",
    ):
        assert two.run(["customer", "list", query, "-o", "ids"]).lines == ["acme"]
    assert two.run("check").out == ""


# references


def test_what_is_referred_to_stays(two: Book) -> None:
    deal = new(two, "opportunity", "add", "Pump", "-s", "customer=acme")
    quote = new(two, "quote", "add", "acme", "-s", f"opportunity={deal}")
    new(two, "campaign", "add", "Fair", "-s", "participants+=acme")
    assert quote in two.run(f"opportunity rm {deal} --yes", code=5).err
    refused = two.run("customer rm acme --yes", code=5).err
    assert "campaign fair" in refused
    two.run("customer rm acme --yes --cascade")
    assert two.run("query campaign -o ids").out == two.run("query quote -o ids").out == ""


def test_a_timeline_has_every_kind_of_event(two: Book) -> None:
    on = "2026-05-01"
    new(two, "opportunity", "add", "Pump", "-s", "customer=acme", "-s", f"opened={on}")
    for words in (
        f"quote add acme -s date={on} -s amount=5",
        f"contract add Frame -s customer=acme -s starts={on}",
        f"invoice add acme -s date={on} -s amount=5",
        f"payment add acme -s date={on} -s amount=5",
        f"ticket add Noise -s customer=acme -s opened={on}",
        f"survey add acme -s template=nps -s at={on}",
        f"asset add P1 -s customer=acme -s installed={on}",
    ):
        new(two, *words.split())
    kinds = {entry["kind"] for entry in two.run("timeline acme -o json").json}
    assert kinds == {
        "opportunity", "quote", "contract", "invoice", "payment", "ticket", "survey", "asset",
    }  # fmt: skip


# histories to the minute


def test_a_ticket_remembers_the_minute(two: Book) -> None:
    ticket = new(two, "ticket", "add", "Noise", "-s", "customer=acme")
    two.run(
        f"--as li ticket set {ticket} status=in_progress", env={"CRMCTL_NOW": "2026-11-21T11:30"}
    )
    assert (
        "status_history:\n  - {value: in_progress, was: open, at: 2026-11-21T11:30+00:00, by: li}\n"
    ) in two.read("records/tickets/acme.yaml")
    two.run(f"ticket set {ticket} 'escalations+={{level: 1, at: 2026-11-21 12:00, to: li}}'")
    two.run(f"ticket set {ticket} escalations.1.to=wu")
    shown = two.run(f"ticket show {ticket} -o json").json
    assert shown["escalations"] == [{"level": 1, "at": "2026-11-21T12:00+00:00", "to": ["wu"]}]


def test_a_history_is_kept_by_day_or_by_minute(book: Book) -> None:
    book.write(
        "schemas/note.yaml", "properties: {a: {type: string, x-crmctl: {history: hourly}}}\n"
    )
    assert "“history” must be one of true, instant" in book.run("check", code=1).out


# mappings with free keys


@pytest.fixture
def answered(two: Book) -> tuple[Book, str]:
    words = ["-s", "template=room", "-s", "answers.speed=5", "-s", "answers.总体=4"]
    return two, new(two, "survey", "add", "acme", *words, "-s", "expectations={speed: 3.5}")


def test_answers_are_numbers_under_any_key(answered: tuple[Book, str]) -> None:
    book, survey = answered
    text = book.read("records/surveys/acme.yaml")
    assert "answers:\n  speed: 5\n  总体: 4\nexpectations:\n  speed: 3.5\n" in text
    book.run(f"survey set {survey} answers.comfort=2 answers.总体= answers.speed=4")
    text = book.read("records/surveys/acme.yaml")
    assert "answers:\n  speed: 4\n  comfort: 2\n" in text
    assert "answers.comfort" in book.run(f"survey set {survey} answers.comfort=good", code=2).err
    bad = {"survey": survey, "answers": {"a": "x"}}
    book.run(["survey", "add", "-f", "-"], input=json.dumps(bad), code=2)


def test_answers_are_queried_sorted_and_shown_by_key(answered: tuple[Book, str]) -> None:
    book, survey = answered
    new(book, "survey", "add", "bolt", "-s", "template=csat", "-s", "answers.speed=2")
    assert book.run("survey list answers.speed:>=4 -o ids").lines == [survey]
    assert book.run("survey list -answers.总体:* -o ids").lines != [survey]
    table = book.run("survey list --columns customer,answers.speed --sort answers.speed -o csv")
    assert table.lines == ["customer,answers.speed", "bolt,2", "acme,5"]
    assert book.run("survey list 'answers.x]) or (1:1'", code=2).err.startswith("error")
    assert "speed: 5" in book.run(f"survey show {survey}").out


def test_answers_come_by_import_and_leave_as_json_schema(two: Book) -> None:
    two.write("s.csv", "customer,template,at,answers.speed\nacme,csat,2026-11-01,4\n")
    two.run("import s.csv --kind survey")
    assert two.run("survey list -o json").json[0]["answers"] == {"speed": 4}
    exported = two.run("schema export survey").json["properties"]["answers"]
    assert exported["additionalProperties"] == {"type": "number"}
    assert "number by key" in two.run("schema show survey").out


def test_free_keys_hold_plain_values_by_their_rules(book: Book) -> None:
    free = "{type: object, additionalProperties: {type: integer, minimum: 1, maximum: 5}}"
    book.write("schemas/note.yaml", f"properties: {{a: {free}}}\n")
    book.write("records/notes/n.yaml", "id: n\na: {x: 9, y: 2, z: many}\n")
    said = [(p["code"], p["column"]) for p in book.run("check -o json", code=1).json]
    assert sorted(said) == [("rule", 8), ("wrong-type", 20)]
    assert "a.x: must be at most 5" in book.run("note add -s a.x=6", code=2).err
    book.write("schemas/note.yaml", "properties: {a: {type: object, additionalProperties: {}}}\n")
    assert "“type” must be one of" in book.run("check", code=1).out
    nested = "{type: object, additionalProperties: {type: object}}"
    book.write("schemas/note.yaml", f"properties: {{a: {nested}}}\n")
    assert "the values of free keys are one of" in book.run("check", code=1).out


# titles


def test_a_title_of_two_kinds_means_the_book_s_own(two: Book) -> None:
    two.write(
        "schemas/device.yaml", "x-crmctl: {title: {zh: 设备}}\nproperties: {a: {type: string}}\n"
    )
    assert "device" in two.run("--lang zh 设备 --help").out
    new(two, "设备", "add", "-s", "a=1")
    assert two.run("device list -o ids").out
    assert two.run("客户 list -o ids").lines == ["acme", "bolt"]
