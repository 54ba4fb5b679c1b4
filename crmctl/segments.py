"""Saved queries by name, one YAML file each under segments/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmctl import definitions
from crmctl.errors import BadDefinition, BadOption, Exists, NotFound, did_you_mean
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _, pick
from crmctl.query.ast import SEGMENT, Exact, Expr, Plain, terms_of
from crmctl.query.errors import QuerySyntaxError
from crmctl.query.grammar import parse
from crmctl.storage.files import confined, load, replace
from crmctl.storage.reader import parse_document
from crmctl.values.frozen import Frozen
from crmctl.values.ids import is_valid_id
from crmctl.values.text import suggest

if TYPE_CHECKING:
    from crmctl.workspace import Workspace

KEYS = ("title", "kind", "query", "description")


class Segment(Frozen):
    """A saved query: its name, the kind it is about, and its titles by language."""

    name: str
    kind: str
    query: str
    title: dict[str, str]
    description: dict[str, str]

    def titled(self) -> str:
        return pick(self.title)


class Segments:
    """The segments of one book."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder = workspace.root / "segments"
        self._root = workspace.root

    def names(self) -> list[str]:
        return sorted(file.stem for file in self.folder.glob("[!.]*.yaml"))

    def all(self) -> Iterator[Segment]:
        for name in self.names():
            yield self.get(name)

    def get(self, name: str) -> Segment:
        """A segment by its name or title; NotFound suggests the nearest."""
        names = self.names()
        if name in names:
            return self._read(self._file(name))
        for known in names:
            segment = self._read(self._file(known))
            if name.casefold() in (title.casefold() for title in segment.title.values()):
                return segment
        raise NotFound(_("segment"), name, suggest(name, names))

    def expression(self, name: str) -> Expr:
        """The query of a segment, for `segment:NAME` in another query."""
        return parse(self.get(name).query)

    def kind_of(self, name: str) -> str:
        """The kind of the segment that bears this name, the usual one without a usable segment."""
        try:
            return self._read(self._file(name)).kind if name in self.names() else CUSTOMER
        except BadDefinition:
            return CUSTOMER

    def save(
        self, name: str, kind: str, query: str, title: str | None = None, *, overwrite: bool = False
    ) -> None:
        """Writes a segment; Exists when the name is taken and `overwrite` is not said.

        What else a file in its place says, such as a title, stays.
        """
        from crmctl.storage.editor import edit_document
        from crmctl.storage.edits import Set

        if not is_valid_id(name):
            raise BadOption(_("A segment's name"), name, [], _("Use letters, digits and “-”."))
        file = self._file(name)
        if file.exists() and not overwrite:
            raise Exists(_("segment"), name)
        edits = [Set(("title",), title)] if title else []
        if kind != self.kind_of(name):
            edits.append(Set(("kind",), kind))
        edits.append(Set(("query",), query))
        old = load(file).text if file.exists() else ""
        usable = not parse_document(old)[1]
        replace(
            confined(self._root, self._shown(file)),
            edit_document(old if usable else "", edits, lambda _path: KEYS),
        )

    def remove(self, segment: Segment) -> None:
        self._file(segment.name).unlink()

    def users(self, segment: Segment) -> list[str]:
        """The files of the other segments whose queries mention this one."""
        found = []
        for name in self.names():
            with suppress(BadDefinition):
                other = self._read(self._file(name))
                if name != segment.name and mentions(other.query, segment):
                    found.append(self._shown(self._file(name)))
        return found

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.yaml"

    def _shown(self, file: Path) -> str:
        return str(file.relative_to(self._root))

    def _read(self, file: Path) -> Segment:
        shown = self._shown(file)
        with definitions.placed(file):
            return _segment(file.stem, definitions.read(file, shown), shown)


def _segment(name: str, tree: dict[str, Any], where: str) -> Segment:
    for key in tree:
        if key not in KEYS:
            hint = did_you_mean(suggest(key, KEYS))
            raise BadDefinition(where, key, _("a segment has no such key"), hint)
    query = tree.get("query")
    if not isinstance(query, str):
        raise BadDefinition(where, "query", _("a query is expected"))
    kind = str(tree.get("kind") or CUSTOMER)
    return Segment(
        name, kind, query, _texts(tree.get("title"), name), _texts(tree.get("description"), "")
    )


def mentions(query: str, segment: Segment) -> bool:
    """Whether a query asks for a segment, by its name or a title."""
    names = {segment.name.casefold(), *(title.casefold() for title in segment.title.values())}
    try:
        terms = [*terms_of(parse(query))]
    except QuerySyntaxError:
        return False
    return any(
        item.text.casefold() in names
        for term in terms
        if term.field.rpartition(".")[2].casefold() == SEGMENT
        for item in term.items
        if isinstance(item, (Plain, Exact))
    )


def _texts(node: Any, default: str) -> dict[str, str]:
    if isinstance(node, dict):
        return {language: str(text) for language, text in node.items()}
    return {"en": str(node or default)}
