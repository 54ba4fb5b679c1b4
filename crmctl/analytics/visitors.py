"""From visitor to buyer: how many of those who came to look bought later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from crmctl.analytics.deals import middle
from crmctl.analytics.exact import percent
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext
from crmctl.values.periods import bucket


class Visitor(NamedTuple):
    """Somebody's first visit, and their first purchase, which may lie before it."""

    customer: str
    came: date
    bought: date | None


COLUMNS = (
    Column("visitors", N_("Visitors"), "integer"),
    Column("buyers", N_("Buyers"), "integer"),
    Column("conversion", N_("Conversion"), "percent"),
    Column("days", N_("Median days to purchase"), "number"),
)
TITLES = {"days": N_("days counted"), "conversion": N_("conversion of all in percent")}


def visitors(
    found: Iterable[Visitor], as_of: date, *, days: int = 0, by: Grouping | None = None
) -> ModelResult:
    """A row for each month of the first visit, or for each group where there is a grouping.

    `days`: only who came first within so many days, 0 for all. Who had bought before is no visitor
    who might become a buyer, and is left out. `days` in a row are those until the purchase.
    """
    first = as_of - timedelta(days=days) if days else date.min
    recent = [one for one in found if first < one.came <= as_of]
    new = [one for one in recent if one.bought is None or one.bought >= one.came]
    key = [] if by is not None else [lambda one: bucket(one.came, "month")]
    parts = parted(new, lambda one: one.customer, by, *key)
    column = by.column if by is not None else Column("month", N_("First visit"), "text")
    rows = [{column.name: name[0], **_row(part)} for name, part in parts.items()]
    notes = [] if new else [_("Nobody came to look who had not bought before.")]
    known = len(recent) - len(new)
    if known:
        text = ngettext(
            "{count} visitor had bought before and is left out.",
            "{count} visitors had bought before and are left out.",
            known,
        )
        notes.append(text.format(count=known))
    parameters = {"days": days, "conversion": _row(new)["conversion"]}
    notes += several((one.customer for one in new), by)
    columns = (column, *COLUMNS)
    return ModelResult("visitors", as_of, parameters, len(new), columns, rows, notes, TITLES)


def _row(those: Sequence[Visitor]) -> dict[str, Any]:
    lengths = [(one.bought - one.came).days for one in those if one.bought is not None]
    return {
        "visitors": len(those),
        "buyers": len(lengths),
        "conversion": percent(len(lengths), len(those)),
        "days": middle(lengths),
    }
