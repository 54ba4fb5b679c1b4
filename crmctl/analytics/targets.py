"""Targets beside what was reached, and whether that is enough for the day of the period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import percent
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

STATES = {
    "reached": N_("Goal reached"),
    "on_track": N_("On track"),
    "behind": N_("Behind"),
    "kept": N_("Kept"),
    "missed": N_("Missed"),
}
COLUMNS = (
    Column("target", N_("Name of the target"), "text"),
    Column("title", N_("Title"), "text"),
    Column("of", N_("Part"), "text"),
    Column("actual", N_("Actual"), "number"),
    Column("goal", N_("Goal"), "number"),
    Column("attainment", N_("Attainment"), "percent"),
    Column("elapsed", N_("Time gone"), "percent"),
    Column("state", N_("State"), "enum", STATES),
)


class Aim(NamedTuple):
    """A goal, of all or of one part, and what was reached; `less` is better for some.

    `first` and `last` are the days of the period, None for a goal without one.
    """

    target: str
    title: str
    of: str | None
    actual: Decimal | None
    goal: Decimal
    less: bool = False
    first: date | None = None
    last: date | None = None


def state(aim: Aim, elapsed: Decimal | None, attainment: Decimal | None) -> str | None:
    """How it stands: a goal not to exceed is kept or missed, another one reached, or not yet."""
    if aim.actual is None:
        return None
    if aim.less:
        return "kept" if aim.actual <= aim.goal else "missed"
    if aim.actual >= aim.goal:
        return "reached"
    if elapsed is not None and attainment is not None and attainment >= elapsed:
        return "on_track"
    return "behind"


def targets(aims: Iterable[Aim], as_of: date) -> ModelResult:
    """A row for each goal, in the order given: actual, goal, and the time gone, in percent.

    It is on track as long as the share of the goal is not below that of the time.
    """
    rows = []
    for aim in aims:
        elapsed = None
        if aim.first is not None and aim.last is not None:
            gone = min(max(as_of, aim.first), aim.last) - aim.first
            elapsed = percent(gone.days + 1, (aim.last - aim.first).days + 1)
        attainment = None if aim.actual is None else percent(aim.actual, aim.goal)
        rows.append(
            {
                "target": aim.target,
                "title": aim.title,
                "of": aim.of,
                "actual": aim.actual,
                "goal": aim.goal,
                "attainment": attainment,
                "elapsed": elapsed,
                "state": state(aim, elapsed, attainment),
            }
        )
    counts = {name: sum(row["state"] == name for row in rows) for name in STATES}
    parameters: dict[str, Any] = {name: count for name, count in counts.items() if count}
    notes = [] if rows else [_("The settings hold no targets: “flow.targets”.")]
    return ModelResult("targets", as_of, parameters, len(rows), COLUMNS, rows, notes, STATES)
