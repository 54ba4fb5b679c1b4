"""Three texts of a record file into one, record by record: appending to a stream never collides.

The merged file is ours with what theirs changed: our order, then their new records.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from crmctl.merging.document import Merger
from crmctl.merging.values import Conflict
from crmctl.storage.reader import parse_document, split_stream
from crmctl.storage.streams import (
    append_document,
    newline_of,
    remove_document,
    replace_document,
    undashed,
    with_newline,
)

# The name of the one record in a file of its own, whatever id it bears.
ALONE = ""


@dataclass(slots=True)
class Merged:
    """A merged file: its text, and its conflicts, each with the id of its record."""

    text: str
    conflicts: list[tuple[str, Conflict]] = field(default_factory=list)


def merge_files(merger: Merger, base: str, ours: str, theirs: str) -> Merged:
    """One file of three; line breaks are those of ours, conflicts are marked.

    Raises EditRefused and ValueError for texts that it cannot merge safely.
    """
    newline = newline_of(ours)
    theirs = with_newline(theirs, newline)
    sides = [_Side(text) for text in (with_newline(base, newline), ours, theirs)]
    _name(sides, alone=not merger.kind.is_stream)
    return _Files(merger, *sides).merged()


class _Side:
    """One version of a file: where its records are by id, and by their text those documents that
    are known by nothing else: without an id, with one that comes twice, with faults."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.chunks = split_stream(text)
        self.documents = [undashed(chunk.text) for chunk in self.chunks]
        self.named: dict[str, int] = {}
        self.unnamed: dict[str, int] = {}

    @property
    def head(self) -> str:
        """What stands above the first document."""
        return self.text[: self.chunks[0].start] if self.chunks else self.text

    def record(self, name: str) -> str:
        return self.documents[self.named[name]] if name in self.named else ""

    def new_to(self, *others: _Side) -> list[str]:
        """The documents without a name that none of the others has."""
        return [text for text in self.unnamed if not any(text in o.unnamed for o in others)]


def _name(sides: Iterable[_Side], *, alone: bool) -> None:
    names = [[_id(text) for text in side.documents] for side in sides]
    if alone and all(len(ids) <= 1 for ids in names):
        names = [[ALONE for _id in ids] for ids in names]
    twice = {id for ids in names for id in ids if ids.count(id) > 1}
    for side, ids in zip(sides, names, strict=True):
        for place, id in enumerate(ids):
            if id is not None and id not in twice and not (alone and id != ALONE):
                side.named[id] = place
            elif text := side.documents[place].strip():
                side.unnamed.setdefault(text, place)


def _id(text: str) -> str | None:
    tree, _faults = parse_document(text)
    id = (tree or {}).get("id")
    return id if isinstance(id, str) else None


class _Files:
    """The three sides of one merge, and what becomes of our documents: by their place."""

    def __init__(self, merger: Merger, base: _Side, ours: _Side, theirs: _Side) -> None:
        self._merger = merger
        self._base, self._ours, self._theirs = base, ours, theirs
        self._changed: dict[int, str] = {}
        self._added: list[str] = []
        self._conflicts: list[tuple[str, Conflict]] = []

    def merged(self) -> Merged:
        for name in {**self._ours.named, **self._theirs.named}:
            base, ours, theirs = (s.record(name) for s in (self._base, self._ours, self._theirs))
            text, conflicts = self._merger.merge(base, ours, theirs)
            self._conflicts += [(name or _id(ours) or "", conflict) for conflict in conflicts]
            self._put(self._ours.named.get(name), text)
        self._merge_unnamed()
        text = self._head() + self._ours.text[len(self._ours.head) :]
        return Merged(self._written(text), self._conflicts)

    def _put(self, place: int | None, text: str) -> None:
        if place is None:
            self._added += [text] if text else []
        elif text != self._ours.documents[place]:
            self._changed[place] = text

    def _merge_unnamed(self) -> None:
        base, ours, theirs = self._base, self._ours, self._theirs
        left, right = ours.new_to(base, theirs), theirs.new_to(base, ours)
        gone = [text for text in base.unnamed if text not in theirs.unnamed]
        lost = [text for text in gone if text not in ours.unnamed]
        if lost and (left or right):
            # Changed or removed on both sides, and nothing says what became of which.
            for old, mine, other in zip_longest(lost, left, right, fillvalue=""):
                text, conflict = self._merger.unsettled(_ended(old), _ended(mine), _ended(other))
                self._conflicts.append(("", conflict))
                self._put(ours.unnamed.get(mine), text)
            right = []
        removed = [ours.unnamed[text] for text in gone if text in ours.unnamed]
        for place, new in zip_longest(removed, right):
            self._put(place, _ended(new or ""))

    def _head(self) -> str:
        base, ours, theirs = (side.head for side in (self._base, self._ours, self._theirs))
        return theirs if self._ours.chunks and ours == base and theirs.strip() else ours

    def _written(self, text: str) -> str:
        chunks = split_stream(text)
        if len(chunks) != len(self._ours.chunks):
            raise ValueError("the documents cannot be told apart")
        expected = [
            self._changed.get(place, document)
            for place, document in enumerate(self._ours.documents)
        ]
        # From the end, so that the places of the others stay true.
        for place, changed in sorted(self._changed.items(), reverse=True):
            if changed:
                text = replace_document(text, chunks[place], changed)
            else:
                text = remove_document(text, place)
        for added in self._added:
            text = append_document(text, with_newline(added, "\n"))
        found = [undashed(chunk.text).strip() for chunk in split_stream(text)]
        if [one for one in found if one] != [
            one.strip() for one in [*expected, *self._added] if one.strip()
        ]:
            raise ValueError("a document would not stay one")
        return text


def _ended(text: str) -> str:
    return f"{text}\n" if text else ""
