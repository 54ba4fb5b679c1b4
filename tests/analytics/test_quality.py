"""Trust, commitment, relationship quality, satisfaction, delivered value, the mirror."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.answers import Answer
from crmctl.analytics.delivered import delivered_value
from crmctl.analytics.grouping import Grouping
from crmctl.analytics.mirror import Voice, mirror
from crmctl.analytics.quality import Relation, quality
from crmctl.analytics.result import Column, ModelResult
from crmctl.analytics.satisfaction import Feelings, satisfaction
from crmctl.analytics.scale import scale
from tests.analytics.answered import answer, answers, form

TODAY = date(2026, 6, 30)
BENEVOLENCE = ("welfare", "goodwill", "help")
INTEGRITY = ("honest", "promises", "fair")
COMPETENCE = ("skills", "knowledge", "performance")
LEVEL = Grouping(Column("level", "Level", "text"), {"acme": ["vip"], "bolt": ["vip"]})


def trusting(id: str, customer: str, *levels: int, who: str = "", day: str = "") -> Answer:
    given = {
        item: level
        for part, level in zip((BENEVOLENCE, INTEGRITY, COMPETENCE), levels, strict=False)
        for item in part
    }
    return answer(id, customer, who, day, **given)


def trust(found: list[Answer], by: Grouping | None = None) -> ModelResult:
    return scale("trust", "Trust", found, form("trust"), TODAY, by=by)


def test_dimensions_and_their_mean_in_percent() -> None:
    result = trust([trusting("a", "acme", 7, 4, 1), trusting("b", "bolt", 1, 1)])
    acme, bolt = result.rows
    assert (acme["benevolence"], acme["integrity"], acme["competence"]) == (100, 50, 0)
    assert (acme["trust"], acme["n"], acme["evidence"]) == (50, 1, ["a"])
    # Nothing is said of bolt's trust in our competence, so its trust is not known.
    assert (bolt["benevolence"], bolt["competence"], bolt["trust"]) == (0, None, None)
    assert result.parameters["mean"]["trust"] == 50
    assert result.parameters["alpha"] == dict.fromkeys(
        ["benevolence", "integrity", "competence", "all"]
    )
    assert result.notes[1:] == ["Reliability is told from 10 complete answers on; there are 1."]


def test_the_last_answer_of_each_respondent_counts() -> None:
    found = [
        trusting("old", "acme", 1, 1, 1, who="ann", day="2026-01-01"),
        trusting("new", "acme", 7, 7, 7, who="ann", day="2026-02-01"),
        trusting("bob", "acme", 4, 4, 4, who="bob", day="2026-01-01"),
    ]
    (row,) = trust(found).rows
    assert (row["trust"], row["n"], row["evidence"]) == (75, 2, ["bob", "new"])


def test_alpha_from_ten_respondents_on() -> None:
    found = [trusting(f"s{at}", f"c{at}", 1 + at % 7, 1 + at % 7, 1 + at % 7) for at in range(10)]
    result = trust(found)
    assert result.parameters["alpha"]["all"] == 1
    assert result.notes == ["Scores are points from 0 to 100."]
    assert trust(found[:9]).parameters["alpha"]["all"] is None


def test_groups_are_means_over_customers() -> None:
    found = [
        trusting("a", "acme", 7, 7, 7),
        trusting("b", "bolt", 1, 1, 1),
        trusting("c", "cog", 4, 4, 4),
    ]
    rows = trust(found, LEVEL).rows
    assert [(row["level"], row["n"], row["trust"]) for row in rows] == [
        ("vip", 2, 50),
        (None, 1, 50),
    ]


def relation(customer: str, *parts: int | None) -> Relation:
    happy, sure, bound = (None if part is None else Fraction(part) for part in parts)
    return Relation(customer, happy, sure, bound, [f"srv-{customer}"])


def test_quality_is_the_mean_of_three_or_nothing() -> None:
    result = quality([relation("bolt", 90, None, 30), relation("acme", 90, 60, 30)], TODAY)
    acme, bolt = result.rows
    assert (acme["quality"], acme["weakest"], acme["missing"]) == (60, "commitment", [])
    assert acme["change"] == "Commitment to us higher by more than 30.0 points"
    assert (bolt["quality"], bolt["weakest"], bolt["missing"]) == (None, None, ["trust"])
    assert bolt["change"] == "asking about: Trust"
    assert result.parameters["complete"] == 1


def test_of_equal_links_the_earlier_is_the_weakest() -> None:
    assert quality([relation("acme", 50, 50, 50)], TODAY).rows[0]["weakest"] == "satisfaction"


def test_alpha_of_the_three_parts() -> None:
    found = [relation(f"c{at}", 10 * at, 10 * at, 10 * at) for at in range(10)]
    assert quality(found, TODAY).parameters["alpha"] == 1
    assert quality(found[1:], TODAY).parameters["alpha"] is None
    rows = quality(
        [relation("acme", 90, 60, 30), relation("bolt", 70, None, None)], TODAY, by=LEVEL
    )
    assert rows.rows == [
        {
            "level": "vip",
            "n": 2,
            "satisfaction": 80,
            "trust": 60,
            "commitment": 30,
            "quality": 60,
            "complete": 1,
        }
    ]


def test_nobody_was_asked() -> None:
    result = quality([relation("acme", None, None, None)], TODAY)
    assert (result.n, result.rows) == (0, [])
    assert result.notes == ["Nobody was asked about trust, satisfaction or commitment."]


@pytest.mark.parametrize(
    ("good", "bad", "state"),
    [
        (80, 10, "satisfied"),
        (80, 60, "mixed"),
        (20, 10, "indifferent"),
        (20, 90, "dissatisfied"),
        (90, None, None),
        (None, 90, None),
    ],
)
def test_satisfaction_says_nothing_of_dissatisfaction(
    good: int | None, bad: int | None, state: str | None
) -> None:
    pleased, annoyed = (None if value is None else Fraction(value) for value in (good, bad))
    one = Feelings("acme", pleased, annoyed, {}, {"Speed": 1, "Price": 2}, ["srv-1"])
    (row,) = satisfaction([one], TODAY).rows
    assert (row["state"], row["satisfaction"], row["dissatisfaction"]) == (state, good, bad)
    assert row["annoys"] == ["Price (2)", "Speed (1)"]


def test_what_customers_get_less_what_it_takes() -> None:
    items: Any = dict.fromkeys(("product", "service", "staff", "image"), 4)
    costs: Any = dict.fromkeys(("money", "time", "energy", "mind"), 2)
    found = [answer("a", **items, **costs), answer("b", "bolt", **items)]
    rows = delivered_value(found, form("delivered"), TODAY).rows
    assert [tuple(row.values()) for row in rows] == [
        ("acme", 1, 4, 2, 2, 2, ["a"]),
        ("bolt", 1, 4, None, None, None, ["b"]),
    ]
    (row,) = delivered_value(found, form("delivered"), TODAY, by=LEVEL).rows
    assert (row["level"], row["n"], row["value"]) == ("vip", 2, 2)


def voices(teams: int) -> list[Voice]:
    return [
        Voice(f"t{team}", staff, Fraction(10 * team + 5 * (not staff)))
        for team in range(teams)
        for staff in (True, False)
    ]


def test_the_mirror_wants_five_teams() -> None:
    assert mirror(voices(5), TODAY).parameters["r"] == 1
    few = mirror([*voices(4), Voice("t9", True, Fraction(1))], TODAY)
    assert (few.parameters["r"], few.n) == (None, 4)
    assert few.notes[1:] == [
        "Correlation is not computed: it needs 5 teams, and 4 have both sides."
    ]
    assert few.rows[-1]["customers"] is None


@given(answers("trust"), answers("delivered"), st.integers())
def test_the_order_of_answers_does_not_matter(
    trusts: list[Answer], delivered: list[Answer], seed: int
) -> None:
    random = Random(seed)
    assert trust(random.sample(trusts, len(trusts))) == trust(trusts)
    for row in trust(trusts).rows:
        assert row["trust"] is None or 0 <= row["trust"] <= Decimal(100)
    mixed = random.sample(delivered, len(delivered))
    shape = form("delivered")
    assert delivered_value(mixed, shape, TODAY) == delivered_value(delivered, shape, TODAY)
