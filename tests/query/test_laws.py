"""SQL and predicate agree on random records and random queries, and both obey logic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmctl.query.ast import (
    Anything,
    Between,
    Compare,
    Exact,
    Expr,
    Group,
    Item,
    Not,
    Plain,
    Term,
    Word,
    all_of,
    any_of,
    unparse,
)

from .book import Book

TEXTS = ["Acme", "ACME Ｌtd", "acme", "北京", "北京贸易", "ＡＢ１", "ab1", "ﬁx", "Straße"]
TEXTS += ["STRASSE", "é", "e\u0301", "%", "_", "'", "a b", "\\", "1", "K", "\u212a"]
TEXTS += ["㈱", "(株)", "株"]
TAGS = ["Retail", "retail", "上海", "a-b", "ＲＥＴＡＩＬ"]
PHONES = ["+86 138-0013-8000", "13800138000", "010 6234", "１３８００", "转 12", "tel 1234"]
EMAILS = ["a@b.cn", "A@B.CN"]
NUMBERS = [Decimal(text) for text in ("-2", "0", "0.1", "3", "7.50", "1000", "12345678.9")]
DATES = ["2025-12-31", "2026-01-01", "2026-11-14", "2026-11-20", "2026-11-21", "2026-11-22",
         "2026-11-28", "2026-12-01", "0001-01-01", "9999-12-31"]  # fmt: skip
PARTIALS = ["--05-17", "lunar:08-15", "lunar:1990-08-15", "2026-11-21", "1990-05-17"]
INSTANTS = ["2026-11-21T00:00+08:00", "2026-11-20T23:59:59+08:00", "2026-11-20T16:00Z",
            "2026-11-21T14:30+08:00", "2026-11-21T02:30+08:00", "2026-12-01T09:00-05:00",
            "0001-01-02T00:00+08:00", "9999-12-31T23:59+08:00"]  # fmt: skip
IDS = ["a", "b", "c", "d", "gone"]
USERS = ["li", "wu", "Li", "nobody"]
CURRENCIES = ["CNY", "USD", "XXX"]


# Records: many of them in few books, which are cheaper than a book for every query

Make = Callable[[Random], Any]


def pick(values: Sequence[Any]) -> Make:
    return lambda random: random.choice(values)


def some(make: Make) -> Make:
    return lambda random: [make(random) for _ in range(random.randint(1, 3))]


def record(required: dict[str, Make], **optional: Make) -> Make:
    def made(random: Random) -> dict[str, Any]:
        chosen = {name: make for name, make in optional.items() if random.random() < 0.6}
        return {name: make(random) for name, make in {**required, **chosen}.items()}

    return made


CONTACTS = record(
    {"id": pick(["w", "z"])},
    name=pick(TEXTS),
    role=pick(["buyer", "user"]),
    city=pick(TAGS),
    phones=some(pick(PHONES)),
    met=pick(INSTANTS),
    of=pick(USERS),
)
FAMILY = record({"children": pick(range(4))}, hobbies=some(pick(TAGS)), keen=pick([True, False]))
DEALS = record({"amount": pick(NUMBERS)}, currency=pick(CURRENCIES))
PROFILES = record({"worth": pick(NUMBERS)}, family=FAMILY, deals=some(DEALS))
CUSTOMERS = record(
    {"name": pick(TEXTS)},
    status=pick(["potential", "active"]),
    level=pick(["vip", "important", "basic"]),
    owner=pick(USERS),
    parent=pick(IDS),
    tags=some(pick(TAGS)),
    phones=some(pick(PHONES)),
    email=pick(EMAILS),
    website=pick(["http://a.cn/%41", "a.cn"]),
    notes=pick(["line 1\nLine 2", *TEXTS]),
    score=pick(NUMBERS),
    visits=pick(range(-1, 6)),
    public=pick([True, False]),
    since=pick(DATES),
    birthday=pick(PARTIALS),
    seen=pick(INSTANTS),
    budget=pick(NUMBERS),
    currency=pick(CURRENCIES),
    created=pick(DATES),
    archived=pick(DATES),
    ratings=some(pick(range(6))),
    addresses=some(record({"city": pick(TAGS)}, street=pick(TEXTS))),
    contacts=some(CONTACTS),
    profile=PROFILES,
)
LINES = record(
    {"id": pick(["1", "2"])},
    product=pick(TAGS),
    of=pick(IDS),
    quantity=pick(NUMBERS),
    price=pick(NUMBERS),
)
ORDERS = record(
    {"customer": pick(IDS), "date": pick(DATES)},
    contact=pick(["w", "z"]),
    amount=pick(NUMBERS),
    currency=pick(CURRENCIES),
    notes=pick(TEXTS),
    lines=some(LINES),
)
FACT_ROWS = record(
    {},
    spend=pick(range(-20_000, 200_000)),
    last_order=pick(DATES),
    last_seen=pick(range(1_794_000_000, 1_796_000_000)),
    rfm=pick(["champion"]),
    open_tickets=pick(range(5)),
)


SEGMENTS = {"vips": "level:vip or -public:true", "old": "since:<2026 or segment:vips"}


@cache
def book(seed: int) -> Book:
    random = Random(seed)
    customers = [{"id": id} | CUSTOMERS(random) for id in "abcdefghij"]
    orders = [{"id": f"o{number}"} | ORDERS(random) for number in range(10)]
    users = [{"id": "li", "name": "Acme", "team": "上海"}, {"id": "wu", "name": "acme"}]
    facts = {customer["id"]: FACT_ROWS(random) for customer in customers}
    return Book({"customer": customers, "order": orders, "user": users}, SEGMENTS, facts)


BOOKS = st.builds(book, st.integers(0, 19))


# Queries that the customer binds: all terms that can be made of these, by the type of the field

PERIODS = ["2026", "2026-11", "2026-W47", "2025-12-31", "today", "yesterday", "this-week", "9999"]
OFFSETS = ["0d", "1d", "7d", "1w", "1m", "1y", "+1d", "+7d", "+1m"]
SIGNS = [">", ">=", "<", "<="]


def text_items(values: list[str]) -> list[Item]:
    pieces = {*values, *(value[:2] for value in values), *(value[-1:] for value in values)}
    return [*(Plain(piece) for piece in sorted(pieces)), *(Exact(value) for value in values)]


def whole_items(values: list[str]) -> list[Item]:
    return [Plain(value) for value in dict.fromkeys([*values, *(v.upper() for v in values)])]


def compared(values: list[str]) -> list[Item]:
    return [Compare(sign, value) for sign in SIGNS for value in values]


def span_items(points: list[str], order: list[str]) -> list[Item]:
    return [
        *(Plain(point) for point in points),
        *compared(points),
        *(Between(low, high) for low, high in combinations(order, 2)),
        *(Between(point, None) for point in points),
        *(Between(None, point) for point in points),
    ]


NUMBER_ITEMS = span_items(
    [format(number, "f") for number in NUMBERS] + ["0.2", "1万", "71.234"],
    ["-2", "0", "0.1", "3", "7.5", "1000"],
)
DATE_ITEMS = [
    *span_items(PERIODS, ["2025", "2025-12-31", "2026-01-01", "last-week", "today", "9999"]),
    *compared(OFFSETS),
    Between("7d", None),
    Between("7d", "0d"),
    Between(None, "+7d"),
]
INSTANT_ITEMS = [*DATE_ITEMS, *compared(["1h", "12h", "+12h"]), *map(Plain, INSTANTS)]
PARTIAL_ITEMS = [*DATE_ITEMS, *map(Plain, PARTIALS), *map(Exact, PARTIALS)]
LEVELS = whole_items(["vip", "important", "basic", "贵宾"])
BOOLEANS: list[Item] = [*map(Plain, ["true", "false", "是", "No"])]
CONTACT_FIELDS: dict[str, list[Item]] = {
    "id": text_items(["w", "z"]),
    "name": text_items(TEXTS),
    "role": whole_items(["buyer", "user"]),
    "city": whole_items(TAGS),
    "phones": text_items(PHONES),
    "met": INSTANT_ITEMS,
    "of": whole_items(USERS),
    "of.team": whole_items(TAGS),
}
FAMILY_FIELDS: dict[str, list[Item]] = {
    "children": NUMBER_ITEMS,
    "hobbies": whole_items(TAGS),
    "keen": BOOLEANS,
}
CUSTOMER_FIELDS: dict[str, list[Item]] = {
    "id": whole_items(IDS),
    "name": text_items(TEXTS),
    "status": whole_items(["potential", "active"]),
    "level": LEVELS,
    "owner": whole_items([*USERS, *TEXTS]),
    "owner.team": whole_items(TAGS),
    "parent": whole_items([*IDS, "Acme"]),
    "parent.level": LEVELS,
    "parent.parent.name": text_items(TEXTS),
    "parent.contacts.city": whole_items(TAGS),
    "parent.profile.worth": NUMBER_ITEMS,
    "parent.spend": NUMBER_ITEMS,
    "parent.visits": NUMBER_ITEMS,
    "tags": whole_items(TAGS),
    "phones": text_items(PHONES),
    "email": text_items(EMAILS),
    "website": text_items(["http://a.cn"]),
    "notes": text_items(["1\nL", *TEXTS]),
    "score": NUMBER_ITEMS,
    "visits": NUMBER_ITEMS,
    "public": BOOLEANS,
    "since": DATE_ITEMS,
    "birthday": PARTIAL_ITEMS,
    "seen": INSTANT_ITEMS,
    "budget": NUMBER_ITEMS,
    "ratings": NUMBER_ITEMS,
    "city": whole_items(TAGS),
    "addresses.street": text_items(TEXTS),
    **{f"contacts.{name}": items for name, items in CONTACT_FIELDS.items()},
    **{f"profile.family.{name}": items for name, items in FAMILY_FIELDS.items()},
    "profile.worth": NUMBER_ITEMS,
    "profile.deals.amount": NUMBER_ITEMS,
    "archived": DATE_ITEMS,
    "segment": [*map(Plain, SEGMENTS)],
    "parent.segment": [*map(Plain, SEGMENTS)],
    "spend": NUMBER_ITEMS,
    "last_order": DATE_ITEMS,
    "last_seen": INSTANT_ITEMS,
    "rfm": [Plain("champion")],
    "open_tickets": NUMBER_ITEMS,
}
ORDER_FIELDS: dict[str, list[Item]] = {
    "customer": whole_items([*IDS, *TEXTS]),
    "customer.level": LEVELS,
    "customer.status": whole_items(["potential"]),
    "customer.owner.team": whole_items(TAGS),
    "customer.open_tickets": NUMBER_ITEMS,
    "customer.profile.family.keen": BOOLEANS,
    "contact": whole_items(["w", "z"]),
    "date": DATE_ITEMS,
    "amount": NUMBER_ITEMS,
    "notes": text_items(TEXTS),
    "lines.product": whole_items(TAGS),
    "lines.quantity": NUMBER_ITEMS,
    "lines.price": NUMBER_ITEMS,
    "lines.of": whole_items(IDS),
    "lines.of.visits": NUMBER_ITEMS,
}
LINE_FIELDS = {
    name.removeprefix("lines."): items
    for name, items in ORDER_FIELDS.items()
    if name.startswith("lines.")
}


def terms(fields: dict[str, list[Item]]) -> list[Expr]:
    """Every field alone, with each of its items, and with every two neighbors of them."""
    found: list[Expr] = []
    for name, items in fields.items():
        alone: list[tuple[Item, ...]] = [] if "segment" in name else [(), (Anything(),)]
        pairs = list(pairwise(items))
        found += [Term(name, some) for some in [*alone, *((item,) for item in items), *pairs]]
    return found


def logic(leaves: list[Expr], size: int) -> st.SearchStrategy[Expr]:
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(all_of),
            st.lists(inner, min_size=2, max_size=3).map(any_of),
        ),
        max_leaves=size,
    )


def groups(name: str, leaves: list[Expr], seed: int) -> list[Expr]:
    """Groups of two terms, joined in every way."""
    random = Random(seed)
    found: list[Expr] = []
    for _ in range(200):
        one, two = random.sample(leaves, 2)
        joined = random.choice([one, all_of([one, two]), any_of([one, two])])
        found.append(Group(name, joined if random.random() < 0.7 else Not(joined)))
    return found


WORDS: list[Expr] = [Word(text) for text in [*TEXTS, "ac", "京", "8000"]]
WHOLES: list[Expr] = [
    Term(name, items)
    for name in ("contacts", "profile", "profile.family", "parent.contacts", "lines")
    for items in ((), (Anything(),))
]
CONTACT_TERMS = [*terms(CONTACT_FIELDS), *WORDS]
CUSTOMER_LEAVES = [
    *terms(CUSTOMER_FIELDS),
    *WORDS,
    *WHOLES[:-2],
    *groups("contacts", CONTACT_TERMS, 1),
    *groups("parent.contacts", CONTACT_TERMS, 2),
    *groups("profile.family", [*terms(FAMILY_FIELDS), *WORDS], 3),
]
CUSTOMER_LEAVES += groups("parent", CUSTOMER_LEAVES, 4)
ORDER_LEAVES = [
    *terms(ORDER_FIELDS),
    *WORDS,
    *WHOLES[-2:],
    *groups("customer", CUSTOMER_LEAVES, 5),
    *groups("lines", terms(LINE_FIELDS), 6),
]
CUSTOMER_QUERIES, ORDER_QUERIES = logic(CUSTOMER_LEAVES, 6), logic(ORDER_LEAVES, 6)


@pytest.mark.parametrize(
    ("kind", "leaves"), [("customer", CUSTOMER_LEAVES), ("order", ORDER_LEAVES)]
)
def test_sql_and_predicate_agree_on_every_single_term(kind: str, leaves: list[Expr]) -> None:
    for index, leaf in enumerate(leaves):
        book(index % 20).ids(unparse(leaf), kind)


def examples(count: int) -> settings:
    return settings(max_examples=count, deadline=None)


@examples(1000)
@given(BOOKS, CUSTOMER_QUERIES)
def test_sql_and_predicate_agree_on_customers(book: Book, query: Expr) -> None:
    book.ids(unparse(query))


@examples(300)
@given(BOOKS, ORDER_QUERIES)
def test_sql_and_predicate_agree_on_orders(book: Book, query: Expr) -> None:
    book.ids(unparse(query), "order")


@examples(50)
@given(BOOKS, CUSTOMER_QUERIES, CUSTOMER_QUERIES)
def test_negation_is_the_complement_and_de_morgan_holds(book: Book, p: Expr, q: Expr) -> None:
    def ids(expr: Expr) -> list[str]:
        return book.ids(unparse(expr))

    everyone = ids(all_of([]))
    assert ids(Not(p)) == [id for id in everyone if id not in ids(p)]
    assert ids(Not(Not(p))) == ids(p)
    assert ids(Not(all_of([p, q]))) == ids(any_of([Not(p), Not(q)]))
    assert ids(Not(any_of([p, q]))) == ids(all_of([Not(p), Not(q)]))
    assert ids(any_of([p, Not(p)])) == everyone
    assert ids(all_of([p, Not(p)])) == []


@pytest.mark.parametrize("name", [name for name in CUSTOMER_FIELDS if "segment" not in name])
def test_missing_is_the_complement_of_present(name: str) -> None:
    for seed in range(5):
        present, missing = book(seed).ids(f"{name}:*"), book(seed).ids(f"{name}:")
        assert sorted([*present, *missing]) == book(seed).ids("")
        assert book(seed).ids(f"-{name}:") == present
