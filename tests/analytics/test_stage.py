"""The stage of a relation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.relation import Event, Purchases, Relation, Said, purchases
from crmctl.analytics.rhythm import interval
from crmctl.analytics.stage import STAGES, silence_limit, stage
from crmctl.policies.relationship import Stage

TODAY = date(2026, 11, 21)
RULES = Stage(items={"intention": Decimal(5)})


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def event(days: int, id: str) -> Event:
    return Event(ago(days), id)


class Order(NamedTuple):
    day: date
    id: str
    net_amount: int
    products: frozenset[str] = frozenset(("p",))


def orders(*pairs: tuple[int, int]) -> list[Order]:
    """Orders so many days ago, each of a value, of one product."""
    return [Order(ago(days), f"o{place}", value) for place, (days, value) in enumerate(pairs)]


def bought(*pairs: tuple[int, int]) -> Purchases | None:
    return purchases(orders(*pairs))


RISING = bought((100, 10), (60, 20), (20, 30))
OLD = event(800, "m")
COMMITTED: dict[str, Any] = {
    "both": OLD,
    "heard": ago(3),
    "binding": (event(500, "frame"),),
    "intention": (Decimal(4), "asked"),
}

CASES: dict[str, tuple[dict[str, Any], tuple[str, str, list[str], str | None]]] = {
    "nothing happened": ({}, ("awareness", "evidence", [], None)),
    "we wrote": ({"ours": event(5, "a")}, ("awareness", "evidence", ["a"], None)),
    "they wrote": ({"theirs": event(5, "b")}, ("awareness", "evidence", ["b"], None)),
    "both wrote": (
        {"ours": event(5, "a"), "theirs": event(7, "b"), "heard": ago(7)},
        ("exploration", "evidence", ["b", "a"], None),
    ),
    "they met": (
        {"both": event(5, "m"), "heard": ago(5)},
        ("exploration", "evidence", ["m"], None),
    ),
    "a trial order": ({"trial": event(9, "t")}, ("exploration", "evidence", ["t"], None)),
    "one purchase": (
        {"purchases": bought((9, 10))},
        ("exploration", "evidence", ["o0"], None),
    ),
    "three, and rising": ({"purchases": RISING}, ("expansion", "evidence", ["o0", "o2"], None)),
    "three, and level": (
        {"purchases": bought((100, 10), (60, 10), (20, 10))},
        ("exploration", "evidence", ["o0"], None),
    ),
    "nine percent more is not ten": (
        {"purchases": bought((100, 100), (60, 1), (20, 109))},
        ("exploration", "evidence", ["o0"], None),
    ),
    "ten percent more": (
        {"purchases": bought((100, 100), (60, 1), (20, 110))},
        ("expansion", "evidence", ["o0", "o2"], None),
    ),
    "broader, and worth no more": (
        {
            "purchases": purchases(
                [*orders((100, 10), (60, 10)), Order(ago(20), "o2", 10, frozenset("pq"))]
            )
        },
        ("expansion", "evidence", ["o0", "o2"], None),
    ),
    "bound, old, meant": (COMMITTED, ("commitment", "evidence", ["frame", "asked"], None)),
    "bound and old, not meant": (
        {**COMMITTED, "intention": (Decimal("3.9"), "asked")},
        ("expansion", "evidence", ["frame", "asked"], "behavior_only"),
    ),
    "bound and old, nobody asked": (
        {**COMMITTED, "intention": None},
        ("expansion", "evidence", ["frame"], "feeling_unmeasured"),
    ),
    "bound and meant, not old": (
        {**COMMITTED, "both": event(300, "m"), "binding": (event(300, "frame"),)},
        ("exploration", "evidence", ["m"], None),
    ),
    "renewed once": (
        {**COMMITTED, "binding": (), "renewals": (event(90, "c"),)},
        ("exploration", "evidence", ["m"], None),
    ),
    "renewed twice": (
        {**COMMITTED, "binding": (), "renewals": (event(200, "c"), event(90, "c"))},
        ("commitment", "evidence", ["c", "asked"], None),
    ),
    "recorded as lost": (
        {**COMMITTED, "lost": (ago(3),)},
        ("dissolution", "explicit", ["c"], None),
    ),
    "silent for twice its interval": (
        {"purchases": bought((240, 10), (160, 20), (80, 30)), "both": event(240, "m")},
        ("expansion", "evidence", ["o0", "o2"], None),
    ),
    "silent for longer": (
        {"purchases": bought((290, 10), (210, 20), (161, 30))},
        ("dissolution", "likely", ["o2"], None),
    ),
    "silent without a habit": (
        {"purchases": bought((366, 10))},
        ("dissolution", "likely", ["o0"], None),
    ),
    "bought long ago, wrote last week": (
        {"purchases": bought((366, 10)), "heard": ago(7)},
        ("exploration", "evidence", ["o0"], None),
    ),
    "came back": ({"back": ago(4)}, ("exploration", "evidence", ["c"], None)),
    "nobody can fall silent who never spoke": (
        {"ours": event(900, "a")},
        ("awareness", "evidence", ["a"], None),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_stages(name: str) -> None:
    known, expected = CASES[name]
    (row,) = stage([Relation("c", **known)], TODAY, RULES).rows
    assert (row["stage"], row["basis"], row["evidence"], row["deficient"]) == expected
    assert row["change"]


def test_what_a_person_said_goes_before_and_says_what_would_be_without() -> None:
    said = Said("commitment", ago(9), "li-na", "shook hands")
    result = stage([Relation("c", said=said, purchases=bought((9, 10)))], TODAY, RULES)
    (row,) = result.rows
    assert (row["stage"], row["basis"]) == ("commitment", "override")
    assert row["change"] == (
        "Without what li-na said on 2026-11-12 (shook hands) it would be: Exploration."
    )
    assert result.notes == ["1 stage was said by hand."]


def test_the_probability_of_being_alive_goes_before_silence_where_it_is_known() -> None:
    rules = RULES.replaced(dissolution="p_alive")
    silent = Relation("a", purchases=bought((900, 10)), p_alive=0.5)
    dead = Relation("b", purchases=bought((9, 10)), p_alive=0.1)
    unknown = Relation("c", purchases=bought((900, 10)))
    result = stage([silent, dead, unknown], TODAY, rules)
    found = {row["customer"]: row["stage"] for row in result.rows}
    assert found == {"a": "exploration", "b": "dissolution", "c": "dissolution"}
    assert result.notes[-1] == (
        "P(alive) is known of 2 of 3 customers; silence decides for the others."
    )


def test_what_is_lacking_is_said() -> None:
    result = stage([Relation("c", purchases=RISING)], TODAY, RULES)
    assert result.rows[0]["change"] == (
        "For commitment it lacks: 9 more months; a standing order, a framework contract or 2"
        " renewals; an intention of 4 of 5."
    )
    assert result.parameters["counts"] == {
        "awareness": 0, "exploration": 0, "expansion": 1, "commitment": 0, "dissolution": 0
    }  # fmt: skip


def test_months_are_full_months() -> None:
    def months(start: date, day: date) -> int:
        relation = Relation("c", both=Event(start, "m"), heard=day)
        return int(stage([relation], day, RULES).rows[0]["months"])

    assert months(date(2025, 11, 22), date(2026, 11, 21)) == 11
    assert months(date(2025, 11, 21), date(2026, 11, 21)) == 12


def test_a_habit_takes_three_purchases() -> None:
    assert silence_limit(interval([ago(9), ago(1)]), RULES) == RULES.silence_days
    # Twice the median of 19 and 50 days.
    assert silence_limit(interval([ago(70), ago(20), ago(1)]), RULES) == 69


def test_purchases_in_brief() -> None:
    assert purchases([]) is None
    one = Order(ago(90), "a", 5, frozenset("pq"))
    found = purchases([one, Order(ago(90), "b", 7), *orders((60, 1), (21, 4))])
    assert found == Purchases(
        days=3,
        first=event(90, "a"),
        last=event(21, "o1"),
        interval=Fraction(69, 2),
        value_early=12,
        value_late=4,
        products_early=2,
        products_late=1,
    )
    alone = purchases([one])
    assert alone is not None
    # Nothing rises with one purchase.
    assert (alone.interval, *alone[4:]) == (None, 0, 0, 0, 0)


events = st.none() | st.integers(0, 900).map(lambda days: event(days, "e"))
pairs = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 99)), max_size=6)
relations = st.tuples(st.text("abc", min_size=1, max_size=3), events, events, pairs).map(
    lambda drawn: Relation(
        drawn[0], ours=drawn[1], theirs=drawn[2], purchases=bought(*sorted(drawn[3])[::-1])
    )
)


@given(st.lists(relations, max_size=6, unique_by=lambda one: one.customer), st.randoms())
def test_the_order_of_what_comes_in_changes_nothing(found: list[Relation], random: Any) -> None:
    mixed = found.copy()
    random.shuffle(mixed)
    result = stage(found, TODAY, RULES)
    assert stage(mixed, TODAY, RULES).rows == result.rows
    assert all(row["stage"] in STAGES and row["change"] for row in result.rows)
    assert sum(result.parameters["counts"].values()) == len(found)
