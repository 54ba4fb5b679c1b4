"""Key accounts and care: judged by a form, planned by templates, shown on one page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crmctl.accounts import band_of, begun, evaluate, next_due, progress
from crmctl.policies.accounts import Band, Criterion, Form, Plan, Step
from tests.conftest import Book

FORM = Form(
    best=Decimal(5),
    criteria={"a": Criterion(Decimal(3)), "b": Criterion(Decimal(1))},
    bands={"high": Band(start=Decimal(80)), "low": Band(start=Decimal(10))},
)


def test_scores_weigh_and_what_is_not_scored_does_not_count() -> None:
    both = evaluate(FORM, {"a": 5, "b": 1})
    assert both is not None
    assert [both.score, both.coverage, both.band] == [80, 100, "high"]
    one = evaluate(FORM, {"b": 1})
    assert one is not None
    assert [one.score, one.coverage, one.band] == [20, 25, "low"]
    assert evaluate(FORM, {}) is None
    assert band_of(FORM, Decimal(9)) is None


def test_progress_goes_by_weight_and_by_the_day() -> None:
    milestones: list[dict[str, Any]] = [
        {"weight": 3, "done": "2026-03-01"},
        {"done": "2026-06-01"},
        {"due": "2026-01-01"},
    ]
    assert progress(milestones, date(2026, 4, 1)) == 60
    assert progress(milestones, date(2026, 6, 1)) == 80
    assert progress([], date(2026, 6, 1)) is None


def test_what_repeats_is_due_again_counted_from_its_first_day() -> None:
    assert next_due({"due": "2026-01-31", "every": "1m"}, date(2026, 2, 1)) == date(2026, 2, 28)
    assert next_due({"due": "2026-01-31", "every": "1m"}, date(2026, 3, 1)) == date(2026, 3, 31)
    assert next_due({"due": "2026-01-31"}, date(2026, 2, 1)) is None
    assert next_due({"every": "2w"}, date(2026, 2, 1)) == date(2026, 2, 15)


def test_a_plan_begins_on_its_day() -> None:
    plan = Plan(steps={"x": Step(text={"en": "Do"}, after="1m", weight=Decimal(2))})  # type: ignore[arg-type]
    assert [*begun(plan, date(2026, 1, 31))] == [
        ("x", {"text": "Do", "due": "2026-02-28", "weight": 2})
    ]


@pytest.fixture
def acme(book: Book) -> Book:
    book.run("customer add Acme")
    return book


def test_an_evaluation_stays_as_it_was_made(acme: Book) -> None:
    assert "volume" in acme.run("account evaluate acme").out
    result = acme.run(
        "account evaluate acme volume=4 growth=2 margin=4 payment=5 loyalty=4 -o json"
    )
    assert (result.json["score"], result.json["coverage"]) == (76.7, 90)
    assert "missing: Influence on others" in result.err
    assert "Key" in result.err
    acme.config(accounts={"evaluation": {"form": "new", "criteria": {"volume": {"weight": 90}}}})
    later = {"CRMCTL_NOW": "2026-12-01T09:00"}
    acme.run("account evaluate acme volume=1", env=later)
    columns = "account_score,account_band,account_evaluated"
    [now] = acme.run(f"customer list --columns {columns} -o json", env=later).json
    assert now == {"account_score": 20, "account_band": "watch", "account_evaluated": "2026-12-01"}
    [before] = acme.run(f"customer list --columns {columns} --as-of 2026-11-25 -o json").json
    assert before["account_score"] == 76.7


def test_scores_are_checked(acme: Book) -> None:
    assert "Did you mean “volume”?" in acme.run("account evaluate acme volum=3", code=2).err
    assert "from 0 to 5" in acme.run("account evaluate acme volume=6", code=2).err
    acme.run("account evaluate acme volume", code=2)
    acme.run("--lang zh account evaluate acme 采购规模=3")


def test_a_page_needs_a_plan_and_shows_it(acme: Book) -> None:
    assert "account plan acme" in acme.run("account show acme", code=2).err
    acme.run("account plan acme --from 2026-06-01")
    acme.run("account plan acme --from 2026-07-01")  # what is there stays
    acme.run("customer set acme key_account.milestones.profile.done=2026-06-10")
    line = "{year: 2026, purpose: Visits, planned: 500, actual: 50}"
    acme.run(f"customer set acme 'key_account.budget+={line}'")
    acme.run("order add acme --set amount=1000 --set date=2026-08-01")
    page = acme.run("account show acme -o json").json
    assert page["plan"]["since"] == "2026-06-01"
    assert [one["due"] for one in page["milestones"]][:2] == ["2026-06-15", "2026-07-16"]
    assert [one["overdue"] for one in page["milestones"]] == [False, True, True, False, False]
    assert page["progress"] == 14.3
    assert page["facts"]["account_planned"] == 500
    assert page["cost_share"] == 5
    shown = acme.run("account show acme").out
    assert "Milestones: 14.3 % done" in shown
    assert max(map(len, acme.run("account show acme", env={"COLUMNS": "80"}).lines)) <= 100
    assert "里程碑" in acme.run("--lang zh account show acme").out
    assert acme.run("check -o json").json == []


def test_templates_are_those_of_the_policy(acme: Book) -> None:
    steps = {"one": {"text": "Call", "after": "2w"}}
    acme.config(accounts={"care": {"purchase": None, "quick": {"steps": steps}}})
    acme.run("care plan acme")
    [entry] = acme.run("care show acme -o json").json
    assert entry == {"id": "one", "text": "Call", "due": "2026-12-05"}
    assert "Possible: quick" in acme.run("care plan acme --template x", code=2).err
    acme.config(accounts={"care": {"quick": {"steps": {"one": {"text": "x", "after": "soon"}}}}})
    assert "7d, 2w or 3m" in acme.run("check", code=1).out


def test_care_comes_again_and_may_be_logged(acme: Book) -> None:
    acme.run("care add acme Checkup --set due=2026-11-20 --set every=3m --set phase=after")
    assert acme.run("customer list care_due:..today -o ids").lines == ["acme"]
    result = acme.run("care done acme checkup --log 'all is well'")
    assert "Due again on 2027-02-20." in result.err
    [logged] = acme.run("interaction list -o json").json
    assert (logged["kind"], logged["subject"], logged["id"]) == (
        "care", "all is well", result.lines[0],
    )  # fmt: skip
    [entry] = acme.run("care show acme -o json").json
    assert (entry["done"], entry["due"]) == ("2026-11-21", "2027-02-20")
    assert acme.run("customer list care_due:..today -o ids").lines == []
    acme.run("care done acme checkupp", code=4)


def test_what_binds_and_what_it_takes(acme: Book) -> None:
    acme.run("customer set acme 'ties+={kind: contract, strength: 4, until: 2026-12-31}'")
    acme.run("customer set acme 'ties+={kind: points}'")
    acme.run("customer set acme 'needs+={text: a, status: met}' 'needs+={text: b}'")
    acme.run("log acme call -s initiator=us -s duration=30 -s cost=12.5")
    acme.run("log acme call -s initiator=them")
    columns = "exit_barrier,begun_by_us,begun_by_them,minutes,touch_cost,needs_met"
    [found] = acme.run(f"customer list --columns {columns} -o json").json
    assert [*found.values()] == [5, 1, 1, 30, 12.5, 50]
    [later] = acme.run("customer list --columns exit_barrier --as-of 2027-01-01 -o json").json
    assert later == {"exit_barrier": 1}


def test_who_is_lost_twice_tells_why_each_time(acme: Book) -> None:
    acme.run("customer set acme status=active")
    assert "Reason" in acme.run("customer move acme lost", code=2).err
    acme.run("customer move acme lost lost.reason=poor_service lost.by=them lost.mode=unilateral")
    acme.run("customer move acme active", env={"CRMCTL_NOW": "2026-12-24T09:00"})
    record = acme.run("customer show acme -o json").json
    assert "lost" not in record
    assert record["losses"] == [
        {
            "id": "poor-service",
            "mode": "unilateral",
            "by": "them",
            "reason": "poor_service",
            "at": "2026-11-21",
            "back": "2026-12-24",
        }
    ]
    later = {"CRMCTL_NOW": "2026-12-30T09:00"}
    assert acme.run("customer list won_back:* -o ids", env=later).lines == ["acme"]
    assert "Reason" in acme.run("customer move acme lost", code=2, env=later).err
    acme.run("customer move acme lost lost.reason=unmet_need", env=later)
    out = acme.run("report run losses -o json", env=later).json
    assert out["sections"][0]["rows"][0]["lost.reason"] == "unmet_need"
    assert out["sections"][3]["rows"][0]["id"] == "acme"
    assert acme.run("check -o json").json == []
