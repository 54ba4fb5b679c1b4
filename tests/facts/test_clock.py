"""When the clocks of a ticket run, stand still and stop."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from crmctl.facts.clock import Course, course, due, percentage, stood, used
from crmctl.values.worktime import WorkTime

ALWAYS = WorkTime(ZoneInfo("UTC"), [[(0, 1440)]] * 7, [])
DAYS = WorkTime(ZoneInfo("UTC"), [[(540, 1080)]] * 5 + [[], []], [])
MONDAY = 1_772_438_400  # 2026-03-02T08:00Z
STILL = ("waiting",)


def of(*history: tuple[str, int], settled: int | None = None, state: str | None = None) -> Course:
    last = history[-1][0] if history else state
    return course(0, last, history, None, settled, STILL)


def test_a_ticket_without_history_is_open_since_it_was_opened() -> None:
    assert of() == Course(0, None, [], 0)
    assert of(state="waiting").pauses == [(0, None)]
    assert of(state="closed").stop == 0
    assert of(state="closed", settled=60).stop == 60


def test_it_stands_still_while_waiting_and_stops_when_it_is_settled() -> None:
    found = of(("in_progress", 60), ("waiting", 120), ("in_progress", 240), ("resolved", 600))
    assert found == Course(0, 600, [(120, 240)], 0)
    assert used(ALWAYS, found, 600) == 8
    assert stood(ALWAYS, found, 600) == 2


def test_to_close_what_was_resolved_changes_nothing() -> None:
    assert of(("resolved", 600), ("closed", 6000)).stop == 600
    assert of(("resolved", 600), ("closed", 6000), settled=540).stop == 540


def test_a_reopened_ticket_goes_on_where_it_stopped() -> None:
    found = of(("resolved", 600), ("closed", 900), ("open", 6000), ("waiting", 6600))
    assert found.stop is None
    assert found.reopened == 1
    assert used(ALWAYS, found, 10_000) == 20
    again = of(("resolved", 600), ("open", 6000), ("resolved", 6600), ("open", 7200))
    assert again.reopened == 2


def test_what_is_due_is_put_off_by_pauses() -> None:
    found = course(MONDAY, "open", [("waiting", MONDAY + 7200), ("open", MONDAY + 10_800)], None,
                   None, STILL)  # fmt: skip
    # From 9:00: one hour, then an hour of waiting, then the other three.
    assert due(DAYS, found, 240) == MONDAY + 6 * 3600
    assert due(DAYS, found, 240, 50) == MONDAY + 4 * 3600
    waiting = course(MONDAY, "waiting", [("waiting", MONDAY + 7200)], None, None, STILL)
    assert due(DAYS, waiting, 240) is None
    assert due(DAYS, waiting, 60) == MONDAY + 7200  # it was over before anybody waited


def test_percentages() -> None:
    assert percentage(90, 60) == 150
    assert percentage(90, None) is None


STATES = st.sampled_from(["open", "in_progress", "waiting", "resolved", "closed"])


@given(st.lists(st.tuples(STATES, st.integers(0, 10**7)), max_size=12), st.integers(0, 2 * 10**7))
def test_what_ran_and_what_stood_still_is_all_the_time(
    entries: list[tuple[str, int]], until: int
) -> None:
    history = [
        (state, at) for (state, _), at in zip(entries, sorted(at for _, at in entries), strict=True)
    ]
    found = of(*history)
    end = until if found.stop is None else min(until, found.stop)
    ran, still = used(ALWAYS, found, end), stood(ALWAYS, found, end)
    assert ran >= 0
    assert still >= 0
    assert ran + still == end // 60
