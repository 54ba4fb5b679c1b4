"""Three texts of one record into one: the merged values, with the comments of both sides.

The values are merged first and decide. Of the texts that read as exactly these values, the one
that git makes by lines is preferred, since it has the comments of both; else what theirs changed
is spliced into ours. What remains is marked as a conflict.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.merging.lines import merge_lines
from crmctl.merging.markers import mark_differences, marked
from crmctl.merging.values import (
    Conflict,
    Path,
    agreed,
    are_told_apart,
    for_base,
    for_ours,
    merge,
    ordered_as,
)
from crmctl.schema.model import Kind
from crmctl.storage.editor import edit_document, writable
from crmctl.storage.errors import EditRefused
from crmctl.storage.nodes import compose
from crmctl.storage.reader import parse_document
from crmctl.storage.rewriting import edits_between, order_of
from crmctl.storage.streams import newline_of
from crmctl.storage.writer import as_tree, prune
from crmctl.vcs.git import GitFailed

Written = dict[str, Any]  # a record's values with the spelling that its file gives them


@dataclass(frozen=True, slots=True)
class Document:
    """One side of a record: its text, "" where it is not there, and its values."""

    text: str
    values: Written

    @classmethod
    def of(cls, text: str) -> Document:
        """Raises ValueError for a text that is no record."""
        if not text:
            return cls("", {})
        tree, faults = parse_document(text)
        if tree is None or faults:
            raise ValueError("no record")
        return cls(text, writable(compose(text)))

    @property
    def record(self) -> Written | None:
        return self.values if self.text else None


class Merger:
    """Merges records of one kind.

    `ancestor`: git makes up a common ancestor for a merge to come, where conflicts have no place;
    they keep what both sides started from.
    """

    def __init__(self, kind: Kind, zone: ZoneInfo, *, ancestor: bool = False) -> None:
        self.kind = kind
        self._zone = zone
        self._ancestor = ancestor

    def merge(self, base: str, ours: str, theirs: str) -> tuple[str, list[Conflict]]:
        """The merged text of a record ("": there is none), and the conflicts marked in it.

        All three texts have the same line breaks. What cannot be read is taken from the side that
        changed it, or is a conflict as a whole. Raises EditRefused where no text can hold the
        merged values.
        """
        if theirs in (ours, base):
            return ours, []
        if ours == base:
            return theirs, []
        try:
            sides = [Document.of(text) for text in (base, ours, theirs)]
        except ValueError:
            text, conflict = self.unsettled(base, ours, theirs)
            return text, [conflict]
        values = [side.record for side in sides]
        settle = for_base if self._ancestor else for_ours
        merged, conflicts = merge(
            self.kind, values[0], values[1], values[2], self._zone, settle=settle
        )
        if any(not conflict.path for conflict in conflicts):
            return self.unsettled(base, ours, theirs)[0], conflicts
        if merged is None:
            return "", []
        text = self.written(sides[0], sides[1], sides[2], merged)
        if conflicts and not self._ancestor:
            try:
                text = self._marked(text, values, conflicts)
            except (EditRefused, ValueError):
                text = marked(ours, theirs, newline_of(ours))
        return text, conflicts

    def unsettled(self, base: str, ours: str, theirs: str) -> tuple[str, Conflict]:
        """Two whole documents between which only a person can choose."""
        text = base if self._ancestor else marked(ours, theirs, newline_of(ours or theirs))
        return text, Conflict((), base or None, ours or None, theirs or None)

    # a text for the merged values

    def written(self, base: Document, ours: Document, theirs: Document, merged: Written) -> str:
        """A text that reads as `merged`, with the comments of both sides; EditRefused."""
        with suppress(EditRefused, ValueError, GitFailed):
            lined = Document.of(self._by_lines(base, ours, theirs, merged))
            # An entry that one side moved may stand there twice, and remarks at the wrong one.
            if are_told_apart(self.kind.root, lined.values):
                return self._edited(lined, merged)
        # What theirs changed is there, though not what it remarked upon.
        return self._edited(ours, merged)

    def _by_lines(self, base: Document, ours: Document, theirs: Document, merged: Written) -> str:
        """git's merge of two texts that agree already in what both sides changed."""
        texts = []
        for side, other in ((ours, theirs), (theirs, ours)):
            values = agreed(self.kind.root, base.values, side.values, other.values, merged)
            texts.append(self._edited(side, values or {}))
        return merge_lines(base.text, texts[0], texts[1])

    def _edited(self, side: Document, wanted: Written) -> str:
        """The text of a side with other values; EditRefused where it would not read as these."""
        wanted = ordered_as(self.kind.root, side.values, wanted)
        # A field that is to be nothing goes, but one that was left empty by hand stays.
        values = {
            name: value
            for name, value in wanted.items()
            if value is not None or side.values.get(name, "") is None
        }
        text = edit_document(
            side.text, edits_between(self.kind, side.values, values), order_of(self.kind)
        )
        if not _reads(text, wanted):
            raise EditRefused((), "unsafe")
        return text

    # conflicts

    def _marked(
        self, text: str, values: Sequence[Written | None], conflicts: Sequence[Conflict]
    ) -> str:
        """The text with the lines of each conflict as ours has them and as theirs has them.

        Each stands alone where they can be settled one by one, else with others of its field.
        """
        document = Document.of(text)

        def settled(some: Collection[Path]) -> Written:
            """The values with what theirs say in some places."""
            settle = partial(_settled, some)
            sides = values[0], values[1], values[2]
            return merge(self.kind, *sides, self._zone, settle)[0] or {}

        paths = [conflict.path for conflict in conflicts]
        fields = {path[0]: [other for other in paths if other[0] == path[0]] for path in paths}
        every = settled(paths)
        for groups in ([[path] for path in paths], fields.values()):
            with suppress(EditRefused, ValueError):
                others = [self._edited(document, settled(group)) for group in groups]
                marked_text, other = mark_differences(text, others)
                if _reads(other, ordered_as(self.kind.root, Document.of(other).values, every)):
                    return marked_text
        raise ValueError("conflicts that cannot be told apart")


def _settled(places: Collection[Path], conflict: Conflict) -> Any:
    return conflict.theirs if conflict.path in places else conflict.ours


def _reads(text: str, values: Written) -> bool:
    tree, faults = parse_document(text)
    return not faults and prune(tree or {}) == prune(as_tree(values))
