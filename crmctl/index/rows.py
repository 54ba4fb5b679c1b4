"""One record file -> the rows that the index keeps of it. Pure, so that processes can share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from math import floor
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crmctl.index.layout import columns
from crmctl.index.source import Source
from crmctl.problems import Problem
from crmctl.schema.access import base_units, name_form, texts_at
from crmctl.schema.model import Kind
from crmctl.schema.rules import Rules
from crmctl.storage.records import Stored, read_text
from crmctl.values import jsontext
from crmctl.values.money import Rates
from crmctl.values.phones import digits
from crmctl.values.text import fold

MAX_TEXT = 20_000  # characters of one record that the search looks at
HEAD = ("_path", "_line", "_data")  # the columns before those of the fields

Key = tuple[str, str, str]  # (key, form, field); form: name, word, phone or email
Convert = Callable[[Any], Any]
CONVERTERS: dict[str, Convert] = {
    "money": lambda value: format(value, "f"),
    "number": float,
    "boolean": int,
    "list": jsontext.dumps,
    "object": jsontext.dumps,
}


class Row(NamedTuple):
    """A record as the index holds it: its table's columns, its search text, its names."""

    id: str
    columns: tuple[Any, ...]
    text: str
    keys: list[Key]


class FileRows(NamedTuple):
    """What one file gives: its digest, rows and problems."""

    path: str
    digest: str
    rows: list[Row]
    problems: list[Problem]


class Reader:
    """Reads files of any kind into rows; what a kind asks for is worked out once."""

    def __init__(self, source: Source, zone: ZoneInfo, rates: Rates) -> None:
        self.source = source
        self.zone = zone
        self.rates = rates
        self._kinds: dict[str, _KindReader] = {}

    def prepare(self, kind: Kind) -> _KindReader:
        """What the kind asks for."""
        reader = self._kinds.get(kind.name)
        if reader is None:
            reader = self._kinds[kind.name] = _KindReader(kind, self.zone, self.rates)
        return reader

    def read(
        self, files: Sequence[tuple[Kind, str, str]], name_keys: Callable[[str], list[str]]
    ) -> Iterator[FileRows]:
        """Rows of each file, given its kind, its path below records/, and the digest of old.

        A file that still has this digest gives no rows, an unreadable one is a problem.
        `name_keys` gives the forms under which a name is found.
        """
        texts = self.source.load([path for _kind, path, _digest in files])
        for (kind, path, digest), text in zip(files, texts, strict=True):
            if digest and text.digest == digest:
                yield FileRows(path, digest, [], [])
                continue
            reader = self.prepare(kind)
            content = read_text(text, path, kind, self.zone, reader.rules)
            rows = [reader.row(stored, name_keys) for stored in content.records]
            yield FileRows(path, content.digest, rows, content.problems)


class _KindReader:
    """How records of one kind become rows."""

    def __init__(self, kind: Kind, zone: ZoneInfo, rates: Rates) -> None:
        self.kind = kind
        self.zone = zone
        self.rates = rates
        self.rules = Rules(kind)
        self._slots: dict[str, tuple[int, Convert | None]] = {}
        self._width = len(HEAD)
        for name, one in kind.fields.items():
            self._slots[name] = (self._width, CONVERTERS.get(one.type))
            self._width += len(columns(one))
        self._instants = [
            self._slots[one.name][0] for one in kind.fields.values() if one.type == "instant"
        ]
        self._money = [one for one in kind.fields.values() if one.type == "money"]
        found = [path.field for name in kind.search if (path := kind.find(name))]
        self._searched = [(one.path[0], one.path, one.dotted) for one in found]
        self._forms = {
            one.dotted: form for one in found if (form := name_form(kind, one)) is not None
        }

    def row(self, stored: Stored, name_keys: Callable[[str], list[str]]) -> Row:
        values = stored.values
        cells: list[Any] = [None] * self._width
        cells[:3] = f"records/{stored.path}", stored.line, jsontext.dumps(values)
        for name, value in values.items():
            slot = self._slots.get(name)
            if slot is not None:
                place, convert = slot
                cells[place] = value if convert is None else convert(value)
        for place in self._instants:
            if cells[place] is not None:
                # Typed instants are canonical, with an offset, so nothing is left to check.
                cells[place + 1] = floor(datetime.fromisoformat(cells[place]).timestamp())
        for one in self._money:
            place = self._slots[one.name][0] + 1
            cells[place] = base_units(one, values.get(one.name), values, self.kind, self.rates)
        texts: list[tuple[str, str]] = []
        for head, path, dotted in self._searched:
            value = values.get(head)
            if type(value) is str and len(path) == 1:
                texts.append((dotted, value))
            elif value is not None:
                texts += [(dotted, text) for text in texts_at(values, path)]
        search_text = "\n".join([fold(text) for _field, text in texts])[:MAX_TEXT]
        if search_text:
            # Every character begins a trigram then, so that one or two can be looked up as well.
            search_text += "\n\n"
        keys = [
            key
            for name, text in texts
            if name in self._forms
            for key in self._keys(self._forms[name], name, text, name_keys)
        ]
        return Row(stored.id, tuple(cells), search_text, keys)

    def _keys(
        self, form: str, name: str, text: str, name_keys: Callable[[str], list[str]]
    ) -> Iterator[Key]:
        match form:
            case "phone":
                yield digits(text), "phone", name
            case "email":
                yield fold(text), "email", name
            case _:
                yield fold(text), "name", name
                for key in name_keys(text):
                    yield key, "word", name
