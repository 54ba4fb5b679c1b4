"""Saved queries by name, one YAML file each under segments/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmctl import definitions
from crmctl.errors import BadDefinition, BadOption, Exists, NotFound, did_you_mean
from crmctl.locale import _, pick
from crmctl.query.ast import Expr
from crmctl.query.grammar import parse
from crmctl.storage.files import confined, replace
from crmctl.storage.writer import dump
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
            return self._read(self.folder / f"{name}.yaml")
        for known in names:
            segment = self._read(self.folder / f"{known}.yaml")
            if name.casefold() in (title.casefold() for title in segment.title.values()):
                return segment
        raise NotFound(_("segment"), name, suggest(name, names))

    def expression(self, name: str) -> Expr:
        """The query of a segment, for `segment:NAME` in another query."""
        return parse(self.get(name).query)

    def save(
        self, name: str, kind: str, query: str, title: str | None = None, *, overwrite: bool = False
    ) -> Path:
        """Writes a segment; Exists when the name is taken and `overwrite` is not said."""
        if not is_valid_id(name):
            raise BadOption(_("A segment's name"), name, [], _("Use letters, digits and “-”."))
        file = self.folder / f"{name}.yaml"
        if file.exists() and not overwrite:
            raise Exists(_("segment"), name)
        tree: dict[str, Any] = {"title": title} if title else {}
        if kind != "customer":
            tree["kind"] = kind
        replace(confined(self._root, f"segments/{name}.yaml"), dump({**tree, "query": query}))
        return file

    def remove(self, name: str) -> None:
        (self.folder / f"{self.get(name).name}.yaml").unlink()

    def _read(self, file: Path) -> Segment:
        shown = str(file.relative_to(self._root))
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
    kind = str(tree.get("kind") or "customer")
    return Segment(
        name, kind, query, _texts(tree.get("title"), name), _texts(tree.get("description"), "")
    )


def _texts(node: Any, default: str) -> dict[str, str]:
    if isinstance(node, dict):
        return {language: str(text) for language, text in node.items()}
    return {"en": str(node or default)}
