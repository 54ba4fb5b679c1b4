"""A bound query -> a condition in SQL over the tables of the index.

Every condition is 1 or 0, never NULL, so that negation is its complement. What a person wrote
travels as parameters; only names that the schema has checked stand in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, TypeAlias

from crmctl.index.layout import quoted
from crmctl.query.bound import (
    All,
    Bound,
    Check,
    Comparable,
    Contains,
    Dials,
    Is,
    No,
    Present,
    Range,
    Same,
    Segment,
    Some,
    Test,
    Truth,
    Within,
    Words,
)
from crmctl.query.places import SUBQUERY, Place, Row, Sql, Value, Walk
from crmctl.query.predicate import accepts
from crmctl.schema.model import Field, Kind
from crmctl.values import jsontext
from crmctl.values.frozen import Frozen

__all__ = ["Sql", "compile"]

CHUNK = 200  # operands in a row; SQLite's expressions are at most 1000 deep
LISTED = 8  # longer lists of values travel as one parameter in JSON
NESTED = 3  # from this depth on the most nested operand comes first


FactSql: TypeAlias = Callable[[Field, str], str]
Narrow: TypeAlias = Callable[[str], Sql | None]


def compile(
    bound: Bound,
    kind: Kind,
    alias: str = "t",
    *,
    fact: FactSql | None = None,
    narrow: Narrow | None = None,
    inner: Sequence[Place] = (),
) -> Sql:
    """The condition that rows of `kind`'s table, called `alias`, match `bound`.

    `fact(field, alias)` gives the SQL of a computed field in comparable form. `narrow(folded)` may
    give a SELECT of the `rid` of every row of which a searched field contains the folded text, and
    maybe of others: a way to use the text index. `inner` are the places from the row in to where
    the steps of `bound` start. The SQL calls fold, digits and ts of the index, and
    base(amount, currency, date) for amounts inside of other fields.
    """
    compiler = _Compiler(fact or _no_fact, narrow, count(1))
    return compiler.condition(bound, _Scope(Row(kind, alias), tuple(inner)))


def _no_fact(field: Field, alias: str) -> str:
    raise ValueError(f"no SQL for the fact {field.name}")


class _Scope(Frozen):
    """The row of a record, and the places from it in to where the steps start."""

    row: Row
    inner: tuple[Place, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.row, *self.inner)


class _Compiler:
    def __init__(self, fact: FactSql, narrow: Narrow | None, numbers: count[int]) -> None:
        self._fact = fact
        self._narrow = narrow
        self._numbers = numbers

    def condition(self, bound: Bound, scope: _Scope) -> Sql:
        """A condition that can stand beside AND, OR and IS without more parentheses."""
        match bound:
            case All(terms):
                return _joined("AND", [self.condition(term, scope) for term in terms], "1")
            case Some(terms):
                return _joined("OR", [self.condition(term, scope) for term in terms], "0")
            case No(term):
                inner = self.condition(term, scope)
                return Sql(f"{inner.text} IS FALSE", inner.params, inner.depth)
            case Segment(inner=saved):
                return self.condition(saved, scope)
            case Words(tests=tests):
                return self._words(tests, scope)
            case Within():
                return self._within(bound, scope)
            case Test():
                return self._narrowed([bound], scope) or self._test(bound, scope)

    # bare words and the text index

    def _words(self, tests: Sequence[Bound], scope: _Scope) -> Sql:
        indexed = [test for test in tests if isinstance(test, Test) and _is_indexed(test, scope)]
        narrowed = self._narrowed(indexed, scope)
        others = [test for test in tests if test not in indexed] if narrowed else tests
        parts = [self.condition(test, scope) for test in others]
        return _joined("OR", [*parts, narrowed] if narrowed else parts, "0")

    def _narrowed(self, tests: Sequence[Test], scope: _Scope) -> Sql | None:
        """The tests, of one text, for those rows only that the text index says may hold it."""
        if self._narrow is None or not tests or not all(_is_indexed(t, scope) for t in tests):
            return None
        (check,) = tests[0].checks
        assert isinstance(check, Contains)
        found = self._narrow(check.folded[0])
        if found is None:
            return None
        tested = _joined("OR", [self._test(test, scope) for test in tests], "0")
        text = f"({scope.row.alias}.rid IN ({found.text}) AND {tested.text})"
        return Sql(text, [*found.params, *tested.params], tested.depth + 1)

    # elements and referred records

    def _within(self, bound: Within, scope: _Scope) -> Sql:
        walk = self._walk(bound.steps, scope)
        if bound.kind is None:
            passed = (*scope.inner, *walk.places, walk.end.inside())
            inner = self.condition(bound.inner, _Scope(scope.row, passed))
            return walk.where(_joined("AND", [inner, Sql(walk.end.present())], "1"))
        alias = f"h{next(self._numbers)}"
        inner = self.condition(bound.inner, _Scope(Row(bound.kind, alias)))
        source = f"{quoted(bound.kind.plural)} AS {alias}"
        value = walk.end.raw()
        # An uncorrelated list of ids: made once, and a way into the index of the reference.
        ids = f"SELECT {alias}.id FROM {source} WHERE {inner.text} AND {alias}.id IS NOT NULL"
        text = f"({value} IN ({ids}) AND {value} IS NOT NULL)"
        return walk.where(Sql(text, inner.params, inner.depth + SUBQUERY))

    def _walk(self, steps: Sequence[Field], scope: _Scope, open: bool = True) -> Walk:
        return Walk(steps, scope.places[-1], lambda: f"e{next(self._numbers)}", open)

    # tests of values

    def _test(self, test: Test, scope: _Scope) -> Sql:
        if test.field.fact:
            return self._tested(test, self._fact(test.field, scope.row.alias))
        if test.checks == (Present(),) and test.default is None and not test.field.lines:
            walk = self._walk(test.steps, scope, open=False)
            return walk.where(Sql(walk.end.present()))
        walk = self._walk(test.steps, scope)
        value = self._comparable(test, walk.end, (*scope.places, *walk.places))
        raw = walk.end.raw()
        if test.field.lines:
            # An amount that is not written but added up from lines stands in one column only.
            raw = f"COALESCE({raw}, {value})"
        return walk.where(self._tested(test, raw, value))

    def _tested(self, test: Test, raw: str, value: str | None = None) -> Sql:
        value = value or raw
        points = _points(test.checks)
        checks = [c for c in test.checks if not _is_point(c)] if len(points) > 1 else test.checks
        if len(checks) > LISTED:
            value = f"+{value}"  # else SQLite looks for a way into an index for each pair of them
        parts = [_passes(check, raw, value, test) for check in checks]
        if len(points) > 1:
            marks = ", ".join("?" * len(points))
            parts.append(_known(value, f"{value} IN ({marks})", list(points)))
        partial = test.field.type == "partial"
        default = test.default
        if default is not None and any(accepts(check, default, partial) for check in test.checks):
            parts.append(Sql(f"({raw} IS NULL)"))
        return _joined("OR", parts, "0")

    def _comparable(self, test: Test, end: Value, places: Sequence[Place]) -> str:
        leaf = test.field.leaf
        if leaf.type == "instant":
            return end.column("__ts") or f"ts({end.raw()})"
        if leaf.type != "money":
            return end.raw()
        column = end.column("__base")
        if column:
            return column
        row = places[0]
        assert isinstance(row, Row)
        currency = places[test.currency or 0].raw(leaf.currency or "")
        days = ", ".join(row.raw(name) for name in row.kind.dated_by)
        return f"base({end.exact()}, {currency}, COALESCE({days}, ''))"


def _is_indexed(test: Test, scope: _Scope) -> bool:
    """Whether the text index covers what a test looks for: one text, in a searched field.

    A field with a history may have held another text as of an earlier day.
    """
    kind = scope.row.kind
    found = test.checks[0]
    if len(test.checks) > 1 or not isinstance(found, Contains) or len(found.folded) > 1:
        return False
    top = kind.fields.get(test.field.path[0])
    if scope.inner or test.path.home is not kind or top is None or top.history:
        return False
    searched = (kind.find(name) for name in kind.search)
    return "\n" not in found.folded[0] and any(
        path is not None and path.field is test.field for path in searched
    )


# Joining conditions


def _joined(operator: str, parts: Sequence[Sql], empty: str) -> Sql:
    """The parts under AND or OR, in one pair of parentheses.

    A deeply nested part stands first: SQLite's parser then has to remember one parenthesis a
    level, and not the operands before it.
    """
    if len(parts) <= 1:
        return parts[0] if parts else Sql(empty)
    if len(parts) > CHUNK:
        chunks = [parts[start : start + CHUNK] for start in range(0, len(parts), CHUNK)]
        return _joined(operator, [_joined(operator, chunk, empty) for chunk in chunks], empty)
    deepest = max(parts, key=lambda part: part.depth)
    if deepest.depth > NESTED:
        parts = [deepest, *(part for part in parts if part is not deepest)]
    text = f" {operator} ".join(part.text for part in parts)
    return Sql(f"({text})", [param for part in parts for param in part.params], deepest.depth + 1)


# Checks of one value


def _points(checks: Sequence[Check]) -> list[Comparable]:
    """The values that checks want to be equal to."""
    ranges = (check for check in checks if _is_point(check))
    return [span.low for span in ranges if isinstance(span, Range) and span.low is not None]


def _is_point(check: Check) -> bool:
    return isinstance(check, Range) and check.low == check.high and not check.above | check.below


def _passes(check: Check, raw: str, value: str, test: Test) -> Sql:
    """Whether a value passes: 1 or 0, also when there is none."""
    match check:
        case Present():
            return Sql(f"({raw} IS NOT NULL)")
        case Truth(wanted):
            return _known(value, f"{value} = {int(wanted)}", [])
        case Is(texts):
            return _one_of(value, value, texts)
        case Same(texts):
            return _one_of(value, _folded(value), texts)
        case Contains(texts):
            return _any_in(value, f"fold({value})", texts)
        case Dials(numbers):
            return _any_in(value, f"digits({value})", numbers)
        case Range():
            return _between(check, value, test.field.leaf.type == "partial")


def _known(value: str, condition: str, params: list[Any]) -> Sql:
    """A condition that is 0 for a missing value; a column stays open to its index."""
    if "(" in value:
        return Sql(f"COALESCE({condition}, 0)", params)
    return Sql(f"({condition} AND {value} IS NOT NULL)", params)


def _folded(value: str) -> str:
    """fold() without leaving SQLite for ASCII, which is folded by lower() alike."""
    if "(" in value:
        return f"fold({value})"
    is_ascii = f"length({value}) = length(CAST({value} AS BLOB))"
    return f"CASE WHEN {is_ascii} THEN lower({value}) ELSE fold({value}) END"


def _one_of(value: str, form: str, texts: Sequence[str]) -> Sql:
    if len(texts) > LISTED:
        listed = "SELECT value FROM json_each(?)"
        return _known(value, f"{form} IN ({listed})", [jsontext.dumps(list(texts))])
    return _known(value, f"{form} IN ({', '.join('?' * len(texts))})", list(texts))


def _any_in(value: str, form: str, texts: Sequence[str]) -> Sql:
    if len(texts) > LISTED:
        listed = "SELECT 1 FROM json_each(?) AS n"
        condition = f"EXISTS ({listed} WHERE instr({form}, n.value))"
        return Sql(condition, [jsontext.dumps(list(texts))])
    parts = [Sql(f"(COALESCE(instr({form}, ?), 0) > 0)", [text]) for text in texts]
    return _joined("OR", parts, "0")


def _between(span: Range, value: str, partial: bool) -> Sql:
    conditions: list[str] = [f"{value} GLOB '[0-9]*'"] if partial else []
    params: list[Any] = []
    if span.low is not None:
        conditions.append(f"{value} {'>' if span.above else '>='} ?")
        params.append(span.low)
    if span.high is not None:
        conditions.append(f"{value} {'<' if span.below else '<='} ?")
        params.append(span.high)
    return _known(value, " AND ".join(conditions), params)
