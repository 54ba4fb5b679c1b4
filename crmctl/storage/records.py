"""Record files -> typed records and problems: one bad file or document never stops the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.problems import Problem
from crmctl.schema.model import Kind
from crmctl.schema.rules import Rules
from crmctl.schema.typing import Finding, read
from crmctl.storage.files import FileText, load_listed
from crmctl.storage.reader import Chunk, Fault, parse_document, split_stream
from crmctl.values.dates import parse_date
from crmctl.values.ids import hashed_tail, is_valid_id, stream_id
from crmctl.values.tree import Tree

EPOCH_DAY = date(1970, 1, 1)


@dataclass(slots=True)
class Stored:
    """A record and where it stands: `path` relative to records/, 1-based `line` of its document,
    `document` its place in the file counted from 0."""

    kind: str
    id: str
    values: dict[str, Any]
    path: str
    line: int
    document: int
    minted: bool = False

    @property
    def written(self) -> dict[str, Any]:
        """The values as the file has them: without an id that only the reader gave."""
        if not self.minted:
            return self.values
        return {name: value for name, value in self.values.items() if name != "id"}


@dataclass(slots=True)
class Content:
    """Everything that one record file gives."""

    digest: str
    records: list[Stored] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_file(records: Path, path: str, kind: Kind, zone: ZoneInfo, rules: Rules) -> Content:
    """The records of the file at `path` below the folder `records`, with every problem found."""
    return read_text(load_listed(records.parent, f"records/{path}"), path, kind, zone, rules)


def read_text(text: FileText, path: str, kind: Kind, zone: ZoneInfo, rules: Rules) -> Content:
    """The same of a file that is loaded already."""
    shown = f"records/{path}"
    chunks, faults = documents(kind, text)
    content = Content(text.digest, problems=_problems(shown, faults))
    for number, chunk in enumerate(chunks):
        tree, faults = parse_document(chunk.text, chunk.line)
        content.problems += _problems(shown, faults)
        if tree is None:
            continue
        stored, findings = read_record(kind, tree, zone, rules, path, chunk, number)
        content.problems += _placed(shown, chunk, findings)
        content.records.append(stored)
    return content


def documents(kind: Kind, text: FileText) -> tuple[list[Chunk], list[Fault]]:
    """The documents of a file of this kind, or why the whole file is not used."""
    if text.faults:
        return [], text.faults
    chunks = split_stream(text.text)
    if not kind.is_stream and len(chunks) > 1:
        reason = {"reason": "one record a file is expected"}
        return [], [Fault("syntax", chunks[1].line, 1, reason)]
    return chunks, []


def read_record(
    kind: Kind,
    tree: Mapping[str, Tree],
    zone: ZoneInfo,
    rules: Rules,
    path: str,
    chunk: Chunk,
    number: int,
) -> tuple[Stored, list[Finding]]:
    """One document typed and checked; without an id it gets the one that a repair would write."""
    values, findings = read(kind, tree, zone)
    findings += [
        finding
        for finding in rules.check(values)
        if not (finding.code == "required" and finding.params["field"] == "id")
    ]
    stem = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    id_ = values.get("id")
    minted = id_ is None
    if id_ is None:
        findings.append(Finding((), "missing-id"))
        id_ = stem if not kind.is_stream else _missing_id(kind, values, path, chunk.text)
        values = {"id": id_, **values}
        if not is_valid_id(id_):
            findings.append(Finding((), "bad-id", id=id_))
    elif not kind.is_stream and id_ != stem:
        findings.append(Finding(("id",), "id-mismatch", name=f"{stem}.yaml", id=id_))
    return Stored(kind.name, id_, values, path, chunk.line, number, minted), findings


def values_in(document: str, kind: Kind, zone: ZoneInfo) -> dict[str, Any]:
    """The values of one document; none when it cannot be read."""
    tree, faults = parse_document(document)
    return {} if tree is None or faults else read(kind, tree, zone)[0]


def _missing_id(kind: Kind, values: Mapping[str, Any], path: str, text: str) -> str:
    day = parse_date(str(values.get(kind.id_date or "") or "")[:10])
    assert kind.id_prefix is not None
    return stream_id(kind.id_prefix, day or EPOCH_DAY, hashed_tail(path, text))


def _problems(path: str, faults: Iterable[Fault]) -> list[Problem]:
    return [Problem(path, f.line, f.column, f.code, dict(f.params)) for f in faults]


def _placed(path: str, chunk: Chunk, findings: list[Finding]) -> list[Problem]:
    if not findings:
        return []
    # Loaded here: a record without fault needs no YAML library.
    from crmctl.storage.nodes import compose, locate

    root = compose(chunk.text)
    problems = []
    for finding in findings:
        node = locate(root, finding.path) or root
        line = chunk.line + node.line - 1
        problems.append(Problem(path, line, node.column, finding.code, finding.params))
    return problems
