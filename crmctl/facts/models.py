"""What models say of customers, scored over the whole book."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from crmctl.analytics.abc import CLASSES
from crmctl.analytics.rfm import SEGMENTS, VALUE_TYPES
from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.purchases import PURCHASES
from crmctl.locale import N_
from crmctl.values.money import to_units

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

BOUGHT = {"customers": "id", "orders": "id date amount amount__base lines"}


def _rows(facts: Facts, model: str, columns: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    from crmctl.models import run

    found = run(facts, model)
    types = {column.name: column.type for column in found.columns}
    for row in found.rows:
        cells = (_cell(row[column], types[column]) for column in columns.values())
        yield (row["customer"], *cells)


def _cell(value: Any, type_: str) -> Any:
    """A value of a model as the index holds it."""
    if isinstance(value, Decimal):
        return to_units(value) if type_ == "money" else float(value)
    return value


def scored(model: str, columns: dict[str, str], **more: Any) -> Source:
    """A source with what a model says of each customer: facts by name, each a column of its rows.

    `more` is what else a source says: the tables it `reads`, the sources it `uses`.
    """
    rows = partial(_rows, model=model, columns=columns)
    name = f"{model.replace('-', '_')}_facts"
    return Source(name, CUSTOMER, rows=rows, columns=tuple(columns), **more)


RFM = scored("rfm", {"rfm": "segment", "value_type": "value_type"}, reads=BOUGHT, uses=(PURCHASES,))
ABC = scored("abc", {"abc": "class"}, reads=BOUGHT, uses=(PURCHASES,))

FACTS = (
    RFM.fact(
        "rfm",
        "enum",
        N_("RFM segment"),
        N_("RFM segment, scored over the whole book"),
        values=SEGMENTS,
    ),
    RFM.fact(
        "value_type",
        "enum",
        N_("Type of value"),
        N_("one of eight types: recency, frequency and spend above or below the mean of buyers"),
        values=VALUE_TYPES,
    ),
    ABC.fact(
        "abc",
        "enum",
        N_("ABC class"),
        N_("ABC class, over the whole book"),
        values={name: name for name in CLASSES},
    ),
)
