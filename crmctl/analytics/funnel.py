"""The funnel: how many deals that entered a stage went on to the next one.

The customary stage conversion, reached next / entered. A deal that skips a stage has passed it, one
that comes back after it was won or lost is a new try, and each pipeline has a funnel of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crmctl.analytics.deals import LOST, WON, Spell, Stages
from crmctl.analytics.exact import percent
from crmctl.analytics.grouping import Grouping, parted, ranked, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext
from crmctl.values.periods import bucket

TITLES = {
    "period": N_("cohorts by"),
    "deals": N_("number of deals"),
    "tries": N_("number of tries"),
}


def funnel(
    spells: Iterable[Spell],
    stages: Stages,
    as_of: date,
    *,
    period: str | None = None,
    by: Grouping | None = None,
    titles: Mapping[str, str] | None = None,
    pipelines: Mapping[str, str] | None = None,
) -> ModelResult:
    """A row for each stage of each pipeline, cohort and group, in the order of the stages.

    `period` (week, month, quarter, year) tells apart in which one a try began; None takes all
    together. A row has `entered`, `reached` (the next stage), `waiting` (open, no further yet),
    `lost`, and in percent `conversion` (reached / entered) and `from_start` (entered / entered the
    first stage). The row `won` ends a pipeline. Tries of which no stage is known are left out.
    """
    found = list(spells)
    known = [one for one in found if one.furthest(stages) is not None]

    def cohort(one: Spell) -> str | None:
        return None if one.opened is None else bucket(one.opened, period or "year")

    keys = [lambda one: one.pipeline, *([cohort] if period else [])]
    parts = parted(known, lambda one: one.deal, by, *keys)
    order = {name: place for place, name in enumerate(stages)}
    rows = []
    for key in sorted(parts, key=lambda key: (order[key[0]], ranked(key))):
        rest = dict(zip([*(["cohort"] if period else []), *_named(by)], key[1:], strict=True))
        for row in _rows(parts[key], stages, key[0]):
            rows.append({"pipeline": key[0], **rest, **row})
    parameters: dict[str, Any] = {"period": period} if period else {}
    parameters |= {"deals": len({one.deal for one in known}), "tries": len(known)}
    columns = (
        Column("pipeline", N_("Pipeline"), "enum", pipelines or {}),
        *([Column("cohort", N_("Begun"), "text")] if period else []),
        *([by.column] if by is not None else []),
        Column("stage", N_("Stage"), "enum", titles or {}),
        Column("entered", N_("Entered"), "integer"),
        Column("reached", N_("Went on"), "integer"),
        Column("waiting", N_("Waiting"), "integer"),
        Column("lost", N_("Lost"), "integer"),
        Column("conversion", N_("Conversion"), "percent"),
        Column("from_start", N_("From start"), "percent"),
    )
    notes = [*_notes(len(found) - len(known), known), *several((one.deal for one in known), by)]
    return ModelResult("funnel", as_of, parameters, len(known), columns, rows, notes, TITLES)


def _named(by: Grouping | None) -> list[str]:
    return [] if by is None else [by.column.name]


def _rows(spells: Sequence[Spell], stages: Stages, pipeline: str) -> Iterable[dict[str, Any]]:
    places = [(one, one.furthest(stages) or 0) for one in spells]
    entered_first = len(spells)
    for place, stage in enumerate(stages[pipeline]):
        entered = sum(furthest >= place for _one, furthest in places)
        reached = sum(furthest > place for _one, furthest in places)
        here = [one.outcome for one, furthest in places if furthest == place]
        yield {
            "stage": stage,
            "entered": entered,
            "reached": reached,
            "waiting": here.count(None),
            "lost": here.count(LOST),
            "conversion": percent(reached, entered),
            "from_start": percent(entered, entered_first),
        }
    won = sum(one.outcome == WON for one in spells)
    yield {
        "stage": WON,
        "entered": won,
        "reached": None,
        "waiting": None,
        "lost": None,
        "conversion": None,
        "from_start": percent(won, entered_first),
    }


def _notes(unknown: int, known: Sequence[Spell]) -> list[str]:
    notes = []
    if unknown:
        text = ngettext(
            "{count} try is left out, of which no stage is known.",
            "{count} tries are left out, of which no stage is known.",
            unknown,
        )
        notes.append(text.format(count=unknown))
    waiting = sum(one.outcome is None for one in known)
    if waiting:
        text = ngettext(
            "{count} open deal may still go on and counts until then as one that did not.",
            "{count} open deals may still go on and count until then as such that did not.",
            waiting,
        )
        notes.append(text.format(count=waiting))
    if not known:
        notes.append(_("There are no deals yet."))
    return notes
