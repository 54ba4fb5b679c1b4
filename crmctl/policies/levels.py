"""How often customers want a touch, by their level and by how likely they are to buy."""

from __future__ import annotations

from crmctl.values.frozen import Frozen


class Level(Frozen):
    """What goes for the customers of one level or one grade of intent; `cadence` in days."""

    cadence: int | None = None


class Levels(Frozen):
    """By the values of the customer's fields `level` and `intent`."""

    level: dict[str, Level] = {}  # noqa: RUF012 (copied for each)
    intent: dict[str, Level] = {}  # noqa: RUF012


SHAPE = Levels
