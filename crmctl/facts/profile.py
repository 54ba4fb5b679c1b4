"""How much of a customer's profile is known: the fields that its schema puts into groups.

A person and an organization have groups of their own; one that is neither has the basic group. A
group that a book adds counts for all. Fields with a default and currencies need not be filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.index.layout import quoted
from crmctl.locale import N_
from crmctl.schema.model import Field, Kind
from crmctl.values import jsontext
from crmctl.values.frozen import Frozen

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

BASIC = "basic"
GROUPS = {
    "person": tuple("consumption career family life education personality social".split()),
    "organization": tuple("characteristics business trading principal".split()),
}
PARTICULAR = frozenset(group for groups in GROUPS.values() for group in groups)


Fields = Mapping[str, Mapping[tuple[str, ...], Field]]


class Group(Frozen):
    """One group of a profile: how many of its fields are filled in, and those that are not."""

    name: str
    filled: int
    missing: tuple[Field, ...]

    @property
    def size(self) -> int:
        return self.filled + len(self.missing)


def grouped_fields(kind: Kind, type_: str | None) -> Fields:
    """The fields that the profile of a customer of that type consists of, by group and path."""
    found: dict[str, dict[tuple[str, ...], Field]] = {}
    for group, field in _grouped(kind.fields, None):
        if group in GROUPS.get(type_ or "", ()) or group not in PARTICULAR:
            found.setdefault(group, {})[field.path] = field
    return found


def _grouped(fields: Mapping[str, Field], around: str | None) -> Iterator[tuple[str, Field]]:
    currencies = {field.currency for field in fields.values()}
    for field in fields.values():
        group = field.group or around
        if field.type == "object":
            yield from _grouped(field.fields, group)
        elif group and field.default is None and field.name not in currencies:
            yield group, field


def profile(kind: Kind, values: Mapping[str, Any]) -> list[Group]:
    """The groups of a customer."""
    known = {*_filled(values, ())}
    found = []
    for name, fields in grouped_fields(kind, values.get("type")).items():
        missing = tuple(field for path, field in fields.items() if path not in known)
        found.append(Group(name, len(fields) - len(missing), missing))
    return found


def _filled(values: Mapping[str, Any], way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths at which there is something."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _filled(value, (*way, name))
        elif value is not None:
            yield (*way, name)


def percent(filled: int, size: int) -> int | None:
    """How many of a hundred fields are filled in; None without any to fill in."""
    return round(100 * filled / size) if size else None


def _completeness(facts: Facts) -> Iterator[tuple[str, int | None]]:
    kind = facts.workspace.registry.kinds[CUSTOMER]
    paths = {
        type_: {path for group in grouped_fields(kind, type_).values() for path in group}
        for type_ in (*GROUPS, None)
    }
    tops = sorted({path[0] for every in paths.values() for path in every})
    nested = {name for name in tops if kind.fields[name].type == "object"}
    for id, type_, *cells in facts.index.rows(
        f"SELECT id, type, {', '.join(map(quoted, tops))} FROM customers"
    ):
        values = {
            name: jsontext.loads(cell) if name in nested and cell is not None else cell
            for name, cell in zip(tops, cells, strict=True)
        }
        wanted = paths.get(type_, paths[None])
        yield id, percent(sum(path in wanted for path in _filled(values, ())), len(wanted))


PROFILES = Source(
    "profile_facts",
    CUSTOMER,
    rows=_completeness,
    columns=("completeness",),
    reads={"customers": "id type name phones emails addresses profile"},
    singly=True,
)

FACTS = (
    PROFILES.fact(
        "completeness",
        "integer",
        N_("Completeness"),
        N_("percent of the profile's fields that are filled in, of the groups for its type"),
    ),
)
