"""The models of relationship over small books, as the command line shows them."""

from __future__ import annotations

from typing import Any

import pytest

from crmctl.facts.relations import relations
from crmctl.facts.tables import Facts
from crmctl.models import Request
from crmctl.models.relations import gathered
from crmctl.workspace import Workspace
from tests.conftest import Book

ACME = "records/customers/acme.yaml"
MODELS = (
    "stage exploration relationship lifecycle bond encounter friendship touchpoints clienthood"
    " health"
).split()


def order(id: str, day: str, amount: int = 10, **more: str) -> str:
    fields = {"customer": "acme", "date": day, "amount": str(amount), **more}
    return f"{{id: {id}, {', '.join(f'{key}: {value}' for key, value in fields.items())}}}\n"


def touch(id: str, at: str, **more: str) -> str:
    fields = {"customer": "acme", "at": f'"{at}T10:00+00:00"', "kind": "message", **more}
    return f"{{id: {id}, {', '.join(f'{key}: {value}' for key, value in fields.items())}}}\n"


def acme(
    book: Book, extra: str = "", orders: list[str] | None = None, touches: list[str] | None = None
) -> None:
    book.gen({ACME: f"id: acme\nname: Acme\n{extra}"})
    if orders:
        book.gen({"records/orders/acme.yaml": "---\n".join(orders)})
    if touches:
        book.gen({"records/interactions/acme.yaml": "---\n".join(touches)})


def row(book: Book, model: str, more: str = "") -> dict[str, Any]:
    (found,) = book.run(f"analyze {model} -o json {more}").json["rows"]
    return dict(found)


RISING = [
    order("o1", "2026-07-01", 10),
    order("o2", "2026-08-01", 20),
    order("o3", "2026-10-01", 40),
]


@pytest.mark.parametrize("model", MODELS)
def test_one_customer_alone_is_judged_as_among_all(sample: Book, model: str) -> None:
    """Whoever is asked about alone goes another way through the indexes."""
    every = sample.run(f"analyze {model} -o json").json["rows"]
    for id in ("bodensee-pharma", "qingdao-hailan", "chongqing-liangjiang"):
        alone = sample.run(f"analyze {model} -o json --where id:{id}").json["rows"]
        assert alone == [found for found in every if found["customer"] == id]


def test_what_is_kept_of_relations_is_what_was_gathered(sample: Book) -> None:
    workspace = Workspace(sample.root)
    request = Request(Facts(workspace, workspace.today), workspace.policy("relationship").stage)
    assert [*relations(request.facts)] == [*gathered(request, request.settings)]


def test_what_tells_what_to_gather_can_be_said_for_once(book: Book) -> None:
    acme(book, touches=[touch("i1", "2026-11-01", kind="care", direction="out")])
    assert row(book, "stage")["stage"] == "awareness"
    assert row(book, "stage", "--set two_way=care")["stage"] == "exploration"
    assert row(book, "stage")["stage"] == "awareness"


def test_one_sided_events_are_awareness(book: Book) -> None:
    acme(book, touches=[touch("i1", "2026-11-01", direction="out")])
    assert (row(book, "stage")["stage"], row(book, "stage")["evidence"]) == ("awareness", ["i1"])


def test_an_automatic_answer_takes_no_part(book: Book) -> None:
    sent = touch("i1", "2026-11-01", direction="out")
    acme(book, touches=[sent, touch("i2", "2026-11-02", direction="in", automatic="true")])
    assert row(book, "stage")["stage"] == "awareness"


def test_events_of_tomorrow_are_not_seen(book: Book) -> None:
    acme(
        book,
        orders=[order("o1", "2026-12-01")],
        touches=[touch("i1", "2026-12-01", direction="in")],
    )
    found = row(book, "stage")
    assert (found["stage"], found["evidence"], found["purchases"]) == ("awareness", [], 0)


def test_a_refunded_order_is_no_purchase(book: Book) -> None:
    back = order("r", "2026-10-02", -40, refund_of="o3")
    acme(book, orders=[*RISING, back])
    assert (row(book, "stage")["purchases"], row(book, "stage")["stage"]) == (2, "exploration")


def test_expansion_is_a_fact_to_ask_for(book: Book) -> None:
    acme(book, orders=RISING)
    assert book.run("customer list stage:expansion -o ids").lines == ["acme"]
    assert book.run("customer list stage:深入 -o ids", env={"LANG": "zh_CN.UTF-8"}).lines == [
        "acme"
    ]
    assert book.run("customer list stage:expansion --as-of 2026-09-01 -o ids").lines == []


FRAME = """\
id: k1
customer: acme
kind: framework
starts: 2025-06-01
ends: 2027-06-01
"""
ASKED = "{id: s1, customer: acme, template: loyalty, at: 2026-10-01, answers: {intention: %s}}\n"


@pytest.mark.parametrize(
    ("intention", "stage", "deficient"),
    [("4", "commitment", None), ("3", "expansion", "behavior_only"), (None, "expansion",
     "feeling_unmeasured")],
)  # fmt: skip
def test_commitment_takes_feeling(
    book: Book, intention: str | None, stage: str, deficient: str | None
) -> None:
    acme(book, orders=RISING)
    book.gen({"records/contracts/acme.yaml": FRAME})
    if intention:
        book.gen({"records/surveys/acme.yaml": ASKED % intention})
    found = row(book, "stage")
    assert (found["stage"], found["deficient"]) == (stage, deficient)
    assert "k1" in found["evidence"]


