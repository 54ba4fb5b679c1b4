"""What questionnaires ask and what was answered: the input of the models of attitude.

Answers are seen from the day of the analysis, and only those that lie on the scale of their item.
Sums and means are fractions, exact until a result is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from crmctl.analytics.exact import quotient
from crmctl.analytics.grouping import Grouping, parted
from crmctl.analytics.result import Column
from crmctl.locale import N_, _, ngettext
from crmctl.values.frozen import Frozen

Row = dict[str, Any]

EVIDENCE = Column("evidence", N_("Evidence"), "text", detail=True)
CHANGE = Column("change", N_("What would change it"), "text", detail=True)


class Item(NamedTuple):
    """One question with its scale; `reversed`: a high answer is a bad one."""

    title: str
    least: Decimal = Decimal(1)
    best: Decimal = Decimal(5)
    reversed: bool = False

    def forward(self, value: Decimal | int) -> Fraction:
        """An answer such that high is good."""
        plain = Fraction(value)
        return Fraction(self.least) + Fraction(self.best) - plain if self.reversed else plain

    def rating(self, value: Decimal | int) -> Fraction:
        """An answer in percent of the scale, 100 being the best."""
        return _rated(self, value)


@cache
def _rated(item: Item, value: Decimal | int) -> Fraction:
    """The same few answers come again and again."""
    span = Fraction(item.best) - Fraction(item.least)
    return 100 * (item.forward(value) - Fraction(item.least)) / span


class Form(Frozen):
    """A questionnaire: its items, the dimensions that they belong to, and the titles of these."""

    name: str
    title: str
    items: Mapping[str, Item]
    dimensions: Mapping[str, Sequence[str]] = {}
    titles: Mapping[str, str] = {}

    @property
    def item_titles(self) -> dict[str, str]:
        return {name: item.title for name, item in self.items.items()}


class Answer(NamedTuple):
    """A questionnaire that somebody filled in on a day (ISO text).

    `respondent` is who answered, `event` what was asked about (a ticket, a campaign, else the day)
    and `phase` when. `given`, `expected` and `important` have a value for each item answered.
    """

    id: str
    day: str
    customer: str
    respondent: str
    event: str
    phase: str
    given: Mapping[str, Decimal]
    expected: Mapping[str, Decimal] = {}
    important: Mapping[str, Decimal] = {}


def once(answers: Iterable[Answer]) -> tuple[list[Answer], int]:
    """One answer per respondent, event and phase, the last one; and how many others there were."""
    ordered = sorted(answers, key=_when)
    found = {(one.customer, one.respondent, one.event, one.phase): one for one in ordered}
    return sorted(found.values(), key=_when), len(ordered) - len(found)


def latest(answers: Iterable[Answer]) -> list[Answer]:
    """The last answer of each respondent, in order of customer and respondent."""
    ordered = sorted(answers, key=_when)
    found = {(one.customer, one.respondent): one for one in ordered}
    return [found[key] for key in sorted(found)]


def by_customer(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """The answers of each customer, by id."""
    found: dict[str, list[Answer]] = {}
    for one in answers:
        found.setdefault(one.customer, []).append(one)
    return dict(sorted(found.items()))


def _when(answer: Answer) -> tuple[str, str]:
    return answer.day, answer.id


def mean(values: Iterable[Fraction | Decimal | int | None]) -> Fraction | None:
    """The mean of what is measured; None of nothing."""
    # Answers have few denominators, and whole numbers add up much faster than fractions do.
    tops: dict[int, int] = {}
    count = 0
    for value in values:
        if value is not None:
            top, bottom = value.as_integer_ratio()
            tops[bottom] = tops.get(bottom, 0) + top
            count += 1
    if len(tops) == 1:
        return next(Fraction(top, bottom * count) for bottom, top in tops.items())
    whole = sum((Fraction(top, bottom) for bottom, top in tops.items()), Fraction(0))
    return whole / count if count else None


def share(part: int, whole: int) -> Fraction | None:
    """`part` in percent of `whole`; None of nothing."""
    return Fraction(100 * part, whole) if whole else None


def told(value: Fraction | None) -> Decimal | None:
    """A fraction as results have it, to six places."""
    return None if value is None else quotient(Decimal(value.numerator), value.denominator)


def plain(value: Fraction | Decimal) -> str:
    """A number in a sentence, to one place."""
    return f"{told(Fraction(value)):.1f}"


def square_root(value: Fraction) -> Decimal:
    """The root of a fraction, to six places."""
    from crmctl.analytics.exact import EXACT, PLACES, trimmed

    exact = EXACT.sqrt(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))
    return trimmed(EXACT.quantize(exact, Decimal(1).scaleb(-PLACES)))


def rating(form: Form, part: Sequence[str], given: Mapping[str, Decimal]) -> Fraction | None:
    """The mean of the answers to some items, each in percent of its scale."""
    return mean(form.items[name].rating(given[name]) for name in part if name in given)


def head(by: Grouping | None) -> tuple[Column, ...]:
    """The column that tells groups apart, where there is one."""
    return () if by is None else (by.column,)


def apart(answers: Iterable[Answer], by: Grouping | None) -> Iterator[tuple[Row, list[Answer]]]:
    """The answers of each group, with what a row of it begins with."""
    for key, found in parted(answers, lambda one: one.id, by).items():
        yield ({} if by is None else {by.column.name: key[-1]}), found


def remarks(n: int, doubles: int = 0, form: Form | None = None) -> list[str]:
    """Notes on answers that there are not, or too many of."""
    notes = []
    if not n and form is not None:
        notes.append(_("Nobody has answered the questionnaire “{name}”.").format(name=form.title))
    if doubles:
        text = ngettext(
            "{count} answer is left out: the same respondent answered about the same thing later.",
            "{count} answers are left out: the same respondent answered about the same thing "
            "later.",
            doubles,
        )
        notes.append(text.format(count=doubles))
    return notes
