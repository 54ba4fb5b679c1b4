"""Leads by source: which are good, which are refused and why, and how likely they are to buy."""

from __future__ import annotations

from tests.conftest import Book


def test_sources_tell_what_became_of_their_leads(firm: Book) -> None:
    firm.run("customer set acme source.kind=fair status=active")
    firm.run(
        "customer set beta source.kind=fair qualification.result=rejected"
        " qualification.reason=student"
    )
    firm.run("opportunity add Pumps -s customer=acme -s stage=won -s amount=50 -s source=fair")
    found = firm.run("report run sources -o json").json["sections"]
    fair = next(row for row in found[0]["rows"] if row["source.kind"] == "fair")
    assert {name: fair[name] for name in ("leads", "qualified", "rejected", "deals", "won")} == {
        "leads": 2, "qualified": 1, "rejected": 1, "deals": 1, "won": 1,
    }  # fmt: skip
    assert found[1]["rows"][0]["qualification.reason"] == "student"
    assert found[2]["rows"][0]["won_amount"] == 50


def test_intent_is_graded_by_rules_unless_somebody_said(firm: Book) -> None:
    firm.run("customer set acme intent=d")
    firm.run("opportunity add Pumps -s customer=beta")
    firm.run("log acme-north hello --at 2026-11-01")
    listed = "customer list intent_grade:* --columns id,intent_grade -o csv"
    assert firm.run(listed).lines[1:] == ["acme,d", "acme-north,b", "beta,b"]
    assert firm.run(f"{listed} --as-of 2026-10-31").lines[1:] == []
    firm.run("config set sales.intent.a 'open_opportunities:>0'")
    assert "beta,a" in firm.run(listed).lines


def test_a_grade_cannot_depend_on_itself(firm: Book) -> None:
    firm.config(sales={"intent": {"a": "intent_grade:b"}})
    assert "sales.intent.a" in firm.run("customer list intent_grade:a", code=3).err


def test_queries_of_the_policy_are_checked(firm: Book) -> None:
    firm.config(sales={"intent": {"a": "spent:>0"}, "floor": {"approver": "role:boss"}})
    codes = [problem["message"] for problem in firm.run("check -o json", code=1).json]
    assert [text.split(":")[0] for text in codes] == ["sales.intent.a", "sales.floor.approver"]


def test_a_measure_may_ask_for_some_of_the_records(firm: Book) -> None:
    report = (
        "kind: customer\nquery: 'level:vip'\nmeasures:\n"
        "  all: count\n"
        "  li: {measure: count, query: 'owner:li'}\n"
        "  none: {measure: count, query: 'owner:wang'}\n"
        "  share: {measure: sum spend, query: 'owner:chen'}\n"
    )
    firm.write("reports/owners.yaml", report)
    firm.run("order add beta -s date=2026-11-01 -s amount=7")
    (row,) = firm.run("report run owners -o json").json["sections"][0]["rows"]
    assert row == {"all": 2, "li": 1, "none": 0, "share": 7}
    firm.write("reports/owners.yaml", report.replace("owner:wang", "ownr:wang"))
    assert "Did you mean “owner”" in firm.run("report run owners", code=3).err
    model = "model: rfm\nmeasures:\n  all: {measure: count, query: 'owner:li'}\n"
    firm.write("reports/owners.yaml", model)
    assert "not a model" in firm.run("report run owners", code=3).err
