from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.query.ast import (
    And,
    Anything,
    Between,
    Compare,
    Exact,
    Expr,
    Group,
    Item,
    Not,
    Or,
    Plain,
    Term,
    Word,
    all_of,
    any_of,
    unparse,
)
from crmctl.query.errors import QuerySyntaxError, QueryTooLarge
from crmctl.query.grammar import MAX_DEPTH, parse

A, B, C = Word("a"), Word("b"), Word("c")


def term(field: str, *items: Item) -> Term:
    return Term(field, items)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", And(())),
        (" \t\n　", And(())),
        ("a", A),
        ("a b", And((A, B))),
        ("a or b", Or((A, B))),
        ("a OR b 或 c", Or((A, B, C))),
        ("a b or c", Or((And((A, B)), C))),
        ("a (b or c)", And((A, Or((B, C))))),
        ("a（b or c）", Group("a", Or((B, C)))),
        ("a and b 且 c", And((A, B, C))),
        ("not a b", And((Not(A), B))),
        ("-a b", And((Not(A), B))),
        ("－a", Not(A)),
        ("not (a or b)", Not(Or((A, B)))),
        ("not(a)", Not(A)),
        ("-(a b)", Not(And((A, B)))),
        ("--a", Not(Not(A))),
        ("not not a", Not(Not(A))),
        ("not -a", Not(Not(A))),
        ("((a))", A),
        ("(a b) c", And((A, B, C))),
        ("(a or b) or c", Or((A, B, C))),
        ("a\nb", And((A, B))),
        ('"a b"', Word("a b")),
        ('"say \\"hi\\" \\\\ C:\\x"', Word('say "hi" \\ C:\\x')),
        ("“张 伟”", Word("张 伟")),
        ('"or"', Word("or")),
        ("order", Word("order")),
        ("12:30", Word("12:30")),
        ("http://x.cn/a", Word("http://x.cn/a")),
        ("a,b", Word("a,b")),
        ("O'Brien", Word("O'Brien")),
        ("level:vip", term("level", Plain("vip"))),
        ("level:vip,important", term("level", Plain("vip"), Plain("important"))),
        ("级别：重要，贵宾", term("级别", Plain("重要"), Plain("贵宾"))),
        ("-tag:paused", Not(term("tag", Plain("paused")))),
        ("-5", Not(Word("5"))),
        ("n:-5", term("n", Plain("-5"))),
        ("customer.owner:li", term("customer.owner", Plain("li"))),
        ("last-order_x:1", term("last-order_x", Plain("1"))),
        ("name:=Acme", term("name", Exact("Acme"))),
        ("name:==Acme", term("name", Exact("Acme"))),
        ("name:=a,b", term("name", Exact("a"), Exact("b"))),
        ("n:>=10", term("n", Compare(">=", "10"))),
        ("n:＞10", term("n", Compare(">", "10"))),
        ("n:<10", term("n", Compare("<", "10"))),
        ("n:<=+7d", term("n", Compare("<=", "+7d"))),
        ("n:>5,<-5", term("n", Compare(">", "5"), Compare("<", "-5"))),
        ("n:1..2", term("n", Between("1", "2"))),
        ("n:1.5..2.5", term("n", Between("1.5", "2.5"))),
        ("n:-2..-1", term("n", Between("-2", "-1"))),
        ("n:1..", term("n", Between("1", None))),
        ("n:..2", term("n", Between(None, "2"))),
        ('n:"a b".."c d"', term("n", Between("a b", "c d"))),
        ("n:1..,7", term("n", Between("1", None), Plain("7"))),
        ("n:", term("n")),
        ("n: a", And((term("n"), A))),
        ("(n:)", term("n")),
        ("-n:", Not(term("n"))),
        ("n:*", term("n", Anything())),
        ('n:"*"', term("n", Plain("*"))),
        ('n:">5"', term("n", Plain(">5"))),
        ('n:"a..b"', term("n", Plain("a..b"))),
        ('name:"Zhang Wei"', term("name", Plain("Zhang Wei"))),
        ('name:="Zhang Wei",Li', term("name", Exact("Zhang Wei"), Exact("Li"))),
        ('name:a,"b, c"', term("name", Plain("a"), Plain("b, c"))),
        ("at:2026-11-21T14:30+08:00", term("at", Plain("2026-11-21T14:30+08:00"))),
        ("site:http://x", term("site", Plain("http://x"))),
        (
            "contacts(role:buyer city:上海)",
            Group("contacts", And((term("role", Plain("buyer")), term("city", Plain("上海"))))),
        ),
        ("-contacts(a or b) c", And((Not(Group("contacts", Or((A, B)))), C))),
        ("a(b(c))", Group("a", Group("b", C))),
    ],
)
def test_text_means_tree(text: str, tree: Expr) -> None:
    assert parse(text) == tree
    assert parse(unparse(tree)) == tree


