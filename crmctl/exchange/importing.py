"""Rows -> one change set, with every row accounted for: created, updated, unchanged or rejected.

A row is known again by its own id, by the key the caller chose, or by what it says: the hash of
its cells, counting equal rows, is in the id (or the unique mark) of the record it made. So the
same file a second time changes nothing, whatever has become of the records since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.changes.journal import Journal
from crmctl.errors import CrmctlError
from crmctl.exchange.cells import (
    Applied,
    Cell,
    Place,
    RowReader,
    Values,
    applied,
    around,
    refers,
    resolved,
)
from crmctl.exchange.doubles import Doubles
from crmctl.exchange.errors import BadKey, Rejected
from crmctl.exchange.identity import Identities
from crmctl.exchange.lookup import KeyIndex, Lookup
from crmctl.exchange.mapping import Target
from crmctl.exchange.outcomes import (
    CREATED,
    REJECTED,
    UNCHANGED,
    UPDATED,
    Imported,
    Outcome,
)
from crmctl.exchange.tabular import Table
from crmctl.locale import _
from crmctl.schema.access import with_defaults
from crmctl.schema.model import Field, Kind
from crmctl.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller decided: the key of updates, kinds that may be made, removed rows again,
    and what new records have where their row says nothing."""

    key: Field | None = None
    create: Collection[str] = ()
    restore: bool = False
    given: Sequence[tuple[Field, str]] = ()


@dataclass(slots=True)
class _Draft:
    """A record of the book that rows change, and those rows."""

    before: Values
    values: Values
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass(slots=True)
class _Later:
    """A row whose references to records of its own kind wait until all rows are read."""

    outcome: Outcome
    id: str
    cells: list[Cell]


