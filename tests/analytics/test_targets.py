"""Targets, what colleagues achieve, visitors who buy, and what is bought together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crmctl.analytics.performance import Work, performance
from crmctl.analytics.targets import Aim, targets
from crmctl.analytics.visitors import Visitor, visitors

TODAY = date(2026, 6, 30)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def aim(actual: int | None, goal: int, less: bool = False) -> Aim:
    value = None if actual is None else Decimal(actual)
    return Aim("sales", "Sales", None, value, Decimal(goal), less, *YEAR)


@pytest.mark.parametrize(
    ("one", "state", "attainment"),
    [
        (aim(100, 100), "reached", 100),
        (aim(50, 100), "on_track", 50),  # 181 of 365 days are gone: 49.6 %
        (aim(49, 100), "behind", 49),
        (aim(0, 0, less=True), "kept", None),
        (aim(1, 0, less=True), "missed", None),
        (aim(None, 5), None, None),
    ],
)
def test_how_a_target_stands(one: Aim, state: str | None, attainment: int | None) -> None:
    result = targets([one], TODAY)
    assert (result.rows[0]["state"], result.rows[0]["attainment"]) == (state, attainment)
    assert result.rows[0]["elapsed"] == Decimal("49.589041")


def test_without_a_period_there_is_no_pace() -> None:
    one = aim(60, 100)._replace(first=None, last=None)
    assert targets([one], TODAY).rows[0]["state"] == "behind"
    assert targets([], TODAY).notes == ["The settings hold no targets: “flow.targets”."]


def test_performance_has_no_rate_of_nothing() -> None:
    idle = Work("max", Decimal(0), 0, None, 0, 0, Decimal(0), 0, 0, 3, 0)
    busy = Work("li", Decimal(900), 2, Decimal(1000), 3, 1, Decimal(500), 1, 4, 9, 2)
    result = performance([idle, busy], date(2026, 1, 1), TODAY)
    first, second = result.rows
    assert (first["user"], first["attainment"], first["win_rate"], first["csat"]) == (
        "li", 90, 75, 25,
    )  # fmt: skip
    assert (second["attainment"], second["win_rate"], second["csat"]) == (None, None, None)
    assert result.parameters == {
        "from": "2026-01-01", "revenue": 900, "goal": 1000, "win_rate": 75,
    }  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def test_visitors_who_had_bought_are_left_out() -> None:
    found = [
        Visitor("a", day("03-01"), day("03-11")),
        Visitor("b", day("03-20"), None),
        Visitor("c", day("04-01"), day("04-01")),
        Visitor("d", day("04-02"), day("02-01")),
    ]
    result = visitors(found, TODAY)
    assert [tuple(row.values()) for row in result.rows] == [
        ("2026-03", 2, 1, 50, 10),
        ("2026-04", 1, 1, 100, 0),
    ]
    assert result.notes == ["1 visitor had bought before and is left out."]
    assert visitors(found, TODAY, days=91).n == 1
