"""Tree + kind -> bound tree: every name resolved, every value typed, or an error."""

from __future__ import annotations

from collections.abc import Callable

from crmctl.errors import BadValue, NotFound
from crmctl.locale import N_, _
from crmctl.query import checks
from crmctl.query.ast import (
    SEGMENT,
    And,
    Anything,
    Exact,
    Expr,
    Group,
    Item,
    Not,
    Or,
    Plain,
    Term,
    Word,
)
from crmctl.query.bound import (
    All,
    Bound,
    Check,
    Contains,
    No,
    Present,
    Segment,
    Some,
    Test,
    Within,
    Words,
    fields_used,
)
from crmctl.query.checks import Context
from crmctl.query.errors import QueryTooLarge, SegmentCycle, UnknownQueryField
from crmctl.schema.model import EXACT, TEXTUAL, Field, Kind
from crmctl.schema.paths import FieldPath
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold, suggest

__all__ = ["Context", "bind", "fields_used"]

LIST_SEGMENTS = N_("“crmctl segment list” shows them.")
MAX_TERMS = 10_000
# SQLite's parser has a stack of 100 entries before 3.46: what a level of each sort takes of it,
# and how much of it the conditions inside and the statement around leave.
MAX_COST = 48
COST_LEVEL, COST_ELEMENT, COST_RECORD = 1, 9, 10


def bind(expr: Expr, kind: Kind, context: Context) -> Bound:
    """The query bound to a kind.

    Raises UnknownField, BadValue, SegmentCycle, QueryTooLarge, and what `context.segment` raises.
    """
    return _Binder(context).bind(expr, _Scope(kind))


class _Scope(Frozen):
    """Where names are looked up: a record of a kind, or an element of its field `element`."""

    kind: Kind
    element: Field | None = None
    segments: tuple[str, ...] = ()
    cost: int = 0

    @property
    def path(self) -> tuple[str, ...]:
        return self.element.path if self.element is not None else ()

    def deeper(self, cost: int) -> _Scope:
        if self.cost + cost > MAX_COST:
            raise QueryTooLarge(_("it is nested too deeply."))
        return self.replaced(cost=self.cost + cost)

    def find(self, name: str, *, facts: bool = True) -> FieldPath | None:
        return self.kind.find(".".join((*self.path, name)), facts=facts)

    def field(self, name: str) -> FieldPath:
        found = self.find(name)
        if found is None:
            raise UnknownQueryField(self.kind.name, name, suggest(name, self._names(name)))
        return found

    def _names(self, wrong: str) -> list[str]:
        head, _dot, _rest = wrong.rpartition(".")
        near = self.find(head) if head else None
        if near is not None:
            target = _target(near)
            inner = target.words() if target else [*near.field.children()]
            return [f"{head}.{name}" for name in inner]
        if self.element is not None:
            skipped = len(self.path)
            return [".".join(field.path[skipped:]) for field in self.element.walk()]
        return [*self.kind.words(), SEGMENT]


def _target(path: FieldPath) -> Kind | None:
    """The kind of the records that a reference names."""
    return path.home.registry.kinds.get(path.field.leaf.ref or "")


