"""The tree of a query as it was written, before any kind gives its names a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from crmctl.values.frozen import Frozen

SEGMENT = "segment"  # the field that every kind has: `segment:NAME`
KEYWORDS = {"or": "or", "或": "or", "and": "and", "且": "and", "not": "not"}


# What stands behind the colon: one item, or several that are alternatives


class Plain(Frozen):
    """`field:text`"""

    text: str


class Exact(Frozen):
    """`field:=text`"""

    text: str


class Compare(Frozen):
    """`field:>=text`; `op` is one of > >= < <="""

    op: str
    text: str


class Between(Frozen):
    """`field:low..high`, both included; None is an open end, never both."""

    low: str | None
    high: str | None


class Anything(Frozen):
    """`field:*`"""


Item: TypeAlias = Plain | Exact | Compare | Between | Anything


# Expressions


class Word(Frozen):
    """A text that stands alone."""

    text: str


class Term(Frozen):
    """`field:items`; without items the field is missing."""

    field: str
    items: tuple[Item, ...]


class Group(Frozen):
    """`field(inner)`: one element of the field satisfies the whole of it."""

    field: str
    inner: Expr


class And(Frozen):
    """All of the terms; without any, everything. Made by `all_of`, never holds an And."""

    terms: tuple[Expr, ...]


class Or(Frozen):
    """At least one of two or more terms. Made by `any_of`, never holds an Or."""

    terms: tuple[Expr, ...]


class Not(Frozen):
    term: Expr


Expr: TypeAlias = Word | Term | Group | And | Or | Not
EVERYTHING = And(())


def all_of(terms: Iterable[Expr]) -> Expr:
    """The terms ANDed, without needless levels."""
    flat: list[Expr] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, And) else (term,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(terms: Iterable[Expr]) -> Expr:
    """The terms (at least one) ORed, without needless levels."""
    flat: list[Expr] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Or) else (term,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def terms_of(expr: Expr) -> Iterator[Term]:
    """Every `field:items` of a query, however deep."""
    match expr:
        case Term():
            yield expr
        case Group(_, inner) | Not(inner):
            yield from terms_of(inner)
        case And(terms) | Or(terms):
            for term in terms:
                yield from terms_of(term)


# Back to text

_BARE_WORD = re.compile(r"\w[\w.@/+-]*")
_BARE_VALUE = re.compile(r"[-+]?\w(?:[\w.@/+:-]*\w)?")


def unparse(expr: Expr) -> str:
    """The canonical text of a query: `parse(unparse(expr)) == expr`."""
    match expr:
        case Word(text):
            bare = _BARE_WORD.fullmatch(text) and text.casefold() not in KEYWORDS
            return text if bare else _quoted(text)
        case Term(field, items):
            return f"{field}:{','.join(map(_item, items))}"
        case Group(field, inner):
            return f"{field}({unparse(inner)})"
        case Not(term):
            inside = unparse(term)
            return f"-({inside})" if isinstance(term, (And, Or)) else f"-{inside}"
        case And(terms):
            parts = [f"({unparse(t)})" if isinstance(t, Or) else unparse(t) for t in terms]
            return " ".join(parts)
        case Or(terms):
            return " or ".join(unparse(term) for term in terms)


def _item(item: Item) -> str:
    match item:
        case Plain(text):
            return _value(text)
        case Exact(text):
            return f"={_value(text)}"
        case Compare(op, text):
            return f"{op}{_value(text)}"
        case Between(low, high):
            return f"{_value(low) if low else ''}..{_value(high) if high else ''}"
        case Anything():
            return "*"


def _value(text: str) -> str:
    return text if _BARE_VALUE.fullmatch(text) and ".." not in text else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
