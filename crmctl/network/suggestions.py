"""Whom to introduce to a customer: peers, and those who have what the other side seeks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmctl.locale import _
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold

Values = Mapping[str, Any]
ALIKE = ("level", "size", "region", "sector")
SHORTEST = 2  # of words that are compared


class Suggestion(Frozen):
    """A customer to introduce: how many reasons speak for it, and which."""

    customer: str
    name: str
    reasons: tuple[str, ...]

    @property
    def score(self) -> int:
        return len(self.reasons)


def peers(one: Values, others: Iterable[Values], titles: Mapping[str, str]) -> list[Suggestion]:
    """Customers of the same industry, first those who are alike in most; `titles` of the fields."""
    industry = fold(str(one.get("industry") or ""))
    found = []
    for other in others:
        if not industry or fold(str(other.get("industry") or "")) != industry:
            continue
        same = ["industry", *(n for n in ALIKE if one.get(n) and one.get(n) == other.get(n))]
        reasons = [_("same {field}").format(field=titles.get(n, n).lower()) for n in same]
        found.append(_suggested(other, reasons))
    return _best(found)


def complements(one: Values, others: Iterable[Values]) -> list[Suggestion]:
    """Customers who offer what this one seeks, or seek what it offers, or are its market."""
    found = []
    for other in others:
        reasons = [
            *(_("offers {what}").format(what=w) for w in _matching(_seeks(one), _offers(other))),
            *(_("seeks {what}").format(what=w) for w in _matching(_seeks(other), _offers(one))),
        ]
        if _sells_to(one, other):
            reasons.append(_("is of their market"))
        if _sells_to(other, one):
            reasons.append(_("sells to their trade"))
        if reasons:
            found.append(_suggested(other, reasons))
    return _best(found)


def _suggested(other: Values, reasons: Iterable[str]) -> Suggestion:
    name = str(other.get("name") or other["id"])
    return Suggestion(str(other["id"]), name, tuple(dict.fromkeys(reasons)))


def _best(found: list[Suggestion]) -> list[Suggestion]:
    return sorted(found, key=lambda one: (-one.score, one.customer))


def _business(values: Values) -> Values:
    found: Values = (values.get("profile") or {}).get("business") or {}
    return found


def _offers(values: Values) -> list[str]:
    return [str(word) for word in _business(values).get("products") or ()]


def _seeks(values: Values) -> list[str]:
    needs = [
        str(need.get("text") or "")
        for need in values.get("needs") or ()
        if need.get("status", "open") == "open"
    ]
    return [*map(str, values.get("interests") or ()), *needs]


def _matching(seeks: list[str], offers: list[str]) -> Iterator[str]:
    """The offers that are part of what is sought, or the other way round."""
    for offer in offers:
        word = fold(offer)
        wanted = map(fold, seeks)
        if any(len(w) >= SHORTEST and (word in w or w in word) for w in wanted if w):
            yield offer


def _sells_to(one: Values, other: Values) -> bool:
    markets = {fold(str(market)) for market in _business(one).get("markets") or ()}
    return any(fold(str(other.get(name) or "-")) in markets for name in ("industry", "region"))
