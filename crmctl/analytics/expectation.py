"""Expectation and performance: whether customers got what they expected, item by item.

Satisfaction comes from comparing the two, after Oliver, "A Cognitive Model of the Antecedents and
Consequences of Satisfaction Decisions" (Journal of Marketing Research 17, 1980).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from crmctl.analytics.answers import (
    Answer,
    Form,
    Row,
    apart,
    head,
    mean,
    once,
    remarks,
    share,
    told,
)
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

BEFORE = "before"

COLUMNS = (
    Column("n", "n", "integer"),
    Column("expected", N_("Expectation"), "mean"),
    Column("perceived", N_("Perceived"), "mean"),
    Column("gap", N_("Gap"), "mean"),
    Column("better", N_("Better"), "percent"),
    Column("equal", N_("As expected"), "percent"),
    Column("worse", N_("Worse"), "percent"),
)


class Pair(NamedTuple):
    """What one respondent expected of an item and what they found, high being good."""

    item: str
    expected: Fraction
    perceived: Fraction

    @property
    def gap(self) -> Fraction:
        return self.perceived - self.expected


class Expectations:
    """What was expected: asked beside the answers, or before the purchase.

    Of the expectations before a purchase the last one by the day counts: that of the same
    respondent, else that of anybody else of the same customer.
    """

    def __init__(self, form: Form, before: Iterable[Answer]) -> None:
        self._form = form
        self._by: dict[tuple[str, str | None], list[Answer]] = {}
        for one in sorted(before, key=lambda one: (one.day, one.id)):
            for respondent in (one.respondent, None):
                self._by.setdefault((one.customer, respondent), []).append(one)

    def pairs(self, answer: Answer) -> Iterator[Pair]:
        """The items of which both are known, of this customer and item only."""
        for name, item in self._form.items.items():
            if name not in answer.given:
                continue
            expected = answer.expected.get(name)
            if expected is None:
                expected = self._before(answer, name)
            if expected is not None:
                yield Pair(name, item.forward(expected), item.forward(answer.given[name]))

    def _before(self, answer: Answer, item: str) -> Decimal | None:
        for respondent in (answer.respondent, None):
            for one in reversed(self._by.get((answer.customer, respondent), ())):
                value = one.expected.get(item, one.given.get(item))
                if one.day <= answer.day and value is not None:
                    return value
        return None


def expectation(
    answers: Mapping[str, Iterable[Answer]],
    before: Mapping[str, Iterable[Answer]],
    forms: Iterable[Form],
    as_of: date,
    by: Grouping | None = None,
) -> ModelResult:
    """Perceived less expected, per questionnaire and item: means, and how often it was better.

    `answers` and `before` are given by questionnaire: what was found during and after the purchase,
    and what was expected before it. Only pairs of the same customer and item count, `n` of them.
    """
    rows: list[Row] = []
    ids: list[str] = []
    doubles = 0
    titles: dict[str, str] = {}
    names: dict[str, str] = {}
    for form in forms:
        counted, left = once(answers.get(form.name, ()))
        doubles += left
        known = Expectations(form, before.get(form.name, ()))
        for begun, found in apart(counted, by):
            paired = [(one.id, pair) for one in found for pair in known.pairs(one)]
            ids += [id for id, _pair in paired]
            for name in form.items:
                pairs = [pair for _id, pair in paired if pair.item == name]
                if pairs:
                    names[form.name] = form.title
                    titles[name] = form.items[name].title
                    rows.append({**begun, "questionnaire": form.name, "item": name, **_row(pairs)})
    notes = [*remarks(len(ids), doubles), *several(ids, by)]
    if not rows:
        notes.append(_("Nobody was asked for expectations and for what became of them."))
    columns = (
        *head(by),
        Column("questionnaire", N_("Questionnaire"), "enum", names),
        Column("item", N_("Item"), "enum", titles),
        *COLUMNS,
    )
    return ModelResult("expectation", as_of, {}, len(set(ids)), columns, rows, notes)


def _row(pairs: list[Pair]) -> Row:
    gaps = [pair.gap for pair in pairs]
    n = len(gaps)
    return {
        "n": n,
        "expected": told(mean(pair.expected for pair in pairs)),
        "perceived": told(mean(pair.perceived for pair in pairs)),
        "gap": told(mean(gaps)),
        "better": told(share(sum(gap > 0 for gap in gaps), n)),
        "equal": told(share(sum(gap == 0 for gap in gaps), n)),
        "worse": told(share(sum(gap < 0 for gap in gaps), n)),
    }
