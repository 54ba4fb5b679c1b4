"""What the rest of the program knows of a kind: its fields, their types, titles and references.

Plain classes with slots rather than dataclasses: several hundred of them are made at the start of
every command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from crmctl.errors import BadDefinition, UnknownField, UnknownKind
from crmctl.locale import language, pick
from crmctl.schema.paths import FieldPath, find
from crmctl.values.text import suggest

SCALARS = frozenset(
    "text tag enum ref id date partial instant phone email url note "
    "number money integer boolean".split()
)
EXACT = frozenset(("id", "ref", "enum", "tag"))  # compared whole, the other texts by containment
TEXTUAL = frozenset(("text", "note", "phone", "email", "url"))
NUMERIC = frozenset(("number", "money", "integer"))
PLAIN_TYPES = frozenset(("date", "instant", "partial"))
"""Types of text that is written without quotes."""


# What stands in a path between two points, in a query and in the SQL made of it.
FREE_KEY = re.compile(r"[\w-]{1,100}\Z")


class Field:
    """One property of a kind, at any depth.

    `type` is one of SCALARS, "object" (then `fields`) or "list" (then `item`); an object may also
    take keys that nobody foresaw, each with a value as `entries` says. `path` are the names from
    the record down to here, lists adding none. `currency` names the field with the currency of an
    amount, `lines` the list that adds up to it when it is missing. `history` is the type of the
    times at which changes are kept: "date" or "instant". `fill` says which values a new record must
    have for getting this day or moment here; None for never. `rules` holds the plain JSON Schema
    keywords (minimum, pattern, ...) for the validator. `fact` is the `facts.definitions.Fact` that
    says how a field is computed, None for what stands in files. `workflow` is the tree of what the
    schema says about states, `route` the policy whose rules fill the field of a new record. What is
    named by a `loose` list can be removed.
    """

    __slots__ = (
        "aliases",
        "command",
        "currency",
        "default",
        "entries",
        "fact",
        "fields",
        "fill",
        "group",
        "history",
        "item",
        "key",
        "label",
        "lines",
        "listed",
        "loose",
        "name",
        "path",
        "ref",
        "required",
        "route",
        "rules",
        "title",
        "type",
        "values",
        "workflow",
    )

    def __init__(
        self,
        name: str,
        type: str,
        *,
        path: tuple[str, ...] = (),
        title: Mapping[str, str] | None = None,
        fields: dict[str, Field] | None = None,
        item: Field | None = None,
        values: Mapping[str, dict[str, str]] | None = None,
        ref: str | None = None,
        key: str | None = None,
        label: str | None = None,
        command: str | None = None,
        group: str | None = None,
        currency: str | None = None,
        lines: str | None = None,
        history: str | None = None,
        default: Any = None,
        aliases: Sequence[str] = (),
        required: frozenset[str] = frozenset(),
        rules: dict[str, Any] | None = None,
        fact: Any = None,
        workflow: Any = None,
        listed: str | None = None,
    ) -> None:
        self.name = name
        self.type = type
        self.path = path or (name,)
        self.title = dict(title or {"en": name})
        self.fields = fields or {}
        self.item = item
        self.values: Mapping[str, dict[str, str]] = values or {}
        self.ref = ref
        self.key = key
        self.label = label
        self.command = command
        self.group = group
        self.currency = currency
        self.lines = lines
        self.history = history
        self.default = default
        self.entries: Field | None = None
        self.fill: Mapping[str, str] | None = None
        self.route: str | None = None
        self.loose = False
        self.aliases = tuple(aliases)
        self.required = required
        self.rules = rules or {}
        self.fact = fact
        self.workflow = workflow
        self.listed = listed

    @property
    def dotted(self) -> str:
        """The name that a query uses: `contacts.role`."""
        return ".".join(self.path)

    @property
    def leaf(self) -> Field:
        """The field itself, or what a list of it holds."""
        return self.item.leaf if self.item is not None else self

    def children(self) -> dict[str, Field]:
        """The fields one step below, lists of mappings included."""
        return self.leaf.fields

    def child(self, name: str) -> Field | None:
        """The field of that name one step below; where keys are free there is one for each."""
        leaf = self.leaf
        found = leaf.fields.get(name)
        if found is None and leaf.entries is not None and FREE_KEY.match(name):
            free = leaf.entries
            path = (*self.path, name)
            found = Field(name, free.type, path=path, values=free.values, rules=free.rules)
        return found

    def titled(self) -> str:
        """The title in the current language."""
        return pick(self.title)

    def value_title(self, value: str) -> str:
        """The title of an enum value in the current language; the value itself without one."""
        titles = self.leaf.values.get(value)
        return pick(titles) if titles else value

    def named(self, word: str) -> bool:
        """Whether a person may mean this field by `word`."""
        folded = word.casefold()
        return folded == self.name or folded in (
            *(alias.casefold() for alias in self.aliases),
            *(title.casefold() for title in self.title.values()),
        )

    def walk(self) -> Iterator[Field]:
        """Every field below this one, depth first."""
        for child in self.children().values():
            yield child
            yield from child.walk()


class Listed(Mapping[str, dict[str, str]]):
    """The known values of a tag with their titles, asked for when somebody first looks."""

    def __init__(self, ask: Callable[[], Mapping[str, dict[str, str]]]) -> None:
        self._ask = ask

    @cached_property
    def _values(self) -> Mapping[str, dict[str, str]]:
        return self._ask()

    def __getitem__(self, value: str) -> dict[str, str]:
        return self._values[value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Kind:
    """One kind of record: its fields and how it is filed, named, searched and shown.

    Most commands look at the fields of a few kinds alone, so `make` makes them when asked for.
    """

    __slots__ = (
        "_make",
        "_root",
        "aliases",
        "columns",
        "date",
        "facts",
        "guards",
        "id_date",
        "id_prefix",
        "label",
        "name",
        "names",
        "path",
        "plural",
        "plural_title",
        "registry",
        "search",
        "singular",
        "slug_field",
        "sort",
        "state_dates",
        "title",
    )

    def __init__(self, name: str, make: Callable[[], Field], settings: Mapping[str, Any]) -> None:
        self.name = name
        self._make = make
        self._root: Field | None = None
        self.singular: str = settings.get("singular", name)
        self.plural: str = settings["plural"]
        self.title: dict[str, str] = settings["title"]
        self.plural_title: dict[str, str] = settings["plural_title"]
        self.path: str = settings["path"]
        self.slug_field: str | None = settings.get("slug")
        self.id_prefix: str | None = settings.get("prefix")
        self.id_date: str | None = settings.get("id_date")
        self.label: str = settings["label"]
        self.date: str | None = settings.get("date")
        self.state_dates: tuple[str, ...] = tuple(settings.get("state_dates", ()))
        self.guards: tuple[str, ...] = tuple(settings.get("guards", ()))
        self.search: tuple[str, ...] = tuple(settings.get("search", ()))
        self.names: tuple[str, ...] = tuple(settings.get("names", ()))
        self.columns: tuple[str, ...] = tuple(settings["columns"])
        self.sort: tuple[str, ...] = tuple(settings.get("sort", ("id",)))
        self.aliases: dict[str, str] = dict(settings.get("aliases", {}))
        self.facts: Mapping[str, Field] = {}
        self.registry: Registry

    @property
    def root(self) -> Field:
        """The record itself as a field of type "object"."""
        if self._root is None:
            self._root = self._make()
        return self._root

    @property
    def fields(self) -> dict[str, Field]:
        return self.root.fields

    @property
    def is_stream(self) -> bool:
        """Whether a file holds many records of this kind."""
        return "{id}" not in self.path

    @property
    def folder(self) -> str:
        """The folder under records/ that all files of this kind are in."""
        return self.path.split("/")[0]

    @property
    def parent(self) -> str | None:
        """The reference that a stream is filed under: `customer` for most streams."""
        if not self.is_stream:
            return None
        for name, field in self.fields.items():
            if field.ref and "{" + name + "}" in self.path:
                return name
        return None

    @property
    def dated_by(self) -> list[str]:
        """The fields that say on which day a record is: the first one that is there counts."""
        return [self.date, "created"] if self.date else ["created"]

    @property
    def embedded(self) -> dict[str, Field]:
        """The keyed lists that have commands of their own, by command."""
        return {field.command: field for field in self.fields.values() if field.command}

    @property
    def histories(self) -> list[Field]:
        """The fields whose changes are kept in the record itself."""
        return [field for field in self.fields.values() if field.history]

    @property
    def workflows(self) -> list[Field]:
        """The fields whose values are states, of which only some may follow another."""
        return [field for field in self.fields.values() if field.workflow]

    def titled(self) -> str:
        return pick(self.title)

    def noun(self) -> str:
        """The title within a sentence."""
        return self.titled() if language() == "zh" else self.titled().lower()

    def plural_titled(self) -> str:
        return pick(self.plural_title)

    def counted(self, count: int) -> str:
        """The title behind a number within a sentence."""
        title = self.plural_titled() if count != 1 else self.titled()
        return title if language() == "zh" else title.lower()

    def find(self, path: str, *, facts: bool = True) -> FieldPath | None:
        """The field that a dotted path of names, aliases or titles means; None without one.

        Without `facts` computed fields are left aside; to look for one loads what defines them.
        """
        return find(self, path, facts=facts)

    def field(self, path: str) -> FieldPath:
        """As `find`, but a path that means nothing is an error that suggests the likeliest."""
        found = self.find(path)
        if found is None:
            raise UnknownField(self.name, path, suggest(path, self.words()))
        return found

    def own(self, path: str) -> Field:
        """A field of the record itself, not of one it refers to and not a computed one."""
        found = self.find(path)
        if found is None or found.hops or found.field.fact:
            names = [field.dotted for field in self.root.walk()]
            raise UnknownField(self.name, path, suggest(path, names))
        return found.field

    def words(self) -> list[str]:
        """Every word that a query may start a field with."""
        names = [field.dotted for field in self.root.walk()]
        names += [alias for field in self.fields.values() for alias in field.aliases]
        names += [title for field in self.fields.values() for title in field.title.values()]
        return [*names, *self.facts, *self.aliases]


class Registry:
    """The kinds of one book, in the order in which they are listed.

    `broken` holds the errors of the book's own schema files that had to be left out, by the name
    of their kind: a kind of the book's own is missing then, a shipped one is without extension.
    `listed` gives the values, with titles, that the settings of the book list under a name.
    `mark` differs for kinds that the index would keep otherwise; None until somebody works it out.
    """

    def __init__(self, kinds: Sequence[Kind], mark: str | None = None) -> None:
        self.mark = mark
        self.kinds = {kind.name: kind for kind in kinds}
        self.broken: dict[str, BadDefinition] = {}
        self.listed: Callable[[str], Mapping[str, dict[str, str]]] = lambda _name: {}
        for kind in kinds:
            kind.registry = self

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds.values())

    def kind(self, name: str) -> Kind:
        """The kind of that name, plural or title in either language.

        A title that several have means the book's own kind. BadDefinition for one whose schema is
        broken.
        """
        folded = name.casefold()
        for kind in self:
            if folded in (kind.name, kind.singular, kind.plural):
                return kind
        for kind in reversed(self.kinds.values()):
            titles = (*kind.title.values(), *kind.plural_title.values())
            if folded in (title.casefold() for title in titles):
                return kind
        if folded in self.broken:
            raise self.broken[folded]
        raise UnknownKind(name, suggest(name, [*self.kinds]))

    def by_folder(self, folder: str) -> Kind | None:
        return next((kind for kind in self if kind.folder == folder), None)

    def referrers(self, target: str) -> Iterator[tuple[Kind, Field]]:
        """Every reference field, at any depth, that names records of the kind `target`."""
        for kind in self:
            for field in kind.root.walk():
                if (field.leaf is field and field.ref == target) or (
                    field.item is not None and field.item.ref == target
                ):
                    yield kind, field
