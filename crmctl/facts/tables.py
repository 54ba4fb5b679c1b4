"""Fact sources as derived tables of the index, made when a statement first needs them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from crmctl.facts.definitions import FACTS, MODEL_SOURCES, SQL_SOURCES
from crmctl.index.derived import Derived
from crmctl.values.instants import end_of, parse_date
from crmctl.values.money import from_units

if TYPE_CHECKING:
    from crmctl.analytics.result import ModelResult
    from crmctl.analytics.rfm import Purchases
    from crmctl.workspace import Workspace


class Facts:
    """The facts of one book as of the end of one day."""

    def __init__(self, workspace: Workspace, day: date) -> None:
        self.workspace = workspace
        self.day = day
        self._made: set[str] = set()

    def expression(self, name: str, alias: str) -> str:
        """SQL for a fact of the customer row `alias`; makes the fact's source if need be."""
        fact = FACTS[name]
        self._make(fact.source)
        column = "value" if fact.source in MODEL_SOURCES else name
        found = f'(SELECT f."{column}" FROM "{fact.source}" AS f WHERE f.customer = {alias}.id)'
        return found if fact.absent is None else f"COALESCE({found}, {fact.absent:d})"

    def _make(self, source: str) -> None:
        if source in self._made:
            return
        self._made.add(source)
        config = self.workspace.config
        mark = f"{self.day} {config.purchases} {config.abc}"
        current = self.day == self.workspace.today
        self.workspace.index.derive(source, mark, lambda: self._derived(source), current=current)

    def _derived(self, source: str) -> Derived:
        if source in SQL_SOURCES:
            purchases = self.workspace.config.purchases
            params = {
                "day": self.day.isoformat(),
                "end": end_of(self.day, self.workspace.zone),
                "confirmed": json.dumps(purchases.confirmed),
                "keep_zero": purchases.keep_zero,
            }
            return SQL_SOURCES[source], params
        model = MODEL_SOURCES[source]
        column = {"rfm": "segment", "abc": "class"}[model]
        return [(row["customer"], row[column]) for row in self.model(model).rows]

    # what the models start from

    def purchases(self, customers: Iterable[str] | None = None) -> list[Purchases]:
        """Last purchase, purchase events and net spend of each customer, all of them or some."""
        from crmctl.analytics.rfm import Purchases

        spend = self.expression("spend", "c")
        count = self.expression("purchases", "c")
        last = self.expression("last_order", "c")
        rows: Sequence[tuple[str, str | None, int, int]] = self.workspace.index.rows(
            f"SELECT c.id, {last}, {count}, {spend} FROM customers AS c GROUP BY c.id"
        )
        wanted = None if customers is None else set(customers)
        return [
            Purchases(id, parse_date(day) if day else None, events, from_units(units))
            for id, day, events, units in rows
            if wanted is None or id in wanted
        ]

    def model(self, name: str, customers: Iterable[str] | None = None) -> ModelResult:
        """A model's result over all customers or some of them."""
        from crmctl.analytics.abc import abc
        from crmctl.analytics.rfm import rfm

        purchases = self.purchases(customers)
        if name == "rfm":
            result = rfm(purchases, self.day)
        else:
            cuts = self.workspace.config.abc
            values: list[tuple[str, Decimal]] = [(p.customer, p.spend) for p in purchases]
            result = abc(values, self.day, cuts.a, cuts.b)
        result.notes.extend(self.unrated())
        return result

    def unrated(self) -> list[str]:
        """A note on the orders left out because no exchange rate was near enough."""
        from crmctl.locale import ngettext

        rows = self.workspace.index.rows(
            "SELECT id FROM orders WHERE amount__base IS NULL"
            " AND (amount IS NOT NULL OR lines IS NOT NULL) AND date <= ? ORDER BY id",
            (self.day.isoformat(),),
        )
        if not rows:
            return []
        text = ngettext(
            "{count} order without an exchange rate is left out: {ids}.",
            "{count} orders without an exchange rate are left out: {ids}.",
            len(rows),
        )
        ids = ", ".join(id for (id,) in rows[:5]) + (" …" if len(rows) > 5 else "")
        return [text.format(count=len(rows), ids=ids)]
