"""`show`: a customer on one page, any other record with its fields."""

from __future__ import annotations

from typing import Any

import pytest

from crmctl.dossier import dossier
from crmctl.locale import set_language
from crmctl.render.dossier import dossier_lines
from crmctl.render.width import width
from crmctl.workspace import Workspace
from tests.conftest import Book


@pytest.fixture
def busy(shop: Book) -> Book:
    """The shop after some business with Acme."""
    shop.gen(
        {
            "records/interactions/acme.yaml": """
                id: int-1
                customer: acme
                at: 2026-03-02T10:00+08:00
                kind: visit
                by: max
                subject: First visit
                feeling: 1
                promises:
                  - {id: sample, text: a sample, status: kept, closed: 2026-03-09}
                  - {id: price, text: a better price, due: 2026-11-30}
                ---
                id: int-2
                customer: acme
                at: 2026-11-12T10:00+08:00
                kind: call
                subject: Wants an offer
                next: {date: 2026-11-24, action: send offer}
                """,
            "records/orders/acme.yaml": """
                id: ord-1
                customer: acme
                date: 2026-04-01
                amount: 1200.50
                ---
                id: ord-2
                customer: acme
                date: 2026-08-01
                status: shipped
                lines:
                  - {id: a, quantity: 3, price: 100}
                """,
            "records/tasks/acme.yaml": """
                id: tsk-1
                customer: acme
                title: Prepare the offer
                due: 2026-11-20
                created: 2026-11-12
                ---
                id: tsk-2
                customer: acme
                title: Think of something
                ---
                id: tsk-3
                customer: acme
                title: Done long ago
                status: done
                """,
        }
    )
    return shop


def test_a_customer_on_one_page(busy: Book) -> None:
    assert busy.run("show acme").lines == [
        "Acme GmbH · acme",
        "Type     Organization",
        "Status   Active",
        "Level    Important",
        "Owner    李娜",
        "Tags     lab",
        "Phones   +49 711 5550100",
        "E-mails  info@acme.example",
        "Website  https://acme.example",
        "City     Stuttgart",
        "Consent  E-mail: Granted (2026-02-01)",
        "",
        "Next step  Task: Prepare the offer",
        "Why        overdue by 1 day",
        "",
        "Value",
        "  Spend             1,500.50 EUR",
        "  Orders            2",
        "  Last order        2026-08-01",
        "  RFM segment       New",
        "  ABC class         A",
        "  Last interaction  2026-11-12 10:00",
        "  Next touch        2026-11-20",
        "  Promises kept     100",
        "",
        "Relationship",
        "  Stage                 Exploration · Evidence · int-1, ord-1",
        "  Explored, of 5        1",
        "  What would change it  For expansion it lacks 1 more purchase, and value or breadth that "
        "rises.",
        "  Behavior              26.67",
        "  Feeling               75.00",
        "  Health                75.00 · Good · Coverage 60.0 %",
        "",
        "Contacts",
        "  Ann Lee  Head of Lab · Decision maker · ann@acme.example",
        "  徐波     Buyer",
        "",
        "Open",
        "  Due         What       Text                When",
        "  ----------  ---------  ------------------  ----------------",
        "  2026-11-20  Task       Prepare the offer   overdue by 1 day",
        "  2026-11-24  Follow-up  send offer          due in 3 days",
        "  -           Task       Think of something  -",
        "",
        "Promises",
        "  Due         Side  Text",
        "  ----------  ----  --------------",
        "  2026-11-30  Us    a better price",
        "",
        "Latest interactions",
        "  At                Kind   Text            Feeling",
        "  ----------------  -----  --------------  -------",
        "  2026-11-12 10:00  Call   Wants an offer        -",
        "  2026-03-02 10:00  Visit  First visit           1",
        "",
        "Latest orders",
        "  Date          Amount  Currency  Status     ID",
        "  ----------  --------  --------  ---------  -----",
        "  2026-08-01    300.00  EUR       Shipped    ord-2",
        "  2026-04-01  1,200.50  EUR       Confirmed  ord-1",
    ]


