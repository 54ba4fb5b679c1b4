"""Deals as spells, and the models that count them: funnel, win rate, cycle, velocity, cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.cycle import cycle
from crmctl.analytics.dealcost import Effort, deal_cost
from crmctl.analytics.deals import Course, Spell, all_spells, spells
from crmctl.analytics.funnel import funnel
from crmctl.analytics.grouping import Grouping
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.velocity import velocity
from crmctl.analytics.winrate import win_rate

STAGES = {"inbound": ["lead", "quoted", "talks"], "outbound": ["call", "offer"]}
TODAY = date(2026, 6, 30)


def day(text: str | None) -> date | None:
    return date.fromisoformat(f"2026-{text}") if text else None


def course(
    id: str,
    *moves: str,
    opened: str | None = "01-10",
    was: str | None = "lead",
    stage: str | None = None,
    closed: str | None = None,
    amount: int | None = 100,
    pipeline: str = "inbound",
) -> Course:
    """A deal whose moves are written `quoted 02-01`; its stage is the last of them."""
    parts = [move.split() for move in moves]
    dated = tuple((name, date.fromisoformat(f"2026-{at}")) for name, at in parts)
    stage = stage or (dated[-1][0] if dated else was)
    worth = None if amount is None else Decimal(amount)
    first = was if dated else None
    return Course(id, "acme", pipeline, day(opened), dated, first, stage, day(closed), worth)


def told(one: Course, on: str) -> list[tuple[object, ...]]:
    at = date.fromisoformat(f"2026-{on}")
    return [
        (spell.number, [stage for stage, _since in spell.visits], spell.outcome, spell.days)
        for spell in spells(one, at)
    ]


REOPENED = course("o", "quoted 02-01", "lost 03-01", "talks 04-01", "won 04-11")


@pytest.mark.parametrize(
    ("one", "on", "expected"),
    [
        (REOPENED, "01-09", []),
        (REOPENED, "01-31", [(1, ["lead"], None, None)]),
        (REOPENED, "02-28", [(1, ["lead", "quoted"], None, None)]),
        (REOPENED, "03-31", [(1, ["lead", "quoted"], "lost", 50)]),
        (REOPENED, "04-10", [(1, ["lead", "quoted"], "lost", 50), (2, ["talks"], None, None)]),
        (REOPENED, "04-11", [(1, ["lead", "quoted"], "lost", 50), (2, ["talks"], "won", 10)]),
        # lost and then won without having been opened: it was won
        (course("o", "lost 03-01", "won 03-05"), "06-30", [(1, ["lead"], "won", 54)]),
        # the record knows the day better than its history, and may know a later one
        (course("o", "won 03-01", closed="02-20"), "06-30", [(1, ["lead"], "won", 41)]),
        (course("o", "won 03-01", closed="07-05"), "06-30", [(1, ["lead"], None, None)]),
        # without a history nobody knows what came before the end
        (course("o", stage="won", closed="03-01"), "06-30", [(1, [None], "won", 50)]),
        (course("o", stage="won", closed="03-01"), "02-28", [(1, [None], None, None)]),
        (course("o", stage="won", opened=None), "06-30", [(1, [None], "won", None)]),
        # won before the book knew it
        (
            course("o", "talks 02-01", was="won"),
            "06-30",
            [(1, [None], "won", None), (2, ["talks"], None, None)],
        ),
    ],
)
def test_spells_of_a_deal_until_a_day(
    one: Course, on: str, expected: list[tuple[object, ...]]
) -> None:
    assert told(one, on) == expected


FOUR = [
    course("a", "quoted 02-01", "talks 03-01", "won 04-01", amount=300),
    course("b", "talks 02-01", "lost 03-01", amount=100),  # skipped a stage
    course("c", "quoted 04-01"),
    course("d", opened="05-01"),
]


def known(*courses: Course) -> list[Spell]:
    return all_spells(courses, TODAY)


def table(result: ModelResult, *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in result.rows]


def test_a_funnel_counts_skipped_stages_as_passed() -> None:
    result = funnel(known(*FOUR), STAGES, TODAY)
    names = ("stage", "entered", "reached", "waiting", "lost", "conversion")
    assert table(result, *names) == [
        ("lead", 4, 3, 1, 0, 75),
        ("quoted", 3, 2, 1, 0, Decimal("66.666667")),
        ("talks", 2, 1, 0, 1, 50),
        ("won", 1, None, None, None, None),
    ]
    assert [row["from_start"] for row in result.rows] == [100, 75, 50, 25]
    assert "2 open deals may still go on" in result.notes[0]


def test_a_funnel_by_cohort_and_pipeline() -> None:
    other = course("e", "offer 06-01", was="call", opened="05-20", pipeline="outbound")
    result = funnel(known(*FOUR, other), STAGES, TODAY, period="quarter")
    found = table(result, "pipeline", "cohort", "stage", "entered")
    assert found[0] == ("inbound", "2026-Q1", "lead", 3)
    assert ("inbound", "2026-Q2", "lead", 1) in found
    assert found[-3:] == [
        ("outbound", "2026-Q2", "call", 1),
        ("outbound", "2026-Q2", "offer", 1),
        ("outbound", "2026-Q2", "won", 0),
    ]


def test_a_try_of_which_no_stage_is_known_is_left_out_and_said() -> None:
    result = funnel(known(course("a", stage="lost", closed="03-01")), STAGES, TODAY)
    assert (result.n, result.rows) == (0, [])
    assert "1 try is left out, of which no stage is known." in result.notes


def test_a_reopened_deal_is_a_new_try() -> None:
    result = funnel(known(REOPENED), STAGES, TODAY)
    assert result.parameters == {"deals": 1, "tries": 2}
    assert [row["entered"] for row in result.rows] == [2, 2, 1, 1]


def test_the_win_rate_leaves_open_deals_out() -> None:
    result = win_rate(known(*FOUR), TODAY)
    names = ("period", "won", "lost", "n", "win_rate", "won_value", "lost_value", "value_rate")
    assert table(result, *names) == [
        ("2026-Q1", 0, 1, 1, 0, None, 100, 0),
        ("2026-Q2", 1, 0, 1, 100, 300, None, 100),
    ]
    assert result.parameters["win_rate"] == 50
    assert result.parameters["value_rate"] == 75
    assert result.parameters["open"] == 2


def test_the_win_rate_of_a_window_and_of_groups() -> None:
    assert win_rate(known(*FOUR), TODAY, days=100).n == 1
    owner = Grouping(Column("owner", "Owner", "text"), {"a": ["li"], "b": ["li", "max"]})
    result = win_rate(known(*FOUR), TODAY, by=owner)
    assert table(result, "owner", "n", "win_rate") == [("li", 2, 50), ("max", 1, 0)]
    assert "1 record belongs to several groups and counts in each." in result.notes


def test_a_deal_without_an_amount_counts_by_number_alone() -> None:
    result = win_rate(known(course("a", "won 04-01", amount=None)), TODAY)
    assert table(result, "won", "won_value", "value_rate") == [(1, None, None)]
    assert "a" in result.notes[0]
    assert win_rate([], TODAY).notes == ["No deal was won or lost in this time."]


def test_the_cycle_has_the_whole_way_and_each_stage() -> None:
    result = cycle(known(*FOUR), STAGES, TODAY)
    assert table(result, "step", "n", "median", "p90") == [
        ("lead", 3, 22, Decimal("69.2")),
        ("quoted", 1, 28, 28),
        ("talks", 2, Decimal("29.5"), Decimal("30.7")),
        ("won", 1, 81, 81),
        ("lost", 1, 50, 50),
    ]


def test_velocity_is_open_deals_by_rate_by_value_by_days() -> None:
    result = velocity(known(*FOUR), TODAY)
    (row,) = result.rows
    assert (row["open"], row["n"], row["win_rate"], row["won_value"], row["cycle"]) == (
        2, 2, 50, 300, 81,
    )  # fmt: skip
    assert row["velocity"] == Decimal("3.703704")  # 2 x 0.5 x 300 / 81


def test_a_cycle_of_no_days_gives_no_velocity() -> None:
    same_day = course("a", "won 01-10")
    result = velocity(known(same_day, FOUR[3]), TODAY)
    assert result.rows[0]["velocity"] is None
    assert "no velocity" in result.notes[0]


def test_lost_deals_are_a_cost_of_the_won_ones() -> None:
    efforts = {"a": Effort(3, Decimal(50), 60), "b": Effort(1, Decimal(10), 30)}
    result = deal_cost(known(*FOUR), efforts, TODAY, period="year", hour=Decimal(20))
    (row,) = result.rows
    assert (row["won"], row["lost"], row["talks"], row["minutes"]) == (1, 1, 4, 90)
    assert (row["cost"], row["cost_per_won"], row["minutes_per_won"]) == (90, 90, 90)
    silent = deal_cost(known(*FOUR), {}, TODAY, period="year")
    assert silent.rows[0]["cost"] is None
    assert "2 deals have no talk" in silent.notes[0]


STEPS = st.sampled_from(["lead", "quoted", "talks", "won", "lost"])


@st.composite
def courses(draw: st.DrawFn) -> list[Course]:
    found = []
    for number in range(draw(st.integers(1, 8))):
        at = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 60)))
        opened, moves = at, []
        for name in draw(st.lists(STEPS, max_size=5)):
            at += timedelta(days=draw(st.integers(0, 40)))
            moves.append((name, at))
        stage = moves[-1][0] if moves else "lead"
        first = "lead" if moves else None
        amount = draw(st.none() | st.integers(0, 1000).map(Decimal))
        found.append(
            Course(
                f"d{number}", "acme", "inbound", opened, tuple(moves), first, stage, None, amount
            )
        )
    return found


@given(courses(), st.integers(0, 300), st.randoms(use_true_random=False))
def test_as_of_equals_truncation_and_order_does_not_matter(
    found: list[Course], days: int, random: Random
) -> None:
    on = date(2026, 1, 1) + timedelta(days=days)
    cut = []
    for one in found:
        if one.opened is not None and one.opened <= on:
            moves = tuple(move for move in one.moves if move[1] <= on)
            stage = moves[-1][0] if moves else "lead"
            cut.append(one._replace(moves=moves, was="lead" if moves else None, stage=stage))
    random.shuffle(found)
    models: list[Callable[[list[Spell]], ModelResult]] = [
        lambda those: funnel(those, STAGES, on, period="month"),
        lambda those: win_rate(those, on),
        lambda those: cycle(those, STAGES, on),
        lambda those: velocity(those, on),
    ]
    for model in models:
        assert model(all_spells(found, on)) == model(all_spells(cut, on))


@given(courses())
def test_a_funnel_only_narrows(found: list[Course]) -> None:
    result = funnel(all_spells(found, TODAY), STAGES, TODAY)
    for row in result.rows[:-1]:
        assert row["entered"] == row["reached"] + row["waiting"] + row["lost"]
        assert 0 <= (row["conversion"] or 0) <= 100
    entered = [row["entered"] for row in result.rows[:-1]]
    assert entered == sorted(entered, reverse=True)
