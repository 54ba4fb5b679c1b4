"""The customers of a book that are likely the same: what each says of itself, and which pairs.

What is compared and what it counts stands in the policy `duplicates`. Customers that name each
other, as parent, as linked, as referred by, are two, and so are those said to be different.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from crmctl.dedupe.likeness import REST, SOUND
from crmctl.dedupe.linkage import Big, Field, Limits, Linked, Pair, Record, groups, link
from crmctl.facts.definitions import CUSTOMER
from crmctl.index.layout import quoted
from crmctl.policies.duplicates import Compared, Duplicates, Points
from crmctl.privacy import is_about
from crmctl.schema.access import texts_at
from crmctl.schema.model import Kind
from crmctl.selection import Selection
from crmctl.values.frozen import Frozen
from crmctl.values.names import company_words, has_cjk, plain, slug
from crmctl.values.phones import line
from crmctl.values.text import fold
from crmctl.workspace import Workspace

Values = Mapping[str, Any]
ORGANIZATION, PERSON = "organization", "person"
DISTINCT = "distinct_from"
# How each way of comparing of the policy tells alike from other; whether its texts are proof beside
# a name, and keys by which customers find each other.
WAYS: dict[str, tuple[str, bool, bool]] = {
    "name": ("name", False, True),
    "company": ("company", False, True),
    "phone": ("phone", True, True),
    "email": ("exact", True, True),
    "domain": ("exact", True, True),
    "number": ("number", True, True),
    "address": ("words", True, True),
    "day": ("exact", True, False),
    "text": ("exact", True, True),
}
FLOOR = 0.75
SHORTEST_PHONE = 7
JOINING = frozenset(("and", "und", "et", "y", "of", "the"))
STREET = ("street", "postcode", "city")
_ROAD = re.compile(r"stra(?:ss|ß)e\b|str\b\.?")
_TOWN = re.compile("(?<=..)[市省]$")


class Match(Frozen):
    """Two customers that are likely the same: which of them better stays, and what speaks for it.

    `group` is the first id of all that are joined by such pairs. `agree` and `differ` are names of
    fields of the policy.
    """

    keep: str
    other: str
    group: str
    pair: Pair

    @property
    def suggestion(self) -> str:
        """What to do with it."""
        return "merge" if self.pair.sure else "review"

    @property
    def agree(self) -> list[str]:
        return [reason.field for reason in self.pair.reasons if reason.points > 0]

    @property
    def differ(self) -> list[str]:
        return [reason.field for reason in self.pair.reasons if reason.points < 0]


class Found(Frozen):
    """The matches, best first, of how many customers, and the keys that too many share."""

    matches: tuple[Match, ...]
    customers: int
    big: tuple[Big, ...]


def find(
    workspace: Workspace,
    query: str | None = None,
    *,
    sure: bool = False,
    archived: bool = False,
    as_of: date | None = None,
) -> Found:
    """The customers that are likely the same; `sure`: those alone of which there is no doubt.

    With a query at least one of the two matches it.
    """
    kind = workspace.registry.kinds[CUSTOMER]
    policy: Duplicates = workspace.policy("duplicates")
    every = Selection(workspace, kind, "-forgotten:*", as_of=as_of, archived=archived)
    created: dict[str, str] = {}
    apart: set[frozenset[str]] = set()

    def noted() -> Iterator[Values]:
        """Each record, gone when it was read: all at once would fill the memory of a large book."""
        others = _others(kind)
        for values in every.records():
            id = str(values["id"])
            created[id] = str(values.get("created") or "9")
            apart.update(frozenset((id, other)) for other in others(values))
            yield values

    linked = compared(policy, noted(), apart)
    wanted: Collection[str] = created
    if query:
        chosen = Selection(workspace, kind, query, as_of=as_of, archived=archived)
        wanted = frozenset(chosen.ids())
    pairs = [
        pair
        for pair in linked.pairs
        if (pair.sure or not sure) and (pair.a in wanted or pair.b in wanted)
    ]
    weights = _weights(workspace, {id for pair in pairs for id in (pair.a, pair.b)}, created)
    group = {id: one[0] for one in groups(pairs, apart) for id in one}
    matches = []
    for pair in pairs:
        keep, other = sorted((pair.a, pair.b), key=lambda id: (weights[id], id))
        together = group.get(keep) if group.get(keep) == group.get(other) else None
        matches.append(Match(keep, other, together or pair.a, pair))
    return Found(tuple(matches), len(created), tuple(linked.big))


def compared(
    policy: Duplicates, customers: Iterable[Values], apart: Collection[frozenset[str]] = frozenset()
) -> Linked:
    """The pairs among customers by the rules of a policy."""
    reader = Reader(policy)
    limits = Limits(policy.likely, policy.sure, policy.block, policy.window)
    return link(
        map(reader.record, customers),
        reader.rules(),
        limits,
        lambda one, other: frozenset((one, other)) in apart,
    )


def _others(kind: Kind) -> Callable[[Values], Iterator[str]]:
    """Whom a customer names, so that the two are two."""
    fields = [one for one in kind.root.walk() if one.leaf.ref == kind.name]

    def named(values: Values) -> Iterator[str]:
        for field in fields:
            yield from (other for other in texts_at(values, field.path) if other != values["id"])

    return named


def _weights(
    workspace: Workspace, ids: Collection[str], created: Mapping[str, str]
) -> dict[str, tuple[int, str]]:
    """By what the better of two customers stays: more is known of it, else it is older."""
    named: Counter[str] = Counter()
    for kind in workspace.registry if ids else ():
        if is_about(kind):
            owner = quoted(str(kind.parent))
            sql = f"SELECT {owner}, count(*) FROM {quoted(kind.plural)} GROUP BY {owner}"
            named.update({id: count for id, count in workspace.index.rows(sql) if id in ids})
    return {id: (-named[id], created[id]) for id in ids}


class Reader:
    """What customers say of themselves, in a form in which two can be compared."""

    def __init__(self, policy: Duplicates) -> None:
        self.policy = policy
        self._forms = frozenset(map(fold, policy.legal_forms))
        self._common = frozenset(map(fold, policy.common_words))
        self._free = frozenset(map(fold, policy.free_mail))
        self._ways: dict[str, Callable[[Any], Iterator[str]]] = {
            "name": self._names,
            "company": self._companies,
            "phone": _lines,
            "email": _folded,
            "domain": self._domains,
            "number": _numbers,
            "address": _addresses,
            "day": _days,
            "text": _folded,
        }

    def rules(self) -> dict[str, list[Field]]:
        """The fields for two customers of one sort, and for those of which it is not known."""
        person = [_field(*one) for one in self._counting("person")]
        return {"": person, PERSON: person} | {
            ORGANIZATION: [_field(*one) for one in self._counting("organization")]
        }

    def _counting(self, sort: str) -> Iterator[tuple[str, Compared, Points]]:
        for name, one in self.policy.fields.items():
            points = getattr(one, sort)
            if points is not None:
                yield name, one, points

    def record(self, values: Values) -> Record:
        """A customer as it is compared."""
        texts: dict[str, tuple[str, ...]] = {}
        sort = self._sort(values)
        for name, one in self.policy.fields.items():
            if sort and getattr(one, sort) is None:
                continue
            way = self._ways[one.how]
            found = [text for path in one.of for text in way(_at(values, path.split(".")))]
            if found:
                texts[name] = tuple(dict.fromkeys(found))
        return Record(str(values["id"]), texts, sort)

    def _sort(self, values: Values) -> str:
        """Whether it is an organization or a person; an unsaid one is told by a form of company."""
        said = str(values.get("type") or "")
        if said in (ORGANIZATION, PERSON):
            return said
        words = company_words(str(values.get("name") or ""))
        return ORGANIZATION if any(word in self._forms for word, _many in words[1:]) else ""

    def _names(self, said: Iterable[Any]) -> Iterator[str]:
        for text in said:
            if has_cjk(text):
                yield re.sub(r"\s", "", fold(text))
                yield from _spelled(text, personal=True)
            else:
                yield " ".join(sorted(re.findall(r"[^\W_]+", plain(fold(text)))))

    def _companies(self, said: Iterable[Any]) -> Iterator[str]:
        for text in said:
            telling: list[str] = []
            rest: list[str] = []
            forms: list[str] = []
            for word, many in company_words(text):
                if word in JOINING:
                    continue
                if word in self._forms:
                    forms.append(word)
                else:
                    common = many or word in self._common
                    (rest if common else telling).append(_TOWN.sub("", word))
            if telling or rest or forms:
                yield REST.join(" ".join(sorted(part)) for part in (telling, rest, forms))
            if telling and has_cjk(text):
                yield from _spelled(" ".join(telling), personal=False)

    def _domains(self, said: Iterable[Any]) -> Iterator[str]:
        for text in _folded(said):
            host = re.sub(r"^[a-z]+://|/.*$|:[0-9]+", "", text).rpartition("@")[2]
            host = host.removeprefix("www.")
            if "." in host and host not in self._free:
                yield host


def _field(name: str, one: Compared, points: Points) -> Field:
    how, proof, block = WAYS[one.how]
    return Field(name, how, float(points.agree), float(points.differ), FLOOR, proof, block)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """Every value at a path, through lists, that is not empty."""
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path)
    elif path:
        if isinstance(value, Mapping):
            yield from _at(value.get(path[0]), path[1:])
    elif value not in (None, ""):
        yield value


def _spelled(text: str, *, personal: bool) -> Iterator[str]:
    """A name in pinyin, for one in Latin letters to be held against."""
    words = slug(text, personal=personal).split("-")
    if any(words):
        yield SOUND + " ".join(sorted(words)) + ("" if personal else REST)


def _folded(said: Iterable[Any]) -> Iterator[str]:
    yield from (fold(str(text)).strip() for text in said)


def _lines(said: Iterable[Any]) -> Iterator[str]:
    yield from (number for text in said if len(number := line(text)) >= SHORTEST_PHONE)


def _numbers(said: Iterable[Any]) -> Iterator[str]:
    yield from filter(None, (re.sub(r"[\W_]", "", text) for text in _folded(said)))


def _days(said: Iterable[Any]) -> Iterator[str]:
    yield from (text[-5:] for text in map(str, said))


def _addresses(said: Iterable[Any]) -> Iterator[str]:
    for address in said:
        if isinstance(address, Mapping) and address.get("street"):
            text = " ".join(str(address[name]) for name in STREET if address.get(name))
            words = re.findall(r"[^\W_]+", plain(_ROAD.sub("str", fold(text))))
            yield " ".join(sorted(words))
