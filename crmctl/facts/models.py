"""What models say of customers, scored over the whole book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.analytics.abc import CLASSES
from crmctl.analytics.rfm import SEGMENTS
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import PURCHASES
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

BOUGHT = {"customers": "id", "orders": "id date amount amount__base lines"}


class Scored(Source):
    """A source that a model fills: facts by name, each a column of its rows (`told`).

    `alone`: the model judges each customer by their own records, so that it can be asked about one
    without a look at the others. Decimals are kept to so many `digits`.
    """

    model: str = ""
    told: Mapping[str, str] = {}
    alone: bool = False
    digits: int = 6

    def every(self, facts: Facts) -> Iterator[tuple[Any, ...]]:
        """The rows of the table."""
        from crmctl.models import run

        for row in run(facts, self.model).rows:
            yield (row["customer"], *self.values(row).values())

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The facts out of a row of the model."""
        return {name: self._kept(row[column]) for name, column in self.told.items()}

    def _kept(self, value: Any) -> Any:
        return round(float(value), self.digits) if isinstance(value, Decimal) else value


def scored(model: str, told: dict[str, str], **more: Any) -> Scored:
    """A source with what a model says of each customer; `more` is what else a `Scored` says."""
    name = f"{model.replace('-', '_')}_model_facts"
    columns = tuple(told)
    found = Scored(
        name,
        CUSTOMER,
        rows=lambda facts: found.every(facts),
        columns=columns,
        model=model,
        told=told,
        **more,
    )
    return found


RFM = scored("rfm", {"rfm": "segment"}, reads=BOUGHT, uses=(PURCHASES,))
ABC = scored("abc", {"abc": "class"}, reads=BOUGHT, uses=(PURCHASES,))

FACTS = (
    RFM.fact(
        "rfm",
        "enum",
        N_("RFM segment"),
        N_("RFM segment, scored over the whole book"),
        values=SEGMENTS,
    ),
    ABC.fact(
        "abc",
        "enum",
        N_("ABC class"),
        N_("ABC class, over the whole book"),
        values={name: name for name in CLASSES},
    ),
)
