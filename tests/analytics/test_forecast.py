"""What open deals will bring, and how good past forecasts were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.deals import Course, all_spells
from crmctl.analytics.forecast import Open, Rules, chances, forecast, forecast_score
from tests.analytics.test_deals import FOUR, STAGES, TODAY, course, courses

CONFIGURED = {("inbound", "lead"): Decimal(10), ("inbound", "quoted"): Decimal(40)}
RULES = Rules(STAGES, CONFIGURED)


def test_a_chance_is_measured_on_what_passed_the_stage() -> None:
    found = chances(all_spells(FOUR, TODAY), TODAY, RULES)
    # a (won) and b (lost) passed every stage that they could: (1 + 1) / (2 + 2)
    assert {key[1]: one.percent for key, one in found.items()} == {
        "lead": 50, "quoted": 50, "talks": 50,
    }  # fmt: skip
    assert all(one.measured and one.n == 2 for one in found.values())


def test_too_few_outcomes_leave_the_chance_of_the_pipeline() -> None:
    found = chances(all_spells(FOUR, TODAY), TODAY, RULES._replace(least=3))
    assert {key[1]: one.percent for key, one in found.items()} == {"lead": 10, "quoted": 40}
    assert not any(one.measured or one.n != 2 for one in found.values())


def test_a_forecast_shows_what_is_late_and_what_is_left_out() -> None:
    spells = all_spells([*FOUR, course("e", "talks 05-01", amount=None)], TODAY)
    deals = [
        Open("c", date(2026, 6, 20), None),
        Open("d", date(2026, 8, 1), Decimal(80)),
        Open("e", None, None),
        Open("a", None, None),  # won: no longer open
    ]
    result = forecast(spells, deals, TODAY, RULES._replace(least=9))
    assert [(row["opportunity"], row["weighted"], row["late"]) for row in result.rows] == [
        ("c", 40, 10),
        ("d", 10, None),
        ("e", None, None),
    ]
    assert result.rows[1]["said"] == 80
    assert result.parameters["weighted"] == 50
    assert result.parameters["past_due"] == 40
    assert result.parameters["by_month"] == {"2026-06": 40, "2026-08": 10}
    assert [note.split(":")[0] for note in result.notes[:2]] == [
        "1 deal has no amount, or a stage without a chance, and is left out",
        "1 deal is past its expected close",
    ]


def test_past_forecasts_know_nothing_of_the_future() -> None:
    result = forecast_score(FOUR, [date(2026, 2, 28), date(2026, 3, 31)], TODAY, RULES)
    names = ("made", "deals", "forecast", "n", "forecast_decided", "won", "error")
    # On 28 February nothing was decided, so the chances of the pipeline hold: 40 % of a, which is
    # quoted, 10 % of c; b is in talks, which has none. On 31 March b was lost: (0 + 1) / (1 + 2).
    assert [tuple(row[name] for name in names) for row in result.rows] == [
        ("2026-02-28", 2, 130, 1, 120, 300, -180),
        ("2026-03-31", 2, Decimal("133.333333"), 1, 100, 300, -200),
    ]


def test_the_score_of_forecasts() -> None:
    won = course("w", "quoted 02-01", "won 04-01", amount=100)
    lost = course("l", "quoted 02-01", "lost 04-01", amount=100)
    (row,) = forecast_score([won, lost], [date(2026, 2, 28)], TODAY, RULES).rows
    assert (row["forecast"], row["won"], row["error"], row["error_percent"]) == (80, 100, -20, -20)
    assert row["brier"] == Decimal("0.26")  # (0.6^2 + 0.4^2) / 2
    result = forecast_score([won, lost], [date(2026, 2, 28)], TODAY, RULES)
    assert result.parameters["bias_percent"] == -20
    assert forecast_score([], [TODAY], TODAY, RULES).notes == [
        "No deal of an earlier forecast has been decided yet."
    ]


@given(courses(), st.randoms(use_true_random=False))
def test_a_forecast_replayed_is_the_one_that_was_made(found: list[Course], random: Random) -> None:
    made = date(2026, 3, 15)
    then = all_spells(found, made)
    deals = [Open(one.deal, None, None) for one in then if one.outcome is None]
    whole = forecast(then, deals, made, RULES).parameters["weighted"]
    random.shuffle(found)
    rows = forecast_score(found, [made], TODAY, RULES).rows
    assert sum(row["forecast"] for row in rows) == whole
