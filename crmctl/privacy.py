"""What a party may ask of those who keep data about them: to see all of it, and to be forgotten.

Of a forgotten customer a record without name and address stays under another id, so that sums hold
and nobody writes to them again: hashes of their addresses say whom the gate must hold back. Texts
about them go from all other records; figures, dates and states stay. What git and the journal have
kept is another matter, of which the command speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change, Verbatim
from crmctl.changes.rename import places
from crmctl.errors import NotFound
from crmctl.facts.definitions import CUSTOMER
from crmctl.index.layout import as_record, quoted
from crmctl.marketing.reach import all_marks, hashed
from crmctl.policies.privacy import Privacy
from crmctl.refs import References
from crmctl.schema.access import ordered, put_at
from crmctl.schema.model import TEXTUAL, Field, Kind
from crmctl.selection import Selection
from crmctl.storage.files import load
from crmctl.storage.reader import split_stream
from crmctl.storage.rewriting import document_of
from crmctl.values.frozen import Frozen
from crmctl.values.ids import mint_tail, stream_id
from crmctl.workspace import Workspace

Values = Mapping[str, Any]
Told = Callable[[Kind, dict[str, Any]], dict[str, Any]]
PERSONAL = TEXTUAL | {"partial"}
SHORTEST = 2


class Mention(Frozen):
    """Where a customer is named in a record that is about somebody else."""

    kind: str
    id: str
    field: str
    entry: Any


# seeing everything


def subject(workspace: Workspace, id: str, told: Told) -> dict[str, Any]:
    """Everything that the book holds about a customer, by kind, and what it computes; of records
    about others the entries that name the customer. `told` says how a record is written out."""
    kinds = workspace.registry.kinds
    kind = kinds[CUSTOMER]
    record = workspace.index.get(kind, id)
    if record is None:
        raise NotFound(kind.noun(), id)
    found: dict[str, Any] = {
        "subject": id,
        "at": workspace.today.isoformat(),
        "customer": told(kind, record),
        "computed": _computed(workspace, kind, id),
    }
    for other in workspace.registry:
        if is_about(other):
            own = [told(other, one) for one in _records(workspace, other, id)]
            if own:
                found[other.plural] = own
    mentions = [
        {"kind": one.kind, "id": one.id, "field": one.field, "entry": one.entry}
        for one in _mentions(workspace, kind, id)
    ]
    return {**found, "mentions": mentions} if mentions else found


def is_about(kind: Kind) -> bool:
    """Whether records of a kind belong to one customer."""
    return kind.parent is not None and kind.fields[kind.parent].ref == CUSTOMER


def _computed(workspace: Workspace, kind: Kind, id: str) -> dict[str, Any]:
    selection = Selection(workspace, kind, archived=True, ids=[id])
    columns = [selection.column(name) for name in kind.facts]
    values = next(selection.rows(columns), ())
    return {
        column.name: value
        for column, value in zip(columns, values, strict=False)
        if value is not None
    }


def _records(workspace: Workspace, kind: Kind, id: str) -> Iterator[dict[str, Any]]:
    rows = workspace.index.rows(
        f"SELECT _data, _path, _line FROM {quoted(kind.plural)}"
        f" WHERE {quoted(str(kind.parent))} = ? ORDER BY rowid",
        (id,),
    )
    yield from (as_record(*row) for row in rows)


def _mentions(workspace: Workspace, kind: Kind, id: str) -> Iterator[Mention]:
    references = References(workspace)
    for other, field in workspace.registry.referrers(kind.name):
        if is_about(other) and field.name == other.parent:
            continue
        for _id, (name, other_id) in references.holding(other, field.path, [id]):
            if (name, other_id) != (kind.name, id):
                record = workspace.index.get(other, other_id) or {}
                top = record.get(field.path[0])
                entries = top if isinstance(top, list) else [top]
                for entry in entries:
                    if entry == id or (isinstance(entry, Mapping) and id in entry.values()):
                        yield Mention(name, other_id, field.path[0], entry)


# forgetting


def forget(built: Builder, id: str) -> str:
    """Collects what it takes to forget a customer; the id of what is left."""
    workspace = built.workspace
    kind = workspace.registry.kinds[CUSTOMER]
    for broken in workspace.registry.broken.values():
        raise broken  # there may be texts about them that nobody sees now
    built.references.refuse_unreadable(id)
    policy: Privacy = workspace.policy("privacy")
    new = stream_id("forgotten", workspace.today, mint_tail())
    values = built.read(kind, id).values
    built.move(kind, id, _left(built, kind, values, new, policy))
    spots = [*places(built, kind)]
    touched: dict[tuple[str, str], None] = {}
    for other, path in spots:
        touched |= dict.fromkeys(by for _id, by in built.references.holding(other, path, [id]))
    touched.pop((kind.name, id), None)
    for name, other_id in touched:
        other = workspace.registry.kinds[name]
        record: Any = built.read(other, other_id).values
        if is_about(other) and record.get(other.parent) == id:
            keep = policy.keep.records.get(name, ())
            record = {"id": other_id, **Scrub(other.root, policy.blank, keep).mapping(record)}
        else:
            record = _detached(other.root, record, (id, new), policy.blank)
        for holder, path in spots:
            if holder is other:
                record = put_at(record, path, id, new)
        built.move(other, other_id, ordered(other, record))
    _drop_comments(built, new)
    return new


def _left(built: Builder, kind: Kind, values: Values, new: str, policy: Privacy) -> dict[str, Any]:
    """What stays of the customer itself."""
    kept = {name: values[name] for name in policy.keep.customer if name in values}
    kept = Scrub(kind.root, policy.blank).mapping({**kept, "name": new})
    stays = {name: values[name] for name in ("uid", "created", "archived") if name in values}
    forgotten: dict[str, Any] = {"at": built.workspace.today.isoformat()}
    by = built.references.acting_user()
    if by:
        forgotten["by"] = by
    marks = sorted(map(hashed, all_marks(values)))
    if marks:
        forgotten["addresses"] = marks
    return {**kept, **stays, "id": new, "name": new, "forgotten": forgotten}


class Scrub:
    """Takes away what people wrote in free words, wherever it stands in a record."""

    def __init__(self, root: Field, blank: str, keep: Collection[str] = ()) -> None:
        self.root = root
        self.blank = blank
        self.keep = frozenset(keep) | {
            one.currency for one in root.walk() if one.currency is not None
        }

    def mapping(self, values: Values) -> dict[str, Any]:
        """A record without them; a text that its kind requires is blanked."""
        return self._mapping(self.root, values)

    def _mapping(self, field: Field, values: Values) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in values.items():
            child = field.child(name)
            if child is None:
                continue  # nobody knows what it says
            kept = value if name in self.keep else self._value(child, value)
            if kept is None and name in field.required and child.type in PERSONAL:
                kept = self.blank
            if kept is not None:
                found[name] = kept
        return found

    def _value(self, field: Field, value: Any) -> Any:
        if field.type == "list" and field.item is not None:
            return self._items(field, value) or None
        if field.type == "object":
            return self._mapping(field, value) or None
        is_contact = (field.ref or "").startswith(f"{CUSTOMER}.")
        return None if is_contact or field.type in PERSONAL else value

    def _items(self, field: Field, items: list[Any]) -> list[Any]:
        found = []
        label = field.leaf.fields.get(field.label or "")
        for number, item in enumerate(items, 1):
            kept = self._value(field.leaf, item)
            if field.key and isinstance(kept, dict) and field.key in item:
                # A key that was made from words that go is a number from now on.
                named = label is not None and label.type in PERSONAL
                kept[field.key] = str(number) if named else item[field.key]
            if kept is not None:
                found.append(kept)
        return found


def _detached(field: Field, values: Values, swap: tuple[str, str], blank: str) -> dict[str, Any]:
    """A record about others whose entries that name the customer, by the first of `swap`, say no
    more of them than their new id.

    What stands at the top of the record is about whom the record is about, and stays.
    """
    return {name: _without(field.child(name), value, swap, blank) for name, value in values.items()}


def _without(field: Field | None, value: Any, swap: tuple[str, str], blank: str) -> Any:
    if field is None:
        return value
    if isinstance(value, list):
        return [_without(field.leaf, one, swap, blank) for one in value]
    if not isinstance(value, Mapping):
        return value
    id, new = swap
    if id not in value.values():
        return {name: _without(field.child(name), one, swap, blank) for name, one in value.items()}
    return Scrub(field, blank).mapping(value) | {k: new for k, v in value.items() if v == id}


def _drop_comments(built: Builder, new: str) -> None:
    """Rewrites what moves word for word: comments are about the customer too."""
    kinds = built.workspace.registry.kinds
    moved: dict[str, list[Change]] = {}
    for change in built.set.changes:
        if change.after is not None and change.origin is not None:
            change.text = document_of(kinds[change.kind], change.after)
            moved.setdefault(change.origin, []).append(change)
    for source, changes in moved.items():
        old = load(built.workspace.records / source)
        target = changes[0].path
        if len(split_stream(old.text)) == len(changes) and new in target:
            text = "---\n".join(str(change.text) for change in changes)
            built.set.verbatim[source] = Verbatim(old.digest, None)
            built.set.verbatim[target] = Verbatim(None, text)


def still_said(workspace: Workspace, values: Values, apart: Collection[str]) -> list[str]:
    """Records beside those `apart` in which names or addresses of a customer still stand, each as
    `kind id`."""
    people = [values, *(one for one in values.get("contacts") or [] if isinstance(one, Mapping))]
    words = {str(one["name"]) for one in people if one.get("name")}
    for one in people:
        words |= {*(one.get("emails") or ()), *(one.get("phones") or ())}
    words = {word for word in words if len(word) >= SHORTEST}
    found: dict[str, None] = {}
    for kind in workspace.registry:
        test = " OR ".join("instr(_data, ?)" for _word in words)
        sql = f"SELECT id FROM {quoted(kind.plural)} WHERE {test or 'false'} ORDER BY id"
        for (id,) in workspace.index.rows(sql, [*words]):
            if id not in apart:
                found[f"{kind.name} {id}"] = None
    return list(found)
