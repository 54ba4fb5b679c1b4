"""The parts of value, side by side."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crmctl.analytics.components import Source, components
from crmctl.analytics.referral import Brought

TODAY = date(2026, 6, 30)


def test_what_was_not_measured_is_left_open() -> None:
    (row,) = components([Source("a", Decimal(5))], TODAY, 2).rows
    assert {name for name, value in row.items() if value not in (None, [])} == {
        "customer",
        "realized",
    }


def test_the_parts() -> None:
    book = [
        Source("a", Decimal(9), Decimal(4), "loyal", Decimal(30), date(2024, 6, 30),
               Brought(("b",), Decimal(7)), Brought(("b", "c"), Decimal(50)), 600, -1, 3),
        Source("b", Decimal(1), None, "loyal", Decimal(10)),
        Source("c", Decimal(20), None, "new", Decimal(2)),
    ]  # fmt: skip
    result = components(book, TODAY, 2, ("refers",))
    assert [row["customer"] for row in result.rows] == ["c", "a", "b"]
    a = result.rows[1]
    # The mean of both who are loyal; whoever hears them is warned.
    assert (a["model"], a["word_of_mouth"], a["information"]) == (20, -300, 3)
    assert (a["referral"], a["referred"], a["network"], a["reached"]) == (7, ["b"], 50, ["b", "c"])
    assert a["years"] == Decimal("2.00")
    assert result.parameters["depth"] == 2
    assert result.rows == components(book[::-1], TODAY, 2, ("refers",)).rows


def test_who_is_looked_at_changes_no_mean() -> None:
    book = [Source("a", Decimal(1), segment="new", yearly=Decimal(2)),
            Source("b", Decimal(1), segment="new", yearly=Decimal(4))]  # fmt: skip
    (row,) = components(book, TODAY, 2, wanted={"a"}.__contains__).rows
    assert row["model"] == 3
