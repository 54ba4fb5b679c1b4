from __future__ import annotations

import pytest

from crmctl.errors import BadValue, UnknownField
from crmctl.query import bound as b
from crmctl.query.bind import fields_used
from crmctl.query.errors import QueryTooLarge, SegmentCycle

from .book import NOW, Book

BOOK = Book(
    {"user": [{"id": "li", "name": "李雷"}, {"id": "li-2", "name": "李雷"}]},
    {
        "top": "level:vip",
        "mine": "owner:li segment:top",
        "a": "x or segment:b",
        "b": "-segment:c",
        "c": "segment:a",
        "self": "segment:self",
        **{f"n{i}": f"segment:n{i + 1} level:vip or segment:n{i + 1}" for i in range(30)},
        "n30": "owner:li",
        **{f"w{i}": f"segment:w{i + 1} segment:w{i + 1}" for i in range(20)},
        "w20": "owner:li",
    },
)
START = int(NOW.replace(hour=0, minute=0).timestamp())  # of today
MOMENT = int(NOW.timestamp())
DAY = 86_400


def checks(query: str, kind: str = "customer") -> tuple[b.Check, ...]:
    bound = BOOK.bind(query, kind)
    while isinstance(bound, b.Within | b.No):
        bound = bound.inner if isinstance(bound, b.Within) else bound.term
    assert isinstance(bound, b.Test)
    return bound.checks


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level:vip", (b.Is(("vip",)),)),
        ("level:VIP,重要", (b.Is(("vip", "important")),)),
        ("级别：贵宾", (b.Is(("vip",)),)),
        ("level:=vip", (b.Is(("vip",)),)),
        ("tag:Ａb", (b.Same(("ab",)),)),
        ("id:A,b", (b.Same(("a", "b")),)),
        ("owner:Li", (b.Same(("li",)),)),
        ("owner:李雷", (b.Same(("李雷",)), b.Is(("li", "li-2")))),
        ("owner:=李雷", (b.Same(("李雷",)),)),
        ("name:Acme", (b.Contains(("acme",)),)),
        ("name:=Acme,B", (b.Same(("acme", "b")),)),
        ("phones:138", (b.Contains(("138",)),)),
        ("phones:138-0013", (b.Contains(("138-0013",)), b.Dials(("1380013",)))),
        ("score:1.5", (b.Range(1.5, 1.5),)),
        ("score:>=1万", (b.Range(low=10_000),)),
        ('score:"10,000"..', (b.Range(low=10_000),)),
        ("visits:<-3", (b.Range(high=-3, below=True),)),
        ("visits:1,2..3", (b.Range(1, 1), b.Range(2, 3))),
        ("budget:>10.5", (b.Range(low=105_000, above=True),)),
        ("budget:>1e25", (b.Range(low=2**63 - 1, above=True),)),
        ("public:是", (b.Truth(True),)),
        ("public:No", (b.Truth(False),)),
        ("since:*", (b.Present(),)),
        ("since:", (b.Present(),)),
        ("birthday:--5-17", (b.Is(("--05-17",)),)),
        ("birthday:1990", (b.Range("1990-01-01", "1990-12-31"),)),
        ("customer.级别:vip", (b.Is(("vip",)),)),
        ("spend:>=10", (b.Range(low=100_000),)),
        ("last_seen:today", (b.Range(START, START + DAY - 1),)),
        ("rfm:champion", (b.Is(("champion",)),)),
    ],
)
def test_values_get_the_type_of_their_field(query: str, expected: tuple[b.Check, ...]) -> None:
    assert checks(query, "order" if query.startswith("customer.") else "customer") == expected


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("2026-11-21", "2026-11-21", "2026-11-21"),
        ("=2026-11-21", "2026-11-21", "2026-11-21"),
        ("2026-03", "2026-03-01", "2026-03-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-W12", "2026-03-16", "2026-03-22"),
        ("2026-Q2", "2026-04-01", "2026-06-30"),
        ("today", "2026-11-21", "2026-11-21"),
        ("昨天", "2026-11-20", "2026-11-20"),
        ("this-week", "2026-11-16", "2026-11-22"),
        ("last-quarter", "2026-07-01", "2026-09-30"),
        (">=2026-03", "2026-03-01", None),
        ("<=2026-03", None, "2026-03-31"),
        ("2026-01..2026-03", "2026-01-01", "2026-03-31"),
        ("2026-02..", "2026-02-01", None),
        ("..2026-02", None, "2026-02-28"),
        ("<30d", "2026-10-22", "2026-11-21"),
        ("<=30d", "2026-10-22", "2026-11-21"),
        (">=30d", None, "2026-10-22"),
        ("<2w", "2026-11-07", "2026-11-21"),
        ("<1m", "2026-10-21", "2026-11-21"),
        ("<1y", "2025-11-21", "2026-11-21"),
        ("<+7d", "2026-11-21", "2026-11-28"),
        ("<=+7d", "2026-11-21", "2026-11-28"),
        (">=+7d", "2026-11-28", None),
        ("30d..7d", "2026-10-22", "2026-11-14"),
        ("..+7d", None, "2026-11-28"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_periods_and_distances(value: str, low: str | None, high: str | None) -> None:
    assert checks(f"since:{value}") == (b.Range(low, high),)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (">2026-03", b.Range(low="2026-03-31", above=True)),
        ("<2026-03", b.Range(high="2026-03-01", below=True)),
        (">30d", b.Range(high="2026-10-22", below=True)),
        (">+7d", b.Range(low="2026-11-28", above=True)),
    ],
)
def test_beyond_a_period_or_distance(value: str, expected: b.Range) -> None:
    assert checks(f"since:{value}") == (expected,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("today", b.Range(START, START + DAY - 1)),
        (">yesterday", b.Range(low=START - 1, above=True)),
        ("<today", b.Range(high=START, below=True)),
        ("<30d", b.Range(START - 30 * DAY, START + DAY - 1)),
        (">30d", b.Range(high=START - 30 * DAY, below=True)),
        (">=30d", b.Range(high=START - 29 * DAY - 1)),
        ("<12h", b.Range(MOMENT - 43_200, MOMENT)),
        (">12h", b.Range(high=MOMENT - 43_200, below=True)),
        ("<+12h", b.Range(MOMENT, MOMENT + 43_200)),
        ("12h..", b.Range(MOMENT - 43_200, None)),
        (">+7d", b.Range(low=START + 8 * DAY - 1, above=True)),
        ("2026-11-21T00:01", b.Range(START + 60, START + 119)),
        ("2026-11-20T16:00:05Z", b.Range(START + 5, START + 5)),
        ("9999-12-31", b.Range(253402185600, 253402271999)),
    ],
)
def test_instants_are_seconds_of_the_local_day(value: str, expected: b.Range) -> None:
    assert checks(f"seen:{value}") == (expected,)


