"""Saved queries by name."""

from __future__ import annotations

import pytest

from tests.conftest import Book


@pytest.fixture
def shop(book: Book) -> Book:
    for id, level in (("a", "vip"), ("b", "vip"), ("c", "basic")):
        book.write(
            f"records/customers/{id}.yaml", f"id: {id}\nname: {id.upper()}\nlevel: {level}\n"
        )
    book.write("records/orders/a.yaml", "id: o\ncustomer: a\ndate: 2026-01-01\namount: 5\n")
    return book


def test_save_show_run_and_forget(shop: Book) -> None:
    assert "it finds 2 now" in shop.run("segment save vips level:vip --title 'Best ones'").err
    assert shop.read("segments/vips.yaml") == 'title: Best ones\nquery: "level:vip"\n'
    assert shop.run("segment run vips -o ids").lines == ["a", "b"]
    assert shop.run("segment run vips spend:>0 or name:c -o ids").lines == ["a"]
    assert shop.run(["segment", "run", "Best ones", "-o", "ids"]).lines == ["a", "b"]
    assert shop.run("segment show vips -o json").json == {
        "name": "vips", "kind": "customer", "query": "level:vip", "n": 2,
    }  # fmt: skip
    text = shop.run("segment show vips").out
    assert "Best ones" in text
    assert "2" in text
    (row,) = shop.run("segment list -o json").json
    assert row["query"] == "level:vip"
    shop.run("segment rm vips")
    assert shop.run("segment list -o ids").out == ""


def test_a_segment_in_other_queries(shop: Book) -> None:
    shop.run("segment save vips level:vip")
    shop.run("segment save buyers 'segment:vips spend:>0'")
    assert shop.run("customer list segment:buyers -o ids").lines == ["a"]
    assert shop.run("customer list -segment:buyers -o ids").lines == ["b", "c"]
    assert shop.run("customer list 'segment:vips or name:C' -o ids").lines == ["a", "b", "c"]


def test_a_segment_of_another_kind(shop: Book) -> None:
    shop.run("segment save big --kind order 'amount:>=5'")
    assert shop.read("segments/big.yaml") == 'kind: order\nquery: "amount:>=5"\n'
    assert shop.run("segment run big -o ids").lines == ["o"]
    assert shop.run("order list segment:big -o ids").lines == ["o"]


def test_a_name_is_taken_once(shop: Book) -> None:
    shop.run("segment save vips level:vip")
    assert "already" in shop.run("segment save vips level:basic", code=5).err
    shop.run("segment save vips level:basic --force")
    assert shop.run("segment run vips -o ids").lines == ["c"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("save ../x level:vip", 2, "name"),
        ("save x levle:vip", 2, "level"),
        ("save x --kind custmer level:vip", 2, "customer"),
        ("run vip", 4, "Did you mean “vips”?"),
        ("show qqq", 4, "No segment is called “qqq”"),
    ],
)
def test_what_cannot_be_is_not_saved(shop: Book, words: str, code: int, said: str) -> None:
    shop.run("segment save vips level:vip")
    assert said in shop.run(f"segment {words}", code=code).err
    assert [file.name for file in (shop.root / "segments").iterdir()] == ["vips.yaml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("quary: level:vip\n", "Did you mean “query”?"),
        ("query: [a]\n", "a query is expected"),
        ("title: x\n", "a query is expected"),
        ("query: [\n", "segments/x.yaml:1:"),
        ("query: segment:x\n", "x"),
    ],
)
def test_a_segment_file_with_a_fault(shop: Book, text: str, said: str) -> None:
    shop.write("segments/x.yaml", text)
    code = 2 if "segment:x" in text else 3
    assert said in shop.run("segment run x", code=code).err


def test_an_unknown_segment(shop: Book) -> None:
    shop.write("segments/vips.yaml", "query: level:vip\n")
    error = shop.run("customer list segment:vipps", code=2).err
    assert "“vipps” is no value for segment" in error
    assert "Did you mean “vips”?" in error
    assert "No segment is called “vipps”" in shop.run("segment run vipps", code=4).err


def test_a_link_is_not_written_through(shop: Book) -> None:
    outside = shop.home / "notes.yaml"
    outside.write_text("mine\n")
    (shop.root / "segments").mkdir()
    (shop.root / "segments/vips.yaml").symlink_to(outside)
    shop.run("segment save vips level:vip --force", code=2)
    assert outside.read_text() == "mine\n"


def test_titles_in_two_languages(shop: Book) -> None:
    shop.gen(
        {
            "segments/vips.yaml": """
                title: {en: Best ones, zh: 大客户}
                query: level:vip
            """
        }
    )
    assert "大客户" in shop.run("--lang zh segment list").out
    assert shop.run(["segment", "run", "大客户", "-o", "ids"]).lines == ["a", "b"]


def test_what_is_saved_anew_keeps_what_is_not_said(shop: Book) -> None:
    text = "# ours\ntitle: {en: Best ones, zh: 最好}\nkind: order\nquery: 'amount:>=5'\n"
    shop.write("segments/big.yaml", text)
    shop.run("segment save big amount:>=4 --force")
    assert shop.read("segments/big.yaml") == text.replace("'amount:>=5'", '"amount:>=4"')
    shop.run("segment save big level:vip --force --kind customer --title Vips")
    assert shop.read("segments/big.yaml") == (
        '# ours\ntitle: Vips\nkind: customer\nquery: "level:vip"\n'
    )
    shop.write("segments/big.yaml", "title: [\n")
    shop.run("segment save big level:vip --force")
    assert shop.read("segments/big.yaml") == 'query: "level:vip"\n'


def test_a_segment_that_others_use_stays(shop: Book) -> None:
    shop.run("segment save vips level:vip --title 'Best ones'")
    shop.run("segment save buyers 'name:C or -(segment:\"best ones\" spend:>0)'")
    shop.write("reports/buying.yaml", "kind: order\nquery: customer.segment:vips\ncolumns: [id]\n")
    shop.write("reports/broken.yaml", "kind: [\n")
    err = shop.run("segment rm vips", code=5).err
    assert "“vips” is used by segments/buyers.yaml, reports/buying.yaml." in err
    assert "vips" in shop.run("segment list -o ids").lines
    assert "Removed “buyers”" in shop.run("segment rm buyers").err
    shop.run("segment rm vips", code=5)
    shop.run("segment rm vips --force")
    assert shop.run("segment list -o ids").out == ""
