"""The pipelines of a book: stages of opportunities in their order, and what each one asks for."""

from __future__ import annotations

from decimal import Decimal

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
