"""RFM scores and segments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics.result import ModelResult
from crmctl.analytics.rfm import SEGMENTS, Purchases, rfm, segment

TODAY = date(2026, 6, 30)


def bought(customer: str, days_ago: int, events: int, spend: str | int) -> Purchases:
    return Purchases(customer, TODAY - timedelta(days_ago), events, Decimal(spend))


def scores(result: ModelResult) -> dict[str, str | None]:
    return {row["customer"]: row["score"] for row in result.rows}


BOOKS = st.lists(
    st.builds(bought, st.uuids().map(str), st.integers(0, 900), st.integers(0, 20), st.integers()),
    unique_by=lambda one: one.customer,
    max_size=40,
)


def test_cdnow_gives_the_published_figures(cdnow: list[Purchases]) -> None:
    result = rfm(cdnow, date(1998, 6, 30))
    assert result.n == len(result.rows) == 2357
    assert list(result.parameters.pop("means").values()) == [
        Decimal("371.563852"),
        Decimal("2.840899"),
        Decimal("103.560433"),
    ]
    assert result.parameters == {
        "method": "quantile",
        "cut_points": {
            "recency": [152, 442, 486, 512],
            "frequency": [1, 1, 2, 4],
            "monetary": [Decimal(text) for text in ("15.36", "31.958", "59.25", "130.436")],
        },
        "counts": {
            "recency": [459, 478, 475, 471, 474],
            "frequency": [1218, 0, 403, 358, 378],
            "monetary": [481, 462, 472, 470, 472],
        },
    }
    assert result.notes == ["Equal values share a score: nobody has 2 for frequency."]


def test_five_customers_one_in_each_fifth() -> None:
    book = [
        bought("ann", 1, 50, 500),
        bought("bob", 10, 40, 400),
        bought("cai", 20, 30, 300),
        bought("dai", 30, 20, 200),
        bought("eve", 40, 10, 100),
    ]
    result = rfm(book, TODAY)
    assert [tuple(row.values()) for row in result.rows] == [
        ("ann", 1, 50, 500, 5, 5, 5, "555", "champion", "important_value"),
        ("bob", 10, 40, 400, 4, 4, 4, "444", "loyal", "important_value"),
        ("cai", 20, 30, 300, 3, 3, 3, "333", "need_attention", "general_develop"),
        ("dai", 30, 20, 200, 2, 2, 2, "222", "hibernating", "general_win_back"),
        ("eve", 40, 10, 100, 1, 1, 1, "111", "hibernating", "general_win_back"),
    ]
    assert [column.name for column in result.columns] == list(result.rows[0])
    assert result.notes == []


def test_whoever_never_bought_is_a_prospect_and_not_counted() -> None:
    buyers = [bought("a", 1, 1, 10), bought("b", 2, 2, 20)]
    result = rfm([Purchases("new", None, 0, Decimal(0)), *buyers], TODAY)
    assert result.n == 2
    assert result.rows[-1] == {
        "customer": "new",
        "recency": None,
        "frequency": 0,
        "monetary": 0,
        "r": None,
        "f": None,
        "m": None,
        "score": None,
        "segment": "prospect",
        "value_type": None,
    }
    assert result.parameters["cut_points"] == rfm(buyers, TODAY).parameters["cut_points"]
    assert "1 customer has never bought and is a prospect without scores." in result.notes


@pytest.mark.parametrize("book", [[], [Purchases("a", None, 0, Decimal(0))]])
def test_without_buyers_nobody_is_scored(book: list[Purchases]) -> None:
    result = rfm(book, TODAY)
    assert result.n == 0
    assert result.parameters["cut_points"] == {"recency": [], "frequency": [], "monetary": []}
    assert result.notes == ["Nobody has bought anything yet, so nobody is scored."]


def test_one_purchase_is_scored_like_any_other() -> None:
    (row,) = rfm([bought("a", 3, 1, 5)], TODAY).rows
    assert (row["score"], row["segment"]) == ("511", "new")


def test_rows_come_by_score_then_spend_then_id() -> None:
    book = [bought("c", 5, 1, 7), bought("b", 5, 1, 7), bought("a", 5, 1, 7)]
    assert [row["customer"] for row in rfm(book, TODAY).rows] == ["a", "b", "c"]
    # With two values all three land in the scores 1 and 5 of money.
    book = [bought("low", 5, 1, 1), bought("high", 5, 1, 9), bought("top", 5, 1, 9)]
    assert [row["customer"] for row in rfm(book, TODAY).rows] == ["high", "top", "low"]


@pytest.mark.parametrize(
    ("name", "cells"),
    {
        "hibernating": {(1, 1), (1, 2), (2, 1), (2, 2)},
        "at_risk": {(1, 3), (1, 4), (2, 3), (2, 4)},
        "cant_lose": {(1, 5), (2, 5)},
        "about_to_sleep": {(3, 1), (3, 2)},
        "need_attention": {(3, 3)},
        "loyal": {(3, 4), (3, 5), (4, 4), (4, 5)},
        "promising": {(4, 1)},
        "new": {(5, 1)},
        "potential_loyalist": {(4, 2), (4, 3), (5, 2), (5, 3)},
        "champion": {(5, 4), (5, 5)},
    }.items(),
)
def test_every_pair_of_scores_has_the_segment_of_the_map(
    name: str, cells: set[tuple[int, int]]
) -> None:
    found = {(r, f) for r in range(1, 6) for f in range(1, 6) if segment(r, f) == name}
    assert found == cells
    assert name in SEGMENTS


@pytest.mark.parametrize(
    ("better", "type_"),
    {
        (1, 1, 1): "important_value",
        (1, 0, 1): "important_develop",
        (0, 1, 1): "important_keep",
        (0, 0, 1): "important_win_back",
        (1, 1, 0): "general_value",
        (1, 0, 0): "general_develop",
        (0, 1, 0): "general_keep",
        (0, 0, 0): "general_win_back",
    }.items(),
)
def test_the_eight_types(better: tuple[int, int, int], type_: str) -> None:
    recent, frequent, much = better
    mirrored = bought("b", 60 if recent else 30, 2 if frequent else 4, 20 if much else 40)
    one = bought("a", 30 if recent else 60, 4 if frequent else 2, 40 if much else 20)
    result = rfm([one, mirrored], TODAY)
    assert {row["customer"]: row["value_type"] for row in result.rows}["a"] == type_
    assert list(result.parameters["means"].values()) == [45, 3, 30]


def test_who_is_at_the_mean_is_not_above_it() -> None:
    (row,) = rfm([bought("a", 3, 1, 5)], TODAY).rows
    assert row["value_type"] == "general_win_back"


def test_equal_numbers_of_each_score() -> None:
    book = [bought(name, 10, 1, 5) for name in "abcdefg"]
    result = rfm(book, TODAY, "ntile")
    # Seven of one kind: two each have the lowest two scores, and ids decide who.
    assert scores(result) == dict(
        zip("abcdefg", ("111", "111", "222", "222", "333", "444", "555"), strict=True)
    )
    assert result.parameters["counts"]["recency"] == [2, 2, 1, 1, 1]
    assert "cut_points" not in result.parameters


def test_fifths_within_fifths() -> None:
    book = [bought(f"{days}{events}", days, events, 1) for days in range(5) for events in range(5)]
    nested = rfm(book, TODAY, "nested")
    assert nested.parameters["counts"]["frequency"] == [5] * 5
    assert {row["customer"]: (row["r"], row["f"]) for row in nested.rows} == {
        f"{days}{events}": (5 - days, events + 1) for days in range(5) for events in range(5)
    }
    assert nested.rows[0]["m"] == 1  # one in its cell


def test_fixed_cut_points() -> None:
    cuts = {"recency": [30, 90, 180, 365], "frequency": [1, 2, 4, 8], "monetary": [10, 20, 30, 40]}
    book = [bought("a", 30, 2, 10), bought("b", 31, 9, 41), bought("c", 366, 1, 20)]
    result = rfm(book, TODAY, "fixed", cuts)
    assert scores(result) == {"a": "521", "b": "455", "c": "112"}
    assert result.parameters["cut_points"] == cuts
    assert result.notes[0] == "Nobody has 2, 3 for recency."


def test_spend_per_purchase() -> None:
    book = [bought("a", 1, 4, 10), bought("b", 1, 1, 5), bought("c", 1, 0, 7)]
    book.append(Purchases("d", None, 0, Decimal(0)))
    result = rfm(book, TODAY, mean=True)
    assert {row["customer"]: row["monetary"] for row in result.rows} == {
        "a": Decimal("2.5"),
        "b": 5,
        "c": 0,
        "d": None,
    }


@pytest.mark.parametrize("method", ["quantile", "ntile", "nested"])
@given(BOOKS, st.integers())
def test_the_order_of_the_input_does_not_matter(
    method: str, book: list[Purchases], seed: int
) -> None:
    shuffled = Random(seed).sample(book, len(book))
    assert rfm(shuffled, TODAY, method) == rfm(book, TODAY, method)


@given(BOOKS, st.decimals("0.001", 1000, places=3))
def test_another_currency_changes_no_score(book: list[Purchases], rate: Decimal) -> None:
    converted = [Purchases(one.customer, one.last, one.events, one.spend * rate) for one in book]
    assert scores(rfm(converted, TODAY)) == scores(rfm(book, TODAY))


@given(BOOKS)
def test_better_values_never_score_less(book: list[Purchases]) -> None:
    rows = [row for row in rfm(book, TODAY).rows if row["score"]]
    for one in rows:
        for other in rows:
            assert one["recency"] < other["recency"] or one["r"] <= other["r"]
            assert one["frequency"] > other["frequency"] or one["f"] <= other["f"]
            assert one["monetary"] > other["monetary"] or one["m"] <= other["m"]


@given(BOOKS)
def test_counts_add_up_to_the_scored_and_rows_to_everybody(book: list[Purchases]) -> None:
    result = rfm(book, TODAY)
    assert [sum(counts) for counts in result.parameters["counts"].values()] == [result.n] * 3
    assert {row["customer"] for row in result.rows} == {one.customer for one in book}
