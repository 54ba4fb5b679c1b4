"""Our share of the wallet, and the share by rank."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crmctl.analytics.wallet import Purse, allocation, wallet

TODAY, SINCE, OLD = date(2026, 6, 30), date(2025, 6, 30), date(2025, 6, 30)


@pytest.mark.parametrize(
    ("rank", "brands", "share"),
    # Keiningham et al.: of two brands the first has 66.7 %, of three the first has 50 %.
    [(1, 1, "100"), (1, 2, "66.666667"), (2, 2, "33.333333"), (1, 3, "50"), (2, 3, "33.333333"),
     (3, 3, "16.666667")],
)  # fmt: skip
def test_the_wallet_allocation_rule(rank: int, brands: int, share: str) -> None:
    assert str(allocation(rank, brands)) == share


def test_the_shares_of_all_brands_are_the_whole() -> None:
    assert sum(allocation(rank, 7) for rank in range(1, 8)) == pytest.approx(100)


def test_shares_ranks_and_what_cannot_be() -> None:
    book = [
        Purse("a", Decimal(25), Decimal(100), date(2026, 1, 1), "said so", ("Rival", "ours")),
        Purse("b", Decimal(30), Decimal(20), date(2024, 1, 1)),
        Purse("c", Decimal(0), None, None, None, ("Rival",)),
        Purse("d", Decimal(10)),
    ]
    result = wallet(book, TODAY, SINCE, ["Ours"], OLD)
    assert [column.name for column in result.columns] == list(result.rows[0])
    a, b, c = result.rows
    assert (a["share"], a["left"], a["rank"], a["brands"], a["rivals"]) == (25, 75, 2, 2, ["Rival"])
    assert str(a["rule"]) == "33.333333"
    # More than the whole is an error in the estimate, not a share.
    assert (b["share"], b["left"]) == (None, None)
    assert (c["share"], c["rank"], c["rule"]) == (None, None, None)
    assert result.n == 1
    assert result.parameters["total_share"] == 25
    assert result.notes == [
        "1 customer buys more from us than was estimated in all: b.",
        "1 estimate is old: b.",
        "The share by rank takes the brands in the order in which the customer uses them.",
    ]
    assert wallet(book[::-1], TODAY, SINCE, ["Ours"], OLD) == result