def test_a_day_is_as_long_as_the_clocks_of_the_zone_make_it() -> None:
    from zoneinfo import ZoneInfo

    from crmctl.query.bind import bind
    from crmctl.query.grammar import parse

    context = BOOK.context.replaced(now=NOW.astimezone(ZoneInfo("Europe/Berlin")))
    bound = bind(parse("seen:2026-10-25"), BOOK.registry.kinds["customer"], context)
    assert isinstance(bound, b.Test)
    (span,) = bound.checks
    assert span == b.Range(1792879200, 1792879200 + 25 * 3600 - 1)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("levle:vip", "Did you mean “level”?"),
        ("级:vip", "put it in double quotes"),
        ("contacts.rol:buyer", "Did you mean “contacts.role”?"),
        ("contacts(rol:buyer)", "Did you mean “role”?"),
        ("parent.levle:vip", "Did you mean “parent.level”?"),
        ("parent(levle:vip)", "Did you mean “level”?"),
        ("contacts(segment:top)", "double quotes"),
        ("name.x:1", "double quotes"),
        ("腾讯（深圳）", "double quotes"),
        ("segmnt:top", "Did you mean “segment”?"),
    ],
)
def test_an_unknown_field_is_an_error_with_a_suggestion(query: str, hint: str) -> None:
    with pytest.raises(UnknownField) as caught:
        BOOK.bind(query)
    assert caught.value.exit_code == 2
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("level:vpi", "“vpi” is no value for level: one of vip", "Did you mean “vip”?"),
        ("level:>=vip", "“>=vip” is no value for level", "level:vip,important"),
        ("level:vip..basic", "“vip..basic” is no value for level", "level:vip,important"),
        ("owner:>3", "“>3” is no value for owner: a text", "owner:word"),
        ("name:wait...", "“wait...” is no value for name", '"quoted"'),
        ("tag:a..b", "“a..b” is no value for tags", "have no order"),
        ("score:many", "“many” is no value for score: a number", ""),
        ("budget:>=10,000", "“>=10,000” is no value for budget", "budget:>=10000"),
        ("visits:1,050", "“1,050” is no value for visits", "visits:1050"),
        ("score:10..5", "ends before it begins", "score:5..10"),
        ("public:maybe", "“maybe” is no value for public: true or false", "public:true"),
        ("public:>true", "“>true” is no value for public", "public:true"),
        ("since:2026-13", "“2026-13” is no value for since: a day or period", ""),
        ("since:tody", "“tody” is no value for since", "Did you mean “today”?"),
        ("since:last-moth", "is no value for since", "Did you mean “last-month”?"),
        ("since:30d", "a distance needs a sign", "since:<30d or since:>30d"),
        ("since:<12h", "days have no hours", "1d"),
        ("since:2026-03..2026-01", "ends before", "since:2026-01..2026-03"),
        ("birthday:someday", "“someday” is no value for birthday", ""),
        ("contacts:li", "it holds fields of its own", "contacts(id:value)"),
        ("profile.family:x", "it holds fields of its own", "profile.family.children:value"),
        ("name(x)", "it has no fields of its own", "name:value"),
        ("segment:", "the name of a segment", "segment list"),
        ("segment:>x", "the name of a segment", "segment list"),
    ],
)
def test_a_bad_value_is_an_error_that_says_what_would_do(
    query: str, message: str, hint: str
) -> None:
    with pytest.raises(BadValue) as caught:
        BOOK.bind(query)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_segments_are_expanded_and_an_unknown_one_is_a_bad_value() -> None:
    bound = BOOK.bind("segment:mine")
    assert isinstance(bound, b.Segment)
    assert bound.name == "mine"
    assert fields_used(bound) == {"owner", "level"}
    with pytest.raises(BadValue):
        BOOK.bind("segment:nobody")


