"""The tree of a query that is bound to a kind: fields found, values typed, segments expanded.

Both compilers start from it, and neither looks a name up or reads a value again. Comparable forms
of values: texts as they are or folded; numbers as int or float; money as int of 1/10000 base
units; dates as ISO text; instants as int of epoch seconds; booleans.
"""

from __future__ import annotations

from typing import TypeAlias

from crmctl.query.ast import Item
from crmctl.schema.model import Field, Kind
from crmctl.schema.paths import FieldPath
from crmctl.values.frozen import Frozen

Comparable: TypeAlias = str | int | float | bool


# What one value is tested for


class Present(Frozen):
    """There is a value."""


class Is(Frozen):
    """The text is one of these, character by character."""

    values: tuple[str, ...]


class Same(Frozen):
    """The folded text is one of these folded texts."""

    folded: tuple[str, ...]


class Contains(Frozen):
    """The folded text contains one of these folded texts."""

    folded: tuple[str, ...]


class Dials(Frozen):
    """The digits of a phone number contain one of these."""

    digits: tuple[str, ...]


class Truth(Frozen):
    value: bool


class Range(Frozen):
    """The comparable value lies between two ends; None is an open side."""

    low: Comparable | None = None
    high: Comparable | None = None
    above: bool = False  # low itself is left out
    below: bool = False  # high itself is left out


Check: TypeAlias = Present | Is | Same | Contains | Dials | Truth | Range


# Conditions on a record, or on the element of a list that a Within looks at


class Test(Frozen):
    """Some value at the end of `steps` passes one of the checks.

    `steps` are the fields to go through from here, lists meaning each of their elements. `default`
    is the comparable value of a field that is missing. `currency` is, for an amount within other
    fields, how many names of `path.field.path` lead to the mapping that holds its currency.
    `asked` are the items as they were written.
    """

    path: FieldPath
    steps: tuple[Field, ...]
    checks: tuple[Check, ...]
    asked: tuple[Item, ...]
    default: Comparable | None = None
    currency: int | None = None

    @property
    def field(self) -> Field:
        return self.steps[-1]


class Within(Frozen):
    """One element at the end of `steps`, or the record that it refers to, satisfies `inner`.

    `kind` is the kind of the record referred to, None for elements of the record itself. `group`
    tells `customer(owner:li)` from `customer.owner:li`.
    """

    path: FieldPath
    steps: tuple[Field, ...]
    kind: Kind | None
    inner: Bound
    group: bool


class Words(Frozen):
    """A text stands in one of the searched fields."""

    text: str
    tests: tuple[Bound, ...]


class Segment(Frozen):
    """A saved query, expanded."""

    name: str
    inner: Bound


class All(Frozen):
    terms: tuple[Bound, ...]


class Some(Frozen):
    terms: tuple[Bound, ...]


class No(Frozen):
    term: Bound


Bound: TypeAlias = Test | Within | Words | Segment | All | Some | No


def fields_used(bound: Bound) -> set[str]:
    """The top-level fields of the kind that a query names, and all facts, those of others too.

    Fields of segments count; the fields that a bare word is looked for in do not.
    """
    match bound:
        case Test():
            return {bound.steps[0].name}
        case Within(steps=steps, inner=inner):
            return {steps[0].name} | _facts(inner)
        case Segment(inner=inner) | No(term=inner):
            return fields_used(inner)
        case All(terms) | Some(terms):
            return set().union(*map(fields_used, terms))
        case Words():
            return set()


def _facts(bound: Bound) -> set[str]:
    match bound:
        case Test():
            return {bound.field.name} if bound.field.fact else set()
        case Within(inner=inner) | Segment(inner=inner) | No(term=inner):
            return _facts(inner)
        case All(terms) | Some(terms):
            return set().union(*map(_facts, terms))
        case Words():
            return set()
