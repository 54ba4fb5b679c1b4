"""Service levels and deflection."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.deflection import Asked, Solution, deflection
from crmctl.analytics.servicelevel import Ran, Ticket, service_levels

TODAY = date(2026, 6, 30)
RUNNING = Ran(5, False, 60)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        (Ran(60, True, 60), True),
        (Ran(61, True, 60), False),
        (Ran(60, False, 60), None),
        (Ran(61, False, 60), False),
        (Ran(5, True, None), None),
    ],
)
def test_in_time(clock: Ran, expected: bool | None) -> None:
    assert clock.in_time is expected


def ticket(id: str, response: Ran, resolution: Ran = RUNNING, level: str | None = "vip") -> Ticket:
    return Ticket(id, level, "normal", response, resolution)


def test_service_levels() -> None:
    tickets = [
        ticket("a", Ran(10, True, 60), Ran(100, True, 200)),
        ticket("b", Ran(90, True, 60), Ran(300, True, 200)),
        ticket("c", Ran(200, False, 60)),  # unanswered counts to now
        ticket("d", Ran(20, False, 60)),  # still in time: in neither part
        ticket("e", Ran(1, True, None), level=None),
    ]
    result = service_levels(tickets, TODAY, levels={"vip": "VIP"})
    vip, other = result.rows
    assert (vip["tickets"], vip["unanswered"], vip["open"]) == (4, 2, 2)
    assert (vip["response"], vip["response_p90"]) == (55, 167)
    assert (vip["response_n"], vip["response_in_time"]) == (3, Decimal("33.333333"))
    assert (vip["resolution"], vip["resolution_n"], vip["resolution_in_time"]) == (200, 2, 50)
    assert (other["level"], other["response_n"], other["response_in_time"]) == (None, 0, None)
    assert result.notes == ["2 tickets are not answered yet: their responses count until now."]
    assert service_levels([], TODAY).notes == ["No ticket was opened in this time."]


CLOCKS = st.builds(Ran, st.integers(0, 500), st.booleans(), st.none() | st.integers(1, 300))


@given(
    st.lists(st.tuples(CLOCKS, CLOCKS, st.sampled_from(["vip", "basic", None])), max_size=9),
    st.randoms(use_true_random=False),
)
def test_the_order_of_tickets_does_not_matter(
    clocks: list[tuple[Ran, Ran, str | None]], random: Random
) -> None:
    found = [ticket(f"t{at}", one, two, level) for at, (one, two, level) in enumerate(clocks)]
    result = service_levels(found, TODAY, levels={"vip": "VIP", "basic": "Basic"})
    random.shuffle(found)
    assert service_levels(found, TODAY, levels={"vip": "VIP", "basic": "Basic"}) == result


def asked(id: str, days: int, cause: str = "drift", solution: str | None = None) -> Asked:
    return Asked(id, TODAY - timedelta(days=days), cause, "p20", solution, True)


DRIFT = Solution("drift", TODAY - timedelta(days=100), frozenset(["drift"]), frozenset(), True)


def test_deflection_compares_as_many_days_on_either_side() -> None:
    tickets = [asked(f"b{n}", 101 + n) for n in range(4)]  # before
    tickets += [asked("a1", 50, solution="drift"), asked("far", 300), asked("other", 20, "noise")]
    result = deflection([DRIFT], tickets, TODAY, 50)
    (row,) = result.rows
    assert (row["before"], row["days_before"], row["after"], row["days_after"]) == (4, 50, 0, 50)
    (row,) = deflection([DRIFT], tickets, TODAY, 100).rows
    assert (row["before"], row["after"], row["deflected"], row["used"]) == (4, 1, 75, 1)
    assert row["evidence"] == ["b3", "b2", "b1", "b0", "a1"]
    assert result.parameters["with_solution"] == Decimal("14.285714")
    assert result.parameters["self_service"] == Decimal("14.285714")


@pytest.mark.parametrize(
    ("solution", "tickets"),
    [
        (DRIFT._replace(since=None), [asked("b", 150)]),
        (DRIFT, [asked("a", 50)]),  # none before
        (DRIFT._replace(since=TODAY), [asked("b", 150)]),  # no day since
        (DRIFT._replace(products=frozenset(["c30"])), [asked("b", 150)]),
    ],
)
def test_what_cannot_be_compared_is_not_measured(solution: Solution, tickets: list[Asked]) -> None:
    assert deflection([solution], tickets, TODAY, 180).rows[0]["deflected"] is None
