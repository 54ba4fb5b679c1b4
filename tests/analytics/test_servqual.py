"""Expectation and performance, SERVQUAL, importance and performance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.answers import Answer
from crmctl.analytics.expectation import expectation
from crmctl.analytics.importance import importance
from crmctl.analytics.result import ModelResult
from crmctl.analytics.servqual import servqual
from tests.analytics.answered import answer, answers, expecting, form, mattering

TODAY = date(2026, 6, 30)
EVEN = {
    name: Decimal(20)
    for name in ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
}


def pairs(found: Sequence[Answer], before: Sequence[Answer] = ()) -> ModelResult:
    return expectation({"csat": found}, {"csat": before}, [form("csat")], TODAY)


def gaps(found: Sequence[Answer], before: Sequence[Answer] = ()) -> ModelResult:
    return servqual(found, before, form("servqual"), TODAY, EVEN)


def asked_before(
    id: str, customer: str = "acme", who: str = "", day: str = "", **more: int
) -> Answer:
    return answer(id, customer, who, day, **more)._replace(phase="before")


def test_what_was_found_less_what_was_expected() -> None:
    found = [
        expecting(answer("a", speed=5, price=3), speed=4, price=3),
        expecting(answer("b", "bolt", speed=2), speed=4, quality=5),
    ]
    rows = {row["item"]: row for row in pairs(found).rows}
    assert list(rows) == ["speed", "price"]
    speed = rows["speed"]
    assert (speed["n"], speed["expected"], speed["perceived"]) == (2, 4, Decimal("3.5"))
    assert (speed["gap"], speed["better"], speed["equal"], speed["worse"]) == (
        Decimal("-0.5"),
        50,
        0,
        50,
    )
    assert rows["price"]["equal"] == 100


def test_expectations_of_before_are_paired_by_customer_and_item() -> None:
    before = [
        asked_before("x", who="ann", day="2026-01-01", speed=2),
        asked_before("y", who="bob", day="2026-01-02", speed=5),
        asked_before("z", "bolt", day="2026-01-01", price=1),
        asked_before("late", who="ann", day="2026-03-01", speed=1),
    ]
    # Ann's own counts before Bob's; of Carl nobody asked, so the last of the customer's does.
    found = [
        answer("a", who="ann", day="2026-02-01", speed=4),
        answer("c", who="carl", day="2026-02-01", speed=4),
        answer("d", "bolt", day="2026-02-01", speed=4),
    ]
    (row,) = pairs(found, before).rows
    assert (row["n"], row["expected"]) == (2, Decimal("3.5"))


def test_nothing_to_pair() -> None:
    result = pairs([answer("a", speed=5)])
    assert (result.n, result.rows) == (0, [])
    assert result.notes == ["Nobody was asked for expectations and for what became of them."]


def whole(id: str, given: int, expected: int, **more: int) -> Answer:
    items = [f"q{number}" for number in range(1, 23)]
    values: Any = {**dict.fromkeys(items, given), **more}
    one = answer(id, id, **values)
    return expecting(one, **dict.fromkeys(items, expected))


def test_servqual_has_five_dimensions_and_a_whole() -> None:
    result = gaps([whole("a", 5, 6), whole("b", 7, 6, q1=1)])
    rows = {row["dimension"]: row for row in result.rows}
    assert list(rows) == [*EVEN, "overall"]
    # Of b, the four items of tangibles are 1, 7, 7 and 7: a mean of 5.5.
    assert (rows["tangibles"]["perceived"], rows["tangibles"]["gap"]) == (
        Decimal("5.25"),
        Decimal("-0.75"),
    )
    assert (rows["empathy"]["gap"], rows["empathy"]["n"]) == (0, 2)
    assert (rows["overall"]["gap"], rows["overall"]["weight"]) == (Decimal("-0.15"), 100)
    assert result.parameters == {"weights_from": "settings"}


def test_points_that_respondents_share_out_weigh() -> None:
    points = {f"points_{name}": 0 for name in EVEN} | {"points_empathy": 100}
    one = whole("a", 5, 6, q18=7, q19=7, q20=7, q21=7, q22=7, **points)
    result = gaps([one])
    assert result.rows[-1]["gap"] == 1
    assert result.parameters == {"weights_from": "respondents"}
    wrong = gaps([one._replace(given={**one.given, "points_tangibles": Decimal(7)})])
    assert wrong.parameters == {"weights_from": "settings"}


def test_a_dimension_without_an_answer_leaves_the_whole_unmeasured() -> None:
    result = gaps([expecting(answer("a", q1=5, q7=5), q1=6, q7=4)])
    rows = {row["dimension"]: row for row in result.rows}
    assert (rows["tangibles"]["gap"], rows["tangibles"]["n"]) == (-1, 1)
    assert (rows["assurance"]["gap"], rows["assurance"]["n"]) == (None, 0)
    assert rows["overall"]["gap"] is None
    assert "leaves the whole unmeasured" in result.notes[0]


def test_importance_and_performance_make_four_quadrants() -> None:
    one = answer("a", overall=4, speed=2, quality=5, price=2, information=5)
    found = [mattering(one, speed=5, quality=5, price=1, information=1)]
    result = importance(found, form("csat"), TODAY)
    assert {row["item"]: row["quadrant"] for row in result.rows} == {
        "quality": "keep_up",
        "speed": "concentrate",
        "information": "overkill",
        "price": "low_priority",
    }
    assert (result.parameters["cut_importance"], result.parameters["cut_performance"]) == (
        50,
        Decimal("62.5"),
    )
    speed = next(row for row in result.rows if row["item"] == "speed")
    assert (speed["weight"], speed["basis"]) == (Decimal("0.5"), "stated")
    assert speed["change"] == "performance higher by 37.5 points"


def test_importance_is_a_correlation_where_nobody_said_it() -> None:
    found = [
        answer(f"s{at}", f"c{at}", overall=1 + at % 5, speed=1 + at % 5, price=5 - at % 5)
        for at in range(10)
    ]
    rows = {row["item"]: row for row in importance(found, form("csat"), TODAY).rows}
    assert (rows["speed"]["importance"], rows["speed"]["basis"]) == (100, "derived")
    assert rows["price"]["importance"] == 0
    few = importance(found[:9], form("csat"), TODAY)
    assert few.rows == []
    assert few.notes == [
        "2 items are left out: nobody said how much they matter, and too few answered."
    ]


@given(answers("csat"), answers("servqual"), st.integers())
def test_the_order_of_answers_does_not_matter(
    csat: list[Answer], quality: list[Answer], seed: int
) -> None:
    random = Random(seed)
    mixed, other = random.sample(csat, len(csat)), random.sample(quality, len(quality))
    assert pairs(mixed, other) == pairs(csat, quality)
    assert gaps(other) == gaps(quality)
    assert importance(mixed, form("csat"), TODAY) == importance(csat, form("csat"), TODAY)
