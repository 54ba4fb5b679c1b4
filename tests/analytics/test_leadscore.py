"""Lead scores, whether they tell it right, and logistic regression."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import log
from random import Random

import pytest

from crmctl.analytics.leadscore import (
    Event,
    Lead,
    Outcome,
    Scale,
    Score,
    lead_check,
    leads,
    scored,
)
from crmctl.analytics.logistic import fitted

TODAY = date(2026, 6, 30)
GRADES = {"a": Decimal(60), "b": Decimal(40), "c": Decimal(20), "d": Decimal(0)}
SCALE = Scale(Decimal(60), Decimal(40), 30, GRADES)
TITLES = {"need": "has a need", "asked": "asked us", "out": "refused every contact"}


def event(days: int, points: int = 20, id: str = "int-1") -> Event:
    return Event(id, "asked", TODAY - timedelta(days=days), Decimal(points))


def lead(fit: int = 0, *events: Event, blocked: tuple[str, ...] = ()) -> Lead:
    return Lead("acme", {"need": Decimal(fit)} if fit else {}, events, blocked)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], 0),
        ([event(0)], 20),
        ([event(30)], 10),
        ([event(60)], 5),
        ([event(15)], Decimal("14.1")),  # 20 / sqrt 2
        ([event(0), event(30)], 30),
        ([event(0)] * 3, 40),  # the most
        ([event(-1)], 0),  # tomorrow
    ],
)
def test_behavior_is_halved_every_thirty_days(events: list[Event], expected: Decimal) -> None:
    assert scored(lead(0, *events), TODAY, SCALE).behavior == expected


def test_a_score_says_why_and_what_would_change_it() -> None:
    result = leads([lead(25, event(30), event(0, 5, "int-2"))], TODAY, SCALE, TITLES)
    (row,) = result.rows
    assert (row["score"], row["fit"], row["behavior"], row["grade"]) == (40, 25, 15, "b")
    assert row["reasons"] == ["has a need +25", "asked us +15 (×2)"]
    assert row["evidence"] == ["int-1", "int-2"]
    assert row["change"] == "20 more points make it A"
    assert result.parameters["counts"] == {"a": 0, "b": 1, "c": 0, "d": 0}


def test_whoever_opted_out_has_no_points_and_a_reason() -> None:
    result = leads([lead(60, event(0), blocked=("out",))], TODAY, SCALE, TITLES)
    (row,) = result.rows
    assert (row["score"], row["fit"], row["behavior"], row["grade"]) == (0, 0, 0, "d")
    assert row["blocked"] == "refused every contact"
    assert row["reasons"] == row["evidence"] == []
    assert (result.n, len(result.rows)) == (0, 1)


def test_fit_has_a_most_and_the_best_come_first() -> None:
    found = [lead(90)._replace(customer=name) for name in ("b", "a")] + [lead(5)]
    rows = leads(found, TODAY, SCALE, TITLES).rows
    assert [(row["customer"], row["score"]) for row in rows] == [("a", 60), ("b", 60), ("acme", 5)]
    assert rows[0]["change"] is None


def outcome(number: int, score: int, won: bool) -> Outcome:
    return Outcome(f"d{number}", Score(Decimal(score), Decimal(0)), won)


def test_lift_is_the_win_rate_of_a_grade_over_that_of_all() -> None:
    found = [outcome(n, 70, n < 3) for n in range(4)]
    found += [outcome(n, 10, n < 11) for n in range(10, 14)]
    result = lead_check(found, TODAY, SCALE)
    rows = {row["grade"]: (row["n"], row["win_rate"], row["lift"]) for row in result.rows}
    assert rows == {
        "a": (4, 75, Decimal("1.5")),
        "b": (0, None, None),
        "c": (0, None, None),
        "d": (4, 25, Decimal("0.5")),
    }
    assert "coefficients" not in result.parameters
    assert result.notes == ["A regression needs 100 outcomes; there are 8."]


def test_a_regression_from_enough_outcomes_on() -> None:
    random = Random(7)
    found = []
    for number in range(200):
        fit, behavior = random.randrange(60), random.randrange(40)
        won = random.random() < (fit + behavior) / 100
        found.append(Outcome(f"d{number}", Score(Decimal(fit), Decimal(behavior)), won))
    result = lead_check(found, TODAY, SCALE)
    assert all(result.parameters["coefficients"][name] > 0 for name in ("fit", "behavior"))
    random.shuffle(found)
    assert lead_check(found, TODAY, SCALE) == result


def test_a_regression_on_groups_gives_their_odds() -> None:
    # Of those with 0 one in four, of those with 1 three in four: ln(1/3) and ln 3 - ln(1/3).
    fit = fitted([[0]] * 4 + [[1]] * 4, [True, False, False, False, True, True, True, False])
    assert fit is not None
    assert fit.coefficients == pytest.approx((log(1 / 3), log(3) - log(1 / 3)), abs=1e-6)
    assert fit.log_likelihood == pytest.approx(6 * log(0.75) + 2 * log(0.25), abs=1e-6)


@pytest.mark.parametrize(
    ("inputs", "outcomes"),
    [
        ([[0], [1], [2], [3]], [False, False, True, True]),  # separated
        ([[1], [1], [1]], [True, False, True]),  # never varies
        ([[0], [1]], [True, True]),
        ([], []),
    ],
)
def test_a_regression_that_has_no_answer(inputs: list[list[float]], outcomes: list[bool]) -> None:
    assert fitted(inputs, outcomes) is None
