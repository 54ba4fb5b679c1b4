"""A record as a person rewrote it in an editor: the text is kept as it is, histories are added."""

from __future__ import annotations

from crmctl.changes.build import Builder, said_of
from crmctl.changes.changeset import Change, Values
from crmctl.errors import InvalidText
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.schema.access import ordered
from crmctl.schema.model import Kind
from crmctl.schema.typing import read
from crmctl.storage.reader import parse_document
from crmctl.storage.records import Stored
from crmctl.storage.rewriting import edits_between, order_of


def draft(built: Builder, kind: Kind, stored: Stored, text: str) -> Values:
    """The values of an edited document; InvalidText with every fault when it cannot be kept."""
    tree, faults = parse_document(text)
    reasons = [
        f"{fault.line}:{fault.column} "
        + Problem("", fault.line, fault.column, fault.code, dict(fault.params)).message
        for fault in faults
    ]
    if reasons:
        raise InvalidText(stored.id, reasons)
    values, findings = read(kind, tree or {}, built.workspace.zone)
    reasons = [said_of(finding) for finding in findings if finding.code != "unknown-field"]
    if stored.minted:
        values.setdefault("id", stored.id)
    if values.get("id") != stored.id:
        reasons.append(_("the id of a record cannot be changed"))
    reasons = reasons or built.broken_rules(kind, stored.values, values)
    if reasons:
        raise InvalidText(stored.id, reasons)
    return values


def rewrite(built: Builder, kind: Kind, stored: Stored, text: str) -> None:
    """Takes up a record with the text that a person gave it."""
    from crmctl.storage.editor import edit_document

    if text == built.document_text(kind, stored):
        return
    values = draft(built, kind, stored, text)
    after = ordered(kind, built.entered(kind, stored.values, values))
    said = {name: value for name, value in values.items() if name != "id" or not stored.minted}
    text = edit_document(text, edits_between(kind, said, after), order_of(kind))
    built.put(
        Change(kind.name, stored.id, stored.written, after, stored.path, stored.document, text)
    )
    built.come_again(kind, stored.values, after)