def test_where_there_is_nothing_to_say_nothing_is_said(shop: Book) -> None:
    assert shop.run("show zhang-wei").lines == ["张伟 · zhang-wei", "Type  Person"]


def test_for_scripts(busy: Book) -> None:
    found = busy.run("show acme -o json").json
    assert list(found) == [
        "customer",
        "facts",
        "relation",
        "contacts",
        "tasks",
        "follow_ups",
        "promises",
        "interactions",
        "orders",
        "open",
        "due",
        "next",
        "profile",
    ]
    assert found["customer"]["level"] == "important"
    assert found["customer"]["_path"] == "records/customers/acme.yaml"
    assert found["facts"]["spend"] == 1500.5
    assert found["facts"]["last_interaction"] == "2026-11-12T10:00+08:00"
    assert [contact["id"] for contact in found["contacts"]] == ["ann-lee", "bo-xu"]
    assert [task["id"] for task in found["tasks"]] == ["tsk-1", "tsk-2"]
    assert [step["ref"] for step in found["follow_ups"]] == ["int-2"]
    assert found["promises"] == [
        {"id": "price", "text": "a better price", "due": "2026-11-30", "interaction": "int-1"}
    ]
    assert [record["id"] for record in found["interactions"]] == ["int-2", "int-1"]
    assert [record["id"] for record in found["orders"]] == ["ord-2", "ord-1"]


def test_the_language_changes_labels_alone(busy: Book) -> None:
    english = busy.run("show acme -o json").json
    chinese = busy.run("--lang zh show acme -o json").json

    def without_labels(value: Any) -> Any:
        if isinstance(value, dict):
            told = {k: v for k, v in value.items() if not k.endswith("_label") and k != "change"}
            return {k: without_labels(v) for k, v in told.items()}
        return [without_labels(v) for v in value] if isinstance(value, list) else value

    assert without_labels(english) == without_labels(chinese)


def test_only_the_latest_five(shop: Book) -> None:
    shop.run("log -", input="".join(f"acme: call {n}\n" for n in range(7)))
    found = shop.run("show acme -o json").json
    assert [record["subject"] for record in found["interactions"]] == [
        f"call {n}" for n in (6, 5, 4, 3, 2)
    ]


def test_as_of_a_day(busy: Book) -> None:
    found = busy.run("show acme --as-of 2026-03-05 -o json").json
    assert [record["id"] for record in found["interactions"]] == ["int-1"]
    assert found["orders"] == []
    assert [promise["id"] for promise in found["promises"]] == ["price", "sample"]
    assert [task["id"] for task in found["tasks"]] == ["tsk-2"]
    assert found["facts"]["interactions"] == 1
    assert busy.run("show acme --as-of 2026-02-01 -o json").json["customer"]["status"] == "target"


def test_as_yaml(busy: Book) -> None:
    import yaml

    found = yaml.safe_load(busy.run("show acme -o yaml").out)
    assert found["customer"]["name"] == "Acme GmbH"


def test_another_record_with_its_fields(busy: Book) -> None:
    assert "First visit" in busy.run("show int-1").out
    assert busy.run("show int-1 -o json").json["kind"] == "visit"
    assert "Max Weber" in busy.run("show max").out
    assert busy.run("show user:max -o json").json["id"] == "max"


def test_nothing_of_that_name(shop: Book) -> None:
    assert "acme" in shop.run("show acne", code=4).err


def test_a_name_cannot_steer_the_terminal(shop: Book) -> None:
    shop.write("records/customers/evil.yaml", 'id: evil\nname: "a\\x1b[2Jb"\nnotes: "\\x07"\n')
    assert "\x1b" not in shop.run("show evil").out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_customer_fits_into_eighty_columns(sample: Book, language: str) -> None:
    workspace = Workspace(sample.root)
    set_language(language)
    try:
        for (id,) in workspace.index.rows("SELECT id FROM customers"):
            lines = list(
                dossier_lines(dossier(workspace, id), workspace.registry, workspace.zone, 80)
            )
            assert len(lines) > 3
            assert max(width(line) for line in lines[1:]) <= 80
    finally:
        set_language("en")
        workspace.index.connection.close()
