"""Two people who edit one file at the same time, at random, and what should become of it.

The model knows nothing of the program: a record is a set of cells, each with a path and a value,
and cells are merged one by one.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import yaml

Record = dict[str, Any]  # scalars; lists are dicts: tags of nothing, contacts and lines by id
Cell = tuple[str, ...]

TEXTS = ("李四", "Anna Müller", "第一次见面在展会", "NO", "12:30", "a: b", "# no remark", "x")
CUSTOMER: dict[str, Sequence[str]] = {
    "status": ("potential", "target", "active", "lost"),
    "level": ("vip", "important", "basic"),
    "importance": ("1", "2", "3"),
    "owner": TEXTS,
    "industry": TEXTS,
    "wechat": TEXTS,
    "x-own": TEXTS,
    "notes": ("好\n", "第一行\n第二行\n", "# none\n---x\n"),
}
ORDER: dict[str, Sequence[str]] = {
    "status": ("draft", "shipped", "completed"),
    "number": TEXTS,
    "amount": ("1", "2.50", "3"),
    "notes": ("好\n", "第一行\n第二行\n"),
}
ITEMS = {"contacts": ("name", "title", "wechat"), "lines": ("product", "description", "price")}
TAGS = ("水务", "a", "b", "NO", "食品", "retail")


@dataclass
class Side:
    """One version of a file: its records by id, and the remarks that stand above or beside
    cells of it."""

    stream: bool
    records: dict[str, Record] = field(default_factory=dict)
    above: dict[Cell, str] = field(default_factory=dict)
    beside: dict[Cell, str] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, Sequence[str]]:
        return ORDER if self.stream else CUSTOMER

    def text(self) -> str:
        return "---\n".join("".join(self._lines(id)) for id in self.records)

    def _lines(self, id: str) -> list[str]:
        record = self.records[id]
        lines = [f"id: {id}\n"]
        for name in [name for name in (*FIXED, *self.fields, "tags", *ITEMS) if name in record]:
            value, path = record[name], (id, name)
            if name == "tags":
                lines += self._line("", path, f"tags: [{', '.join(map(quoted, value))}]")
            elif name in ITEMS:
                lines += self._line("", path, f"{name}:")
                for key, item in value.items():
                    lines += self._line("  ", (*path, key), f"- id: {key}")
                    for part, inner in item.items():
                        text = f"{part}: {quoted(inner)}"
                        lines += self._line("    ", (*path, key, part), text)
            elif name == "notes":
                lines += self._line("", path, "notes: |")
                lines += [f"  {line}\n" for line in value.splitlines()]
            else:
                lines += self._line("", path, f"{name}: {quoted(value)}")
        return lines

    def _line(self, margin: str, path: Cell, text: str) -> list[str]:
        above = [f"{margin}# {self.above[path]}\n"] if path in self.above else []
        beside = f"   # {self.beside[path]}" if path in self.beside else ""
        return [*above, f"{margin}{text}{beside}\n"]

    def remarks(self) -> dict[str, Cell]:
        every = [*self.above.items(), *self.beside.items()]
        return {text: path for path, text in every if _at(self.records, path) is not None}


FIXED = ("customer", "date", "name", "uid")


def quoted(text: str) -> str:
    plain = re.fullmatch(r"[^\W\d][\w ]*|\d+(\.\d+)?", text) and text != "NO"
    return text if plain else '"' + text + '"'


class Writer:
    """Makes a file and changes it, at random; `name` tells its remarks and ids from others'."""

    def __init__(self, random: Random, name: str) -> None:
        self.random = random
        self.name = name
        self._made = 0

    def _token(self) -> str:
        self._made += 1
        return f"{self.name}{self._made}"

    def base(self, *, stream: bool) -> Side:
        side = Side(stream)
        for _number in range(self.random.randint(1, 4) if stream else 1):
            self._add(side)
        return side

    def _add(self, side: Side) -> None:
        stream = side.stream
        tail = (self._token() + "0" * 8)[:8]
        id = f"ord-20260102-{tail}" if stream else "acme"
        fixed = {"customer": "acme", "date": "2026-01-02"} if stream else {"name": "阿克梅"}
        record: Record = fixed if stream else fixed | {"uid": "k3f9x2ab"}
        side.records[id] = record
        for name in side.fields:
            if self.random.random() < 0.6:
                self._set(side, (id, name), record, name, side.fields[name])
        if not stream and self.random.random() < 0.7:
            record["tags"] = dict.fromkeys(self.random.sample(TAGS, self.random.randint(1, 4)))
        for _number in range(self.random.randint(0, 3)):
            self._add_item(side, id, "lines" if stream else "contacts")

    def _set(
        self, side: Side, path: Cell, holder: Record, name: str, values: Sequence[str]
    ) -> None:
        holder[name] = self.random.choice(values)
        self._remark(side, path)

    def _remark(self, side: Side, path: Cell) -> None:
        if self.random.random() < 0.3:
            side.above.setdefault(path, self._token())
        if self.random.random() < 0.3 and path[-1] != "notes":
            side.beside.setdefault(path, self._token())

    def _add_item(self, side: Side, id: str, name: str) -> None:
        items = side.records[id].setdefault(name, {})
        # Now and then two people choose the same id.
        key = self.random.choice((self._token(), self._token(), "k1"))
        if key not in items:
            items[key] = {}
            for part in ITEMS[name]:
                if part in ("name", "product") or self.random.random() < 0.5:
                    values = ("1", "2.50") if part == "price" else TEXTS
                    self._set(side, (id, name, key, part), items[key], part, values)

    def edited(self, base: Side) -> Side:
        """The file after a few edits."""
        side = copy.deepcopy(base)
        for _number in range(self.random.randint(1, 5)):
            self._edit(side)
        if side.text() == base.text():
            record = next(iter(side.records.values()))
            record["number" if side.stream else "x-own"] = self._token()
        return side

    def _edit(self, side: Side) -> None:
        stream = side.stream
        if stream and (not side.records or self.random.random() < 0.3):
            self._add(side)
            return
        id = self.random.choice([*side.records])
        record = side.records[id]
        if stream and len(side.records) > 1 and self.random.random() < 0.1:
            del side.records[id]
            return
        items_name = "lines" if stream else "contacts"
        choice = self.random.random()
        if choice < 0.45:
            name = self.random.choice([*side.fields])
            if name in record and self.random.random() < 0.2:
                del record[name]
            else:
                self._set(side, (id, name), record, name, side.fields[name])
        elif choice < 0.6 and not stream:
            tags = record.setdefault("tags", {})
            tag = self.random.choice(TAGS)
            if tag not in tags:
                tags[tag] = None
            elif len(tags) > 1:
                del tags[tag]
        elif choice < 0.7:
            self._add_item(side, id, items_name)
        elif items := record.get(items_name):
            key = self.random.choice([*items])
            part = self.random.choice(ITEMS[items_name])
            if self.random.random() < 0.2 and len(items) > 1:
                del items[key]
            else:
                values = ("1", "2.50") if part == "price" else TEXTS
                self._set(side, (id, items_name, key, part), items[key], part, values)


