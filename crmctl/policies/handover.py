"""What goes to a colleague when another one leaves, or gives customers away."""

from __future__ import annotations

from collections.abc import Iterator

from crmctl.values.frozen import Frozen


class Part(Frozen):
    """The records of a kind that match a query, and the field that says whose they are."""

    kind: str
    field: str = "owner"
    query: str | None = None


SHAPE = dict[str, Part]


def queries(parts: dict[str, Part]) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: where each stands, the kind that it is about, and its text."""
    for name, part in parts.items():
        yield f"{name}.query", part.kind, part.query or ""
