"""How contracts are renewed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from crmctl.analytics.renewals import Chain, renewals
from tests.analytics.test_sbg import SURVIVORS

TODAY = date(2026, 6, 30)


def chains(*kinds: tuple[int, int, bool]) -> list[Chain]:
    """Agreements: how many there are, with how many renewals, and whether they ended."""
    return [
        Chain((f"c{kind}-{number}",), times, ended)
        for kind, (count, times, ended) in enumerate(kinds)
        for number in range(count)
    ]


def test_what_was_seen() -> None:
    result = renewals(
        chains((2, 0, True), (1, 1, True), (3, 1, False), (4, 2, False), (5, 0, False)), TODAY
    )
    seen = [tuple(row.values())[:6] for row in result.rows]
    assert seen == [
        (1, 10, 8, 2, 80, 80),
        (2, 5, 4, 1, 80, 64),  # the three with one renewal have not come to the second
    ]
    assert result.n == 10
    assert result.parameters == {
        "chains": 15,
        "undecided": 5,
        "renewed": 12,
        "ended": 3,
        "rate": 80,
    }
    assert [row["evidence"] for row in result.rows] == [["c0-0", "c0-1"], ["c1-0"]]
    assert result.notes == ["Too few for a curve: 10 of the 30 agreements that it takes."]
    assert all(row["fitted_rate"] is None for row in result.rows)


def test_the_published_curve_beside_it() -> None:
    ends = [
        (before - after, renewal, True)
        for renewal, (before, after) in enumerate(pairwise(SURVIVORS))
    ]
    result = renewals(chains(*ends, (491, 7, False)), TODAY, horizon=12)
    fit = result.parameters["fit"]
    assert (fit["alpha"], fit["beta"]) == (
        pytest.approx(Decimal("0.668"), abs=Decimal("0.0005")),
        pytest.approx(Decimal("3.806"), abs=Decimal("0.0005")),
    )
    assert [row["remaining"] for row in result.rows[:7]] == [
        pytest.approx(Decimal(there) / 10, abs=Decimal("0.00001")) for there in SURVIVORS[1:]
    ]
    assert len(result.rows) == 12
    future = result.rows[8]
    assert (future["due"], future["rate"], future["remaining"]) == (0, None, None)
    assert future["fitted_remaining"] < result.rows[7]["fitted_remaining"]


@pytest.mark.parametrize("kind", [(40, 3, False), (40, 0, True)])
def test_all_alike_give_no_curve(kind: tuple[int, int, bool]) -> None:
    result = renewals(chains(kind), TODAY)
    assert "fit" not in result.parameters
    assert result.notes == ["There is no curve: all agreements went on, or none did."]


def test_without_contracts_there_are_no_rows() -> None:
    result = renewals([], TODAY)
    assert (result.rows, result.n, result.parameters["rate"]) == ([], 0, None)
