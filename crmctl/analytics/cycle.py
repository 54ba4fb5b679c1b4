"""The length of a sale: days from opening to the end, and in each stage on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from crmctl.analytics.deals import ENDS, P90, Spell, Stages, middle
from crmctl.analytics.grouping import Grouping, parted, ranked, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

STEPS = {"won": N_("Opening to won"), "lost": N_("Opening to lost")}
TITLES = {"days": N_("days counted"), "won": N_("won deals"), "lost": N_("lost deals")}


class Stretch(NamedTuple):
    """So many days that a deal took for a step: a stage, or `won` or `lost` for the whole way."""

    deal: str
    pipeline: str | None
    step: str
    days: int


def stretches(spells: Iterable[Spell], as_of: date, days: int = 0) -> Iterable[Stretch]:
    """What was finished within so many days until a day, 0 for ever."""
    first = as_of - timedelta(days=days) if days else date.min
    for one in spells:
        ended = one.closed is not None and one.closed > first
        if one.outcome is not None and ended and one.days is not None:
            yield Stretch(one.deal, one.pipeline, one.outcome, one.days)
        ends = [*one.visits, (one.outcome, one.closed)] if one.outcome else one.visits
        for (stage, since), (_next, left) in pairwise(ends):
            if stage is not None and since is not None and left is not None and left > first:
                yield Stretch(one.deal, one.pipeline, stage, max(0, (left - since).days))


def cycle(
    spells: Iterable[Spell],
    stages: Stages,
    as_of: date,
    *,
    days: int = 0,
    by: Grouping | None = None,
    titles: Mapping[str, str] | None = None,
    pipelines: Mapping[str, str] | None = None,
) -> ModelResult:
    """Median and 90 % quantile of the days that each step took, by pipeline and group.

    A step is a stage, from entering to leaving it, or the whole way from opening to won or lost;
    stages come first, in their order. `days`: only what was finished within so many days.
    What is not finished says nothing yet.
    """
    found = list(stretches(spells, as_of, days))
    parts = parted(found, lambda one: one.deal, by, lambda one: one.pipeline, lambda one: one.step)
    order = {
        (pipeline, step): place
        for pipeline, names in stages.items()
        for place, step in enumerate([*names, *ENDS])
    }
    pipeline_order = {name: place for place, name in enumerate(stages)}

    def ordered(key: tuple[Any, ...]) -> tuple[Any, ...]:
        pipeline, step, *group = key
        place = order.get((pipeline, step), len(order))
        return pipeline_order.get(pipeline, len(order)), ranked(group), place, step

    rows = []
    for key in sorted(parts, key=ordered):
        lengths = [one.days for one in parts[key]]
        rows.append(
            {
                "pipeline": key[0],
                **({by.column.name: key[2]} if by is not None else {}),
                "step": key[1],
                "n": len(lengths),
                "median": middle(lengths),
                "p90": middle(lengths, P90),
                "longest": max(lengths),
            }
        )
    columns = (
        Column("pipeline", N_("Pipeline"), "enum", pipelines or {}),
        *([by.column] if by is not None else []),
        Column("step", N_("Step"), "enum", {**(titles or {}), **STEPS}),
        Column("n", "n", "integer"),
        Column("median", N_("Median days"), "number"),
        Column("p90", N_("90 % quantile"), "number"),
        Column("longest", N_("Longest"), "integer"),
    )
    ended = {end: sum(one.step == end for one in found) for end in ENDS}
    notes = several((one.deal for one in found), by)
    if not found:
        notes.append(_("No deal has left a stage in this time."))
    return ModelResult(
        "cycle", as_of, {"days": days, **ended}, sum(ended.values()), columns, rows, notes, TITLES
    )
