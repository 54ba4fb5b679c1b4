"""A map of touchpoints: through which channels a customer and we meet, how often, how it felt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import quotient
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_

CHANNEL = Column("channel", N_("Channel"), "tag")
COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    CHANNEL,
    Column("touches", N_("Touches"), "integer"),
    Column("inbound", N_("Inbound"), "integer"),
    Column("outbound", N_("Outbound"), "integer"),
    Column("automatic", N_("Automatic"), "integer"),
    Column("contacts", N_("Contacts"), "integer"),
    Column("felt", N_("Feelings noted"), "integer"),
    Column("feeling", N_("Mean feeling"), "mean"),
    Column("last", N_("Last"), "date"),
    Column("evidence", N_("Evidence"), "text", detail=True),
)
TITLES = {"days": N_("days"), "channels": N_("channels"), "unsaid": N_("touches without a channel")}


class Point(NamedTuple):
    """The events of one customer in one channel; `feelings` is the sum of the `felt` ones."""

    customer: str
    channel: str | None
    touches: int
    inbound: int
    outbound: int
    automatic: int
    contacts: int
    felt: int
    feelings: int
    last: date
    id: str


def touchpoints(
    points: Iterable[Point], as_of: date, days: int, titles: Mapping[str, str]
) -> ModelResult:
    """A row for each customer and channel; the customers with most touches first, then by id.

    `titles` are those of the channels; `channel` is None for events that name none. `feeling` is
    the mean from -2 to 2, None where none was noted; `evidence` is the last event.
    """
    found = list(points)
    sums: dict[str, int] = {}
    for point in found:
        sums[point.customer] = sums.get(point.customer, 0) + point.touches
    found.sort(
        key=lambda one: (-sums[one.customer], one.customer, -one.touches, one.channel or "~")
    )
    rows: list[dict[str, Any]] = [
        {
            "customer": one.customer,
            "channel": one.channel,
            "touches": one.touches,
            "inbound": one.inbound,
            "outbound": one.outbound,
            "automatic": one.automatic,
            "contacts": one.contacts,
            "felt": one.felt,
            "feeling": quotient(Decimal(one.feelings), one.felt) if one.felt else None,
            "last": one.last.isoformat(),
            "evidence": [one.id],
        }
        for one in found
    ]
    parameters = {
        "days": days,
        "channels": len({one.channel for one in found if one.channel}),
        "unsaid": sum(one.touches for one in found if one.channel is None),
    }
    told = CHANNEL.replaced(values=titles)
    columns = tuple(told if column is CHANNEL else column for column in COLUMNS)
    return ModelResult("touchpoints", as_of, parameters, len(sums), columns, rows, [], TITLES)
