"""Which of many records mean the same: compared field by field, scored, and put into groups.

The score adds up points for each field that both records have: those for agreeing where they
agree, those against where they differ, and in between for what is only alike. That is the weight
of Fellegi and Sunter (A Theory for Record Linkage, 1969) on a scale from 0 to 100, with the
partial agreement of Winkler (1990); a field that one of them lacks says nothing.

Comparing each with each would take n² steps. Only records with a key in common are compared: one
name, number or address without a fault in it (blocking; Christen, Data Matching, 2012, ch. 4). Of a
key that too many share each record is compared with its neighbors alone, in the order of their
texts (Hernández and Stolfo, 1995).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from crmctl.dedupe.likeness import LIKENESS, keys

FULL = 100
ROUNDING = 1


class Field(NamedTuple):
    """One field that is compared: how, and what it says on the scale from 0 to 100.

    `agree` points are for being the same, `differ` points against for being no more alike than
    `floor`. A field that is no `proof` makes no pair sure by itself: names are shared. With `block`
    its texts are keys by which records find each other.
    """

    name: str
    how: str
    agree: float
    differ: float
    floor: float = 0.75
    proof: bool = True
    block: bool = True


class Record(NamedTuple):
    """A record as it is compared: normalised texts by field. Records of different sorts are never
    the same; one without a sort may be of any."""

    id: str
    texts: Mapping[str, Sequence[str]]
    sort: str = ""


class Reason(NamedTuple):
    """What one field says of a pair: how alike both are in it, and the points that makes."""

    field: str
    likeness: float
    points: float


class Pair(NamedTuple):
    """Two records that are likely the same, in the order of their ids."""

    a: str
    b: str
    score: int
    sure: bool
    reasons: tuple[Reason, ...]


class Big(NamedTuple):
    """A key that too many records share: the field, the key, and how many."""

    field: str
    key: str
    records: int


class Limits(NamedTuple):
    """The scores from which a pair is likely, and sure, the same; from how many records on only
    `window` neighbors are compared."""

    likely: int = 60
    sure: int = 85
    block: int = 60
    window: int = 8


USUAL = Limits()


class Linked(NamedTuple):
    """The pairs, best first; how many were compared, and the keys that too many share."""

    pairs: list[Pair]
    compared: int
    big: list[Big]


Rules = Mapping[str, Sequence[Field]]


def link(
    records: Iterable[Record],
    rules: Rules,
    limits: Limits = USUAL,
    apart: Callable[[str, str], bool] = lambda _a, _b: False,
) -> Linked:
    """The pairs that are likely the same, whatever the order of the records.

    `rules` are the fields for records of each sort, those of "" for two of which neither is known.
    A text that too many share says nothing of those who have it. `apart` says of two ids that they
    are known not to be the same.
    """
    ordered = sorted(records, key=lambda record: record.id)
    blocks, big = _blocks(ordered, rules, limits)
    ordered = _without(ordered, rules, big)
    pairs = []
    compared = 0
    for i, j in _candidates(ordered, blocks, limits):
        one, other = ordered[i], ordered[j]
        fields = _fields(one, other, rules)
        if fields is None or apart(one.id, other.id):
            continue
        compared += 1
        pair = compare(one, other, fields, limits)
        if pair is not None:
            pairs.append(pair)
    pairs.sort(key=lambda pair: (-pair.score, pair.a, pair.b))
    return Linked(pairs, compared, big)


def compare(one: Record, other: Record, fields: Sequence[Field], limits: Limits) -> Pair | None:
    """Two records, scored; None as soon as it is clear that they are not likely the same.

    Without a proof beside the names the score stays below `sure`.
    """
    both = [
        (field, ours, theirs)
        for field in fields
        if (ours := one.texts.get(field.name)) and (theirs := other.texts.get(field.name))
    ]
    total, open_ = 0.0, sum(field.agree for field, _ours, _theirs in both)
    proved = False
    reasons = []
    for field, ours, theirs in both:
        if total + open_ < limits.likely - ROUNDING:
            return None
        likeness = LIKENESS[field.how](ours, theirs)
        share = max(0.0, (likeness - field.floor) / (1 - field.floor))
        points = (field.agree + field.differ) * share - field.differ
        total += points
        open_ -= field.agree
        proved = proved or (field.proof and points > 0)
        reasons.append((field.name, likeness, points))
    score = max(0, min(FULL, round(total)))
    if not proved:
        score = min(score, limits.sure - 1)
    if score < limits.likely:
        return None
    a, b = sorted((one.id, other.id))
    said = (Reason(name, round(alike, 3), round(points, 1)) for name, alike, points in reasons)
    return Pair(a, b, score, score >= limits.sure, tuple(said))


def groups(
    pairs: Iterable[Pair], apart: Collection[frozenset[str]] = frozenset()
) -> list[list[str]]:
    """Records joined by pairs, the best pair first; ids in order, the groups by their first one.

    No group has two that are known to be `apart`, whatever leads from the one to the other.
    """
    members: dict[str, set[str]] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.a, pair.b)):
        ours = members.setdefault(pair.a, {pair.a})
        theirs = members.setdefault(pair.b, {pair.b})
        if ours is theirs:
            continue
        if apart and any(frozenset((one, other)) in apart for one in ours for other in theirs):
            continue
        ours |= theirs
        members |= dict.fromkeys(theirs, ours)
    found = {id(group): sorted(group) for group in members.values()}
    return sorted(group for group in found.values() if len(group) > 1)


def _fields(one: Record, other: Record, rules: Rules) -> Sequence[Field] | None:
    if one.sort and other.sort and one.sort != other.sort:
        return None
    return rules.get(one.sort or other.sort, rules[""])


Key = tuple[str, str]


def _blocks(
    records: Sequence[Record], rules: Rules, limits: Limits
) -> tuple[list[list[int]], list[Big]]:
    """The places of records that share a key, the smallest block first, and the big ones."""
    by_key: dict[Key, list[int]] = {}
    hows = {field.name: field.how for fields in rules.values() for field in fields if field.block}
    for place, record in enumerate(records):
        own = {
            (name, key)
            for name, texts in record.texts.items()
            if name in hows
            for key in keys(hows[name], texts)
            if key
        }
        for one in own:
            by_key.setdefault(one, []).append(place)
    shared = sorted((len(places), key) for key, places in by_key.items() if len(places) > 1)
    big = [Big(*key, count) for count, key in reversed(shared) if count > limits.block]
    return [by_key[key] for _count, key in shared], big


def _without(records: list[Record], rules: Rules, big: Sequence[Big]) -> list[Record]:
    """The records without the texts, names aside, that too many of them share."""
    proofs = {one.name: one.how for fields in rules.values() for one in fields if one.proof}
    common = {(one.field, one.key) for one in big if one.field in proofs}
    if not common:
        return records
    fields = {field for field, _key in common}
    found = []
    for record in records:
        texts = dict(record.texts)
        for name in fields & texts.keys():
            texts[name] = [
                text
                for text in texts[name]
                if not any((name, key) in common for key in keys(proofs[name], [text]))
            ]
        found.append(record._replace(texts=texts))
    return found


def _candidates(
    records: Sequence[Record], blocks: Sequence[list[int]], limits: Limits
) -> Iterator[tuple[int, int]]:
    """Each pair to be compared once: in the smallest block that both are in."""
    inside: list[list[int]] = [[] for _record in records]
    for number, places in enumerate(blocks):
        if len(places) <= limits.block:
            for place in places:
                inside[place].append(number)
    for number, places in enumerate(blocks):
        if len(places) > limits.block:
            break
        for at, i in enumerate(places):
            for j in places[at + 1 :]:
                if _first_common(inside[i], inside[j]) == number:
                    yield i, j
    seen: set[tuple[int, int]] = set()
    for places in blocks:
        if len(places) <= limits.block:
            continue
        near = sorted(places, key=lambda place: (_text(records[place]), records[place].id))
        for at, i in enumerate(near):
            for j in near[at + 1 : at + 1 + limits.window]:
                pair = (min(i, j), max(i, j))
                if pair not in seen and _first_common(inside[i], inside[j]) is None:
                    seen.add(pair)
                    yield pair


def _first_common(ours: Sequence[int], theirs: Sequence[int]) -> int | None:
    """The smallest number in both of two ascending lists."""
    there = set(theirs)
    return next((number for number in ours if number in there), None)


def _text(record: Record) -> str:
    """All that a record says, for finding its neighbors."""
    return " ".join(text for texts in record.texts.values() for text in texts)