class _Binder:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._terms = 0

    def _count(self, terms: int = 1) -> None:
        self._terms += terms
        if self._terms > MAX_TERMS:
            raise QueryTooLarge(_("more than {count} terms.").format(count=MAX_TERMS))

    def bind(self, expr: Expr, scope: _Scope) -> Bound:
        self._count()
        match expr:
            case And(terms):
                inner = scope.deeper(COST_LEVEL)
                return All(tuple(self.bind(term, inner) for term in terms))
            case Or(terms):
                inner = scope.deeper(COST_LEVEL)
                return Some(tuple(self.bind(term, inner) for term in terms))
            case Not(term):
                bound = self.bind(term, scope.deeper(COST_LEVEL))
                return bound.term if isinstance(bound, No) else No(bound)
            case Word(text):
                return Words(text, tuple(self._searched(fold(text), text, scope)))
            case Group(field, inside):
                return self._group(scope.field(field), inside, scope)
            case Term(field, items):
                return self._term(field, items, scope)

    # terms

    def _term(self, name: str, items: tuple[Item, ...], scope: _Scope) -> Bound:
        head, _dot, last = name.rpartition(".")
        if last.casefold() == SEGMENT and scope.find(name, facts=False) is None:
            if not head and scope.element is None:
                return self._segments(items, scope)
            through = scope.find(head) if head else None
            if through is not None and _target(through):
                return self._group(through, Term(SEGMENT, items), scope)
        path = scope.field(name)
        if not items:
            return No(self._leaf(path, (Anything(),), scope))
        return self._leaf(path, items, scope)

    def _leaf(self, path: FieldPath, items: tuple[Item, ...], scope: _Scope) -> Bound:
        """The test of a field, inside of the references that lead to it."""
        field = path.field
        if field.leaf.type == "object" and any(not isinstance(item, Anything) for item in items):
            inner = next(iter(field.children()), "")
            raise BadValue(
                path.dotted,
                checks.written(items[0]),
                _("it holds fields of its own"),
                _("Write {field}({inner}:value) or {field}.{inner}:value.").format(
                    field=path.dotted, inner=inner
                ),
            )
        typed: tuple[Check, ...] = (Present(),)
        if field.leaf.type != "object":
            typed = checks.typed(path, items, self._context)
        self._count(len(typed) - 1)
        return self._through(path, scope, lambda inner: self._test(path, inner, typed, items))

    def _test(
        self,
        path: FieldPath,
        scope: _Scope,
        typed: tuple[Check, ...],
        items: tuple[Item, ...],
    ) -> Test:
        field = path.field
        return Test(
            path,
            steps_to(path.home, field, len(scope.path)),
            typed,
            items,
            checks.default_of(field, self._context.zone),
            _currency_level(path.home, field) if field.leaf.currency else None,
        )

    def _through(self, path: FieldPath, scope: _Scope, make: Callable[[_Scope], Bound]) -> Bound:
        """What `make` gives in the scope of the field's own kind, seen from here."""
        if not path.hops:
            return make(scope)
        hop = path.hops[0]
        rest = FieldPath(hop.kind, path.hops[1:], path.field)
        cost = scope.deeper(COST_RECORD).cost
        inner = self._through(rest, _Scope(hop.kind, None, scope.segments, cost), make)
        steps = steps_to(scope.kind, hop.field, len(scope.path))
        here = FieldPath(scope.kind, (), hop.field)
        return Within(here, steps, hop.kind, inner, group=False)

    def _group(self, path: FieldPath, inside: Expr, scope: _Scope) -> Bound:
        target = _target(path)
        field = path.field
        if target is None and field.leaf.type != "object":
            raise BadValue(
                path.dotted,
                "(…)",
                _("it has no fields of its own"),
                _("Write {field}:value.").format(field=path.dotted),
            )

        def make(here: _Scope) -> Bound:
            if target is None:
                cost = here.deeper(COST_ELEMENT).cost
                inner = _Scope(path.home, field, here.segments, cost)
            else:
                inner = _Scope(target, None, here.segments, here.deeper(COST_RECORD).cost)
            steps = steps_to(path.home, field, len(here.path))
            return Within(path, steps, target, self.bind(inside, inner), group=True)

        return self._through(path, scope, make)

    # segments and bare words

    def _segments(self, items: tuple[Item, ...], scope: _Scope) -> Bound:
        names = [item.text for item in items if isinstance(item, (Plain, Exact))]
        if not names or len(names) < len(items):
            value = checks.written(items[0]) if items else ""
            raise BadValue(SEGMENT, value, _("the name of a segment"), _(LIST_SEGMENTS))
        found: list[Bound] = []
        for name in names:
            if name in scope.segments:
                start = scope.segments.index(name)
                raise SegmentCycle([*scope.segments[start:], name])
            try:
                expr = self._context.segment(name)
            except NotFound as error:
                said = _("no segment of this name")
                raise BadValue(SEGMENT, name, said, error.hint or _(LIST_SEGMENTS)) from None
            inner = scope.deeper(COST_LEVEL).replaced(segments=(*scope.segments, name))
            found.append(Segment(name, self.bind(expr, inner)))
        return found[0] if len(found) == 1 else Some(tuple(found))

    def _searched(self, folded: str, text: str, scope: _Scope) -> list[Bound]:
        inner = scope.deeper(COST_LEVEL)
        paths = _element_texts(scope) if scope.element is not None else _record_texts(scope.kind)
        self._count(len(paths))

        def test(path: FieldPath) -> Bound:
            return self._through(
                path,
                inner,
                lambda here: self._test(path, here, (Contains((folded,)),), (Plain(text),)),
            )

        return [test(path) for path in paths]


def _record_texts(kind: Kind) -> list[FieldPath]:
    """The fields of a record that a bare word is looked for in."""
    paths: dict[str, FieldPath] = {}
    for name in ("id", kind.label, *kind.search):
        found = kind.find(name)
        if found is not None and not found.field.fact and _is_text(found.field):
            paths.setdefault(found.dotted, found)
    return list(paths.values())


def _element_texts(scope: _Scope) -> list[FieldPath]:
    """The fields of an element that a bare word is looked for in: every text it holds."""
    assert scope.element is not None
    return [FieldPath(scope.kind, (), field) for field in scope.element.walk() if _is_text(field)]


def _is_text(field: Field) -> bool:
    return field.leaf.type in EXACT or field.leaf.type in TEXTUAL


def steps_to(kind: Kind, field: Field, skip: int = 0) -> tuple[Field, ...]:
    """The fields from a record of the kind down to `field`, without the first `skip`."""
    if field.fact:
        return (field,)
    steps: list[Field] = []
    step = kind.root
    for name in field.path:
        below = step.child(name)
        assert below is not None
        steps.append(below)
        step = below
    return tuple(steps[skip:])


def _currency_level(kind: Kind, field: Field) -> int:
    """How many names of the field's path lead to the nearest mapping with its currency."""
    levels = [kind.fields]
    for step in steps_to(kind, field)[:-1]:
        levels.append(step.children())
    return max(
        (level for level, fields in enumerate(levels) if field.leaf.currency in fields), default=0
    )
