"""The clocks of a ticket: when they run, stand still and stop. Instants are epoch seconds.

A clock runs in working time from the opening of a ticket until it is settled. It stands still in
the states that the policy says; what lies between a settlement and a reopening does not count
either, so that a reopened ticket goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from crmctl.values.worktime import Pause, WorkTime

OPEN = "open"
SETTLED = ("resolved", "closed")
"""The states of a ticket in which nothing is left to do."""

Entry = tuple[str | None, int]
"""A state, and since when."""


class Course(NamedTuple):
    """What befell a ticket: `stop` is when it was settled for the last time, None while open."""

    opened: int
    stop: int | None
    pauses: Sequence[Pause]
    reopened: int


def course(
    opened: int,
    state: str | None,
    history: Sequence[Entry],
    was: str | None,
    settled: int | None,
    still: Collection[str],
) -> Course:
    """The course of a ticket that was opened then and is in `state`.

    `history` are its changes of state, `was` the state before the first one; `settled` is what the
    record itself says of its settlement, `still` are the states in which the clocks stand.
    """
    spells: list[Entry] = [((was or OPEN) if history else (state or OPEN), opened), *history]
    stop, last = None, len(spells)
    while last and spells[last - 1][0] in SETTLED:
        last -= 1
        stop = spells[last][1]
    if stop is not None and settled is not None:
        stop = settled
    pauses: list[Pause] = []
    reopened = 0
    for number, (name, since) in enumerate(spells[:last]):
        following = spells[number + 1] if number + 1 < len(spells) else None
        if name in still or name in SETTLED:
            pauses.append((since, following[1] if following else None))
        if name in SETTLED and following and following[0] not in SETTLED:
            reopened += 1
    return Course(opened, stop, pauses, reopened)


def used(time: WorkTime, of: Course, until: int) -> int:
    """The working minutes that the clocks of a ticket have run by an instant."""
    return max(0, time.minutes(of.opened, max(until, of.opened), of.pauses))


def stood(time: WorkTime, of: Course, until: int) -> int:
    """The working minutes that the clocks stood still by an instant."""
    return max(0, time.minutes(of.opened, max(until, of.opened)) - used(time, of, until))


def due(time: WorkTime, of: Course, minutes: int, percent: int = 100) -> int | None:
    """When so many percent of a target have been used up; None while the clocks stand still."""
    return time.after(of.opened, -(-minutes * percent // 100), of.pauses)


def percentage(minutes: int, target: int | None) -> int | None:
    """How much of a target has been used up; None without one."""
    return None if not target else 100 * minutes // target
