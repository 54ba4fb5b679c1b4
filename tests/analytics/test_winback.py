"""Whom to win back, and what came of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crmctl.analytics.winback import Lost, winback

TODAY = date(2026, 6, 30)
CHANCES = {"poor_service": Decimal(30), "trust_crisis": Decimal(10), "other": Decimal(15)}
TITLES = {"poor_service": "Poor service", "trust_crisis": "Crisis of trust"}


def lost(customer: str, reason: str | None, value: int, **more: object) -> Lost:
    ours = bool(more.pop("ours", False))
    at = date(2026, 1, 1)
    return Lost(customer, at, reason, ours, Decimal(value), **more)  # type: ignore[arg-type]


def test_value_by_chance() -> None:
    book = [
        lost("much", "trust_crisis", 1000),
        lost("likely", "poor_service", 500, evidence=("ord-1",)),
        lost("unsaid", None, 100),
        lost("let go", "poor_service", 900, ours=True),
        lost("back", "poor_service", 50, back=date(2026, 3, 1), regained=Decimal(70)),
    ]
    result = winback(book, TODAY, CHANCES, TITLES)
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert [
        (row["customer"], row["chance"], row["priority"], row["outcome"]) for row in result.rows
    ] == [
        ("likely", 30, 150, "open"),
        ("much", 10, 100, "open"),
        ("unsaid", 15, 15, "open"),
        ("let go", None, None, "ours"),
        ("back", None, None, "won_back"),
    ]
    assert result.rows[0]["evidence"] == ["ord-1"]
    assert (result.rows[-1]["back"], result.rows[-1]["regained"]) == ("2026-03-01", 70)
    # Of the four who left us one is back.
    assert result.parameters["rate"] == 25
    assert winback(book[::-1], TODAY, CHANCES, TITLES) == result


def test_nobody_was_lost() -> None:
    result = winback([], TODAY, CHANCES, TITLES)
    assert (result.n, result.parameters["rate"], result.notes) == (
        0,
        None,
        ["Nobody has been lost."],
    )
