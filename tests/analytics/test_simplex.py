"""The simplex search."""

from __future__ import annotations

from math import inf

import pytest

from crmctl.analytics.simplex import Point, minimum


def rosenbrock(point: Point) -> float:
    x, y = point
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def test_it_finds_the_bottom_of_a_bent_valley() -> None:
    found = minimum(rosenbrock, (-1.2, 1.0))
    assert found.point == pytest.approx((1, 1), abs=1e-4)
    assert found.value == pytest.approx(0, abs=1e-8)


def test_it_does_the_same_every_time() -> None:
    assert minimum(rosenbrock, (3, 3)) == minimum(rosenbrock, (3, 3))


def test_it_stays_where_the_function_is_defined() -> None:
    found = minimum(lambda point: point[0] if point[0] >= 2 else inf, (5.0,))
    assert found.point[0] == pytest.approx(2, abs=1e-5)


def test_it_ends_after_so_many_calls() -> None:
    asked = []

    def endless(point: Point) -> float:
        asked.append(point)
        return -sum(point)

    minimum(endless, (0.0, 0.0, 0.0), calls=100)
    assert len(asked) < 110
