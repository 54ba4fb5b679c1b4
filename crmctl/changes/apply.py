"""Change set -> files: under the book's lock, after a look whether anybody was faster.

Each file is written in one step. A record that differs from what the change set started from is
refused, and so is an edit whose result does not read back as exactly the values intended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.changes.changeset import Change, ChangeSet, Values
from crmctl.changes.journal import Journal
from crmctl.changes.splice import document_of, edits_between, order_of
from crmctl.errors import ChangedMeanwhile, Exists, Unparsable
from crmctl.problems import Problem
from crmctl.schema.model import Kind
from crmctl.schema.rules import Rules
from crmctl.schema.typing import read
from crmctl.storage.editor import edit_document
from crmctl.storage.errors import EditRefused
from crmctl.storage.files import FileText, Lock, confined, load, replace
from crmctl.storage.reader import Chunk, parse_document, split_stream
from crmctl.storage.records import read_record
from crmctl.storage.streams import append_document, remove_document, replace_document
from crmctl.workspace import Workspace

Written = tuple[str, FileText | None, str | None]  # path, the file before, its text after


class Applier:
    """Writes change sets into one book."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.journal = Journal(workspace.private)
        self._rules: dict[str, Rules] = {}

    def apply(self, changes: ChangeSet) -> None:
        """All of it, or, when something is in the way, nothing at all."""
        if not changes:
            return
        self.workspace.private.mkdir(parents=True, exist_ok=True)
        with Lock(self.workspace.private / "lock"):
            by_path: dict[str, list[Change]] = {}
            for change in changes.changes:
                by_path.setdefault(change.path, []).append(change)
            # Every text is made before the first is written: what cannot be done stops it all.
            texts = [(path, *self._text(path, group)) for path, group in by_path.items()]
            entry = self.journal.write(changes)
            done: list[Written] = []
            try:
                for path, old, text in texts:
                    self._put(path, old, text)
                    done.append((path, old, text))
            except OSError:
                for path, old, _text in reversed(done):
                    self._put(path, old, old.text if old else None)
                entry.unlink()
                raise
        self.workspace.index.refresh()

    def _put(self, path: str, old: FileText | None, text: str | None) -> None:
        target = confined(self.workspace.root, f"records/{path}")
        if text is None:
            target.unlink()
        else:
            replace(target, text, bom=old.bom if old else False)

    def _text(self, path: str, changes: Sequence[Change]) -> tuple[FileText | None, str | None]:
        """The file as it is and the text it gets; None for a file to be removed."""
        kind = self.workspace.registry.kinds[changes[0].kind]
        target = confined(self.workspace.root, f"records/{path}")
        old = load(target) if target.exists() else None
        if old is not None and old.faults:
            fault = old.faults[0]
            message = Problem(
                path, fault.line, fault.column, fault.code, dict(fault.params)
            ).message
            raise Unparsable(f"records/{path}:{fault.line}", message)
        text = old.text if old else ""
        if not kind.is_stream:
            (change,) = changes
            return old, self._file(kind, change, old)
        chunks = split_stream(text)
        places = self._places(kind, [c for c in changes if c.before is not None], path, chunks)
        # From the end, so that the places of the others stay true.
        for place, change in sorted(places.items(), reverse=True):
            if change.after is None:
                text = remove_document(text, place)
            else:
                edited = self._edited(kind, change, chunks[place])
                text = replace_document(text, chunks[place], edited)
        new = [document_of(kind, c.after) for c in changes if c.before is None and c.after]
        if new:
            text = append_document(text, "---\n".join(new))
        return old, text if text.strip() else None

    def _file(self, kind: Kind, change: Change, old: FileText | None) -> str | None:
        if change.before is None:
            if old is not None:
                raise Exists(kind.noun(), change.id)
            assert change.after is not None
            return document_of(kind, change.after)
        if old is None:
            raise ChangedMeanwhile(f"records/{change.path}")
        chunks = split_stream(old.text)
        (place,) = self._places(kind, [change], change.path, chunks)
        if change.after is None:
            return None
        return replace_document(old.text, chunks[place], self._edited(kind, change, chunks[place]))

    def _edited(self, kind: Kind, change: Change, chunk: Chunk) -> str:
        """The document of an updated record as it will be."""
        assert change.before is not None
        assert change.after is not None
        if change.text is not None:
            return change.text
        edits = edits_between(kind, change.before, change.after)
        edited = edit_document(chunk.text, edits, order_of(kind))
        if self._values(kind, edited) != change.after:
            raise EditRefused((), "shape")
        return edited

    def _places(
        self, kind: Kind, changes: Sequence[Change], path: str, chunks: Sequence[Chunk]
    ) -> dict[int, Change]:
        """Which documents of a file hold the records, each as it was when it was read."""
        if kind.name not in self._rules:
            self._rules[kind.name] = Rules(kind)
        wanted = {change.id: change for change in changes}
        places: dict[int, Change] = {}
        for number, chunk in enumerate(chunks):
            if not wanted:
                break
            tree, _faults = parse_document(chunk.text, chunk.line)
            if tree is None or (kind.is_stream and "id" in tree and tree["id"] not in wanted):
                continue
            stored, _findings = read_record(
                kind, tree, self.workspace.zone, self._rules[kind.name], path, chunk, number
            )
            change = wanted.pop(stored.id, None)
            if change is not None:
                if stored.written != change.before:
                    break
                places[number] = change
        if len(places) < len(changes):
            raise ChangedMeanwhile(f"records/{path}")
        return places

    def _values(self, kind: Kind, document: str) -> Values:
        tree, faults = parse_document(document)
        if tree is None or faults:
            return {}
        values, _findings = read(kind, tree, self.workspace.zone)
        return values


def machine_result(changes: ChangeSet) -> dict[str, Any]:
    """What a write prints for scripts."""
    return {
        "change": changes.id,
        "created": changes.of("created"),
        "updated": changes.of("updated"),
        "removed": changes.of("removed"),
    }
