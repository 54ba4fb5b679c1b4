"""Whom customers bring, directly and further down."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from crmctl.analytics.referral import Brought, downstream, in_circles, referrals


def said(found: Mapping[str, Brought]) -> dict[str, tuple[str, int]]:
    return {by: ("".join(one.customers), int(one.value)) for by, one in found.items()}


TEN = {name: Decimal(10) for name in "abcdef"}


def test_each_referee_counts_once_for_who_referred_them() -> None:
    found = said(referrals({"b": "a", "c": "a", "d": "b"}, TEN))
    assert found == {"a": ("bc", 20), "b": ("d", 10)}


def test_who_has_not_bought_yet_is_worth_nothing_yet() -> None:
    assert said(referrals({"new": "a"}, TEN)) == {"a": ("new", 0)}


def test_a_circle_counts_for_nobody() -> None:
    circle = {"a": "b", "b": "c", "c": "a", "d": "a", "e": "e"}
    assert in_circles(circle) == {"a", "b", "c", "e"}
    assert said(referrals(circle, TEN)) == {"a": ("d", 10)}


def test_downstream_goes_so_many_steps_and_counts_each_once() -> None:
    links = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e"), ("e", "a"), ("f", "f")]
    assert said(downstream(links, TEN, 1))["a"] == ("bc", 20)
    assert said(downstream(links, TEN, 2))["a"] == ("bcd", 30)
    assert said(downstream(links, TEN, 9))["a"] == ("bcde", 40)
    assert "f" not in downstream(links, TEN, 2)
