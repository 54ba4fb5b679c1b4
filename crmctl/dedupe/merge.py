"""Customers that are one party made into one record, with everything that names them.

The one that stays keeps its id; those of the others still find it (`former_ids`), and so do their
names (`aliases`). Records of the others come along to its files, as in a renaming: they stay what
they were, and histories get no entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.changes.rename import places
from crmctl.changes.stamps import with_histories
from crmctl.dedupe.combine import (
    HISTORY,
    Clash,
    Combiner,
    Keys,
    collapsed,
    ended,
    references_rekeyed,
    rekeyed,
    without_self,
)
from crmctl.dedupe.customers import DISTINCT
from crmctl.errors import BadValue, Invalid, UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _
from crmctl.schema.access import ordered, put_at, without_defaults
from crmctl.schema.model import Field, Kind
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold

Values = dict[str, Any]
FORMER = "former_ids"
APART = ("id", "uid", "name", "aliases", "created", "archived", FORMER, DISTINCT)


class Lost(Frozen):
    """A value of a customer that did not stay, beside the one that did."""

    id: str
    clash: Clash


def merge(
    built: Builder, keep: str, others: Sequence[str], takes: Mapping[str, str] | None = None
) -> list[Lost]:
    """Collects what makes `others` one with `keep`; what of them does not stay is returned.

    `takes` says by field whose value stays where that is not the one of `keep`.
    """
    kind = built.workspace.registry.kinds[CUSTOMER]
    for broken in built.workspace.registry.broken.values():
        raise broken  # there may be references that nobody sees now
    for id in (keep, *others):
        built.references.refuse_unreadable(id)
    stored = {id: built.read(kind, id) for id in (keep, *others)}
    records: dict[str, Values] = {id: dict(one.values) for id, one in stored.items()}
    _refuse(kind, keep, others, records)
    merger = _Merger(built, kind, keep, records)
    for path, id in (takes or {}).items():
        merger.take(path, id)
    for id in others:
        merger.include(id)
    _relink(built, kind, keep, merger.keys)
    for id in others:
        built.drop(kind, stored[id])
    after = without_defaults(kind, merger.finished())
    before = stored[keep]
    # That two states were of one party is no move from one to the other.
    as_found = {**before.values, **{f.name: after.get(f.name) for f in kind.workflows}}
    reasons = built.broken_rules(kind, as_found, after, guarded=False)
    if reasons:
        raise Invalid(keep, reasons)
    change = Change(
        kind.name, keep, before.written, ordered(kind, after), before.path, before.document
    )
    built.put(change)
    return merger.lost


def _refuse(kind: Kind, keep: str, others: Sequence[str], records: Mapping[str, Values]) -> None:
    """What cannot be one party: itself, a person and a firm, who was forgotten or told apart."""
    if keep in others or len(set(others)) < len(others):
        raise UsageError(
            _("A customer cannot be merged with itself."),
            _("Name the customer to keep, then the others."),
        )
    types = {id: str(one["type"]) for id, one in records.items() if one.get("type")}
    if len(set(types.values())) > 1:
        field = kind.fields["type"]
        said = ", ".join(f"{id}: {field.value_title(type_)}" for id, type_ in types.items())
        raise UsageError(
            _("These are not of one type ({said}), so they are not one party.").format(said=said),
            _("If that is a mistake, correct it first: crmctl customer set ID type=…"),
        )
    for id, one in records.items():
        if one.get("forgotten"):
            raise UsageError(
                _("“{id}” is forgotten and stays by itself.").format(id=id),
                _("Name customers who are not forgotten."),
            )
        for other in one.get(DISTINCT) or ():
            if other in records:
                raise UsageError(
                    _("“{id}” and “{other}” were said to be different.").format(id=id, other=other),
                    _("Take it back with “crmctl customer set {id} {field}-={other}”.").format(
                        id=id, field=DISTINCT, other=other
                    ),
                )


class _Merger:
    """The record that stays, as it grows by the others."""

    def __init__(
        self, built: Builder, kind: Kind, keep: str, records: Mapping[str, Values]
    ) -> None:
        self.built = built
        self.kind = kind
        self.keep = keep
        self.records = dict(records)
        self.values: Values = dict(records[keep])
        self.lost: list[Lost] = []
        self.keys: dict[str | None, Keys] = {}
        self._taken: set[str] = set()

    def take(self, path: str, id: str) -> None:
        """Has the value of another one stay, with the history that goes with it."""
        if id not in self.records:
            raise BadValue("--take", f"{path}={id}", _("one of the customers that are merged"))
        field = self.kind.field(path).field
        if len(field.path) > 1 or field.name in set(APART) - {"name"}:
            raise BadValue("--take", f"{path}={id}", _("a field that two customers can differ in"))
        name, source = field.name, self.records[id]
        for each in (name, f"{name}{HISTORY}"):
            if each in source:
                self.values[each] = source[each]
            else:
                self.values.pop(each, None)
        if id != self.keep:
            self._taken.add(name)
        if field in self.kind.workflows:
            self.values = self._without_what_is_over(self.values)

    def include(self, id: str) -> None:
        """Adds what another one has."""
        other, keys = rekeyed(self.kind, self.values, self.records[id])
        self.keys[id] = keys
        other = self._without_what_is_over(other)
        combiner = Combiner(self.kind)
        combined = combiner.combined(self.values, other, APART)
        said = (clash for clash in combiner.clashes if clash.path[0] not in self._taken)
        self.lost += [Lost(id, clash) for clash in said]
        self.values = combined

    def _without_what_is_over(self, other: Values) -> Values:
        """The other one without what went with a state that is not the one of both, such as why it
        was lost: that becomes an entry of what was before."""
        found = dict(other)
        for field in self.kind.workflows:
            state = self.values.get(field.name, field.default) or other.get(field.name)
            known = self.built.moves(self.kind).states(field, self.values).get(str(state))
            for path, name in known.keep.items() if known is not None else ():
                entry = found.pop(path, None)
                if isinstance(entry, Mapping):
                    self.values[name] = ended(self.kind, name, self.values, entry)
        return found

    def finished(self) -> Values:
        """The record as it will be: found under all names and ids, and naming itself nowhere."""
        every = [self.values, *self.records.values()]
        values = dict(self.values)
        names = [name for one in every for name in (one.get("name"), *(one.get("aliases") or ()))]
        known = {fold(str(name)): name for name in reversed(names) if name}
        known.pop(fold(str(values["name"])), None)
        values["aliases"] = [name for name in dict.fromkeys(names) if name in known.values()]
        ids = [
            id
            for own, one in self.records.items()
            for id in (*(one.get(FORMER) or ()), *([own] if own != self.keep else []))
        ]
        values[FORMER] = [*dict.fromkeys(ids)]
        values[DISTINCT] = [
            *dict.fromkeys(id for one in self.records.values() for id in one.get(DISTINCT) or ())
        ]
        days = [str(one["created"]) for one in self.records.values() if one.get("created")]
        if days:
            values["created"] = min(days)
        if not all(one.get("archived") for one in self.records.values()):
            values.pop("archived", None)
        kind = self.kind
        values = {
            name: value
            if (field := kind.fields.get(name)) is None
            else without_self(field, value, self.records, kind.name)
            for name, value in values.items()
        }
        workspace = self.built.workspace
        before = self.records[self.keep]
        return with_histories(kind, before, values, workspace.now, workspace.me)


def _relink(built: Builder, kind: Kind, keep: str, keys: Mapping[str | None, Keys]) -> None:
    """Has everything that names one of the others name the one that stays."""
    spots = [*places(built, kind)]
    olds = [old for old in keys if old is not None]
    touched: dict[tuple[str, str], None] = {}
    for holder, path in spots:
        found = built.references.holding(holder, path, olds)
        touched |= dict.fromkeys(by for _id, by in found)
    for name, id in touched:
        if name == kind.name and (id == keep or id in olds):
            continue
        holder = built.workspace.registry.kinds[name]
        values: Any = dict(built.read(holder, id).values)
        values = references_rekeyed(holder.root, values, kind.name, keys, None)
        for other, path in spots:
            if other is holder:
                for old in olds:
                    values = put_at(values, path, old, keep)
        values = {each: _collapsed(holder.fields.get(each), values[each], kind) for each in values}
        built.move(holder, id, values)


def _collapsed(field: Field | None, value: Any, kind: Kind) -> Any:
    return value if field is None else collapsed(field, value, kind.name)
