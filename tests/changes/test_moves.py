"""Records go from state to state by rules, whatever command changes them."""

from __future__ import annotations

import pytest

from crmctl.moves import Moves
from crmctl.workspace import Workspace
from tests.conftest import Book

STAMPED = """
x-crmctl: {path: "machines/{id}.yaml", id: {slug: name}}
properties:
  name: {type: string}
  cause: {type: string, format: tag}
  mended: {type: string, format: date-time}
  state:
    enum: [running, broken, scrapped]
    x-crmctl:
      values: {broken: {zh: 故障}}
      workflow:
        running: [broken, scrapped]
        broken:
          to: [running]
          enter: {needs: [cause]}
          leave: {when: "cause:worn,hit", title: the cause is one that can be mended}
        scrapped: []
"""


@pytest.fixture
def acme(book: Book) -> Book:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\nstatus: potential\n")
    return book


def test_where_a_record_may_go_is_listed_with_what_it_lacks(acme: Book) -> None:
    found = {option["state"]: option for option in acme.run("customer move acme -o json").json}
    assert [*found] == ["target", "lost"]
    assert found["target"]["lacking"] == ["there is a phone, an e-mail, WeChat or a contact"]
    assert found["lost"]["lacking"] == ["Loss · Reason (lost.reason)"]
    acme.run("customer set acme emails+=a@acme.example")
    assert acme.run("customer move acme -o json").json[0]["allowed"] is True


@pytest.mark.parametrize(
    "command",
    [
        "customer move acme active",
        "customer set acme status=active",
        "customer set --where status:potential status=active --yes",
    ],
)
def test_an_illegal_move_names_the_legal_ones(acme: Book, command: str) -> None:
    before = acme.files()
    result = acme.run(command, code=2)
    assert "status cannot go from “Potential” to “Active”, only to target, lost" in result.err
    assert acme.files() == before


def test_an_import_that_moves_illegally_is_a_reject(acme: Book) -> None:
    acme.write("moves.csv", "name,status\nAcme,active\n")
    result = acme.run("import moves.csv --kind customer --key name -o json", code=1).json
    assert (result["updated"], result["rejected"]) == (0, 1)
    assert "cannot go from" in acme.read(result["rejects_file"])


def test_a_new_record_begins_in_any_state(book: Book) -> None:
    book.run("customer add Acme --set status=lost")
    assert book.run("customer show acme -o json").json["status"] == "lost"


def test_entering_a_state_stamps_the_day_unless_it_is_said(acme: Book) -> None:
    acme.run("customer move acme lost lost.reason=poor_service lost.mode=unilateral")
    lost = acme.run("customer show acme -o json").json["lost"]
    assert lost == {"mode": "unilateral", "reason": "poor_service", "at": "2026-11-21"}
    acme.run("undo")
    acme.run("customer move acme Lost lost.reason=poor_service lost.at=2026-10-02")
    assert acme.run("customer show acme -o json").json["lost"]["at"] == "2026-10-02"


def test_a_state_is_named_by_its_title_too(acme: Book) -> None:
    acme.run("customer set acme wechat=acme01")
    acme.run(["customer", "move", "acme", "目标客户"])
    assert acme.run("customer show acme -o json").json["status"] == "target"
    assert "Did you mean “active”" in acme.run("customer move acme activ", code=2).err


def test_criteria_are_the_books_own(acme: Book) -> None:
    acme.config(
        criteria={
            "qualification": {
                "reachable": None,
                "approved": {"query": "qualification.approved_by.role:manager"},
            }
        }
    )
    acme.write("records/users/wang.yaml", "id: wang\nname: Wang\nrole: manager\n")
    acme.write("records/users/li.yaml", "id: li\nname: Li\nrole: sales\n")
    acme.run("customer move acme target qualification.approved_by=li", code=2)
    acme.run("customer move acme target qualification.approved_by=wang")


def test_gates_and_stamps_of_a_kind_of_the_book(book: Book) -> None:
    book.write("schemas/machine.yaml", STAMPED.replace("scrapped: []", "scrapped: {stamp: mended}"))
    book.run("machine add Press --set state=running")
    assert "Cause (cause)" in book.run("machine move press broken", code=2).err
    book.run(["machine", "move", "press", "故障", "cause=rust"])
    refused = book.run("machine move press scrapped", code=2).err
    assert "only to running" in refused
    book.run("machine move press running cause=worn")
    book.run("machine move press scrapped")
    assert book.run("machine show press -o json").json["mended"].startswith("2026-11-21T")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("to: [running]", "to: [runing]", "there is no state “runing”"),
        ("needs: [cause]", "needs: [causes]", "there is no field “causes”"),
        ("leave: {when:", "leaves: {when:", "there is no such setting"),
    ],
)
def test_a_workflow_that_cannot_be_used_is_a_problem(
    book: Book, old: str, new: str, message: str
) -> None:
    book.write("schemas/machine.yaml", STAMPED.replace(old, new))
    (problem,) = book.run("check -o json", code=1).json
    assert message in problem["message"]
    assert problem["path"] == "schemas/machine.yaml"


def test_a_kind_without_states_has_no_move(book: Book) -> None:
    assert "no command" in book.run("user move li", code=2).err


def test_undo_goes_back_whatever_the_rules_say(acme: Book) -> None:
    acme.run("customer set acme emails+=a@acme.example")
    acme.run("customer move acme target")
    acme.run("customer move acme active")
    acme.run("undo")
    assert acme.run("customer show acme -o json").json["status"] == "target"


def test_every_shipped_workflow_can_be_used(book: Book) -> None:
    workspace = Workspace(book.root)
    for kind in workspace.registry:
        moves = Moves(workspace, kind)
        for field in kind.workflows:
            assert moves.states(field, {})
