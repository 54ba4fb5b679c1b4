"""Which record a row stands for: by its own id, or by the hash of what it says."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from crmctl.changes.journal import Journal
from crmctl.index.layout import quoted
from crmctl.index.store import Index
from crmctl.schema.model import Kind
from crmctl.values.ids import hashed_tail

Values = dict[str, Any]


class Identity(NamedTuple):
    """The record of a row: its id if one was ever known, whether it is in the book now, and the
    values that an earlier import gave it, if one did."""

    id: str | None
    exists: bool
    made: Values | None


NEW = Identity(None, False, None)


class Identities:
    """The records of a kind that are there, and those that imports have made.

    A stream record carries the hash as the tail of its id (the date before it may be the day of
    the import), a named record as its unique mark.
    """

    def __init__(self, index: Index, kind: Kind, journal: Journal) -> None:
        self.kind = kind
        self._seen: Counter[str] = Counter()
        table = quoted(kind.plural)
        if kind.slug_field is None:
            self._here = {self._tail(id): id for (id,) in index.stream(f"SELECT id FROM {table}")}
            self._ids = set(self._here.values())
        else:
            rows = index.rows(f"SELECT id, uid FROM {table}")
            self._ids = {id for id, _uid in rows}
            self._here = {uid: id for id, uid in rows if uid}
        self._made = {
            id: values
            for id, (name, values) in journal.created_by_imports().items()
            if name == kind.name
        }
        self._made_by_tail = {
            self._tail(id) if kind.slug_field is None else values.get("uid"): id
            for id, values in self._made.items()
        }

    def _tail(self, id: str) -> str:
        start = f"{self.kind.id_prefix}-"
        return id.rpartition("-")[2] if id.startswith(start) else id

    def tail(self, said: str) -> str:
        """The hash of a row that says `said`, counting the rows before it that say the same."""
        self._seen[said] += 1
        return hashed_tail(self.kind.name, said, str(self._seen[said]))

    def by_id(self, id: str) -> Identity:
        return Identity(id, id in self._ids, self._made.get(id))

    def by_tail(self, tail: str) -> Identity:
        id = self._here.get(tail)
        if id is not None:
            return Identity(id, True, self._made.get(id))
        id = self._made_by_tail.get(tail)
        return Identity(id, False, self._made[id]) if id is not None else NEW