@pytest.mark.parametrize(("name", "chain"), [("self", "self → self"), ("b", "b → c → a → b")])
def test_segments_that_define_each_other_are_refused(name: str, chain: str) -> None:
    with pytest.raises(SegmentCycle) as caught:
        BOOK.bind(f"level:vip or segment:{name}")
    assert chain in caught.value.message


@pytest.mark.parametrize(
    "query",
    [
        "segment:n0",
        "segment:w0",
        "parent." * 30 + "level:vip",
        "parent(" * 30 + "level:vip" + ")" * 30,
        "(tag:a (tag:b or " * 30 + "tag:c" + "))" * 30,
        "level:vip or " * 20_000 + "level:vip",
    ],
)
def test_what_no_statement_can_hold_is_refused(query: str) -> None:
    with pytest.raises(QueryTooLarge):
        BOOK.bind(query)


@pytest.mark.parametrize(
    ("query", "used"),
    [
        ("", set()),
        ("word", set()),
        ("-archived:* or tag:x", {"archived", "tags"}),
        ("city:x contacts(role:buyer)", {"addresses", "contacts"}),
        ("parent.archived:*", {"parent"}),
        ("parent.rfm:champion or spend:>1", {"parent", "rfm", "spend"}),
        ("parent(segment:top or last_order:*)", {"parent", "last_order"}),
    ],
)
def test_the_fields_that_a_query_names(query: str, used: set[str]) -> None:
    assert fields_used(BOOK.bind(query)) == used
