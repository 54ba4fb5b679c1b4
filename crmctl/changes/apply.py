"""Change set -> files: under the book's lock, after a look whether anybody was faster.

Each file is written in one step. A record that differs from what the change set started from is
refused, and so is an edit whose result does not read back as exactly the values intended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmctl.changes.changeset import SCHEMAS, Change, ChangeSet, Verbatim, by_path, in_book
from crmctl.changes.commits import Commits
from crmctl.changes.errors import AlreadyApplied
from crmctl.changes.images import Text
from crmctl.changes.journal import Entry, Journal
from crmctl.changes.transaction import Transaction
from crmctl.errors import ChangedMeanwhile, Exists, Unparsable
from crmctl.problems import Problem
from crmctl.schema.model import Kind
from crmctl.schema.rules import Rules
from crmctl.storage.errors import EditRefused
from crmctl.storage.files import FileText, Lock, confined, load
from crmctl.storage.reader import Chunk, parse_document, split_stream
from crmctl.storage.records import read_file, read_record, values_in
from crmctl.storage.rewriting import document_of, edits_between, order_of
from crmctl.storage.streams import (
    append_document,
    ids_of,
    insert_documents,
    newline_of,
    preamble,
    remove_document,
    replace_document,
    undashed,
    with_newline,
)
from crmctl.workspace import Workspace


class Recovered(NamedTuple):
    """A change set that was finished after an interruption; `left`: records edited since."""

    change: str
    left: list[str]


class Applier:
    """Writes change sets into one book."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.journal = Journal(workspace.private)
        self.commits = Commits(workspace)
        self.warnings: list[str] = []
        self._transaction = Transaction(workspace.root, self.journal)
        self._rules: dict[str, Rules] = {}

    def apply(self, changes: ChangeSet) -> None:
        """All of it, or, when something is in the way, nothing at all."""
        if not changes:
            return
        self.workspace.private.mkdir(parents=True, exist_ok=True)
        with Lock(self.workspace.private / "lock"):
            self._resume()
            if self.journal.entry(changes.id) is not None:
                raise AlreadyApplied(changes.id)
            self.commits.before(changes.paths)
            # Every text is made before the first is written: what cannot be done stops it all.
            texts = self._texts(changes)
            self.commits.owe(changes.id)
            self._transaction.carry_out(changes, texts)
            written = (path for path in changes.paths if not path.startswith(SCHEMAS))
            self.workspace.index.take_in(written)
            self.warnings = self.commits.after()

    def recover(self) -> Recovered | None:
        """Finishes a change set that was interrupted; None when there is nothing to do.

        Raises Locked when another process is at work: then nothing was interrupted.
        """
        with Lock(self.workspace.private / "lock", timeout=0):
            return self._resume()

    def _resume(self) -> Recovered | None:
        left: list[str] = []
        entry = self._transaction.resume(lambda entry, path: self._mended(entry, path, left))
        if entry is None:
            return None
        self.workspace.index.refresh()
        self.warnings = self.commits.after()
        return Recovered(entry.id, left)

    def _mended(self, entry: Entry, path: str, left: list[str]) -> Text | None:
        """A file that was edited after the change set was interrupted, with what still fits."""
        halves = (half for change in entry.changes for half in change.halves())
        group = [half for half in halves if half.path == path]
        if not group:
            left.append(in_book(path))
            return None
        kind = self.workspace.registry.kinds[group[0].kind]
        content = read_file(
            self.workspace.records, path, kind, self.workspace.zone, self._rules_of(kind)
        )
        now = {stored.id: stored.written for stored in content.records}
        waiting = [change for change in group if now.get(change.id) == change.before]
        left += [c.id for c in group if c not in waiting and now.get(c.id) != c.after]
        return self._text(path, waiting) if waiting else None

    def _texts(self, changes: ChangeSet) -> list[Text]:
        """Every file of a change set as it is and as it will be."""
        texts = {
            path: self._text(path, group, changes.verbatim.get(path))
            for path, group in _by_source(changes.changes).items()
        }
        moved = by_path(change for change in changes.changes if change.origin)
        for path, group in moved.items():
            if path not in changes.verbatim:
                texts[path] = self._with_arrivals(path, group, texts)
        for path in changes.verbatim.keys() - texts.keys():
            texts[path] = self._text(path, [], changes.verbatim[path])
        # What goes comes last: until then others can be made like it.
        return sorted(texts.values(), key=lambda text: text.new is None)

    def _with_arrivals(
        self, path: str, changes: Sequence[Change], texts: Mapping[str, Text]
    ) -> Text:
        """The file that records move to, in this order; their texts come along as they are."""
        kind = self.workspace.registry.kinds[changes[0].kind]
        before = texts.get(path)
        if before is None:
            old = self._load(path)
            before = Text(path, old, old.text if old else None, old.bom if old else False)
        if before.new is not None and not kind.is_stream:
            raise Exists(kind.noun(), changes[0].new_id)
        sources = _by_source(changes)
        first = texts[next(iter(sources))]
        if before.new is None:
            before = before._replace(bom=first.bom, like=first.path)
        documents: dict[str, Iterator[str]] = {}
        tops: dict[str, str] = {}
        for source, group in sources.items():
            left = texts[source].old
            assert left is not None
            chunks = split_stream(left.text)
            places = sorted(self._places(kind, group, source, chunks).items())
            edited = [(chunks[at], self._edited(kind, one, chunks[at])) for at, one in places]
            if before.new is None and len(sources) == 1 and len(edited) == len(chunks):
                text = left.text
                for chunk, document in reversed(edited):
                    text = replace_document(text, chunk, document)
                return before._replace(new=text)
            documents[source] = (undashed(document) for _chunk, document in edited)
            if texts[source].new is None and places[0][0] == 0:
                tops[source] = left.text
        text = before.new or ""
        # Those of one file stay in its order.
        for source in (change.source for change in changes):
            # What stands above the first document has nowhere else to go.
            document, top = next(documents[source]), tops.pop(source, "")
            if top and not text:
                text = top[: split_stream(top)[0].start] + document
            else:
                text = append_document(text, with_newline(preamble(top) + document, "\n"))
        if before.new is None and first.old is not None:
            text = with_newline(text, newline_of(first.old.text))
        return before._replace(new=text)

    def _load(self, path: str) -> FileText | None:
        target = confined(self.workspace.root, in_book(path))
        old = load(target) if target.exists() else None
        if old is not None and old.faults:
            fault = old.faults[0]
            message = Problem(
                path, fault.line, fault.column, fault.code, dict(fault.params)
            ).message
            raise Unparsable(f"{in_book(path)}:{fault.line}", message)
        return old

    def _text(self, path: str, changes: Sequence[Change], verbatim: Verbatim | None = None) -> Text:
        """A file as it is and as it will be, without what moves to another one."""
        old = self._load(path)
        if verbatim is not None:
            if verbatim.digest != (old.digest if old else None):
                raise ChangedMeanwhile(in_book(path))
            return Text(path, old, verbatim.text, verbatim.bom)
        kind = self.workspace.registry.kinds[changes[0].kind]
        bom = old.bom if old else False
        text = old.text if old else ""
        if not kind.is_stream:
            (change,) = changes
            return Text(path, old, self._file(kind, change, old), bom)
        chunks = split_stream(text)
        gone = any(change.after is None for change in changes)
        order = [id for id in ids_of(text) if id] if gone else ()
        places = self._places(kind, [c for c in changes if c.before is not None], path, chunks)
        if chunks and sum(change.path != path for change in places.values()) == len(chunks):
            return Text(path, old, None, bom)
        # From the end, so that the places of the others stay true.
        for place, change in sorted(places.items(), reverse=True):
            if change.after is None or change.origin:
                text = remove_document(text, place)
            else:
                edited = self._edited(kind, change, chunks[place])
                text = replace_document(text, chunks[place], edited)
        text = _with_new(kind, text, [change for change in changes if change.before is None])
        return Text(path, old, text if text.strip() else None, bom, order)

    def _file(self, kind: Kind, change: Change, old: FileText | None) -> str | None:
        if change.before is None:
            if old is not None:
                raise Exists(kind.noun(), change.id)
            return _new_document(kind, change)
        if old is None:
            raise ChangedMeanwhile(f"records/{change.source}")
        chunks = split_stream(old.text)
        (place,) = self._places(kind, [change], change.source, chunks)
        if change.after is None or change.origin:
            return None
        return replace_document(old.text, chunks[place], self._edited(kind, change, chunks[place]))

    def _edited(self, kind: Kind, change: Change, chunk: Chunk) -> str:
        """The document of an updated record as it will be."""
        assert change.before is not None
        assert change.after is not None
        if change.text is not None:
            return change.text
        if change.before == change.after:
            return chunk.text
        from crmctl.storage.editor import edit_document

        edits = edits_between(kind, change.before, change.after)
        edited = edit_document(chunk.text, edits, order_of(kind))
        if values_in(edited, kind, self.workspace.zone) != change.after:
            raise EditRefused((), "shape")
        return edited

    def _places(
        self, kind: Kind, changes: Sequence[Change], path: str, chunks: Sequence[Chunk]
    ) -> dict[int, Change]:
        """Which documents of a file hold the records, each as it was when it was read."""
        wanted = {change.id: change for change in changes}
        places: dict[int, Change] = {}
        for number, chunk in enumerate(chunks):
            if not wanted:
                break
            tree, _faults = parse_document(chunk.text, chunk.line)
            if tree is None or (kind.is_stream and "id" in tree and tree["id"] not in wanted):
                continue
            stored, _findings = read_record(
                kind, tree, self.workspace.zone, self._rules_of(kind), path, chunk, number
            )
            change = wanted.pop(stored.id, None)
            if change is not None:
                if stored.written != change.before:
                    break
                places[number] = change
        if len(places) < len(changes):
            raise ChangedMeanwhile(in_book(path))
        return places

    def _rules_of(self, kind: Kind) -> Rules:
        if kind.name not in self._rules:
            self._rules[kind.name] = Rules(kind)
        return self._rules[kind.name]


