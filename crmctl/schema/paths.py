"""Dotted paths: from a kind over its fields, and over references into other records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmctl.schema.model import Field, Kind


class Hop:
    """A step over a reference, from the field that names a record into that record's kind."""

    __slots__ = ("field", "kind")

    def __init__(self, field: Field, kind: Kind) -> None:
        self.field = field
        self.kind = kind


class FieldPath:
    """A field as seen from a kind: the references to follow, then the field there.

    `customer.owner` on an order has one hop (customer) and the leaf `owner`.
    """

    __slots__ = ("field", "hops", "kind")

    def __init__(self, kind: Kind, hops: tuple[Hop, ...], field: Field) -> None:
        self.kind = kind
        self.hops = hops
        self.field = field

    @property
    def dotted(self) -> str:
        return ".".join([*(hop.field.dotted for hop in self.hops), self.field.dotted])

    @property
    def home(self) -> Kind:
        """The kind that the field belongs to."""
        return self.hops[-1].kind if self.hops else self.kind

    def titled(self) -> str:
        return " · ".join(
            [*(hop.field.titled() for hop in self.hops), *field_titles(self.home, self.field)]
        )


def field_titles(kind: Kind, field: Field) -> list[str]:
    """The titles from the record down to a nested field."""
    titles = []
    step = kind.root
    for name in field.path:
        below = step.child(name)
        if below is None:
            return [field.titled()]
        titles.append(below.titled())
        step = below
    return titles


def find(
    kind: Kind, path: str, hops: tuple[Hop, ...] = (), *, facts: bool = True
) -> FieldPath | None:
    """The field that a dotted path of names, aliases or titles means; None without one.

    Without `facts` computed fields are left aside; to look for one loads what defines them.
    """
    head, _, rest = path.partition(".")
    alias = kind.aliases.get(head.casefold())
    if alias and alias.casefold() != head.casefold():
        return find(kind, f"{alias}.{rest}" if rest else alias, hops, facts=facts)
    field = _child(kind.fields, head)
    if field is None:
        fact = _child(kind.facts, head) if facts and not rest else None
        return FieldPath(kind, hops, fact) if fact is not None else None
    while rest:
        target = kind.registry.kinds.get(field.leaf.ref or "")
        if target is not None:
            found = find(target, rest, (*hops, Hop(field, target)), facts=facts)
            return FieldPath(kind, found.hops, found.field) if found else None
        head, _, rest = rest.partition(".")
        child = _child(field.children(), head) or field.child(head)
        if child is None:
            return None
        field = child
    return FieldPath(kind, hops, field)


def _child(fields: Mapping[str, Field], word: str) -> Field | None:
    direct = fields.get(word)
    if direct is not None:
        return direct
    return next((field for field in fields.values() if field.named(word)), None)
