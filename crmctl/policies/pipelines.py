"""The pipelines of a book: stages of opportunities in their order, and what each one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from crmctl.locale import N_, titles
from crmctl.schema.workflow import Gate
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen


class Stage(Frozen):
    """One stage; `chance` in percent, `days` after which a deal is stuck there."""

    title: Titles | None = None
    chance: Decimal = Decimal(0)
    days: int | None = None
    enter: Gate = Gate()
    leave: Gate = Gate()


class Pipeline(Frozen):
    """One way that deals may go."""

    title: Titles | None = None
    stages: dict[str, Stage] = {}  # noqa: RUF012 (copied for each)


SHAPE = dict[str, Pipeline]

WON, LOST = "won", "lost"
ENDS = {WON: N_("Won"), LOST: N_("Lost")}
"""What every pipeline ends in."""


def usual(pipelines: Mapping[str, Pipeline], named: str | None, stage: str | None) -> str:
    """The name of a deal's pipeline: the one it says, the first with its stage, or the first."""
    having = (name for name, one in pipelines.items() if stage in one.stages)
    return str(named or next(having, next(iter(pipelines), "")))


def stage_titles(pipelines: Mapping[str, Pipeline]) -> dict[str, dict[str, str]]:
    """What people call each stage, in their order; the first pipeline with a stage names it."""
    found: dict[str, dict[str, str]] = {}
    for pipeline in pipelines.values():
        for name, stage in pipeline.stages.items():
            found.setdefault(name, dict(stage.title or {"en": name}))
    return found | {end: titles(title) for end, title in ENDS.items()}


def pipeline_titles(pipelines: Mapping[str, Pipeline]) -> dict[str, dict[str, str]]:
    """What people call each pipeline."""
    return {name: dict(one.title or {"en": name}) for name, one in pipelines.items()}
