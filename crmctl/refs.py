"""References: from what a person types to a record, and from a record to those that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmctl.errors import Ambiguous, BadValue, NotFound, Unparsable, did_you_mean
from crmctl.index.layout import quoted
from crmctl.locale import _
from crmctl.problems import Problem
from crmctl.schema.access import texts_at
from crmctl.schema.model import Field, Kind
from crmctl.values import jsontext
from crmctl.values.phones import digits
from crmctl.values.text import fold, suggest
from crmctl.workspace import Workspace

if TYPE_CHECKING:
    from crmctl.analytics.result import Column

MIN_PHONE = 6
# A record by kind and id as it will be, with changes that are not written yet.
Current = Callable[[Kind, str], Mapping[str, Any] | None]


class References:
    """Looks records up in one book."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def find(self, ref: str, kind: Kind | None = None) -> tuple[Kind, str]:
        """The record that `ref` names on the command line.

        Exact id first, then unique prefix of an id, exact name, phone or e-mail; `kind:id` says
        the kind. Ambiguous lists the candidates, NotFound suggests the nearest.
        """
        index = self.workspace.index
        if kind is None and ":" in ref:
            name, _colon, rest = ref.partition(":")
            if name in self.workspace.registry.kinds:
                return self.find(rest, self.workspace.registry.kinds[name])
        exact = [(k.name, ref) for k in index.kinds_of(ref) if kind is None or k is kind]
        for found in (
            exact,
            index.with_prefix(ref, kind) if ref else [],
            index.named(self.forms(ref), kind),
            index.dialed(ref, kind),
        ):
            unique = list(dict.fromkeys(found))
            if len(unique) == 1:
                name, id = unique[0]
                return self.workspace.registry.kinds[name], id
            if unique:
                raise Ambiguous(ref, [self._described(*candidate) for candidate in unique])
        self.refuse_unreadable(ref, kind)
        error = NotFound(kind.noun() if kind else _("record"), ref, self._nearest(ref, kind))
        if error.hint is None:
            error.hint = _("Look for it with “crmctl search {ref}”.").format(ref=ref)
        raise error

    def unreadable(self, id: str, kind: Kind | None = None) -> Problem | None:
        """The fault of a file that bears the name of this id and cannot be read."""
        if kind is not None and kind.is_stream:  # its files are named after the customers
            return None
        start = f"records/{kind.folder}/" if kind else ""
        found = self._unreadable.get(f"{id}.yaml", [])
        return next((problem for problem in found if problem.path.startswith(start)), None)

    def refuse_unreadable(self, id: str, kind: Kind | None = None) -> None:
        """Raises Unparsable where `unreadable` finds something."""
        problem = self.unreadable(id, kind)
        if problem is not None:
            raise Unparsable(f"{problem.path}:{problem.line}", problem.message)

    @cached_property
    def _unreadable(self) -> dict[str, list[Problem]]:
        found: dict[str, list[Problem]] = {}
        for problem in self.workspace.index.broken():
            found.setdefault(problem.path.rsplit("/", 1)[-1], []).append(problem)
        return found

    def exact(self, kind: Kind, text: str, field: str) -> str:
        """The id for a reference in data: exact id, name, phone or e-mail, never a prefix."""
        index = self.workspace.index
        if index.get(kind, text) is not None:
            return text
        found = index.named(self.forms(text), kind) or index.dialed(text, kind)
        if len(found) == 1:
            return found[0][1]
        if found:
            raise Ambiguous(text, [self._described(*candidate) for candidate in found])
        raise BadValue(
            field,
            text,
            _("no {kind} of this id, name, phone or e-mail").format(kind=kind.noun()),
            did_you_mean(self._nearest(text, kind)),
        )

    def matches(self, kind: Kind, text: str) -> list[str]:
        """Every id that `text` could mean in data."""
        index = self.workspace.index
        if index.get(kind, text) is not None:
            return [text]
        found = index.named(self.forms(text), kind) or index.dialed(text, kind)
        return [id for _, id in found]

    def referrers(self, kind: Kind, id: str, *, loose: bool = True) -> list[tuple[Kind, str]]:
        """The records that name this one, by any reference field at any depth; without `loose`
        those that would not let it go."""
        by_field = self.referring(kind, [id], loose=loose)
        found = dict.fromkeys(by for _id, by in by_field if by != (kind.name, id))
        return [(self.workspace.registry.kinds[name], other_id) for name, other_id in found]

    def referring(
        self, kind: Kind, ids: Sequence[str], *, loose: bool = True
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        """Each of `ids` that a record names in a reference field, with the kind and id of that."""
        for other, field in self.workspace.registry.referrers(kind.name):
            if loose or not field.loose:
                yield from self.holding(other, field.path, ids)

    def holding(
        self, kind: Kind, path: Sequence[str], ids: Sequence[str]
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        """Each of `ids` that a record of this kind has at a path, with the kind and id of that."""
        from crmctl.selection import Selection

        wanted = set(ids)
        naming = (kind.own(".".join(path)), wanted)
        for record in Selection(self.workspace, kind, archived=True, naming=naming).records():
            for id in wanted.intersection(texts_at(record, path)):
                yield id, (kind.name, str(record["id"]))

    def has_users(self) -> bool:
        """Whether the book has users, so that owners must be among them."""
        return self._has_users

    def acting_user(self) -> str | None:
        """Who acts, as records name them: a user's id where the book has users, else any name."""
        me = self.workspace.me
        if not me or not self.has_users():
            return me or None
        found = self.matches(self.workspace.registry.kinds["user"], me)
        return found[0] if len(found) == 1 else None

    def labels(self, kind: Kind, ids: Iterable[str]) -> dict[str, str]:
        """What the records of these ids are called, by id; an id without a record is left out."""
        wanted = jsontext.dumps(list(dict.fromkeys(ids)))
        rows = self.workspace.index.rows(
            f"SELECT id, {quoted(kind.label)} FROM {quoted(kind.plural)}"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
        return {id: str(label or id) for id, label in rows}

    def named(
        self, columns: Iterable[Column], rows: Iterable[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """The rows of a model, with records by the names that people know them by."""
        found = [dict(row) for row in rows]
        for column in columns:
            if column.type != "ref":
                continue
            ids = {id for row in found for id in _listed(row[column.name]) if id}
            names = self.labels(self.workspace.registry.kinds[column.kind], ids)
            for row in found:
                called = [names.get(id) or id for id in _listed(row[column.name])]
                row[column.name] = called if isinstance(row[column.name], list) else called[0]
        return found

    def called(self, kind: str, id: str) -> str:
        """What a record is called; an id without a record, or of no kind, stays as it is."""
        found = self.workspace.registry.kinds.get(kind)
        return self.labels(found, [id]).get(id, id) if found else id

    @cached_property
    def _has_users(self) -> bool:
        users = self.workspace.registry.kinds.get("user")
        return users is not None and self.workspace.index.count(users) > 0

    def forms(self, text: str) -> list[tuple[str, str]]:
        """The (key, form) pairs under which the index may know a name, e-mail or phone."""
        forms = [(fold(text), "name"), (fold(text), "email")]
        number = digits(text)
        if len(number) >= MIN_PHONE:
            forms.append((number, "phone"))
        return forms

    def _described(self, kind: str, id: str) -> str:
        target = self.workspace.registry.kinds[kind]
        record = self.workspace.index.get(target, id) or {}
        label = str(record.get(target.label) or "")
        return f"{id}  {target.titled()}" + (f"  {label}" if label and label != id else "")

    def _nearest(self, ref: str, kind: Kind | None) -> str | None:
        index = self.workspace.index
        start = fold(ref)[:2]
        candidates = [id for _, id in index.with_prefix(start, kind, limit=2000)] if start else []
        return suggest(ref, candidates)


def entry_id(field: Field, text: str, name: str, items: Sequence[Mapping[str, Any]]) -> str:
    """The id of the entry of a list (`name`) that `text` means by its id or name; BadValue."""
    for item in items:
        if text in (item.get("id"), item.get("name")):
            return str(item["id"])
    names = [str(item.get("name") or item.get("id")) for item in items]
    expected = f"{name}: {', '.join(names) or '—'}"
    raise BadValue(field.dotted, text, expected, did_you_mean(suggest(text, names)))


def has_cycle(kind: Kind, values: Mapping[str, Any], current: Current) -> bool:
    """Whether a top-level reference to the same kind (parent, manager) leads back to itself."""
    return any(
        field.ref == kind.name
        and field.name in values
        and _leads_back(kind, field, values, current)
        for field in kind.fields.values()
    )


def _leads_back(kind: Kind, field: Field, values: Mapping[str, Any], current: Current) -> bool:
    start = values["id"]
    seen = set()
    next_id = values.get(field.name)
    while next_id is not None and next_id not in seen:
        if next_id == start:
            return True
        seen.add(next_id)
        next_id = (current(kind, next_id) or {}).get(field.name)
    return False


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