def test_renewals_bind(book: Book) -> None:
    service = FRAME.replace("framework", "service").replace("2027-06-01", "2026-06-01")
    renewed = "ends_history:\n  - {value: 2026-01-01, was: 2025-12-01, at: 2025-11-01}\n"
    acme(book, orders=RISING)
    book.gen({"records/surveys/acme.yaml": ASKED % 5})
    book.gen({"records/contracts/acme.yaml": service + renewed})
    assert row(book, "stage")["stage"] == "expansion"
    book.gen({"records/contracts/acme.yaml": service + renewed + "auto_renew: true\n"})
    assert row(book, "stage")["stage"] == "commitment"


def test_a_loss_on_record_and_a_return(book: Book) -> None:
    lost = "status: lost\nlost: {at: 2026-11-01, reason: unmet_need}\n"
    acme(book, lost, orders=RISING)
    assert (row(book, "stage")["stage"], row(book, "stage")["basis"]) == ("dissolution", "explicit")
    acme(book, "status: active\nlosses:\n  - {id: l1, at: 2026-10-05, back: 2026-11-10}\n")
    found = row(book, "stage")
    # What was before the loss belongs to what is over.
    assert (found["stage"], found["purchases"], found["evidence"]) == ("exploration", 0, ["acme"])


def test_a_stage_said_by_hand(book: Book) -> None:
    acme(book)
    book.gen({"records/users/ann.yaml": "id: ann\nname: Ann\n"})
    refused = book.run("stage add acme expansion -s by=ann -s at=2026-11-01", code=2)
    assert "reason” is missing" in refused.err
    book.run("stage add acme expansion -s by=ann -s at=2026-11-01 -s reason=Met")
    found = row(book, "stage")
    assert (found["stage"], found["basis"]) == ("expansion", "override")
    assert "ann" in found["change"]
    assert row(book, "stage", "--as-of 2026-10-31")["stage"] == "awareness"
    book.run("stage set acme expansion until=2026-11-10")
    assert row(book, "stage")["stage"] == "awareness"


def test_thresholds_are_settings(book: Book) -> None:
    acme(book, orders=RISING[:2])
    assert row(book, "stage", "--set purchases=2")["stage"] == "expansion"
    refused = book.run("analyze stage --set dissolution=soon", code=2)
    assert "--set dissolution" in refused.err
    refused = book.run("analyze health --set weights.luck=5", code=2)
    assert "--set weights.luck" in refused.err


def test_ties_count_from_their_first_day(book: Book) -> None:
    ties = "ties:\n  - {id: t, kind: points, strength: 4, since: 2026-08-01}\n"
    acme(book, ties)
    found = row(book, "relationship")
    assert (found["exit_barrier"], found["exit_barrier_before"]) == (4, 0)
    book.run("customer list exit_barrier:4 -o ids")


def test_health_out_of_what_there_is(book: Book) -> None:
    acme(book, orders=RISING)
    book.gen({
        "records/tickets/acme.yaml":
            "{id: t1, customer: acme, subject: Broken, opened: 2026-11-01T10:00+00:00}\n",
        "records/surveys/acme.yaml":
            "{id: s1, customer: acme, template: csat, at: 2026-10-01, answers: {overall: 5}}\n",
    })  # fmt: skip
    found = row(book, "health")
    # Intervals of 31 and 61 days; 51 days ago is 1.108696 of their median.
    assert (found["recency"], found["csat"], found["issues"]) == (94.5652, 100, 75)
    assert (found["promises"], found["payment"], found["coverage"]) == (None, None, 55)
    assert book.run("customer list health:>90 health_band:good -o ids").lines == ["acme"]


def test_show_says_stage_and_health(book: Book) -> None:
    acme(book, orders=RISING)
    page = book.run("show acme").out
    assert "Expansion · Evidence · o1, o3" in page
    found = book.run("show acme -o json").json
    assert found["relation"]["stage"]["evidence"] == ["o1", "o3"]
    assert found["facts"]["stage"] == "expansion"
    (listed,) = book.run("customer list -o json --columns stage,health,bond").json
    assert listed == {name: found["facts"].get(name) for name in listed}


@pytest.mark.parametrize("command", ["show acme", "export --subject acme"])
def test_computed_numbers_are_written_in_yaml(book: Book, command: str) -> None:
    acme(book, orders=RISING)
    assert "purchase_interval: 46.0" in book.run(f"{command} -o yaml").out


def test_show_asks_no_model_about_everybody_else(book: Book) -> None:
    """What the models of one customer say is not kept as a table over the whole book."""
    acme(book, orders=RISING)
    book.run("show acme")
    made = book.run(
        ["sql", "SELECT name FROM sqlite_master WHERE name LIKE '%_facts'", "-o", "csv"]
    )
    assert "stage_facts" not in made.out
    assert "health_facts" not in made.out
