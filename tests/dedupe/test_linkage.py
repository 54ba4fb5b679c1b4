"""Who means the same party: measured on published sets with known truth, and the laws that hold."""

from __future__ import annotations

import csv
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.dedupe.likeness import company, name, number, phone, words
from crmctl.dedupe.linkage import USUAL, Field, Limits, Linked, Pair, Record, groups, link
from tests.conftest import REPOSITORY

PEOPLE = [
    Field("birth", "number", 35, 8),
    Field("number", "number", 35, 8),
    Field("name", "name", 30, 12, proof=False),
    Field("street", "words", 24, 6),
    Field("place", "words", 10, 2, block=False),
    Field("suburb", "words", 12, 4, block=False),
    Field("postcode", "number", 12, 4, block=False),
    Field("house", "exact", 8, 2, block=False),
]
COLUMNS = {
    "birth": ["date_of_birth"],
    "number": ["soc_sec_id"],
    "name": ["given_name", "surname"],
    "street": ["address_1"],
    "place": ["address_2"],
    "suburb": ["suburb"],
    "postcode": ["postcode"],
    "house": ["street_number"],
}


def febrl(number: int) -> list[Record]:
    """One of the Febrl sets; `rec-<n>-org` and `rec-<n>-dup-<m>` are the same person."""
    with open(REPOSITORY / f"tests/data/febrl{number}.csv", newline="") as file:
        rows = [*csv.DictReader(file, skipinitialspace=True)]
    records = []
    for row in rows:
        texts = {field: " ".join(filter(None, (row[one] for one in columns)))
                 for field, columns in COLUMNS.items()}  # fmt: skip
        said = {field: (text,) for field, text in texts.items() if text}
        records.append(Record(row["rec_id"], said))
    return records


def joined(found: list[list[str]]) -> set[tuple[str, str]]:
    return {pair for group in found for pair in combinations(sorted(group), 2)}


@pytest.mark.parametrize("number", [1, 3])
def test_the_febrl_sets(number: int) -> None:
    records = febrl(number)
    linked = link(records, {"": PEOPLE})
    truth: dict[str, list[str]] = {}
    for record in records:
        truth.setdefault(record.id.split("-")[1], []).append(record.id)
    found, right = joined(groups(linked.pairs)), joined([*truth.values()])
    hits = len(found & right)
    assert hits / len(found) >= 0.99
    assert hits / len(right) >= 0.97
    assert linked.compared < len(records) * 20  # of the half million and twelve million there are


def test_the_order_of_the_records_changes_nothing() -> None:
    records = febrl(1)
    assert link(records, {"": PEOPLE}) == link(records[::-1], {"": PEOPLE})


# a small world, so that everything collides

TEXT = st.sampled_from(["wang wei", "wei wang", "wang wie", "li na", "zhang", "zhang san"])
DIALED = st.sampled_from(["13800004101", "13800004102", "8613800004101", "01055509090"])
PERSON = st.fixed_dictionaries(
    {}, optional={"name": st.tuples(TEXT), "phone": st.lists(DIALED, min_size=1, max_size=2)}
)
FIELDS = [Field("name", "name", 60, 30, proof=False), Field("phone", "phone", 45, 5)]
SORTS = st.sampled_from(["", "person", "organization"])
WORLD = st.lists(st.tuples(PERSON, SORTS), max_size=14)
Told = list[tuple[dict[str, tuple[str, ...]], str]]


def linked(told: Told, limits: Limits = USUAL) -> Linked:
    records = [Record(f"r{n:02}", texts, sort) for n, (texts, sort) in enumerate(told)]
    return link(records, {"": FIELDS}, limits)


@given(WORLD)
def test_laws_of_pairs(told: Told) -> None:
    found = linked(told).pairs
    assert len({(pair.a, pair.b) for pair in found}) == len(found)
    for pair in found:
        assert pair.a < pair.b
        assert 60 <= pair.score <= 100
        assert pair.sure == (pair.score >= 85)
        proofs = [reason for reason in pair.reasons if reason.field == "phone"]
        assert not pair.sure or any(reason.points > 0 for reason in proofs)
        ours, theirs = (told[int(id[1:])][1] for id in (pair.a, pair.b))
        assert not (ours and theirs and ours != theirs)


