"""Behavior and feeling, bonds, life cycles, meetings, friendship, clients and health."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.bond import Link, bond
from crmctl.analytics.clienthood import Habits, clienthood, variation
from crmctl.analytics.encounter import Meetings, encounter
from crmctl.analytics.exploration import exploration
from crmctl.analytics.friendship import Pair, friendship
from crmctl.analytics.health import Signs, health
from crmctl.analytics.lifecycle import Course, Deal, lifecycle, slope
from crmctl.analytics.relation import Relation
from crmctl.analytics.relationship import Felt, Sides, relationship, weighted
from crmctl.analytics.touchpoints import Point, touchpoints
from crmctl.policies.relationship import (
    Behavior,
    Bond,
    Clienthood,
    Encounter,
    Friendship,
    Health,
    Lifecycle,
    Relationship,
)

TODAY = date(2026, 11, 21)
D = Decimal
SIDES = Relationship(
    behavior=Behavior(weights={"purchases": D(60), "touches": D(40)}),
    feeling={"touches": D(50), "answers": D(50)},
)
WEIGHTS = dict(
    zip(
        "recency trend breadth csat issues promises payment".split(),
        map(D, (25, 15, 10, 20, 10, 10, 10)),
        strict=True,
    )
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


# behavior and feeling


def test_weights_are_spread_over_what_was_measured() -> None:
    weights = {"a": D(60), "b": D(30), "c": D(10)}
    assert weighted({"a": D(100), "b": None, "c": D(30)}, weights) == (D(90), D(70))
    assert weighted({"a": None}, weights) == (None, D(0))
    assert weighted({"d": D(5)}, weights) == (None, D(0))


def test_the_two_scores_stand_side_by_side() -> None:
    one = Sides(
        "c",
        purchases=("o1", "o2", "o3"),
        touches=6,
        felt=[Felt(D(75), "i1"), Felt(D(25), "i2")],
        answered=[Felt(D(100), "s1")],
        by_us=1,
        by_them=3,
        barrier=4,
        barrier_before=1,
    )
    (row,) = relationship([one], TODAY, SIDES).rows
    # 3 of 6 purchases and 6 of 12 touches; the means 50 and 100 weigh the same.
    assert (row["behavior"], row["feeling"]) == (D(50), D(75))
    assert (row["felt"], row["answers"], row["reciprocity"]) == (2, 1, D(75))
    assert (row["exit_barrier"], row["exit_barrier_before"]) == (4, 1)
    assert row["evidence"] == ["o3", "i2", "i1"]
    assert row["deficient"] is None


@pytest.mark.parametrize(
    ("touches", "felt", "expected"),
    [
        (12, [D(60)], None),
        (12, [D(59)], "behavior_only"),
        (12, [], "feeling_unmeasured"),
        (0, [D(60)], "feeling_only"),
        (0, [D(59)], None),
        (0, [], None),
    ],
)
def test_what_lacks_one_of_the_two_is_deficient(
    touches: int, felt: list[Decimal], expected: str | None
) -> None:
    one = Sides("c", touches=touches, felt=[Felt(value, "i") for value in felt])
    (row,) = relationship([one], TODAY, SIDES).rows
    assert row["deficient"] == expected
    assert bool(row["change"]) == (expected is not None)


def test_without_a_feeling_there_is_none_and_not_zero() -> None:
    result = relationship([Sides("c")], TODAY, SIDES)
    assert (result.rows[0]["behavior"], result.rows[0]["feeling"]) == (0, None)
    assert result.rows[0]["reciprocity"] is None
    assert result.notes[1:] == ["The feeling of 1 customer was not measured."]


# life cycle

EDGES = [ago(400), ago(300), ago(200), ago(100), TODAY]
BEFORE = [ago(600), ago(500), ago(400), ago(300), ago(180)]


def course(*values: int | None, margin: int | None = 10, id: str = "c") -> Course:
    """One purchase in each period, from the first on; None for a period without one."""
    days = (350, 250, 150, 50)
    deals = [
        Deal(ago(day), f"o{day}", D(value), None if margin is None else D(value * margin) / 100)
        for day, value in zip(days, values, strict=True)
        if value is not None
    ]
    return Course(id, deals)


@pytest.mark.parametrize(
    ("values", "expected", "volume"),
    [
        ((100, 110, 120, 130), "steady", D("8.695652")),
        ((100, 120, 140, 160), "formation", D("15.384615")),
        ((160, 140, 120, 100), "decline", D("-15.384615")),
        ((100, 100, 100, 100), "steady", D(0)),
        ((None, None, 10, 90), "trial", D(160)),
        ((None, None, None, None), None, None),
    ],
)
def test_life_cycles(
    values: tuple[int | None, ...], expected: str | None, volume: Decimal | None
) -> None:
    (row,) = lifecycle([course(*values)], EDGES, BEFORE, Lifecycle()).rows
    assert (row["lifecycle"], row["volume_slope"]) == (expected, volume)


def test_profit_decides_where_volume_is_level() -> None:
    deals = [
        Deal(ago(day), "o", D(100), D(margin))
        for day, margin in ((350, 40), (250, 30), (150, 20), (50, 10))
    ]
    (row,) = lifecycle([Course("c", deals)], EDGES, BEFORE, Lifecycle()).rows
    assert (row["lifecycle"], row["profit_slope"], row["profit"]) == ("decline", D(-40), D(100))


def test_an_unknown_margin_makes_profit_unknown() -> None:
    result = lifecycle([course(1, 1, 1, 1, margin=None)], EDGES, BEFORE, Lifecycle())
    assert (result.rows[0]["profit"], result.rows[0]["profit_slope"]) == (None, None)
    assert result.notes[0].startswith("The profit of 1 customer is not known")


def test_churn_is_told_of_those_who_had_bought_by_then() -> None:
    gone = course(10, 10, None, None, id="gone")._replace(gone=True)
    new = course(None, None, None, 10, id="new")._replace(gone=True)
    rows = {r["customer"]: r for r in lifecycle([gone, new], EDGES, BEFORE, Lifecycle()).rows}
    assert (rows["gone"]["churn"], rows["gone"]["before"]) == (100, "trial")
    assert (rows["new"]["churn"], rows["new"]["before"]) == (None, None)


def test_who_bought_nothing_of_late_declines() -> None:
    deals = [Deal(ago(day), "o", D(10)) for day in (900, 800, 700)]
    (row,) = lifecycle([Course("c", deals)], EDGES, BEFORE, Lifecycle()).rows
    assert (row["lifecycle"], row["volume"]) == ("decline", 0)


@given(st.lists(st.integers(0, 999).map(Decimal), min_size=2, max_size=8))
def test_a_slope_turns_with_the_order(values: list[Decimal]) -> None:
    found = slope(values)
    back = slope(values[::-1])
    assert (found is None) == (sum(values) == 0)
    assert found is None or back is None or found == -back


# bonds


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link("c"), None),
        (Link("c", purchases=1), "basic"),
        (Link("c", purchases=1, exchanges=2), "basic"),
        (Link("c", exchanges=3), "cooperative"),
        (Link("c", purchases=1, exchanges=1, told=("s1",)), "cooperative"),
        (Link("c", purchases=9, barrier=5, share=D(4)), "basic"),
        (Link("c", purchases=9, exchanges=3, share=D(40)), "cooperative"),
        (Link("c", purchases=9, barrier=5, share=D(5)), "interdependent"),
        (Link("c", purchases=9, contracts=("k",), share=D(5)), "interdependent"),
        (Link("c", purchases=9, wallet=D(50), share=D(5)), "interdependent"),
        (Link("c", purchases=9, wallet=D(49), share=D(5)), "basic"),
    ],
)
def test_bonds(link: Link, expected: str | None) -> None:
    (row,) = bond([link], TODAY, Bond()).rows
    assert row["bond"] == expected


# meetings


@pytest.mark.parametrize(
    ("counts", "expected", "share"),
    [
        ((), None, None),
        ((1,), "encounter", D(100)),
        ((2,), "relationship", D(100)),
        ((6, 4), "relationship", D(60)),
        ((5, 4), "pseudo_relationship", D("55.555556")),
        ((1, 1, 1), "pseudo_relationship", D("33.333333")),
    ],
)
def test_encounters(counts: tuple[int, ...], expected: str | None, share: Decimal | None) -> None:
    met = [Meetings(f"u{place}", count, f"i{place}") for place, count in enumerate(counts)]
    (row,) = encounter({"c": met}, TODAY, Encounter()).rows
    assert (row["encounter"], row["main_share"]) == (expected, share)
    assert row["main_user"] == ("u0" if counts else None)


def test_friendship_takes_all_three_sides() -> None:
    rules = Friendship(utility=("utility",), sociability=("sociability",), reciprocity=("back",))
    whole = Pair(
        "a", "Ann", "u", {"utility": [D(5)], "sociability": [D(3)], "back": [D(4)]}, ("s",)
    )
    part = Pair("b", "Bo", "u", {"utility": [D(5), D(1)]}, ("s", "t"))
    result = friendship([part, whole], TODAY, rules)
    assert [row["friendship"] for row in result.rows] == [D(75), None]
    assert (result.rows[1]["utility"], result.rows[1]["sociability"]) == (D(50), None)
    assert (result.n, result.rows[0]["change"]) == (
        1,
        "Most by more of its lowest side: Sociability.",
    )
    assert result.notes[1:] == ["1 pair was not asked for all three and has no index."]


def test_touchpoints_are_told_channel_by_channel() -> None:
    mail = Point("a", "email", 3, 1, 2, 1, 1, 2, 1, ago(3), "i1")
    none = Point("a", None, 1, 0, 0, 0, 0, 0, 0, ago(9), "i2")
    call = Point("b", "phone", 5, 5, 0, 0, 2, 0, 0, ago(1), "i3")
    result = touchpoints([none, mail, call], TODAY, 365, {})
    assert [(row["customer"], row["channel"], row["feeling"]) for row in result.rows] == [
        ("b", "phone", None),
        ("a", "email", D("0.5")),
        ("a", None, None),
    ]
    assert result.parameters == {"days": 365, "channels": 2, "unsaid": 1}


def test_clients_pass_every_test_that_could_be_made() -> None:
    days = [ago(90), ago(60), ago(30)]
    found = [
        Habits("client", days, by_us=1, by_them=1, completeness=40),
        Habits("unasked", days[:2]),
        Habits("pushed", days, by_us=9, by_them=1, completeness=40),
        Habits("looker", [], by_them=3, completeness=90),
    ]
    rows = {row["customer"]: row for row in clienthood(found, TODAY, Clienthood()).rows}
    assert {id: row["clienthood"] for id, row in rows.items()} == {
        "client": "client", "unasked": "client", "pushed": "buyer", "looker": "shopper"
    }  # fmt: skip
    assert rows["pushed"]["change"] == "It lacks: initiative."
    assert (rows["client"]["variation"], rows["unasked"]["variation"]) == (0, None)


def test_variation() -> None:
    # Intervals of 10 and 30 days: mean 20, standard deviation 10.
    assert variation([ago(40), ago(0), ago(30)]) == D("0.5")
    assert variation([ago(1), ago(0)]) is None


def test_parts_of_exploration_and_what_lacks() -> None:
    known = Relation("b", processes={"norms": ["k"], "attraction": ["i"]})
    rows = exploration([Relation("a"), known], TODAY).rows
    assert [(row["customer"], row["explored"]) for row in rows] == [("b", 2), ("a", 0)]
    assert rows[0]["norms"] == ["k"]
    assert rows[0]["change"].startswith("It lacks: a quote")


# health


def judged(**signs: Any) -> dict[str, Any]:
    rules = Health(weights=WEIGHTS, csat=("overall",))
    (row,) = health([Signs("c", **signs)], TODAY, rules).rows
    return row


@pytest.mark.parametrize(
    ("signs", "part", "expected"),
    [
        ({"silence": D(1)}, "recency", D(100)),
        ({"silence": D(2)}, "recency", D(50)),
        ({"silence": D(3)}, "recency", D(0)),
        ({"silence": D("0.2")}, "recency", D(100)),
        ({"recent": D(10), "earlier": D(10)}, "trend", D(50)),
        ({"recent": D(15), "earlier": D(10)}, "trend", D(100)),
        ({"recent": D(5), "earlier": D(10)}, "trend", D(0)),
        ({"recent": D(0), "earlier": D(10)}, "trend", D(0)),
        ({"recent": D(9), "earlier": D(0)}, "trend", None),
        ({"products": 0}, "breadth", D(0)),
        ({"products": 2}, "breadth", D(40)),
        ({"products": 9}, "breadth", D(100)),
        ({"answers": [5, 4, 3]}, "csat", D("66.666667")),
        ({"open_tickets": 0}, "issues", D(100)),
        ({"open_tickets": 5}, "issues", D(0)),
        ({"kept": D(80)}, "promises", D(80)),
        ({"late": D(15)}, "payment", D(75)),
        ({"late": D(90)}, "payment", D(0)),
    ],
)
def test_parts_of_health(signs: dict[str, Any], part: str, expected: Decimal | None) -> None:
    assert judged(**signs)[part] == expected


def test_health_is_the_weighted_mean_of_what_was_measured() -> None:
    row = judged(silence=D(2), answers=[5], open_tickets=1, evidence={"recency": ["o1"]})
    # (50 * 25 + 100 * 20 + 75 * 10) / 55
    assert row["health"] == D("72.727273")
    assert (row["coverage"], row["band"]) == (D(55), "good")
    assert (row["weakest"], row["evidence"]) == ("recency", ["o1"])
    assert row["change"] == "Most by: Recency."


def test_below_half_of_the_weights_health_is_grey() -> None:
    row = judged(silence=D(1), answers=[5])
    assert (row["health"], row["coverage"], row["band"]) == (D(100), D(45), "grey")
    assert row["change"].startswith("Not measured: Trend; Breadth")


def test_without_a_part_there_is_no_health() -> None:
    row = judged()
    assert (row["health"], row["band"], row["coverage"]) == (None, None, 0)


def test_the_worst_come_first_and_grey_ones_later() -> None:
    whole: dict[str, Any] = {"silence": D(1), "answers": [5], "open_tickets": 0}
    found = [
        Signs("good", **whole),
        Signs("grey", silence=D(3)),
        Signs("none"),
        Signs("bad", **{**whole, "silence": D(9), "answers": [1]}),
    ]
    result = health(found, TODAY, Health(weights=WEIGHTS))
    assert [row["customer"] for row in result.rows] == ["bad", "good", "grey", "none"]
    assert (result.n, result.parameters["counts"]["grey"]) == (3, 1)
