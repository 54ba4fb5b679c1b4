"""The days on which customers are greeted."""

from __future__ import annotations

from collections.abc import Iterator

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.typed import Titles
from crmctl.values.birthdays import canonical_partial
from crmctl.values.frozen import Frozen


class Festival(Frozen):
    """A day that comes back each year, solar (`--12-25`) or lunar (`lunar:08-15`); who is greeted.

    `query` chooses the customers.
    """

    title: Titles | None = None
    day: str = ""
    query: str = ""


SHAPE = dict[str, Festival]


def check(festivals: dict[str, Festival], where: str) -> None:
    """BadDefinition for what is no day of the year."""
    for name, festival in festivals.items():
        if canonical_partial(festival.day) != festival.day:
            reason = _("a day looks like --12-25 or lunar:08-15")
            raise BadDefinition(where, f"festivals.{name}.day", reason)


def queries(festivals: dict[str, Festival]) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: where each stands, the kind that it is about, and its text."""
    for name, festival in festivals.items():
        yield f"{name}.query", "customer", festival.query
