"""What a fact is: a computed field of a kind, and the source that it stands in.

A source is a table with one row for each record of its kind that has something to tell, made over
the whole book by one SELECT over the tables of the index, or by a function. Amounts are in the
book's base currency, 1/10000 units; nothing after the day in question counts.

To add a fact, add a line to the FACTS of an area, the module of this package that holds its
source. A new area goes into AREAS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from crmctl.locale import titles
from crmctl.schema.model import Field, Registry
from crmctl.values.frozen import Frozen

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts

CUSTOMER = "customer"

# The modules with facts of each kind; they are loaded in this order until a name is found.
AREAS = {
    CUSTOMER: (
        "purchases",
        "touches",
        "tasks",
        "cadence",
        "tickets",
        "opportunities",
        "quotes",
        "contracts",
        "receivables",
        "risks",
        "credit",
        "leads",
        "assets",
        "outreach",
        "accounts",
        "network",
        "profile",
        "ages",
        "models",
        "relationship_models",
        "flow_models",
        "attitude",
        "lifetime",
    ),
    "opportunity": ("opportunities",),
    "order": ("receivables", "margins"),
    "quote": ("quotes",),
    "contract": ("contracts",),
    "invoice": ("receivables",),
    "campaign": ("campaigns", "attitude"),
    "ticket": ("service",),
    "interaction": ("answers",),
    "solution": ("service",),
}


class Source(Frozen):
    """A table `name` with a row for each record of `kind`, its id in the column `id`.

    `sql` is a SELECT, which may use :day, :end (the first second after the day) and what else
    `tables.Facts.parameters` says; or `rows` gives tuples of an id and the values of `columns`.
    `reads` are the columns that the SELECT needs, by table: without one of them in the book, the
    facts of the source do not exist. `uses` are the sources that are made before. `ticks` tells
    that it also depends on the second, so that no command may keep it for the next, and `anywhere`
    that a query of the book decides what it depends on, so that any change makes it anew.
    `singly`: what it says of a customer, or of a record of a customer's, rests on this customer's
    records alone, beside those that are no customer's; whether it does may depend on the book.
    """

    name: str
    kind: str
    sql: str = ""
    rows: Callable[[Facts], Iterable[Sequence[Any]]] | None = None
    columns: tuple[str, ...] = ()
    reads: Mapping[str, str] = {}
    uses: tuple[Source, ...] = ()
    ticks: bool = False
    anywhere: bool = False
    singly: bool | Callable[[Facts], bool] = False

    def fact(self, *args: Any, **more: Any) -> Fact:
        """A fact that stands in this source; see `Fact`."""
        return Fact(self, *args, **more)

    @property
    def tables(self) -> frozenset[str] | None:
        """The tables of records that the source is made from; None: it may be any."""
        found = [source.tables for source in self.uses]
        if self.anywhere or None in found:
            return None
        return frozenset(self.reads).union(*(tables for tables in found if tables))

    def is_singly(self, facts: Facts) -> bool:
        """Whether it rests `singly` on customers in the book, with all that it uses."""
        singly = self.singly if isinstance(self.singly, bool) else self.singly(facts)
        return singly and all(source.is_singly(facts) for source in self.uses)

    def fits(self, registry: Registry) -> bool:
        """Whether the book has everything that the source is made from."""
        from crmctl.index.layout import columns

        tables = {kind.plural: kind for kind in registry}
        for table, wanted in self.reads.items():
            fields = tables[table].fields.values() if table in tables else ()
            if not {*wanted.split()} <= {name for field in fields for name, _ in columns(field)}:
                return False
        return all(source.fits(registry) for source in self.uses)


class Fact(Frozen):
    """A computed field: its type, its title, and a sentence that defines it.

    `absent` is what a record has that is not in the source. `sql` is the value in a row `f` of the
    source, its own column without one; {day} and {now} stand for the day and the second asked
    about. `values` are the titles of an enum's values.
    """

    source: Source
    name: str
    type: str
    title: str
    description: str
    absent: int | str | None = None
    sql: str = ""
    values: Mapping[str, str] = {}

    @cached_property
    def field(self) -> Field:
        """Made when a command asks for it: the titles take the Chinese catalog to be loaded."""
        values = {value: titles(title) for value, title in self.values.items()}
        return Field(self.name, self.type, title=titles(self.title), values=values, fact=self)


def facts_of(kind: str) -> Iterator[Fact]:
    """Every fact that there may be of a kind, area by area."""
    for area in AREAS.get(kind, ()):
        for fact in import_module(f"crmctl.facts.{area}").FACTS:
            if fact.source.kind == kind:
                yield fact


class FactFields(Mapping[str, Field]):
    """The facts of a kind as fields; a field of the same name hides a fact.

    Areas are loaded up to the first one that has the name that is asked for.
    """

    def __init__(self, kind: str, registry: Registry) -> None:
        self._registry = registry
        self._kind = registry.kinds[kind]
        self._seen: dict[str, Fact] = {}
        self._unseen = facts_of(kind)
        self._fits: dict[str, bool] = {}

    def _look(self) -> Iterator[Fact]:
        """The facts that nobody has looked at yet."""
        for fact in self._unseen:
            if fact.name not in self._kind.fields and self._exists(fact.source):
                self._seen[fact.name] = fact
                yield fact

    def _exists(self, source: Source) -> bool:
        if source.name not in self._fits:
            self._fits[source.name] = source.fits(self._registry)
        return self._fits[source.name]

    def __getitem__(self, name: str) -> Field:
        if name not in self._seen and all(fact.name != name for fact in self._look()):
            raise KeyError(name)
        return self._seen[name].field

    def __iter__(self) -> Iterator[str]:
        for _fact in self._look():
            pass
        return iter(self._seen)

    def __len__(self) -> int:
        return sum(1 for _name in self)


def add_facts(registry: Registry) -> None:
    """Makes the facts computed fields of their kinds."""
    for name in AREAS:
        if name in registry.kinds:
            registry.kinds[name].facts = FactFields(name, registry)
