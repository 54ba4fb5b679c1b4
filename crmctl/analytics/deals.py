"""The courses of deals, cut at any day into spells: from opening or reopening to won or lost.

The models of the flow of sales stand on spells, so all of them agree on what was open when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from crmctl.analytics.quantiles import quantile

WON, LOST = "won", "lost"
ENDS = (WON, LOST)
Stages = Mapping[str, Sequence[str]]
"""The stages of each pipeline in their order, without the ends."""

Visit = tuple[str | None, date | None]
"""A stage, and since when; nobody may know either."""


class Course(NamedTuple):
    """Everything that is on record of a deal, today and later.

    `moves` are the changes of its stage in their order, `was` the stage before the first of them;
    `stage` and `closed` are what it says now. `amount` is in the base currency.
    """

    deal: str
    customer: str | None
    pipeline: str | None
    opened: date | None
    moves: tuple[tuple[str, date], ...]
    was: str | None
    stage: str | None
    closed: date | None
    amount: Decimal | None


class Spell(NamedTuple):
    """One try to win a deal, as it stood on a day; `outcome` is None while it is open."""

    deal: str
    customer: str | None
    pipeline: str | None
    number: int
    opened: date | None
    visits: tuple[Visit, ...]
    outcome: str | None
    closed: date | None
    amount: Decimal | None

    @property
    def days(self) -> int | None:
        """From opening to the end."""
        if self.opened is None or self.closed is None:
            return None
        return max(0, (self.closed - self.opened).days)

    def furthest(self, stages: Stages) -> int | None:
        """The place of the furthest stage that it reached; None where none is known.

        A won one has passed them all.
        """
        order = list(stages.get(self.pipeline or "", ()))
        places = [order.index(stage) for stage, _since in self.visits if stage in order]
        if not places:
            return None
        return len(order) if self.outcome == WON else max(places)


def _visits(course: Course, day: date) -> list[Visit] | None:
    """Every stage of a course until a day; None where the deal was not there yet."""
    begun = course.opened or (course.moves[0][1] if course.moves else None)
    if begun is not None and begun > day:
        return None
    first = course.was if course.moves else course.stage
    found: list[Visit] = [(None, begun), (first, None)] if first in ENDS else [(first, begun)]
    seen = [move for move in course.moves if move[1] <= day]
    found += seen
    if len(seen) < len(course.moves):
        return found
    # What the record itself says goes before its history.
    if course.stage != found[-1][0]:
        found.append((course.stage, None))
    if found[-1][0] in ENDS and course.closed is not None:
        found[-1] = (found[-1][0], course.closed)
    return found[:-1] if (found[-1][1] or date.min) > day else found


def spells(course: Course, day: date) -> Iterator[Spell]:
    """The spells of a deal until the end of a day, in their order.

    What comes later is invisible, so a deal won tomorrow is open today. A deal that is lost and
    then won without being opened between was won.
    """
    done: list[Spell] = []
    open_: list[Visit] = []
    for stage, since in _visits(course, day) or ():
        if stage not in ENDS:
            open_.append((stage, since))
        elif open_:
            done.append(_spell(course, len(done), open_, stage, since))
            open_ = []
        else:
            done[-1] = done[-1]._replace(outcome=stage, closed=since)
    yield from done
    if open_:
        yield _spell(course, len(done), open_, None, None)


def _spell(
    course: Course, before: int, visits: list[Visit], outcome: str | None, closed: date | None
) -> Spell:
    opened = visits[0][1]
    return Spell(
        course.deal,
        course.customer,
        course.pipeline,
        before + 1,
        opened,
        tuple(visits),
        outcome,
        closed,
        course.amount,
    )


def all_spells(courses: Iterable[Course], day: date) -> list[Spell]:
    """The spells of all deals, in order of their ids."""
    ordered = sorted(courses, key=lambda one: one.deal)
    return [spell for course in ordered for spell in spells(course, day)]


def closed_within(found: Iterable[Spell], day: date, days: int) -> list[Spell]:
    """Those that ended within so many days until a day; 0 days: ever, if nobody knows when too."""
    first = day - timedelta(days=days) if days else None
    return [
        one
        for one in found
        if one.outcome is not None
        and (first is None or (one.closed is not None and one.closed > first))
    ]


def middle(values: Iterable[int | Decimal], p: Fraction = Fraction(1, 2)) -> Decimal | None:
    """A quantile, the median without a `p`; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    found = quantile(ordered, p)
    return found if isinstance(found, Decimal) else None


P90 = Fraction(9, 10)
