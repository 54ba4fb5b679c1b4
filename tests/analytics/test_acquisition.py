"""What it costs to win, and to keep."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crmctl.analytics.acquisition import Claim, Effort, acquisition
from crmctl.analytics.result import ModelResult

CLAIMS = {
    "fivefold": Claim(Decimal(5), "lore, five times"),
    "sixfold": Claim(Decimal(6), "lore, six times"),
}


def measured(won: Effort, kept: Effort, fallback: str = "fivefold") -> ModelResult:
    new = Effort(Decimal(8), won.customers)
    day, since = date(2026, 6, 30), date(2025, 6, 30)
    return acquisition(won, new, kept, day, since, CLAIMS, fallback, lost_on=Decimal(20))


def test_the_ratio_of_the_book() -> None:
    result = measured(Effort(Decimal(100), 4), Effort(Decimal(50), 5))
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert [(row["what"], row["each"], row["ratio"]) for row in result.rows] == [
        ("won", 25, None),
        ("new", 2, None),
        ("kept", 10, None),
        ("ratio", None, Decimal("2.5")),
        ("claim", None, 5),
        ("claim", None, 6),
    ]
    assert (result.parameters["ratio"], result.parameters["basis"]) == (Decimal("2.5"), "measured")
    assert result.notes == [
        "Of the cost of winning, 20.00 went into campaigns that nobody bought through."
    ]


def test_a_claim_stands_in_only_for_want_of_figures_and_is_called_one() -> None:
    for won, kept in (
        (Effort(Decimal(0), 4), Effort(Decimal(50), 5)),
        (Effort(Decimal(9), 0), Effort(Decimal(50), 5)),
        (Effort(Decimal(9), 4), Effort(Decimal(0), 5)),
    ):
        result = measured(won, kept, "sixfold")
        assert (result.parameters["ratio"], result.parameters["basis"]) == (6, "fallback")
        assert result.rows[3]["ratio"] is None
        assert result.notes[-1].endswith("so a claim stands in.")
    assert [row["source"] for row in result.rows[4:]] == ["lore, five times", "lore, six times"]
