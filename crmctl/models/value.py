"""What customers are worth: the models over what they bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmctl.analytics import reasons
from crmctl.analytics.abc import abc
from crmctl.analytics.result import ModelResult
from crmctl.analytics.rfm import Purchases, rfm
from crmctl.facts.purchases import PURCHASES
from crmctl.facts.tables import Facts
from crmctl.locale import ngettext
from crmctl.models import Request, Run
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units


def purchases(facts: Facts) -> list[Purchases]:
    """Last purchase, purchase events and net spend of each customer."""
    facts.make(PURCHASES)
    rows: Sequence[tuple[str, str | None, int, int]] = facts.index.rows(
        "SELECT c.id, f.last_order, COALESCE(f.purchases, 0), COALESCE(f.spend, 0)"
        f" FROM customers AS c LEFT JOIN {PURCHASES.name} AS f USING (id) GROUP BY c.id"
    )
    return [
        Purchases(id, parse_date(day) if day else None, events, from_units(units))
        for id, day, events, units in rows
    ]


def unrated(facts: Facts) -> Iterable[str]:
    """A note on the orders left out because no exchange rate was near enough."""
    rows = facts.index.rows(
        "SELECT id FROM orders WHERE amount__base IS NULL"
        " AND (amount IS NOT NULL OR lines IS NOT NULL) AND date <= ? ORDER BY id",
        (facts.day.isoformat(),),
    )
    if rows:
        text = ngettext(
            "{count} order without an exchange rate is left out: {ids}.",
            "{count} orders without an exchange rate are left out: {ids}.",
            len(rows),
        )
        ids = ", ".join(id for (id,) in rows[:5]) + (" …" if len(rows) > 5 else "")
        yield text.format(count=len(rows), ids=ids)


def _rfm(request: Request) -> ModelResult:
    found = [one for one in purchases(request.facts) if request.wants(one.customer)]
    result = rfm(found, request.facts.day)
    result.notes.extend(unrated(request.facts))
    return reasons.of_rfm(result)


def _abc(request: Request) -> ModelResult:
    found = purchases(request.facts)
    values = [(one.customer, one.spend) for one in found if request.wants(one.customer)]
    result = abc(values, request.facts.day, request.settings.a, request.settings.b)
    result.notes.extend(unrated(request.facts))
    return reasons.of_abc(result)


MODELS: Mapping[str, Run] = {"rfm": _rfm, "abc": _abc}