@given(WORLD, st.randoms())
def test_permutation(told: Told, random: object) -> None:
    records = [Record(f"r{n:02}", texts, sort) for n, (texts, sort) in enumerate(told)]
    shuffled = [*records]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert link(shuffled, {"": FIELDS}) == link(records, {"": FIELDS})


@given(WORLD)
def test_groups_share_nobody_and_keep_apart_who_is_apart(told: Told) -> None:
    pairs = linked(told).pairs
    found = groups(pairs)
    assert len({id for group in found for id in group}) == sum(map(len, found))
    assert all(len(group) > 1 for group in found)
    assert groups(pairs[::-1]) == found
    apart = {frozenset((pair.a, pair.b)) for pair in pairs[::2]}
    for group in groups(pairs, apart):
        assert not apart & {frozenset(pair) for pair in combinations(group, 2)}


def test_a_name_alone_is_never_sure() -> None:
    strong = [Field("name", "name", 100, 0, proof=False)]
    records = [Record("a", {"name": ("wang wei",)}), Record("b", {"name": ("wang wei",)})]
    (pair,) = link(records, {"": strong}).pairs
    assert (pair.score, pair.sure) == (84, False)


def test_a_key_that_too_many_share_is_named_and_neighbors_are_still_compared() -> None:
    spelled = ["l" + "".join(vowels) for vowels in product("aeiou", repeat=3)]
    told: Told = [({"name": (text,)}, "") for text in spelled]
    told += [({"name": (spelled[50],)}, "")]
    found = linked(told, Limits(block=20, window=3))
    assert found.big == [("name", "l", 126)]
    assert ("r125", "r50") in {(pair.a, pair.b) for pair in found.pairs}
    assert found.compared < 126 * 4


def test_many_of_one_name_are_not_compared_with_each_other() -> None:
    told: Told = [({"name": ("wang wei",)}, "") for _n in range(3000)]
    found = linked(told)
    assert found.compared <= 3000 * USUAL.window
    assert found.big[0].records == 3000


def test_who_is_known_to_be_apart_is_not_compared() -> None:
    records = [Record(id, {"phone": ("13800004101",), "name": ("li",)}) for id in "abc"]
    found = link(records, {"": FIELDS}, apart=lambda one, other: {one, other} == {"a", "b"})
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "c"), ("b", "c")]
    assert groups(found.pairs, {frozenset("ab")}) == [["a", "c"]]


@pytest.mark.parametrize(
    ("alike", "one", "other", "least", "most"),
    [
        (name, "wang wei", "wei wang", 1, 1),
        (name, "王伟", "~wang wei", 0, 0),
        (name, "wang wei", "~wang wei", 0.95, 0.95),
        (name, "~wang wei", "~wang wei", 0, 0),  # 王伟 and 王炜 only sound the same
        (name, "王伟", "王炜", 0, 0.6),
        (name, "katharina meier", "katharina maier", 0.9, 0.99),
        (company, "智云|上海 科技", "智云|上海 科技", 1, 1),
        (company, "智云|上海 科技", "智华|北京 科技", 0, 0.6),
        (company, "bodensee pharma|", "bodensee|", 0.8, 0.95),
        (company, "mueller feinchemie|", "mueller|", 0.7, 0.95),
        (company, "kessler|technik", "brandt|technik", 0, 0.6),
        (number, "DE811907980", "DE811907980", 1, 1),
        (number, "DE811907980", "DE811907908", 0.9, 0.9),
        (number, "4011", "4012", 0, 0),
        (phone, "+4983155508100", "083155508100", 1, 1),
        (phone, "+4983155508100", "+4183155508100", 0, 0),
        (words, "44 kreuzlingen seestrasse", "seestrasse 44 kreuzlingen", 1, 1),
        (words, "seestrasse 44", "seestrasse 46", 0, 0.7),
    ],
)
def test_likeness(alike: object, one: str, other: str, least: float, most: float) -> None:
    for ours, theirs in ((one, other), (other, one)):
        assert least <= alike((ours,), (theirs,)) <= most  # type: ignore[operator]


def test_a_pair_says_what_each_field_came_to() -> None:
    records = [
        Record("a", {"name": ("li na",), "phone": ("13800004101",)}),
        Record("b", {"name": ("li na",), "phone": ("13800004101",)}),
    ]
    assert link(records, {"": FIELDS}).pairs == [
        Pair("a", "b", 100, True, (("name", 1, 60), ("phone", 1, 45)))  # type: ignore[arg-type]
    ]
