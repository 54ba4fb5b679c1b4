"""What goes to a colleague when another one leaves, or gives customers away."""

from __future__ import annotations

from crmctl.values.frozen import Frozen


class Part(Frozen):
    """The records of a kind that match a query, and the field that says whose they are."""

    kind: str
    field: str = "owner"
    query: str | None = None


SHAPE = dict[str, Part]
