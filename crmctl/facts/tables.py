"""Fact sources as derived tables of the index, made when a statement first needs them."""

from __future__ import annotations

import json
from datetime import date
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from crmctl import __version__
from crmctl.facts.definitions import Fact, Source
from crmctl.index.derived import Derived, Rows, Select
from crmctl.schema.model import Field
from crmctl.values.instants import end_of

if TYPE_CHECKING:
    from crmctl.index.store import Index
    from crmctl.workspace import Workspace


class Facts:
    """The facts of one book as of the end of one day."""

    def __init__(self, workspace: Workspace, day: date) -> None:
        self.workspace = workspace
        self.day = day

    @property
    def index(self) -> Index:
        return self.workspace.index

    @cached_property
    def now(self) -> int:
        """The second that the facts are seen from: that of the command, or the last of the day."""
        if self._is_current:
            return int(self.workspace.now.timestamp())
        return end_of(self.day, self.workspace.zone) - 1

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """What the SELECT of a source may ask about."""
        purchases = self.workspace.config.purchases
        return {
            "day": self.day.isoformat(),
            "end": end_of(self.day, self.workspace.zone),
            "confirmed": json.dumps(purchases.confirmed),
            "keep_zero": purchases.keep_zero,
        }

    def expression(self, field: Field, alias: str) -> str:
        """SQL for a fact of the row `alias` of its kind; makes the fact's source if need be."""
        fact: Fact = field.fact
        self.make(fact.source)
        value = fact.sql.format(day=f"'{self.day}'", now=self.now) or f'f."{fact.name}"'
        found = f'(SELECT {value} FROM "{fact.source.name}" AS f WHERE f.id = {alias}.id LIMIT 1)'
        if fact.absent is None:
            return found
        absent = f"'{fact.absent}'" if isinstance(fact.absent, str) else fact.absent
        return f"COALESCE({found}, {absent})"

    def make(self, source: Source) -> None:
        """Sees to it that the table of a source is there, as of the day."""
        made = f"{source.sql} {source.columns}"
        mark = f"{self._mark} {blake2b(made.encode(), digest_size=8).hexdigest()}"
        if self.index.has(source.name, mark):
            return
        kind = self.workspace.registry.kinds[source.kind]
        self.index.derive(
            source.name,
            mark,
            lambda: self._derived(source),
            day=self.day,
            kept=self._is_current and not source.ticks,
            tables=source.tables,
            singly=kind if source.is_singly(self) else None,
        )

    @cached_property
    def _is_current(self) -> bool:
        return self.day == self.workspace.today

    @cached_property
    def _mark(self) -> str:
        """What the tables depend on beside the records."""
        return f"{__version__} {self.day} {self.workspace.settings_mark}"

    def _derived(self, source: Source) -> Derived:
        for needed in source.uses:
            self.make(needed)
        if source.rows is None:
            return Select(source.sql, self.parameters)
        return Rows(("id", *source.columns), list(source.rows(self)))
