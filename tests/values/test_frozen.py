"""Frozen values behave like frozen dataclasses where it matters."""

from __future__ import annotations

import pytest

from crmctl.values.frozen import Frozen


class Point(Frozen):
    x: int
    y: int = 0
    tags: list[str] = []  # noqa: RUF012 (copied for each)


class Place(Point):
    name: str = ""


class Other(Frozen):
    x: int
    y: int = 0
    tags: list[str] = []  # noqa: RUF012 (copied for each)


def test_fields_by_place_and_by_name() -> None:
    assert Point(1) == Point(x=1, y=0)
    assert Point(1, 2).y == 2
    assert Place(1, name="here").names() == ("x", "y", "tags", "name")
    assert repr(Point(1)) == "Point(x=1, y=0, tags=[])"


def test_equal_only_within_a_class() -> None:
    assert Point(1) != Other(1)
    assert Point(1) != Point(2)
    assert hash(Point(1, 2, ())) == hash(Point(1, 2, ()))  # type: ignore[arg-type]


def test_a_list_given_as_default_is_nobodys_twice() -> None:
    one, two = Point(1), Point(1)
    one.tags.append("a")
    assert two.tags == []


def test_nothing_can_be_changed() -> None:
    point = Point(1)
    with pytest.raises(AttributeError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del point.x
    assert point.replaced(x=3) == Point(3)
    assert point.x == 1


@pytest.mark.parametrize("values", [(), (1, 2, [], 4)])
def test_missing_and_surplus_values_are_refused(values: tuple[int, ...]) -> None:
    with pytest.raises(TypeError):
        Point(*values)  # type: ignore[arg-type]


def test_unknown_and_double_names_are_refused() -> None:
    with pytest.raises(TypeError, match="unknown"):
        Point(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="too many"):
        Point(1, x=2)  # type: ignore[misc]


def test_patterns_match_by_place() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
