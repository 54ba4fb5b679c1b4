"""Which records match: every example is asked in SQL and of the predicate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmctl.query.ast import And, Expr, Group, Not, Or, Plain, Term, unparse
from crmctl.query.bind import bind
from crmctl.query.errors import QueryTooLarge
from crmctl.query.grammar import parse
from crmctl.query.sql import Sql, compile

from .book import FACTS, Book, fact_sql, people

RECORDS: list[dict[str, Any]] = [
    {
        "name": "Acme Ｔrading",
        "status": "active",
        "level": "vip",
        "owner": "li",
        "tags": ["Retail", "华东"],
        "phones": ["+86 138-0013-8000", "010 6234"],
        "email": "Info@Acme.cn",
        "score": Decimal("7.5"),
        "visits": 12,
        "public": True,
        "since": "2026-03-15",
        "birthday": "--05-17",
        "seen": "2026-11-21T00:30+08:00",
        "budget": Decimal("1000"),
        "currency": "USD",
        "ratings": [1, 5],
        "addresses": [{"city": "上海", "street": "南京路 1"}, {"city": "北京"}],
        "contacts": [
            {"id": "w", "name": "王五", "role": "buyer", "city": "北京", "of": "li"},
            {"id": "z", "name": "Zhang Wei", "city": "上海", "phones": ["139 1111 2222"],
             "met": "2026-11-20T23:59+08:00"},
        ],
        "profile": {"family": {"children": 2, "hobbies": ["钓鱼"]}, "worth": Decimal("500.5")},
    },
    {
        "name": "北京贸易",
        "level": "important",
        "owner": "Li",
        "parent": "a",
        "since": "2025-12-31",
        "birthday": "1990-08-15",
        "seen": "2026-11-20T15:59:59Z",
        "budget": Decimal("7123.4"),
        "visits": 3,
        "contacts": [{"id": "q", "role": "buyer"}],
        "profile": {"family": {"keen": False}},
    },
    {"name": 'Say "hi"', "owner": "nobody", "parent": "b", "archived": "2026-01-01",
     "birthday": "lunar:08-15", "budget": Decimal("5"), "currency": "XXX"},
    {"name": "d"},
]  # fmt: skip
ORDERS: list[dict[str, Any]] = [
    {"id": "o1", "customer": "a", "contact": "w", "date": "2026-02-01", "amount": Decimal("10.5"),
     "lines": [{"id": "1", "product": "tea", "price": Decimal("3.1"), "quantity": Decimal("2")},
               {"id": "2", "product": "cup", "of": "b"}]},
    {"id": "o2", "customer": "a", "date": "2026-02-02", "amount": Decimal("100"),
     "currency": "USD", "lines": [{"id": "1", "product": "tea", "price": Decimal("7.2")}]},
    {"id": "o3", "customer": "gone", "date": "2025-12-31", "notes": "发货 fast",
     "lines": [{"id": "1", "price": Decimal("4"), "quantity": Decimal("3")}]},
]  # fmt: skip
BOOK = Book(
    {
        "customer": list(people(*RECORDS)),
        "order": ORDERS,
        "user": [{"id": "li", "name": "李雷", "team": "east"}],
    },
    {"best": "level:vip or level:important", "east": "owner.team:east"},
    {
        "a": {"spend": 20_000, "last_order": "2026-10-01", "rfm": "champion", "open_tickets": 2},
        "b": {"last_seen": 1_795_000_000},
    },
)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "abcd"),
        ("level:vip", "a"),
        ("-level:vip", "bcd"),
        ("not level:vip,重要", "cd"),
        ("level:", "cd"),
        ("level:*", "ab"),
        ("-level:", "ab"),
        ("level:vip or level:important", "ab"),
        ("level:vip or owner:nobody tag:x", "a"),
        ("(level:vip or owner:nobody) -tag:retail", "c"),
        ("id:A,d", "ad"),
        ("owner:li", "ab"),
        ("owner:=LI", "ab"),
        ("owner:李雷", "a"),
        ("owner.team:EAST", "a"),
        ("-owner.team:east", "bcd"),
        ("owner.team:", "bcd"),
        ("owner.name:雷", "a"),
        ("parent.level:vip", "b"),
        ("parent.parent.level:vip", "c"),
        ("parent.owner.team:east", "b"),
        ("parent(level:vip owner.team:east)", "b"),
        ("parent(-level:vip)", "c"),
        ("parent.status:potential", "c"),
        ("parent(上海)", ""),
        ("parent(acme)", "b"),
        ("parent.segment:best", "bc"),
        ("segment:best", "ab"),
        ("segment:best,east -segment:east", "b"),
        ("tag:RETAIL", "a"),
        ("tag:ret", ""),
        ("tags:华东,x", "a"),
        ("tags:", "bcd"),
        ("name:acme", "a"),
        ("name:trading", "a"),
        ("name:=trading", ""),
        ('name:="acme trading"', "a"),
        ('name:"say \\"HI"', "c"),
        ("name:北京,d", "abd"),
        ("acme", "a"),
        ("王五", "a"),
        ("c", "ac"),
        ("-d", "bc"),
        ("zhang retail", "a"),
        ("phones:13800138000", "a"),
        ("phones:0013", "a"),
        ("phones:1380", "a"),
        ("phones:-0013-", "a"),
        ("phones:800", "a"),
        ("phones:0138", "a"),
        ("phones:013", "a"),
        ('phones:="010 6234"', "a"),
        ("email:acme", "a"),
        ("email:=info@acme.CN", "a"),
        ("score:7.5", "a"),
        ("score:>7.5", ""),
        ("score:7..8", "a"),
        ("visits:3", "bcd"),
        ("visits:<12", "bcd"),
        ("visits:*", "abcd"),
        ("visits:", ""),
        ("-visits:3", "a"),
        ("public:false", "bcd"),
        ("public:yes", "a"),
        ("status:potential", "bcd"),
        ("since:2026-03", "a"),
        ("since:>2025", "a"),
        ("since:>=2025", "ab"),
        ("since:<2026-03", "b"),
        ("since:2025-12..2026-03", "ab"),
        ("since:2025-12..2026-02", "b"),
        ("since:>6m", "ab"),
        ("since:<9m", "a"),
        ("birthday:1990-08", "b"),
        ("birthday:>1900", "b"),
        ("birthday:<2100", "b"),
        ("birthday:--05-17", "a"),
        ("birthday:lunar:08-15", "c"),
        ("birthday:", "d"),
        ("seen:today", "a"),
        ("seen:yesterday", "b"),
        ("seen:<15h", "ab"),
        ("seen:<14h", "a"),
        ("seen:2026-11-20T15:59Z", "b"),
        ("seen:2026-11-20..2026-11-21", "ab"),
        ("budget:>7123.3", "b"),
        ("budget:7123.4", "b"),
        ("budget:>0", "b"),
        ("budget:*", "abc"),
        ("-budget:>0", "acd"),
        ("ratings:5", "a"),
        ("ratings:2..4", ""),
        ("city:上海", "a"),
        ("addresses.street:南京", "a"),
        ("contacts.role:user", "a"),
        ("contacts.role:buyer", "ab"),
        ("contacts.role:*", "ab"),
        ("contacts.role:", "cd"),
        ("contacts:", "cd"),
        ("contacts:*", "ab"),
        ("contacts(role:buyer city:上海)", ""),
        ("contacts(role:user city:上海)", "a"),
        ("contacts(-city:上海)", "ab"),
        ("-contacts(city:上海)", "bcd"),
        ("contacts(wei)", "a"),
        ("contacts(of.team:east)", "a"),
        ("contacts(of(team:east) city:北京)", "a"),
        ("contacts.phones:13911112222", "a"),
        ("contacts.met:yesterday", "a"),
        ("profile:*", "ab"),
        ("profile.family.children:2", "a"),
        ("profile.family.hobbies:钓鱼", "a"),
        ("profile.family.keen:true", "acd"),
        ("profile.family(keen:true)", "a"),
        ("profile(family(hobbies:钓鱼) worth:*)", "a"),
        ("profile.family(children:)", "b"),
        ("profile.worth:>500", ""),
        ("profile.worth:*", "a"),
        ("archived:", "abd"),
        ("archived:>=2026", "c"),
        ("spend:>=2", "a"),
        ("spend:", "bcd"),
        ("last_order:2026", "a"),
        ("rfm:champion", "a"),
        ("open_tickets:0", "bcd"),
        ("open_tickets:", ""),
        ("last_seen:2026-11", "b"),
        ("parent.spend:>1", "b"),
    ],
)
def test_customers(query: str, ids: str) -> None:
    assert "".join(BOOK.ids(query)) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("customer:a", "o1 o2"),
        ('customer:"acme trading"', "o1 o2"),
        ("客户:a 日期:2026-02-01", "o1"),
        ("contact:w", "o1"),
        ("customer.level:vip", "o1 o2"),
        ("-customer.level:vip", "o3"),
        ("customer.spend:>1", "o1 o2"),
        ("customer(contacts(role:buyer) -tag:x)", "o1 o2"),
        ("customer.contacts.name:王", "o1 o2"),
        ("amount:>11", "o2 o3"),
        ("amount:12", "o3"),
        ("amount:", ""),
        ("amount:>=712.34", "o2"),
        ("amount:>712.34", ""),
        ("lines.price:>20", "o2"),
        ("lines.price:3.1", "o1"),
        ("lines.quantity:1", "o1 o2"),
        ("lines(product:tea quantity:2)", "o1"),
        ("lines(product:cup price:)", "o1"),
        ("lines.of.level:important", "o1"),
        ("lines(of(parent.level:vip) product:cup)", "o1"),
        ("notes:发货", "o3"),
        ("FAST", "o3"),
    ],
)
def test_orders(query: str, ids: str) -> None:
    assert " ".join(BOOK.ids(query, "order")) == ids


def test_long_lists_of_values_and_many_terms_fit_into_a_statement() -> None:
    many = ",".join(f"x{n}" for n in range(20_000))
    assert BOOK.ids(f"id:{many},a") == ["a"]
    assert BOOK.ids(f"name:{many},Acme") == ["a"]
    assert BOOK.ids("score:" + ",".join(map(str, range(5000))) + ",7.5") == ["a"]
    assert BOOK.ids(" or ".join(f"name:x{n}" for n in range(2500)) + " or id:d") == ["d"]
    assert BOOK.ids(" ".join(f"-name:x{n}" for n in range(2500)) + " id:d") == ["d"]


def test_the_deepest_query_that_is_bound_is_also_understood_by_sqlite() -> None:
    leaf: Expr = parse("visits:1,2 or status:potential or spend:>1 or phones:1380,9999")
    side: Expr = Term("level", (Plain("vip"),))
    expr, depth = leaf, 0
    while True:
        expr = (And((side, expr)), Or((side, expr)), Not(expr))[depth % 3]
        try:
            bound = BOOK.bind(unparse(expr))
        except QueryTooLarge:
            break
        depth += 1
        assert BOOK.by_sql(bound) == BOOK.by_predicate(bound)
    assert depth > 30


def test_the_deepest_references_that_are_bound_are_understood_by_sqlite() -> None:
    expr = parse("contacts(role:user or phones:1380,9999) or spend:>1")
    depth = 0
    while True:
        expr = And((Term("level", (Plain("vip"),)), Group("parent", expr)))
        try:
            bound = BOOK.bind(unparse(expr))
        except QueryTooLarge:
            break
        depth += 1
        assert BOOK.by_sql(bound) == BOOK.by_predicate(bound)
    assert depth >= 3


def test_a_record_without_id_makes_no_condition_unknown() -> None:
    book = Book({"customer": [{"id": None, "name": "x"}, {"id": "a", "name": "y", "parent": "z"}]})
    assert book.by_sql(book.bind("parent.name:x")) == []
    assert book.by_sql(book.bind("-parent.name:x")) == [None, "a"]


def test_nothing_of_the_query_stands_in_the_statement() -> None:
    query = '"\'; DROP" or name:DROP or id:DROP or tag:=DROP or segment:best'
    where = compile(BOOK.bind(query), BOOK.registry.kinds["customer"])
    assert "DROP" not in where.text
    assert where.text.count("?") == len(where.params)


def test_a_reference_stays_open_to_its_index() -> None:
    where = compile(BOOK.bind("customer.level:vip", "order"), BOOK.registry.kinds["order"])
    plan = BOOK.connection.execute(
        f"EXPLAIN QUERY PLAN SELECT id FROM orders AS t WHERE {where.text}", where.params
    ).fetchall()
    assert any("orders_by_customer" in row[3] for row in plan)


def test_the_text_index_narrows_what_is_searched_and_changes_no_answer() -> None:
    kind = BOOK.registry.kinds["customer"]
    asked: list[str] = []

    def narrow(folded: str) -> Sql:
        asked.append(folded)
        return Sql("SELECT rid FROM customers WHERE instr(fold(_seen), ?)", [folded])

    BOOK.connection.execute("ALTER TABLE customers ADD COLUMN _seen TEXT")
    try:
        BOOK.connection.execute(
            "UPDATE customers SET _seen = name || COALESCE(contacts, '') || COALESCE(tags, '')"
        )
        for query in ("acme", "-Acme level:vip", "name:北京 or c", "contacts(wei)", "name:x,y"):
            bound = BOOK.bind(query)
            where = compile(bound, kind, narrow=narrow)
            sql = f"SELECT id FROM customers AS t WHERE {where.text} ORDER BY rid"
            found = [id for (id,) in BOOK.connection.execute(sql, where.params)]
            assert found == BOOK.by_predicate(bound)
    finally:
        BOOK.connection.execute("ALTER TABLE customers DROP COLUMN _seen")
    assert asked == ["acme", "acme", "北京", "c"]


def test_every_fact_of_the_book_can_be_asked_for() -> None:
    for name, field in FACTS.items():
        bound = bind(parse(f"{name}:*"), BOOK.registry.kinds["customer"], BOOK.context)
        assert (
            fact_sql(field, "t")
            in compile(bound, BOOK.registry.kinds["customer"], fact=fact_sql).text
        )
