"""How records are found by what people call them: ids and their beginnings, names, phones.

Beside, what kept others from being found: the problems met in their files.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from crmctl.index import layout
from crmctl.index.derived import Params
from crmctl.problems import Problem
from crmctl.schema.model import Kind, Registry
from crmctl.values import jsontext
from crmctl.values.phones import digits, same

MIN_LINE = 7  # last digits by which a phone is looked up


class Lookups(ABC):
    """What an index that can be asked knows of single records and files."""

    registry: Registry

    @abstractmethod
    def rows(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement of ours."""

    def kinds_of(self, id: str) -> list[Kind]:
        """The kinds in which a record has this id."""
        found = self.rows("SELECT DISTINCT kind FROM record WHERE id = ?", (id,))
        return [self.registry.kinds[name] for (name,) in found]

    def with_prefix(
        self, prefix: str, kind: Kind | None = None, limit: int = 30
    ) -> list[tuple[str, str]]:
        """(kind, id) of the records whose id starts so."""
        condition, params = "id >= ? AND id < ?", [prefix, prefix + "\U0010ffff"]
        if kind is not None:
            condition += " AND kind = ?"
            params.append(kind.name)
        sql = f"SELECT kind, id FROM record WHERE {condition} ORDER BY id, kind LIMIT {limit:d}"
        return [(name, id) for name, id in self.rows(sql, params)]

    def named(
        self, forms: Iterable[tuple[str, str]], kind: Kind | None = None
    ) -> list[tuple[str, str]]:
        """(kind, id) of the records that have one of these exact (key, form) pairs."""
        found: dict[tuple[str, str], None] = {}
        for key, form in forms:
            sql = "SELECT kind, id FROM key JOIN record USING (rid) WHERE key = ? AND form = ?"
            for name, id in self.rows(sql + " ORDER BY id", (key, form)):
                if kind is None or kind.name == name:
                    found[name, id] = None
        return list(found)

    def dialed(self, number: str, kind: Kind | None = None) -> list[tuple[str, str]]:
        """(kind, id) of the records with a phone that is likely the same line."""
        end = digits(number)[-MIN_LINE:]
        if len(end) < MIN_LINE:
            return []
        sql = (
            "SELECT kind, id, key FROM key JOIN record USING (rid)"
            " WHERE form = 'phone' AND key LIKE ? ORDER BY id"
        )
        found = dict.fromkeys(
            (name, id) for name, id, key in self.rows(sql, (f"%{end}",)) if same(number, key)
        )
        return [(name, id) for name, id in found if kind is None or kind.name == name]

    def get(self, kind: Kind, id: str) -> dict[str, Any] | None:
        """A record by its exact id, with `_path` and `_line`."""
        found = self.rows(
            f"SELECT _data, _path, _line FROM {layout.quoted(kind.plural)} WHERE id = ? LIMIT 1",
            (id,),
        )
        return layout.as_record(*found[0]) if found else None

    def problems(self) -> list[Problem]:
        """Every problem met while reading the files."""
        return self._problems("SELECT path, line, col, code, params FROM problem")

    def broken(self) -> list[Problem]:
        """One problem for each file of which something could not be read at all."""
        codes = "syntax duplicate-key conflict-marker anchor alias tag too-deep too-large encoding"
        codes += " not-a-mapping tab control-character unreadable not-a-file outside"
        listed = ", ".join(f"'{code}'" for code in codes.split())
        first = "SELECT path, min(line) AS line, col, code, params FROM problem"
        return self._problems(f"{first} WHERE code IN ({listed}) GROUP BY path")

    def _problems(self, select: str) -> list[Problem]:
        rows = self.rows(f"{select} ORDER BY path, line, col")
        return [
            Problem(path, line, column, code, jsontext.loads(params))
            for path, line, column, code, params in rows
        ]

    def count(self, kind: Kind) -> int:
        return int(self.rows(f"SELECT count(*) FROM {layout.quoted(kind.plural)}")[0][0])