class Importer:
    """One import of rows as records of one kind."""

    def __init__(
        self,
        workspace: Workspace,
        kind: Kind,
        targets: Sequence[Target],
        choices: Choices,
        command: Sequence[str],
        reason: str | None = None,
    ) -> None:
        self.workspace = workspace
        self.kind = kind
        self.choices = choices
        self.builder = Builder(workspace, command, reason)
        self.lookup = Lookup(self.builder, choices.create)
        self.reader = RowReader(kind, targets, workspace.now)
        self.assigner = self.builder.assigner(kind)
        self._targets: dict[tuple[str, ...], set[str]] = {}
        paths = {target.field.path for target in targets}
        if choices.key is not None and choices.key.path not in paths:
            raise BadKey(choices.key.dotted)
        self._keys = KeyIndex(workspace, kind, choices.key) if choices.key else None
        self._identities = Identities(workspace.index, kind, Journal(workspace.private))
        self._added: dict[str, Change] = {}
        self._drafts: dict[str, _Draft] = {}
        self._claims: dict[str, dict[Place, tuple[Any, int]]] = {}
        self._later: list[_Later] = []
        self._edited: dict[str, None] = {}
        self._removed: dict[str, None] = {}
        self._given = [self.reader.cell(field, text) for field, text in choices.given]
        slugged = kind.slug_field is not None and self._keys is None
        self._doubles = Doubles(workspace.index, kind) if slugged else None

    def run(self, table: Table) -> Imported:
        """Plans the import of all rows; writes nothing."""
        outcomes = [Outcome(row) for row in table.rows]
        for outcome in outcomes:
            try:
                if outcome.row.fault:
                    raise Rejected(outcome.row.fault)
                self._take(outcome)
            except CrmctlError as error:
                outcome.reject(error)
        self._resolve_later(outcomes)
        self._finish_drafts()
        kept = {(change.kind, change.id) for change in self.builder.set.changes}
        made = Counter(c.kind for c in self.lookup.made if (c.kind, c.id) in kept)
        doubles = self._doubles.found if self._doubles is not None else []
        return Imported(
            outcomes,
            self.builder.set,
            dict(made),
            list(self._edited),
            list(self._removed),
            [one for one in doubles if one.id in self._added],
        )

    # one row

    def _take(self, outcome: Outcome) -> None:
        cells, said = self.reader.read(outcome.row)
        own = next((cell.value for cell in cells if cell.field.path == ("id",)), None)
        cells = [cell for cell in cells if cell.field.path != ("id",)]
        if self._keys is not None:
            id_cell = [Cell(self.kind.fields["id"], own)] if own is not None else []
            found = self._keys.find([*cells, *id_cell])
            if len(found) > 1:
                shown = ", ".join(found[:5])
                raise Rejected(_("the key fits several records: {ids}").format(ids=shown))
            if found:
                if own not in (None, found[0]):
                    reason = _("the key belongs to “{id}”, which is not the id of the row")
                    raise Rejected(reason.format(id=found[0]))
                return self._update(outcome, found[0], cells)
        tail = self._identities.tail(said)
        identity = (
            self._identities.by_id(own) if own is not None else self._identities.by_tail(tail)
        )
        if own is not None and own in self._added:
            return self._again(outcome, own, cells)
        if identity.exists:
            assert identity.id is not None
            return self._compare(
                outcome, identity.id, cells, identity.made if own is None else None
            )
        if identity.id is not None and identity.made is not None and not self.choices.restore:
            self._removed[identity.id] = None
            outcome.id = identity.id
            return None
        free = identity.id is not None and not self._identities.by_id(identity.id).exists
        return self._create(outcome, identity.id if free else None, tail, cells)

    def _create(self, outcome: Outcome, id: str | None, tail: str, cells: list[Cell]) -> None:
        said = {cell.field.path for cell in cells}
        cells = [*cells, *(cell for cell in self._given if cell.field.path not in said)]
        own_kind = [cell for cell in cells if self._is_later(cell)]
        rest = [cell for cell in cells if not self._is_later(cell)]
        with self.lookup.together():
            values, places = self._applied({}, rest)
            if self.kind.slug_field is not None:
                # The mark of a row, not a random one: two clones that import it make one file.
                values.setdefault("uid", tail)
            change = self.builder.add(self.kind, values, id=id, minted=tail, mark=False)
        if self._doubles is not None:
            self._doubles.add(change.id, values)
        self.lookup.add(change)
        self._added[change.id] = change
        if self._keys is not None and change.after is not None:
            self._keys.add(change.id, change.after)
        outcome.status, outcome.id = CREATED, change.id
        self._claim(change.id, places, outcome)
        if own_kind:
            self._later.append(_Later(outcome, change.id, own_kind))

    def _is_later(self, cell: Cell) -> bool:
        """Whether a cell may name another record that this very import makes."""
        return self.kind.name in self._refers(cell.field)

    def _refers(self, field: Field) -> set[str]:
        if field.path not in self._targets:
            self._targets[field.path] = refers(field)
        return self._targets[field.path]

    def _again(self, outcome: Outcome, id: str, cells: list[Cell]) -> None:
        """A second row with the id of a row before."""
        outcome.id = id
        if not self._same(self._added[id].after or {}, cells):
            raise Rejected(_("another row of this file has the id “{id}” already").format(id=id))

    def _compare(self, outcome: Outcome, id: str, cells: list[Cell], made: Values | None) -> None:
        """A row that the book has: nothing is written, but an edited record is told."""
        outcome.id = id
        record = self._record(id)
        if made is not None:
            names = {cell.field.path[0] for cell in cells}
            same = all(record.get(name) == made.get(name) for name in names)
        else:
            same = self._same(record, cells)
        if not same:
            self._edited[id] = None

    def _same(self, record: Values, cells: list[Cell]) -> bool:
        """Whether a record says what its row says, as far as the references can be resolved."""
        known = []
        for cell in cells:
            try:
                value = resolved(cell.field, cell.value, record, self.lookup.peek)
            except CrmctlError:
                continue
            known.append(Cell(cell.field, value))
        try:
            values = applied(self.kind, record, known, self.assigner).values
        except Rejected:
            return False
        return with_defaults(self.kind, values) == with_defaults(self.kind, record)

    # updates

    def _update(self, outcome: Outcome, id: str, cells: list[Cell]) -> None:
        outcome.id = id
        if any(map(self._is_later, cells)):
            self._later.append(_Later(outcome, id, cells))
            return
        with self.lookup.together():
            self._change(outcome, id, cells)

    def _change(self, outcome: Outcome, id: str, cells: list[Cell]) -> None:
        added = self._added.get(id)
        draft = self._drafts.get(id)
        if added is not None:
            old = added.after or {}
        else:
            old = draft.values if draft else self._record(id)
        if self._keys is not None and outcome.status != CREATED:
            cells = self._keys.kept(old, cells)
        new, places = self._applied(old, cells)
        self._claim(id, places, outcome)
        if with_defaults(self.kind, new) == with_defaults(self.kind, old):
            return
        if added is not None:
            self.builder.amend(self.kind, added, new)
            outcome.status = UPDATED if outcome.status != CREATED else CREATED
            return
        if draft is None:
            stored = self.builder.read(self.kind, id).values
            draft = self._drafts[id] = _Draft(stored, stored)
            new = self._applied(stored, cells).values
        draft.values = new
        draft.outcomes.append(outcome)
        outcome.status = UPDATED

    def _claim(self, id: str, places: Mapping[Place, Any], outcome: Outcome) -> None:
        """Notes what a row says of its record; Rejected when a row before says otherwise there."""
        claims = self._claims.setdefault(id, {})
        key = self.choices.key.path if self.choices.key else ()
        for place, value in places.items():
            said, line = claims.get(place, (value, 0))
            # The key itself is what the rows have in common, however each of them spells it.
            if said != value and place != key:
                reason = _("line {line} has the same {key}, but another value for {field}")
                field = ".".join(name for name in place if isinstance(name, str))
                raise Rejected(reason.format(line=line, key=".".join(key), field=field))
        for place, value in places.items():
            claims.setdefault(place, (value, outcome.row.line))

    def _finish_drafts(self) -> None:
        for id, draft in self._drafts.items():
            try:
                change = self.builder.replace(self.kind, id, draft.values)
            except CrmctlError as error:
                for outcome in draft.outcomes:
                    outcome.reject(error)
                continue
            if change is None:
                for outcome in draft.outcomes:
                    if outcome.status == UPDATED:
                        outcome.status = UNCHANGED

    # references among the rows

    def _resolve_later(self, outcomes: Sequence[Outcome]) -> None:
        """Fills in references to records of the same kind, now that all rows are known.

        A row that fails takes its record back, and with it the rows that refer to that one.
        """
        new = [later for later in self._later if later.id in self._added]
        while failed := self._fill_in(new):
            self.lookup.take_back([self._added.pop(id) for id in failed if id in self._added])
            for outcome in outcomes:
                if outcome.id in failed and outcome.status != REJECTED:
                    outcome.reject(failed[outcome.id])
        # The records of the book cannot be taken back, so they come when all others are certain.
        self._fill_in([later for later in self._later if later.id not in self._added])

    def _fill_in(self, rows: Sequence[_Later]) -> dict[str, CrmctlError]:
        """The ids of the rows that failed, which are rejected, with the reason."""
        failed: dict[str, CrmctlError] = {}
        for row in rows:
            if row.outcome.status == REJECTED:
                continue
            try:
                with self.lookup.together():
                    self._change(row.outcome, row.id, row.cells)
            except CrmctlError as error:
                row.outcome.reject(error)
                failed[row.id] = error
        return failed

    # values

    def _applied(self, record: Values, cells: Sequence[Cell]) -> Applied:
        """A record with the cells of a row, its references turned into ids.

        A reference into a list (a contact) needs the record that has it, so it comes last.
        """
        done: list[Cell] = []
        for cell in sorted(cells, key=self._depth):
            value = cell.value
            if self._refers(cell.field):
                value = resolved(cell.field, value, around(record, cell, done), self.lookup.resolve)
            done.append(Cell(cell.field, value))
        return applied(self.kind, record, done, self.assigner)

    def _depth(self, cell: Cell) -> int:
        targets = self._refers(cell.field)
        return 2 if any("." in target for target in targets) else 1 if targets else 0

    def _record(self, id: str) -> Values:
        found = self.workspace.index.get(self.kind, id) or {}
        return {name: value for name, value in found.items() if name not in ("_path", "_line")}