def _with_new(kind: Kind, text: str, changes: Sequence[Change]) -> str:
    """A stream with records that it gets: new ones at its end, others where they once stood."""
    if any(change.id in text for change in changes):
        there = {*ids_of(text)}
        for change in changes:
            if change.id in there:
                raise Exists(kind.noun(), change.id)
    back: dict[Sequence[str], dict[str, Change]] = {}
    for change in changes:
        back.setdefault(tuple(change.order), {})[change.id] = change
    new = back.pop((), {})
    for order, returning in back.items():
        places, place = {id: place for place, id in enumerate(ids_of(text), 1)}, 0
        documents: list[tuple[int, str]] = []
        for id in order:
            place = places.get(id, place)
            if id in returning:
                documents.append((place, _new_document(kind, returning[id])))
        text = insert_documents(text, documents)
    added = [_new_document(kind, change) for change in new.values()]
    return append_document(text, "---\n".join(added)) if added else text


def _new_document(kind: Kind, change: Change) -> str:
    assert change.after is not None
    return change.text or document_of(kind, change.after)


def _by_source(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by the file in which their record stands until then."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.source, []).append(change)
    return grouped


def machine_result(changes: ChangeSet) -> dict[str, Any]:
    """What a write prints for scripts."""
    return {
        "change": changes.id,
        "created": changes.of("created"),
        "updated": changes.of("updated"),
        "removed": changes.of("removed"),
    }
