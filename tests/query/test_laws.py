"""SQL and predicate agree on random records and random queries, and both obey logic."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
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

from .book import FACTS, Book

Values = st.SearchStrategy[Any]

TEXTS = ["Acme", "ACME Ｌtd", "acme", "北京", "北京贸易", "ＡＢ１", "ab1", "ﬁx", "Straße", "STRASSE", "é",
         "e\u0301", "%", "_", "'", "a b", "\\", "1", "K", "\u212a", "㈱", "(株)", "株"]  # fmt: skip
TAGS = ["Retail", "retail", "上海", "a-b", "ＲＥＴＡＩＬ"]
PHONES = ["+86 138-0013-8000", "13800138000", "010 6234", "１３８００", "转 12", "tel 1234"]
EMAILS = ["a@b.cn", "A@B.CN"]
NUMBERS = [Decimal(text) for text in ("-2", "0", "0.1", "3", "7.50", "1000", "12345678.9")]
DATES = ["2025-12-31", "2026-01-01", "2026-11-14", "2026-11-20", "2026-11-21", "2026-11-22",
         "2026-11-28", "2026-12-01", "0001-01-01", "9999-12-31"]  # fmt: skip
PARTIALS = ["--05-17", "lunar:08-15", "lunar:1990-08-15", "2026-11-21", "1990-05-17"]
INSTANTS = ["2026-11-21T00:00+08:00", "2026-11-20T23:59:59+08:00", "2026-11-20T16:00Z",
            "2026-11-21T14:30+08:00", "2026-11-21T02:30+08:00", "2026-12-01T09:00-05:00",
            "0001-01-01T00:00+08:00", "9999-12-31T23:59+08:00"]  # fmt: skip
IDS = ["a", "b", "c", "d", "gone"]
USERS = ["li", "wu", "Li", "nobody"]
CURRENCIES = ["CNY", "USD", "XXX"]


def one(values: list[Any]) -> Values:
    return st.sampled_from(values)


def some(values: Values) -> Values:
    return st.lists(values, min_size=1, max_size=3)


def record(required: dict[str, Values], **optional: Values) -> Values:
    return st.fixed_dictionaries(required, optional=optional)


CONTACTS = record(
    {"id": one(["w", "z"])},
    name=one(TEXTS),
    role=one(["buyer", "user"]),
    city=one(TAGS),
    phones=some(one(PHONES)),
    met=one(INSTANTS),
    of=one(USERS),
)
FAMILY = record({"children": st.integers(0, 3)}, hobbies=some(one(TAGS)), keen=st.booleans())
PROFILES = st.one_of(
    record({"family": FAMILY}, worth=one(NUMBERS)), record({"worth": one(NUMBERS)})
)
CUSTOMERS = record(
    {"name": one(TEXTS)},
    status=one(["potential", "active"]),
    level=one(["vip", "important", "basic"]),
    owner=one(USERS),
    parent=one(IDS),
    tags=some(one(TAGS)),
    phones=some(one(PHONES)),
    email=one(EMAILS),
    website=one(["http://a.cn/%41", "a.cn"]),
    notes=one(["line 1\nLine 2", *TEXTS]),
    score=one(NUMBERS),
    visits=st.integers(-1, 5),
    public=st.booleans(),
    since=one(DATES),
    birthday=one(PARTIALS),
    seen=one(INSTANTS),
    budget=one(NUMBERS),
    currency=one(CURRENCIES),
    created=one(DATES),
    archived=one(DATES),
    ratings=some(st.integers(0, 5)),
    addresses=some(record({"city": one(TAGS)}, street=one(TEXTS))),
    contacts=some(CONTACTS),
    profile=PROFILES,
)
LINES = record(
    {"id": one(["1", "2"])},
    product=one(TAGS),
    of=one(IDS),
    quantity=one(NUMBERS),
    price=one(NUMBERS),
)
ORDERS = record(
    {"customer": one(IDS), "date": one(DATES)},
    contact=one(["w", "z"]),
    amount=one(NUMBERS),
    currency=one(CURRENCIES),
    notes=one(TEXTS),
    lines=some(LINES),
)
FACT_ROWS = record(
    {},
    spend=st.integers(-20_000, 200_000),
    last_order=one(DATES),
    last_seen=st.integers(1_794_000_000, 1_796_000_000),
    rfm=st.just("champion"),
    open_tickets=st.integers(0, 4),
)


@st.composite
def books(draw: st.DrawFn) -> Book:
    customers = [
        {"id": id} | draw(CUSTOMERS) for id in draw(st.lists(one(IDS[:4]), unique=True, max_size=4))
    ]
    orders = [
        {"id": f"o{index}"} | found
        for index, found in enumerate(draw(st.lists(ORDERS, max_size=3)))
    ]
    users = [{"id": "li", "name": "Acme", "team": "上海"}, {"id": "wu", "name": "acme"}]
    facts = {c["id"]: draw(FACT_ROWS) for c in customers}
    return Book({"customer": customers, "order": orders, "user": users}, SEGMENTS, facts)


SEGMENTS = {"vips": "level:vip or -public:true", "old": "since:<2026 or segment:vips"}

# Queries that the customer binds, by the type of the field

PERIODS = ["2026", "2026-11", "2026-W47", "2025-12-31", "today", "yesterday", "this-week", "9999"]
OFFSETS = ["0d", "1d", "7d", "1w", "1m", "1y", "+1d", "+7d", "+1m"]


def text_items(values: list[str]) -> st.SearchStrategy[Item]:
    pieces = [*values, *(value[:2] for value in values), *(value[-1:] for value in values)]
    return st.one_of(st.builds(Plain, one(pieces)), st.builds(Exact, one(values)))


def whole_items(values: list[str]) -> st.SearchStrategy[Item]:
    return st.builds(Plain, one([*values, *(value.upper() for value in values)]))


def span_items(points: list[str], order: list[str]) -> st.SearchStrategy[Item]:
    ends = st.integers(0, len(order) - 1)
    between = st.tuples(ends, ends).map(lambda two: Between(order[min(two)], order[max(two)]))
    return st.one_of(
        st.builds(Plain, one(points)),
        st.builds(Compare, one([">", ">=", "<", "<="]), one(points)),
        between,
        st.builds(Between, one(points), st.none()),
        st.builds(Between, st.none(), one(points)),
    )


NUMBER_ITEMS = span_items(
    [format(number, "f") for number in NUMBERS] + ["0.2", "1万", "71.234"],
    ["-2", "0", "0.1", "3", "7.5", "1000"],
)
DATE_ITEMS = st.one_of(
    span_items(PERIODS, ["2025", "2025-12-31", "2026-01-01", "last-week", "today", "9999"]),
    st.builds(Compare, one([">", ">=", "<", "<="]), one(OFFSETS)),
    one([Between("7d", None), Between("7d", "0d"), Between(None, "+7d")]),
)
INSTANT_ITEMS = st.one_of(
    DATE_ITEMS,
    st.builds(Compare, one([">", ">=", "<", "<="]), one(["1h", "12h", "+12h"])),
    st.builds(Plain, one(INSTANTS)),
)
PARTIAL_ITEMS = st.one_of(
    DATE_ITEMS, st.builds(Plain, one(PARTIALS)), st.builds(Exact, one(PARTIALS))
)
LEVELS = whole_items(["vip", "important", "basic", "贵宾"])
BOOLEANS = st.builds(Plain, one(["true", "false", "是", "No"]))
CONTACT_FIELDS: dict[str, st.SearchStrategy[Item]] = {
    "id": text_items(["w", "z"]),
    "name": text_items(TEXTS),
    "role": whole_items(["buyer", "user"]),
    "city": whole_items(TAGS),
    "phones": text_items(PHONES),
    "met": INSTANT_ITEMS,
    "of": whole_items(USERS),
    "of.team": whole_items(TAGS),
}
FAMILY_FIELDS: dict[str, st.SearchStrategy[Item]] = {
    "children": NUMBER_ITEMS,
    "hobbies": whole_items(TAGS),
    "keen": BOOLEANS,
}
CUSTOMER_FIELDS: dict[str, st.SearchStrategy[Item]] = {
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
    "archived": DATE_ITEMS,
    "segment": st.builds(Plain, one([*SEGMENTS])),
    "parent.segment": st.builds(Plain, one([*SEGMENTS])),
    "spend": NUMBER_ITEMS,
    "last_order": DATE_ITEMS,
    "last_seen": INSTANT_ITEMS,
    "rfm": st.just(Plain("champion")),
    "open_tickets": NUMBER_ITEMS,
}
ORDER_FIELDS: dict[str, st.SearchStrategy[Item]] = {
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


def terms(fields: dict[str, st.SearchStrategy[Item]]) -> st.SearchStrategy[Expr]:
    def of(name: str) -> st.SearchStrategy[Expr]:
        found = st.lists(fields[name], min_size=1, max_size=3)
        if "segment" in name:
            return found.map(lambda items: Term(name, tuple(items)))
        presence = one([(), (Anything(),)])
        return st.one_of(found.map(tuple), presence).map(lambda items: Term(name, items))

    return one([*fields]).flatmap(of)


def logic(leaves: st.SearchStrategy[Expr], size: int) -> st.SearchStrategy[Expr]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(all_of),
            st.lists(inner, min_size=2, max_size=3).map(any_of),
        ),
        max_leaves=size,
    )


WORDS = st.builds(Word, one([*TEXTS, "ac", "京", "8000"]))
WHOLES = one(
    [Term(name, items) for name in ("contacts", "profile", "profile.family", "parent.contacts")
     for items in ((), (Anything(),))]
)  # fmt: skip


def groups(name: str, inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.builds(Group, st.just(name), inner)


CUSTOMER_LEAVES = st.one_of(
    terms(CUSTOMER_FIELDS),
    terms(CUSTOMER_FIELDS),
    WORDS,
    WHOLES,
    groups("contacts", logic(st.one_of(terms(CONTACT_FIELDS), WORDS), 4)),
    groups("parent.contacts", logic(terms(CONTACT_FIELDS), 3)),
    groups("profile.family", logic(st.one_of(terms(FAMILY_FIELDS), WORDS), 3)),
)
CUSTOMER_QUERIES = logic(st.one_of(CUSTOMER_LEAVES, groups("parent", logic(CUSTOMER_LEAVES, 3))), 8)
ORDER_QUERIES = logic(
    st.one_of(
        terms(ORDER_FIELDS),
        WORDS,
        groups("customer", logic(CUSTOMER_LEAVES, 3)),
        groups("lines", logic(terms(LINE_FIELDS), 4)),
    ),
    8,
)


def examples(count: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, suppress_health_check=slow)


@examples(250)
@given(books(), st.lists(CUSTOMER_QUERIES, min_size=5, max_size=5))
def test_sql_and_predicate_agree_on_customers(book: Book, queries: list[Expr]) -> None:
    for query in queries:
        book.ids(unparse(query))


@examples(100)
@given(books(), st.lists(ORDER_QUERIES, min_size=5, max_size=5))
def test_sql_and_predicate_agree_on_orders(book: Book, queries: list[Expr]) -> None:
    for query in queries:
        book.ids(unparse(query), "order")


@examples(60)
@given(books(), CUSTOMER_QUERIES, CUSTOMER_QUERIES)
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


@examples(60)
@given(books(), st.data())
def test_missing_is_the_complement_of_present(book: Book, data: st.DataObject) -> None:
    fields = [name for name in CUSTOMER_FIELDS if "segment" not in name]
    name = data.draw(one([*fields, *FACTS]))
    present, missing = book.ids(f"{name}:*"), book.ids(f"{name}:")
    assert sorted([*present, *missing]) == sorted(book.ids(""))
    assert book.ids(f"-{name}:") == present