# The model


def merge(base: Side, ours: Side, theirs: Side) -> tuple[dict[str, Record], set[Cell]]:
    """The merged records, with ours where there is a conflict, and the paths of conflicts."""
    conflicts: set[Cell] = set()
    return _entities(base.records, ours.records, theirs.records, (), conflicts), conflicts


def _entities(base: Any, ours: Any, theirs: Any, path: Cell, conflicts: set[Cell]) -> Any:
    merged = {}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        sides = base.get(key), ours.get(key), theirs.get(key)
        if None in sides:
            kept, clash = _cell(*sides)
            if clash:
                conflicts.add((*path, key))
            if kept is not None:
                merged[key] = kept
        else:
            merged[key] = _fields(*sides, (*path, key), conflicts)
    return merged


def _fields(base: Any, ours: Any, theirs: Any, path: Cell, conflicts: set[Cell]) -> Record:
    merged: Record = {}
    for name in {**ours, **theirs}:
        sides = [side.get(name) for side in (base, ours, theirs)]
        if name == "tags":
            before, left, right = (set(side or ()) for side in sides)
            merged[name] = dict.fromkeys(left & right | (left ^ right) - before)
        elif name in ITEMS:
            tables: list[Record] = [side or {} for side in sides]
            merged[name] = _entities(tables[0], tables[1], tables[2], (*path, name), conflicts)
        else:
            merged[name], clash = _cell(*sides)
            if clash:
                conflicts.add((*path, name))
    return {name: value for name, value in merged.items() if value}


def _cell(base: Any, ours: Any, theirs: Any) -> tuple[Any, bool]:
    if ours == theirs or theirs == base:
        return ours, False
    return (theirs, False) if ours == base else (ours, True)


def settled(text: str, side: str) -> str:
    """A file with markers, as somebody leaves it who keeps one side of each conflict."""
    kept, keep = [], True
    for line in text.splitlines(keepends=True):
        if line.startswith(("<<<<<<< ", "=======\n", ">>>>>>> ")):
            keep = line[0] == ">" or (line[0] == "<") == (side == "ours")
        elif keep:
            kept.append(line)
    return "".join(kept)


def read(text: str) -> dict[str, Record]:
    """The records of a file, by a reader that is not ours."""
    records = {}
    for document in yaml.load_all(text, yaml.BaseLoader):
        if not document:
            continue
        record = {name: value for name, value in document.items() if name != "id"}
        if "tags" in record:
            record["tags"] = dict.fromkeys(record["tags"])
        for name in ITEMS:
            if name in record:
                record[name] = {
                    item["id"]: {part: inner for part, inner in item.items() if part != "id"}
                    for item in record[name]
                }
        records[document["id"]] = record
    return records


def must_stay(base: Side, ours: Side, theirs: Side, merged: Mapping[str, Record]) -> set[str]:
    """The remarks that no merge may lose, while what they stand at is there: all of ours but where
    both changed one cell, and all of theirs but at a cell, or in a list, that ours touched too."""
    stay = set()
    for side, other in ((ours, theirs), (theirs, ours)):
        for text, path in side.remarks().items():
            removed = _at(base.records, path) is not None and _at(other.records, path) is None
            gone = removed or _at(merged, path) is None
            both = _touched(base, ours, path) and _touched(base, theirs, path)
            if not gone and not (both if side is ours else _touched(base, ours, path[:2])):
                stay.add(text)
    return stay


def _touched(base: Side, side: Side, path: Cell) -> bool:
    """Whether a side changed a cell or remarked on it, or on one below it."""
    remarked = any(
        before.get(place) != text and place[: len(path)] == path
        for before, after in ((base.above, side.above), (base.beside, side.beside))
        for place, text in after.items()
    )
    return remarked or _at(base.records, path) != _at(side.records, path)


def _at(records: Mapping[str, Any], path: Cell) -> Any:
    found: Any = records
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
