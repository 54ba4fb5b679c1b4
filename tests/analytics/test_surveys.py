"""CSAT, NPS, CES, CSI: figures over the answers to a few questions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.answers import Answer
from crmctl.analytics.csat import ces, csat
from crmctl.analytics.csi import csi
from crmctl.analytics.grouping import Grouping
from crmctl.analytics.nps import nps
from crmctl.analytics.result import Column, ModelResult
from tests.analytics.answered import answer, answers, form

TODAY = date(2026, 6, 30)
EQUAL = {name: Decimal(1) for name in ("overall", "expectation", "ideal")}


def recommending(promoters: int, passives: int, detractors: int) -> list[Answer]:
    values = [10] * promoters + [7] * passives + [0] * detractors
    return [answer(f"s{at}", who=f"c{at}", recommend=value) for at, value in enumerate(values)]


def test_nps_of_the_published_example() -> None:
    result = nps(recommending(50, 30, 20), form("nps"), TODAY)
    (row,) = result.rows
    assert (row["n"], row["promoters"], row["passives"], row["detractors"]) == (100, 50, 30, 20)
    assert row["nps"] == 30
    assert round(row["se"], 2) == Decimal("7.81")
    assert row["low"] is row["high"] is None
    assert result.notes == []


def test_nps_of_few_shows_its_interval() -> None:
    result = nps(recommending(4, 1, 1), form("nps"), TODAY)
    (row,) = result.rows
    assert (row["nps"], round(row["low"], 1), row["high"]) == (50, Decimal("-11.1"), 100)
    assert "fewer than 30" in result.notes[0]
    alike = nps(recommending(3, 0, 0), form("nps"), TODAY).rows[0]
    assert (alike["nps"], alike["se"], alike["low"]) == (100, 0, None)
    assert nps([], form("nps"), TODAY).rows == []


def test_where_promoters_begin_can_be_said() -> None:
    found = [answer("a", recommend=8), answer("b", who="x", recommend=7)]
    row = nps(found, form("nps"), TODAY, promoter=Decimal(8), detractor=Decimal(7)).rows[0]
    assert (row["promoters"], row["detractors"]) == (50, 50)


def test_csat_is_the_share_of_four_and_five() -> None:
    found = [answer(f"s{at}", who=f"c{at}", overall=at) for at in (1, 3, 4, 5)]
    found.append(answer("s9", who="c9", speed=5))
    result = csat(found, form("csat"), TODAY)
    assert [tuple(row.values()) for row in result.rows] == [
        ("overall", 4, 50, 25, Decimal("3.25")),
        ("speed", 1, 100, 100, 5),
    ]
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert result.n == 5


def test_csat_counts_an_answer_once() -> None:
    twice = [answer("a", day="2026-02-01", overall=1), answer("b", day="2026-02-01", overall=5)]
    result = csat(twice, form("csat"), TODAY)
    assert (result.n, result.rows[0]["satisfied"]) == (1, 100)
    assert result.notes == [
        "1 answer is left out: the same respondent answered about the same thing later."
    ]


def test_groups_are_told_apart_and_nothing_comes_last() -> None:
    found = [
        answer("a", overall=5),
        answer("b", who="x", overall=1),
        answer("c", who="y", overall=3),
    ]
    by = Grouping(Column("phase", "Phase", "text"), {"a": ["late"], "b": ["early"]})
    rows = csat(found, form("csat"), TODAY, by=by).rows
    assert [(row["phase"], row["satisfied"]) for row in rows] == [
        ("early", 0),
        ("late", 100),
        (None, 0),
    ]


def test_ces_is_the_share_from_five_on() -> None:
    found = [answer(f"s{at}", who=f"c{at}", easy=at) for at in (1, 4, 5, 7)]
    row = ces(found, form("ces"), TODAY).rows[0]
    assert (row["n"], row["easy"], row["mean"]) == (4, 50, Decimal("4.25"))


def test_a_reversed_item_counts_turned_round() -> None:
    rows = ces([answer("a", effort=1)], form("ces1"), TODAY, easy=Decimal(4)).rows
    assert (rows[0]["easy"], rows[0]["mean"]) == (100, 5)


def test_csi_of_the_published_example() -> None:
    result = csi([answer("a", overall=8, expectation=7, ideal=6)], form("csi"), TODAY, EQUAL)
    assert round(result.rows[0]["csi"], 2) == Decimal("66.67")


def test_csi_weighs_and_wants_every_item() -> None:
    found = [answer("a", overall=10, expectation=1, ideal=1), answer("b", who="x", overall=1)]
    weights = {"overall": Decimal(3), "expectation": Decimal(1)}
    result = csi([found[0]], form("csi"), TODAY, weights)
    assert result.rows[0]["csi"] == 75
    assert result.parameters["weights"] == {
        "overall": Decimal("0.75"),
        "expectation": Decimal("0.25"),
    }
    both = csi(found, form("csi"), TODAY, EQUAL)
    assert both.n == 1
    assert both.notes == ["1 answer is left out: not every item was answered."]


RUNS = {
    "csat": lambda found: csat(found, form("csat"), TODAY),
    "nps": lambda found: nps(found, form("nps"), TODAY),
    "ces": lambda found: ces(found, form("ces"), TODAY),
    "csi": lambda found: csi(found, form("csi"), TODAY, EQUAL),
}


@pytest.mark.parametrize("name", RUNS)
@given(data=st.data(), seed=st.integers())
def test_the_order_of_answers_does_not_matter(name: str, data: st.DataObject, seed: int) -> None:
    found = data.draw(answers(name))
    result: ModelResult = RUNS[name](found)
    assert RUNS[name](Random(seed).sample(found, len(found))) == result
    assert all(0 <= row[key] <= 100 for row in result.rows for key in row if key == "satisfied")


@given(answers("nps"))
def test_nps_adds_up(found: list[Answer]) -> None:
    for row in nps(found, form("nps"), TODAY).rows:
        assert round(row["promoters"] + row["passives"] + row["detractors"], 4) == 100
        assert -100 <= row["nps"] <= 100
        assert row["low"] is None or -100 <= row["low"] <= row["nps"] <= row["high"] <= 100
