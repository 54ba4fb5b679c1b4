"""What models say of customers, scored over the whole book."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from crmctl.analytics.abc import CLASSES
from crmctl.analytics.rfm import SEGMENTS
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import PURCHASES
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

BOUGHT = {"customers": "id", "orders": "id date amount amount__base lines"}


def _rows(facts: Facts, model: str, columns: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    from crmctl.models import run

    for row in run(facts, model).rows:
        yield (row["customer"], *(row[column] for column in columns.values()))


def scored(model: str, columns: dict[str, str], **more: Any) -> Source:
    """A source with what a model says of each customer: facts by name, each a column of its rows.

    `more` is what else a source says: the tables it `reads`, the sources it `uses`.
    """
    rows = partial(_rows, model=model, columns=columns)
    name = f"{model.replace('-', '_')}_facts"
    return Source(name, CUSTOMER, rows=rows, columns=tuple(columns), **more)


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