@pytest.mark.parametrize(
    ("text", "column", "reason", "hint"),
    [
        ('a "b', 3, "a quotation mark that is never closed", 'write \\" for'),
        ('name:"', 6, "a quotation mark that is never closed", "Close it"),
        ('""', 1, "empty quotation marks", "field: for a field that is missing"),
        ('name:""', 6, "empty quotation marks", "missing"),
        ("(a b", 1, "a “(” that is never closed", "Add the “)”"),
        ("a b)", 4, "a “)” that closes nothing", "double quotes"),
        ("a ()", 3, "empty parentheses", "Put a term"),
        ("contacts()", 9, "empty parentheses", "Put a term"),
        ("a or", 5, "nothing stands after “or”", "Add a term"),
        ("a 或 ", 5, "nothing stands after “或”", "Add a term"),
        ("(a or )", 7, "nothing stands after “or”", "Add a term"),
        ("or a", 1, "nothing stands before it", "double quotes"),
        ("a or or b", 6, "nothing stands after “or”", "Add a term"),
        ("and a", 1, "nothing stands before it", "double quotes"),
        ("a and", 6, "nothing stands after “and”", "Add a term"),
        ("a not", 6, "nothing stands after “not”", "Add a term"),
        ("not or a", 5, "nothing stands after “not”", "Add a term"),
        ("a - b", 4, "nothing stands right behind “-”", "double quotes"),
        ("(-)", 3, "nothing stands after “-”", "Add a term"),
        ("n:>", 4, "no value behind “>”", "n:>value without spaces"),
        ("n:>= 5", 5, "no value behind “>=”", "n:>=value without spaces"),
        ("n:=>5", 4, "no value behind “=”", "without spaces"),
        ("n:!=5", 3, "“!=5” is no comparison", "-n:value"),
        ("n:..", 3, "a range without ends", "n:low..high"),
        ("n:a,", 5, "a comma with nothing beside it", "n:a,b without spaces"),
        ("n:a, b", 5, "a comma with nothing beside it", "n:a,b without spaces"),
        ("n:,a", 3, "a comma with nothing beside it", "without spaces"),
        ("n:(a b)", 3, "parentheses behind a colon", "n:a,b"),
        ("n:a(b)", 4, "“(” in the middle of a word", "double quotes"),
        ('n:a"b"', 4, '“"” in the middle of a word', "double quotes"),
        ('"a"b', 4, "“b” in the middle of a word", "Put a space"),
        ("amount>=5", 1, "not parted by a colon", "Write amount:>=5,"),
        ("x level=vip", 3, "not parted by a colon", "Write level:vip,"),
        ("level!=vip", 1, "not parted by a colon", "Write -level:vip,"),
        ("金额＞5", 1, "not parted by a colon", "Write 金额:>5,"),
        ("amount: >=5", 9, "a comparison without a field", "field:>=5 without spaces"),
        ("a \udc80", 3, "a character that is no text", "UTF-8"),
    ],
)
def test_a_slip_is_shown_with_place_and_remedy(
    text: str, column: int, reason: str, hint: str
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert caught.value.exit_code == 2
    assert caught.value.column == column
    assert f"at column {column}: " in caught.value.message
    assert reason in caught.value.message
    assert hint in (caught.value.hint or "")


def test_the_caret_stands_under_the_place_also_after_wide_characters() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse("a\n名称:x 级别:>\nb")
    assert caught.value.message.splitlines()[1:] == ["  名称:x 级别:>", "  " + " " * 13 + "^"]


def test_a_long_query_is_shown_around_the_place() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse("a " * 500 + '"b ' + "c " * 500)
    _, line, caret = caught.value.message.splitlines()
    assert len(line) < 110
    assert line[caret.index("^")] == '"'


@pytest.mark.parametrize(
    "text", ["(" * 500 + "a" + ")" * 500, "not " * 500 + "a", "-" * 500 + "a", "a(" * 500]
)
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(QueryTooLarge):
        parse(text)


def test_nesting_within_the_bound_and_any_number_of_terms_are_read() -> None:
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == A
    assert parse("-(a) " * 5000) == And((Not(A),) * 5000)
    assert len(parse("id:" + ",".join(map(str, range(100_000)))).items) == 100_000  # type: ignore[union-attr]
    assert parse("a." * 200_000 + "a") == Word("a." * 200_000 + "a")


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
TRICKY = st.sampled_from(
    ["or", "或", "NOT", "-", "-a", "..", "a..b", "*", ">", "=x", "a b", '"', "\\", '\\"', "“x”"]
    + ["12:30", "a:b", "http://x", "a,b", "(", "张伟", "：", "a.", ".a", "　", "a>b", "1.5", "+7d"]
)
VALUES = st.one_of(TRICKY, TEXTS)
FIELDS = st.sampled_from(["a", "名称", "a.b", "x_y.z", "last-order", "or", "not"])


def items() -> st.SearchStrategy[tuple[Item, ...]]:
    compared = st.builds(Compare, st.sampled_from([">", ">=", "<", "<="]), VALUES)
    ranges = st.one_of(
        st.builds(Between, VALUES, VALUES),
        st.builds(Between, VALUES, st.none()),
        st.builds(Between, st.none(), VALUES),
    )
    loose = st.lists(st.one_of(st.builds(Plain, VALUES), compared, ranges, st.just(Anything())))
    # Behind an exact item every plain one is exact as well.
    exact = st.lists(st.one_of(st.builds(Exact, VALUES), compared, ranges))
    return st.one_of(loose, exact).map(lambda found: tuple(found[:4]))


EXPRS = st.recursive(
    st.one_of(st.builds(Word, VALUES), st.builds(Term, FIELDS, items())),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Group, FIELDS.filter(lambda name: name not in ("or", "not")), inner),
        st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=12,
)


@given(EXPRS)
def test_unparse_writes_what_parse_reads(expr: Expr) -> None:
    assert parse(unparse(expr)) == expr


@given(st.one_of(st.text(), st.text('ab:()",.>=<- or*“”')))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expr = parse(text)
    except (QuerySyntaxError, QueryTooLarge):
        return
    assert parse(unparse(expr)) == expr
