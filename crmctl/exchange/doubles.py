"""New records that look like others: the same name, phone or e-mail.

An import makes them all the same; who they are is for people to tell, with all of them in a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmctl.index.store import Index
from crmctl.schema.access import name_form, searched
from crmctl.schema.model import Kind
from crmctl.values.frozen import Frozen
from crmctl.values.phones import digits
from crmctl.values.text import fold

Key = tuple[str, str]


class Double(Frozen):
    """A new record, another one that it looks like, and the text that both have."""

    id: str
    like: str
    text: str


class Doubles:
    """The names, phones and e-mails of a kind by record, those of the book and those just made."""

    def __init__(self, index: Index, kind: Kind) -> None:
        self.kind = kind
        self.found: list[Double] = []
        rows = index.rows(
            "SELECT key, form, field, id FROM key JOIN record USING (rid)"
            " WHERE kind = ? AND form IN ('name', 'phone', 'email')",
            (kind.name,),
        )
        self._ids: dict[Key, str] = {}
        for key, form, field, id in rows:
            if form != "name" or self._names_the_record(field):
                self._ids.setdefault((key, form), id)

    def add(self, id: str, values: Mapping[str, Any]) -> None:
        """Makes a new record known, and notes whether another looks like it."""
        keys = [*self._keys(values)]
        like = next(((self._ids[key], text) for key, text in keys if key in self._ids), None)
        if like is not None:
            self.found.append(Double(id, *like))
        for key, _text in keys:
            self._ids.setdefault(key, id)

    def _names_the_record(self, field: str) -> bool:
        """Whether a field has names of the record itself, not of its people."""
        return "." not in field

    def _keys(self, values: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
        for field, text in searched(self.kind, values):
            form = name_form(self.kind, field)
            if form == "phone":
                number = digits(text)
                if number:
                    yield (number, form), text
            elif form is not None and (form != "name" or self._names_the_record(field.dotted)):
                yield (fold(text), form), text
