"""Loyalty after Dick and Basu, Knox and Oliver, and how it goes together with satisfaction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.knox import Portfolio, knox
from crmctl.analytics.loyalty import Standing, loyalty
from crmctl.analytics.oliver import Climb, oliver
from crmctl.analytics.satloyalty import Both, sat_loyalty

TODAY = date(2026, 6, 30)
PHASES = {"cognitive": "Cognitive", "affective": "Affective", "conative": "Conative"}


def standing(
    customer: str, purchases: int, attitude: str | None = None, share: str | None = None
) -> Standing:
    return Standing(
        customer,
        purchases,
        None if share is None else Fraction(share),
        None if attitude is None else Fraction(attitude),
        [f"srv-{customer}"],
    )


def kinds(*found: Standing) -> dict[str, str]:
    return {row["customer"]: row["loyalty"] for row in loyalty(found, TODAY).rows}


def test_four_kinds_and_those_of_whom_only_purchases_are_known() -> None:
    found = [
        standing("a", 9, "4"),
        standing("b", 1, "5"),
        standing("c", 9, "3.9"),
        standing("d", 1, "1"),
        standing("e", 9),
        standing("f", 0),
        standing("g", 0, "4.5"),
    ]
    # The median of the buyers 1, 1, 9, 9, 9 is 9. f has neither bought nor been asked.
    assert kinds(*found) == {
        "a": "loyal",
        "b": "latent",
        "g": "latent",
        "c": "spurious",
        "d": "none",
        "e": "repeat_only",
    }
    result = loyalty(found, TODAY)
    assert result.n == 5
    assert result.parameters["repeat_from"] == 9
    assert {row["customer"]: row["true_loyal"] for row in result.rows} == {
        "a": True,
        "b": False,
        "g": False,
        "c": False,
        "d": False,
        "e": None,
    }
    assert result.notes == [
        "1 customer was not asked how they see us against our rivals: what they buy is known, "
        "whether they are loyal is not."
    ]


def test_one_purchase_is_no_repeat_even_where_most_bought_once() -> None:
    found = [standing("a", 1, "5"), standing("b", 1, "5"), standing("c", 2, "5")]
    assert kinds(*found) == {"a": "latent", "b": "latent", "c": "loyal"}


def test_half_of_the_wallet_is_high_too() -> None:
    found = [standing("a", 1, "5", "1/2"), standing("b", 8, "5", "1/10"), standing("c", 8, "5")]
    result = loyalty(found, TODAY)
    rows = {row["customer"]: row for row in result.rows}
    assert (rows["a"]["loyalty"], rows["a"]["share"]) == ("loyal", 50)
    assert rows["a"]["change"] == "a share below 50.0 %, or an attitude below 4"
    assert rows["b"]["change"] == "fewer than 8 purchases, or an attitude below 4"


@pytest.mark.parametrize(
    ("involved", "brands", "kind"),
    [
        (True, 1, "loyal"),
        (False, 2, "habitual"),
        (True, 3, "variety_seeker"),
        (False, 4, "switcher"),
        (None, 4, None),
        (True, None, None),
    ],
)
def test_knox(involved: bool | None, brands: int | None, kind: str | None) -> None:
    (row,) = knox([Portfolio("acme", involved, brands, [])], TODAY).rows
    assert row["loyalty"] == kind
    assert row["change"]


def climb(again: bool, *answers: int | None) -> Climb:
    values = [None if answer is None else Fraction(answer) for answer in answers]
    return Climb("acme", dict(zip(PHASES, values, strict=True)), again, [])


@pytest.mark.parametrize(
    ("again", "answers", "phase", "gap"),
    [
        (True, (4, 4, 5), "action", []),
        (False, (4, 4, 5), "conative", []),
        (False, (5, 4, 3), "affective", []),
        (
            True,
            (5, 3, 4),
            "cognitive",
            ["Conative, but not Affective", "Action, but not Affective"],
        ),
        (True, (3, 5, 5), "none", ["Affective, but not Cognitive"]),
        (False, (4, None, 5), "cognitive", ["Conative, but not Affective"]),
    ],
)
def test_oliver(again: bool, answers: tuple[int | None, ...], phase: str, gap: list[str]) -> None:
    (row,) = oliver([climb(again, *answers)], PHASES, TODAY).rows
    assert row["loyalty"] == phase
    assert row["gap"][: len(gap)] == gap
    assert bool(row["gap"]) == bool(gap)
    assert row["change"]


def test_who_was_not_asked_is_in_no_phase() -> None:
    result = oliver([climb(True, None, None, None)], PHASES, TODAY)
    assert (result.rows, result.notes) == ([], ["Nobody was asked about loyalty."])


def test_satisfied_and_loyal_are_told_apart() -> None:
    found = [
        Both("a", Fraction(100), "loyal", 9),
        Both("b", Fraction(100), "spurious", 3),
        Both("c", Fraction(80), "loyal", 2),
        Both("d", Fraction(25), "none", 1),
        Both("e", None, "loyal", 1),
        Both("f", Fraction(90), "repeat_only", 1),
    ]
    result = sat_loyalty(found, TODAY)
    rows = {row["level"]: row for row in result.rows}
    assert (rows["complete"]["n"], rows["complete"]["loyal_share"]) == (2, 50)
    assert (rows["satisfied"]["loyal"], rows["dissatisfied"]["none"]) == (1, 1)
    assert rows["neutral"]["loyal_share"] is None
    assert (result.n, result.parameters["top_box"]) == (4, 50)
    assert result.notes == [
        "Customers without satisfaction measured: 1.",
        "Customers without attitude measured, whose loyalty is not known: 1.",
    ]


STANDINGS = st.lists(
    st.builds(
        Standing,
        st.uuids().map(str),
        st.integers(0, 5),
        st.none() | st.fractions(0, 1, max_denominator=10),
        st.none() | st.fractions(1, 5, max_denominator=4),
        st.just(()),
    ),
    max_size=20,
    unique_by=lambda one: one.customer,
)


@given(STANDINGS, st.integers())
def test_the_order_of_customers_does_not_matter(found: list[Standing], seed: int) -> None:
    result = loyalty(found, TODAY)
    assert loyalty(Random(seed).sample(found, len(found)), TODAY) == result
    for row in result.rows:
        assert row["true_loyal"] is None or row["attitude"] is not None
        assert (row["loyalty"] == "repeat_only") == (row["attitude"] is None)
    assert sum(result.parameters["counts"].values()) == len(result.rows)
    assert result.parameters["repeat_from"] >= Decimal(2)
