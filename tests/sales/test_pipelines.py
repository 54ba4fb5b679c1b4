"""Deals go through the stages of the book's pipelines, which people call by their titles."""

from __future__ import annotations

from tests.conftest import Book
from tests.sales.conftest import made


def test_a_new_deal_is_in_the_first_stage_of_the_first_pipeline(firm: Book) -> None:
    made(firm, "opportunity add Pumps -s customer=acme")
    made(firm, "opportunity add Hoses -s customer=acme -s pipeline=outbound")
    made(firm, "opportunity add Valves -s customer=acme -s stage=contacted")
    columns = "--columns title,pipeline,stage --sort title -o csv"
    assert firm.run(f"opportunity list {columns}").lines[1:] == [
        "Hoses,outbound,prepared",
        "Pumps,inbound,lead",
        "Valves,outbound,contacted",
    ]


def test_stages_and_pipelines_are_read_and_asked_for_by_their_titles(firm: Book) -> None:
    firm.run(["opportunity", "add", "Pumps", "-s", "customer=acme", "-s", "stage=核实确认"])
    table = firm.run("opportunity list --columns title,pipeline,stage").lines[2]
    assert table.split() == ["Pumps", "Inbound", "Verified"]
    assert firm.run(["opportunity", "list", "阶段:核实确认", "-o", "csv"]).out.count("Pumps") == 1
    assert firm.run("opportunity list stage:Verified pipeline:inbound -o ids").lines
    assert "核实确认" in firm.run("--lang zh opportunity list").out
    id = firm.run("opportunity list -o ids").lines[0]
    firm.run(["opportunity", "set", id, "stage=获得线索"])
    assert firm.run(f"opportunity show {id} -o json").json["stage"] == "lead"
    assert "Lead · Before: Verified" in firm.run(f"opportunity show {id}").out


def test_a_stage_must_be_one_of_the_pipeline_also_when_that_changes(firm: Book) -> None:
    id = made(firm, "opportunity add Pumps -s customer=acme")
    assert "is none of lead" in firm.run(f"opportunity set {id} stage=contacted", code=2).err
    assert "is none of prepared" in firm.run(f"opportunity set {id} pipeline=outbound", code=2).err
    firm.run(f"opportunity set {id} pipeline=outbound stage=contacted")
    assert (
        "no pipeline “sideways”" in firm.run(f"opportunity set {id} pipeline=sideways", code=3).err
    )


def test_check_names_a_stage_that_the_pipeline_lacks(firm: Book) -> None:
    deal = "customer: acme\ntitle: Pumps\nopened: 2026-11-01\n"
    firm.write("records/opportunities/acme.yaml", f"id: o\n{deal}stage: somewhere\n")
    (problem,) = firm.run("check -o json").json
    assert (problem["code"], problem["line"]) == ("unknown-stage", 5)
    assert "the pipeline “inbound” has no stage “somewhere”" in problem["message"]


def test_gates_on_the_way_in_and_out(firm: Book) -> None:
    firm.config(
        pipelines={"inbound": {"stages": {"lead": {"leave": {"needs": ["next.action"]}}}}},
    )
    id = made(firm, "opportunity add Pumps -s customer=acme")
    assert "next.action" in firm.run(f"opportunity advance {id}", code=2).err
    firm.run(f"opportunity advance {id} next.action=call")
    assert "amount" in firm.run(f"opportunity advance {id}", code=2).err
    firm.run(f"opportunity advance {id} amount=500")
    firm.run(f"opportunity close {id} --lost --reason price")
    firm.run(f"opportunity reopen {id}")
    assert firm.run(f"opportunity show {id} -o json").json["stage"] == "quoted"


def test_a_deal_is_stuck_when_it_stays_longer_than_its_stage_allows(firm: Book) -> None:
    made(firm, "opportunity add Old -s customer=acme -s opened=2026-11-06")
    made(firm, "opportunity add Young -s customer=acme -s opened=2026-11-07")
    listed = "opportunity list stuck:yes --columns title -o csv"
    assert firm.run(listed).lines[1:] == ["Old"]
    assert firm.run(f"{listed} --as-of 2026-11-20").lines[1:] == []
    firm.run("config set pipelines.inbound.stages.lead.days 20")
    assert firm.run(listed).lines[1:] == []
