"""Commands -> change sets: new records, changed fields, removals, with every rule of the kind.

Records are read from their files, never from the index: the index only says which file to read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from crmctl.changes.assign import Assigner, Assignment
from crmctl.changes.changeset import Change, ChangeSet, Values, Verbatim
from crmctl.changes.places import NOBODY, path_after, path_of
from crmctl.changes.stamps import filled, with_histories
from crmctl.errors import (
    BadValue,
    Exists,
    Invalid,
    MissingField,
    NotFound,
    Referenced,
    Unparsable,
)
from crmctl.guards import View, breaches
from crmctl.locale import _
from crmctl.moves import Moves
from crmctl.problems import Problem
from crmctl.refs import References, entry_id, has_cycle
from crmctl.schema.access import ordered, without_defaults
from crmctl.schema.model import Field, Kind
from crmctl.schema.rules import Rules
from crmctl.schema.typing import Finding
from crmctl.storage.files import load
from crmctl.storage.reader import split_stream
from crmctl.storage.records import Stored, read_file
from crmctl.values.dates import parse_date
from crmctl.values.ids import is_valid_id, mint_tail, stream_id, unique_slug
from crmctl.values.names import slug
from crmctl.workspace import Workspace


class Builder:
    """Collects the changes of one command into one change set."""

    def __init__(
        self, workspace: Workspace, command: Sequence[str] = (), reason: str | None = None
    ) -> None:
        self.workspace = workspace
        now = workspace.now
        id = stream_id("chg", now.date(), mint_tail())
        self.set = ChangeSet(
            id, now.isoformat(timespec="seconds"), workspace.me, list(command), reason
        )
        self.references = References(workspace)
        self._rules: dict[str, Rules] = {}
        self._moves: dict[str, Moves] = {}
        self._changes: dict[tuple[str, str], Change] = {}
        self._read: dict[str, list[Stored]] = {}
        self._view = View(workspace, self._changes)

    # what a command asks for

    def assigner(self, kind: Kind) -> Assigner:
        """Reads assignments for records of a kind."""
        self.refuse_broken(kind)
        return Assigner(kind, self.workspace.now, self.resolve)

    def add(
        self,
        kind: Kind,
        values: Mapping[str, Any],
        *,
        id: str | None = None,
        minted: str | None = None,
        mark: bool = True,
    ) -> Change:
        """A new record. `id` is a person's wish, `minted` the tail of an import's id.

        Without `mark` a named record gets no random mark: the same import in two clones must make
        the same file.
        """
        fields: Values = {name: value for name, value in values.items() if value is not None}
        if minted is None:  # what comes from elsewhere did not begin when it came
            fields = filled(kind, fields, self.workspace.now)
            fields = self._routed(kind, fields)
        if kind.date is None or kind.date not in fields:  # an event's own date says it
            fields.setdefault("created", self.workspace.today.isoformat())
        fields["id"] = self.new_id(kind, fields, id, minted)
        if kind.slug_field and mark:
            fields.setdefault("uid", mint_tail())
        fields = without_defaults(kind, self.moves(kind).begun(fields))
        self._check(kind, None, fields, guarded=minted is None)  # what is brought in is history
        change = Change(
            kind.name,
            fields["id"],
            None,
            ordered(kind, fields),
            self._file_of(kind, fields),
        )
        return self.put(change)

    def _routed(self, kind: Kind, fields: Values) -> Values:
        if all(field.route is None for field in kind.fields.values()):
            return fields
        from crmctl.service.routing import routed

        return routed(self.moves(kind), kind, fields)

    def put(self, change: Change) -> Change:
        """Takes up a change whose values follow the rules already."""
        self.set.changes.append(change)
        for id in (change.id, change.new_id):
            self._changes[change.kind, id] = change
        self._view.note(change)
        return change

    def put_file(self, changes: Sequence[Change], verbatim: Verbatim) -> None:
        """Takes up all changes of one file, whose text is known."""
        for change in changes:
            self.set.verbatim[self.put(change).path] = verbatim

    def _current(self, kind: Kind, id: str) -> Mapping[str, Any] | None:
        """A record as it will be with the changes so far."""
        change = self._changes.get((kind.name, id))
        return change.after if change is not None else self.workspace.index.get(kind, id)

    def update(self, kind: Kind, id: str, assignments: Sequence[Assignment]) -> Change | None:
        """A record with assignments made; None when they change nothing."""
        stored = self.read(kind, id)
        return self.replace(kind, id, self.assigner(kind).apply(stored.values, list(assignments)))

    def replace(self, kind: Kind, id: str, values: Mapping[str, Any]) -> Change | None:
        """A record with new values in place of all old ones; None when they are the same."""
        stored = self.read(kind, id)
        if values.get("id", id) != id:
            raise Invalid(id, [_("the id of a record cannot be changed")])
        after = without_defaults(kind, self.entered(kind, stored.values, values))
        if after == stored.values:
            return None
        self._check(kind, stored.values, after)
        change = Change(
            kind.name, id, stored.written, ordered(kind, after), stored.path, stored.document
        )
        self.put(change)
        self.come_again(kind, stored.values, after)
        return change

    def come_again(self, kind: Kind, before: Values, after: Mapping[str, Any]) -> None:
        """Adds the record of the next time, where one that comes again is over."""
        following = self.moves(kind).following(before, after) if kind.workflows else None
        if following is not None:
            self.add(kind, following)

    def move(self, kind: Kind, id: str, values: Mapping[str, Any]) -> Change | None:
        """A record that is the same under another id or for another owner: it goes to the file of
        those with its text, and no history is written."""
        self.refuse_broken(kind)
        stored = self.read(kind, id)
        new_id = str(values["id"])
        if new_id != id:
            self.new_id(kind, {}, new_id)
        path = path_after(kind, stored.values, values, stored.path)
        origin = stored.path if path != stored.path else None
        if values == stored.values and origin is None:
            return None
        after, place = ordered(kind, values), (path, stored.document)
        return self.put(Change(kind.name, id, stored.written, after, *place, origin=origin))

    def document_text(self, kind: Kind, stored: Stored) -> str:
        """The document of a record as it stands in its file."""
        text = load(self.workspace.records / stored.path).text
        return split_stream(text)[stored.document].text

    def amend(self, kind: Kind, change: Change, values: Mapping[str, Any]) -> None:
        """A record that this change set makes, with other values than first thought."""
        after = without_defaults(kind, dict(values))
        self._check(kind, None, after, guarded=False)
        change.after = ordered(kind, after)

    def take_back(self, changes: Sequence[Change]) -> None:
        """Drops additions; quick when they were the last ones."""
        for change in changes:
            self._changes.pop((change.kind, change.id), None)
        doomed = {id(change) for change in changes}
        while doomed and id(self.set.changes[-1]) in doomed:
            doomed.discard(id(self.set.changes.pop()))
        if doomed:
            kept = [change for change in self.set.changes if id(change) not in doomed]
            self.set.changes = kept

    def remove(self, kind: Kind, ids: Sequence[str], *, cascade: bool = False) -> None:
        """Takes records away; what else refers to them stops that, or goes too (`cascade`)."""
        for broken in self.workspace.registry.broken.values():
            raise broken  # there may be references that nobody sees now
        doomed: dict[tuple[str, str], None] = {(kind.name, id): None for id in ids}
        pending = [(kind, id) for id in ids]
        while pending:
            target, target_id = pending.pop()
            for other, other_id in self.references.referrers(target, target_id, loose=False):
                if (other.name, other_id) in doomed:
                    continue
                if not cascade:
                    every = self.references.referrers(target, target_id, loose=False)
                    others = [f"{k.name} {i}" for k, i in every if (k.name, i) not in doomed]
                    raise Referenced(target_id, others)
                doomed[other.name, other_id] = None
                pending.append((other, other_id))
        for name, doomed_id in doomed:
            doomed_kind = self.workspace.registry.kinds[name]
            self.drop(doomed_kind, self.read(doomed_kind, doomed_id))
        self._let_go(doomed)

    def _let_go(self, doomed: Collection[tuple[str, str]]) -> None:
        """Takes what goes out of the lists that name it loosely."""
        for kind in dict.fromkeys(name for name, _id in doomed):
            ids = [id for name, id in doomed if name == kind]
            for holder, field in self.workspace.registry.referrers(kind):
                found = self.references.holding(holder, field.path, ids) if field.loose else ()
                for by in dict.fromkeys(by for _id, by in found if by not in doomed):
                    values = self.read(holder, by[1]).values
                    kept = [one for one in values[field.name] if one not in ids]
                    self.replace(holder, by[1], {**values, field.name: kept})

    def drop(self, kind: Kind, stored: Stored) -> None:
        """Takes one record away, whatever refers to it."""
        self.put(Change(kind.name, stored.id, stored.written, None, stored.path, stored.document))

    def read(self, kind: Kind, id: str) -> Stored:
        """A record as its file has it now."""
        index = self.workspace.index
        found = index.get(kind, id)
        if found is None:
            raise NotFound(kind.noun(), id)
        path = str(found["_path"]).removeprefix("records/")
        if path not in self._read:
            self._read[path] = self._read_file(kind, path)
        for stored in self._read[path]:
            if stored.id == id:
                return stored
        raise Unparsable(f"records/{path}", _("“{id}” is not in it any more").format(id=id))

    def _read_file(self, kind: Kind, path: str) -> list[Stored]:
        content = read_file(
            self.workspace.records, path, kind, self.workspace.zone, self._rules_of(kind)
        )
        if not content.records and content.problems:
            problem = content.problems[0]
            raise Unparsable(f"{problem.path}:{problem.line}", problem.message)
        return content.records

    # ids and files

    def new_id(
        self, kind: Kind, values: Values, id: str | None = None, minted: str | None = None
    ) -> str:
        """A free id: the one that is wished for, or one by the rule of the kind."""
        if id is not None:
            if not is_valid_id(id):
                raise BadValue("id", id, _("letters, digits, “-”, “_” and “.”"))
            self.references.refuse_unreadable(id, kind)
            if self.taken(kind, id):
                raise Exists(kind.noun(), id)
            return id
        if kind.slug_field is not None:
            name = str(values.get(kind.slug_field) or "")
            base = slug(name, personal=values.get("type") != "organization") or kind.name
            return unique_slug(base, lambda wish: self.taken(kind, wish))
        assert kind.id_prefix is not None
        day = parse_date(str(values.get(kind.id_date or "") or "")[:10]) or self.workspace.today
        if minted is not None:
            return stream_id(kind.id_prefix, day, minted)
        while True:
            wish = stream_id(kind.id_prefix, day, mint_tail())
            if not self.taken(kind, wish):
                return wish

    def taken(self, kind: Kind, id: str) -> bool:
        """Whether a record has this id, or a file that cannot be read."""
        if (kind.name, id) in self._changes or self.workspace.index.get(kind, id) is not None:
            return True
        if kind.is_stream:
            return False
        # A file that cannot be read still holds its id.
        unreadable = self.references.unreadable(id, kind) is not None
        return unreadable or (self.workspace.records / self._file_of(kind, {"id": id})).exists()

    def _file_of(self, kind: Kind, values: Mapping[str, Any]) -> str:
        """The file for a new record, below records/."""
        return path_of(kind, values, self._author if "{author}" in kind.path else NOBODY)

    @cached_property
    def _author(self) -> str:
        return slug(self.workspace.me or "") or NOBODY

    # rules

    def refuse_broken(self, kind: Kind) -> None:
        """Refuses a kind whose schema is broken: by the shipped form alone it would be mistaken."""
        broken = self.workspace.registry.broken.get(kind.name)
        if broken is not None:
            raise broken

    def _rules_of(self, kind: Kind) -> Rules:
        self.refuse_broken(kind)
        if kind.name not in self._rules:
            self._rules[kind.name] = Rules(kind)
        return self._rules[kind.name]

    def _check(
        self, kind: Kind, before: Values | None, after: Values, guarded: bool = True
    ) -> None:
        """Refuses what breaks the kind's rules and did not break them before."""
        reasons = self.broken_rules(kind, before, after, guarded=guarded)
        if reasons:
            # The id of a new record is not known to anybody.
            new = str(after.get(kind.slug_field or "") or kind.titled())
            raise Invalid(new if before is None else after["id"], reasons)

    def broken_rules(
        self, kind: Kind, before: Values | None, after: Values, *, guarded: bool = True
    ) -> list[str]:
        """The rules that a record breaks and did not break before; MissingField for a new one."""
        findings = self._rules_of(kind).check(after)
        old = {said_of(f) for f in self._rules_of(kind).check(before)} if before else set()
        missing = [f.params["field"] for f in findings if f.code == "required" and not f.path]
        if missing and before is None:
            raise MissingField(kind.noun(), missing)
        reasons = [said for finding in findings if (said := said_of(finding)) not in old]
        if not reasons and has_cycle(kind, after, self._current):
            reasons = [_("a record cannot be above itself")]
        if not reasons and kind.workflows:
            reasons = self.moves(kind).reasons(before, after)
        if not reasons and kind.guards and guarded:
            known = [str(one) for one in breaches(self._view, kind, before or {})]
            found = map(str, breaches(self._view, kind, after))
            reasons = [reason for reason in found if reason not in known]
        return reasons

    def moves(self, kind: Kind) -> Moves:
        """Judges how records of a kind go from state to state."""
        if kind.name not in self._moves:
            self._moves[kind.name] = Moves(self.workspace, kind)
        return self._moves[kind.name]

    def entered(self, kind: Kind, before: Values, after: Mapping[str, Any]) -> Values:
        """`after` with what a change of state brings along, and every history continued."""
        entered = self.moves(kind).entered(before, after)
        return with_histories(kind, before, entered, self.workspace.now, self.workspace.me)

    def resolve(self, field: Field, text: str, record: Mapping[str, Any]) -> str:
        """The id that a person means by `text` in a reference field.

        `record` has the values around the field; what stands nearer hides what stands farther.
        """
        target, inner, name = (field.ref or "").partition(".")
        kind = self.workspace.registry.kinds[target]
        if inner:
            owner = self._current(kind, str(record[target])) if target in record else record
            return entry_id(field, text, name, (owner or {}).get(name) or [])
        if (target, text) in self._changes:
            return text
        if kind.name == "user" and not self.references.has_users():
            return text
        return self.references.exact(kind, text, field.dotted)


def said_of(finding: Finding) -> str:
    """What is wrong with a record, in words."""
    return Problem("", 1, 1, finding.code, finding.params).message
