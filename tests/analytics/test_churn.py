"""Customers lost, by three definitions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crmctl.analytics.churn import Band, Evidence, Loss, Term, churn
from crmctl.analytics.grouping import Grouping
from crmctl.analytics.result import Column, ModelResult

D = date.fromisoformat
START, TODAY = D("2025-06-30"), D("2026-06-30")
BAND = Band(Decimal(10), Decimal(30))


def rates(
    days: dict[str, list[str]] | None = None,
    terms: list[Term] | None = None,
    losses: list[Loss] | None = None,
    start: date = START,
) -> dict[str, tuple[int, list[str], str | None]]:
    result = measured(days, terms, losses, start)
    return {
        row["definition"]: (row["active"], row["evidence"], row["verdict"]) for row in result.rows
    }


def measured(
    days: dict[str, list[str]] | None = None,
    terms: list[Term] | None = None,
    losses: list[Loss] | None = None,
    start: date = START,
) -> ModelResult:
    bought = {customer: [D(day) for day in each] for customer, each in (days or {}).items()}
    found = Evidence(bought, terms or [], losses or [])
    return churn(found, TODAY, start, Decimal(2), BAND)


def test_a_contract_that_no_other_follows_is_a_loss() -> None:
    terms = [
        Term("ended", D("2024-01-01"), D("2025-12-31")),
        Term("renewed", D("2024-01-01"), D("2025-12-31")),
        Term("renewed", D("2026-01-01"), D("2026-12-31")),
        Term("open", D("2024-01-01"), None),
        Term("new", D("2025-07-01"), D("2026-01-31")),
        Term("long ago", D("2020-01-01"), D("2025-06-29")),
        Term("last day", D("2020-01-01"), D("2025-06-30")),
    ]
    assert rates(terms=terms)["contract"] == (4, ["ended", "last day"], "above")


def test_silence_of_more_than_two_intervals_of_ones_own() -> None:
    days = {
        # Every hundred days: silent for 145 until June, which is not yet more than two of them.
        "often": ["2024-09-23", "2025-01-01", "2025-04-11", "2025-07-20", "2026-02-05"],
        "gone": ["2025-04-01", "2025-05-01", "2025-05-31"],
        # Silent before the year began: no loss of this year.
        "gone before": ["2024-01-01", "2024-02-01", "2024-03-01"],
        "new": ["2025-07-01", "2025-07-02", "2025-07-03"],
    }
    assert rates(days)["silence"] == (2, ["gone"], "above")


def test_who_has_no_rhythm_goes_by_that_of_the_others() -> None:
    days = {
        "steady": ["2025-04-01", "2025-05-01", "2025-05-31", "2026-06-15"],
        "once": ["2025-06-15"],
    }
    assert rates(days)["silence"][0:2] == (2, ["once"])
    assert measured({"once": ["2025-06-15"]}).rows[1]["active"] == 0


def test_losses_that_were_written_down() -> None:
    days = {name: ["2025-01-01"] for name in ("a", "b", "c", "d", "e")}
    losses = [
        Loss("a", D("2025-07-01"), None),
        Loss("b", D("2025-08-01"), D("2026-03-01")),  # and came back
        Loss("c", D("2025-06-30"), None),  # before it began
        Loss("prospect", D("2026-01-01"), None),  # never a customer
    ]
    assert rates(days, losses=losses)["recorded"] == (4, ["a"], "within")


@pytest.mark.parametrize(("lost", "verdict"), [(0, "below"), (1, "within"), (4, "above")])
def test_a_year_is_compared_with_the_band(lost: int, verdict: str) -> None:
    days = {name: ["2025-01-01"] for name in "abcdefghij"}
    losses = [Loss(name, D("2026-01-01"), None) for name in "abcdefghij"[:lost]]
    assert rates(days, losses=losses)["recorded"][2] == verdict


def test_another_period_is_not() -> None:
    days = {"a": ["2025-01-01"]}
    assert rates(days, start=D("2025-12-31"))["recorded"][2] is None
    assert len(measured(days, start=D("2025-12-31")).notes) == 2


def test_nobody_to_lose_is_no_rate() -> None:
    assert {row["rate"] for row in measured().rows} == {None}


def test_each_group_has_a_rate_of_its_own() -> None:
    level = Column("level", "Level", "enum", {"vip": "VIP", "basic": "Basic"})
    days = {name: [D("2025-01-01")] for name in "abc"}
    found = Evidence(days, [], [Loss("b", D("2026-01-01"), None)])
    groups: dict[str, list[str | None]] = {"a": ["basic"], "b": ["vip"], "c": [None]}
    result = churn(found, TODAY, START, Decimal(2), BAND, Grouping(level, groups))
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert [
        (row["level"], row["active"], row["lost"])
        for row in result.rows
        if row["definition"] == "recorded"
    ] == [("vip", 1, 1), ("basic", 1, 0), (None, 1, 0)]
