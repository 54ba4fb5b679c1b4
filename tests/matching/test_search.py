"""What is found by which words, in which order, and what of it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.matching import bands
from crmctl.matching.search import Hit, search
from crmctl.values.names import pinyin
from crmctl.workspace import Workspace
from tests.matching.conftest import write, write_book


def ids(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits]


FIRST = [
    # ids, and names as they are written
    ("acme-2", "acme-2", bands.ID, "id"),
    ("int-20260105-aaaaaaaa", "int-20260105-aaaaaaaa", bands.ID, "id"),
    ("张伟", "zhang-wei", bands.WHOLE, "name"),
    ("ACME", "acme-2", bands.WHOLE, "name"),
    ("李娜", "li-na", bands.WHOLE, "name"),
    ("  bodensee   pharma ag ", "bodensee", bands.WHOLE, "name"),
    ("上海智云科技有限公司", "zhiyun", bands.WHOLE, "name"),
    ("恒通物流(北京)有限公司", "hengtong", bands.WHOLE, "name"),
    ("智云", "zhiyun", bands.WHOLE - bands.ALIAS, "aliases"),
    ("周敏", "zhiyun", bands.WHOLE - bands.NESTED, "contacts.name"),
    ("Иван Петров", "ivanov", bands.WHOLE, "name"),
    # in pinyin, in either order, joined or apart
    ("ouyangxue", "ouyang-xue", bands.WHOLE, "name"),
    ("ou yang xue", "ouyang-xue", bands.WHOLE, "name"),
    ("xue ouyang", "ouyang-xue", bands.WHOLE, "name"),
    ("lina", "li-na", bands.WHOLE, "name"),
    ("shan dan", "shan-dan", bands.WHOLE, "name"),
    ("dan dan", "shan-dan", bands.WORDS, "name"),
    ("lvxin", "lv-xin", bands.WHOLE, "name"),
    ("xueouyang", "ouyang-xue", bands.WHOLE, "name"),
    ("luxin", "lv-xin", bands.WHOLE, "name"),
    ("ming li", "li-ming", bands.WHOLE, "name"),
    # initials
    ("cjg", "chen-jianguo", bands.WORDS, "name"),
    ("ibm", "ibm", bands.ID, "id"),
    ("IBM", "ibm", bands.WORDS, "name"),
    # beginnings and parts of names
    ("bodensee ph", "bodensee", bands.START, "name"),
    ("pharma", "bodensee", bands.WORDS, "name"),
    ("phar", "bodensee", bands.BEGINNINGS, "name"),
    ("科技", "zhiyun", bands.INSIDE, "name"),
    ("电子", "ruice", bands.INSIDE, "name"),
    ("云", "zhiyun", bands.INSIDE, "aliases"),
    ("物流 北京", "hengtong", bands.INSIDE, "name"),
    # accents
    ("muller", "mueller", bands.WORDS, "name"),
    ("mueller söhne", "mueller", bands.WORDS, "name"),
    ("kessler", "kessler", bands.ID, "id"),
    ("KESSLER", "kessler", bands.START, "name"),
    ("o'brien", "zhiyun", bands.WORDS, "contacts.name"),
    ("peter brien", "zhiyun", bands.WORDS, "contacts.name"),
]
FIRST_WITHOUT_SCORE = [
    # e-mail
    ("zhangwei@waterlab.example", "zhang-wei", "emails"),
    ("ZhangWei@WaterLab.example", "zhang-wei", "emails"),
    ("zhangwei@", "zhang-wei", "emails"),
    ("waterlab", "zhang-wei", "emails"),
    ("@zhiyun.example", "zhiyun", "contacts.emails"),
    # any text
    ("报价单", "zhiyun", "notes"),
    ("见面", "zhiyun", "notes"),
    ("回复。", "zhiyun", "notes"),
    ("水务", "li-na", "tags"),
    ("konstanz", "bodensee", "addresses.city"),
    ("PH-200", "int-20260105-aaaaaaaa", "notes"),
    ("100%", "int-20260106-bbbbbbbb", "notes"),
    ('"quoted"', "int-20260106-bbbbbbbb", "notes"),
    ("price delivery", "int-20260106-bbbbbbbb", "notes"),
    ("SO-2044", "ord-20260101-dddddddd", "number"),
    ("🙂", "smile", "name"),
    # several words, found in different fields
    ("智云 报价单", "zhiyun", "aliases"),
    ("zhang waterlab", "zhang-wei", "name"),
    # typing errors
    ("zhagn", "zhang-wei", "name"),
    ("zhagn wei", "zhang-wei", "name"),
    ("zhang wie", "zhang-wei", "name"),
    ("hzangwei", "zhang-wei", "name"),
    ("bodnesee", "bodensee", "name"),
    ("bodensee parma", "bodensee", "name"),
    ("internatoinal buisness", "ibm", "name"),
    ("Петроф", "ivanov", "name"),
]
NOTHING = [
    "\0",
    "0@\0",
    "qqxzv",
    "xyzzyplugh",
    "asdfgh qwerty",
    "张伟 qqxzv",
    "zhang xyzzyplugh",
    "卍卐",
    "wrqv",
    "98765432",
    "b",
    "",
    "   ",
    "*",
    '"',
    "' OR 1=1 --",
    "dormant",
]


@pytest.mark.parametrize(("text", "id_", "band", "field"), FIRST)
def test_first(book: Workspace, text: str, id_: str, band: float, field: str) -> None:
    hit = search(book, text)[0]
    assert (hit.id, hit.field) == (id_, field)
    if band >= bands.WHOLE - bands.NESTED:
        assert hit.score == band
    else:
        assert band - bands.NESTED <= hit.score <= band + 6


@pytest.mark.parametrize(("text", "id_", "field"), FIRST_WITHOUT_SCORE)
def test_first_by_other_ways(book: Workspace, text: str, id_: str, field: str) -> None:
    hit = search(book, text)[0]
    assert (hit.id, hit.field) == (id_, field)


@pytest.mark.parametrize("text", NOTHING)
def test_nothing(book: Workspace, text: str) -> None:
    assert search(book, text) == []


@pytest.mark.parametrize(
    "text", ["zhang wei", "wei zhang", "zhangwei", "weizhang", "zhagn wei", "weizhagn", "zw"]
)
def test_chinese_and_latin_spelling_are_alike(book: Workspace, text: str) -> None:
    found = search(book, text, ["customer"])
    scores = {hit.id: hit.score for hit in found}
    assert scores["zhang-wei"] == scores["zhang-wei-2"] == found[0].score
    assert scores.get("zhang-weiguo", 0) < found[0].score


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("13900006001", "zhang-wei"),
        ("139-0000-6001", "zhang-wei"),
        ("(139) 0000.6001", "zhang-wei"),
        ("+86 139 0000 6001", "zhang-wei"),
        ("0086 13900006001", "zhang-wei"),
        ("１３９００００６００１", "zhang-wei"),
        ("010 62345678", "li-na"),
        ("01062345678", "li-na"),
        ("+86 (10) 62345678", "li-na"),
        ("62345678", "li-na"),
        ("+86 755 88881234", "li-ming"),
        ("0755 8888 1234 转 12", "li-ming"),
        ("+49 711 1234567", "zhiyun"),
        ("0711 123 4567", "zhiyun"),
    ],
)
def test_phone_number_in_any_punctuation(book: Workspace, text: str, id_: str) -> None:
    hit = search(book, text)[0]
    assert hit.id == id_
    assert hit.field.endswith("phones")
    assert hit.score >= 92


def test_part_of_a_phone_number(book: Workspace) -> None:
    assert ids(search(book, "6001")) == ["zhang-wei"]
    assert ids(search(book, "0000-60")) == ["zhang-wei"]
    assert ids(search(book, "8888")) == ["li-ming"]
    assert search(book, "7777") == []


def test_customers_come_before_other_kinds(book: Workspace) -> None:
    found = search(book, "张伟")
    assert [(hit.kind, hit.id) for hit in found[:2]] == [
        ("customer", "zhang-wei"),
        ("user", "zhang-wei"),
    ]
    assert found[0].score == found[1].score


def test_names_come_before_texts(book: Workspace) -> None:
    assert ids(search(book, "科技"))[:2] == ["zhiyun", "ruice"]
    assert ids(search(book, "报价")) == [
        "zhiyun",
        "int-20260105-aaaaaaaa",
    ]


def test_exact_words_come_before_typing_errors(book: Workspace) -> None:
    scores = [hit.score for hit in search(book, "zhang")]
    assert scores == sorted(scores, reverse=True)
    assert search(book, "li ming")[0].score - search(book, "li mign")[0].score > 50


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # 展会 and the like (zhan) are nearer to no one's mind than 张
        ("zhagn", {"zhang-wei", "zhang-wei-2", "zhang-weiguo"}),
        ("zhang", {"zhang-wei", "zhang-wei-2", "zhang-weiguo"}),
        ("kesler", {"kessler"}),
        ("kesler messtechnk", {"kessler"}),
        ("mesttechnik", {"kessler", "messwerk"}),
    ],
)
def test_unlikely_errors_do_not_follow_the_likely(
    tmp_path: Path, text: str, found: set[str]
) -> None:
    write_book(tmp_path)
    write(tmp_path, "customers", "zhan", "id: zhan\nname: 广州监测站\n")
    write(tmp_path, "customers", "zhong", "id: zhong\nname: 钟山商场\n")
    write(tmp_path, "customers", "keller", "id: keller\nname: Keller Druck\n")
    write(tmp_path, "customers", "messwerk", "id: messwerk\nname: Messtechnik West\n")
    assert {*ids(search(Workspace(tmp_path), text, ["customer"]))} == found


def test_a_record_of_that_name_leaves_no_room_for_guesses(book: Workspace) -> None:
    assert ids(search(book, "wang fang")) == ["wang-fang"]


def test_kinds_limit_and_archive(book: Workspace) -> None:
    assert {hit.kind for hit in search(book, "张伟", ["user"])} == {"user"}
    assert ids(search(book, "zhang", limit=2)) == ids(search(book, "zhang", limit=None))[:2]
    assert ids(search(book, "dormant", archived=True)) == ["obsolete"]
    assert search(book, "张伟", []) == []


def test_name_of_a_record_without_a_label(book: Workspace) -> None:
    (hit,) = search(book, "price list")
    assert (hit.kind, hit.name) == ("interaction", "上海智云科技有限公司")


@pytest.mark.parametrize(
    ("text", "snippet"),
    [
        ("报价单", "…次见面在展会。 报价单已经发送，等待回…"),
        ("price list", '…100% "quoted" delivery; price list sent'),
        ("not one", "He is not one of the two from Shanghai."),
        ("xyou", None),
    ],
)
def test_snippet(book: Workspace, text: str, snippet: str | None) -> None:
    assert [hit.snippet for hit in search(book, text)][:1] == ([snippet] if snippet else [])


def test_changed_and_removed_records(tmp_path: Path) -> None:
    folder = tmp_path / "records" / "customers"
    folder.mkdir(parents=True)
    (tmp_path / "crmctl.yaml").write_text("format: 1\n")
    (folder / "a.yaml").write_text("id: a\nname: 老名字\nnotes: 甲乙\n", "utf-8")
    (folder / "b.yaml").write_text("id: b\nname: 别人\nnotes: 甲乙丙\n", "utf-8")
    assert ids(search(Workspace(tmp_path), "甲乙")) == ["a", "b"]
    (folder / "a.yaml").write_text("id: a\nname: 新名字\nnotes: 丁\n", "utf-8")
    (folder / "b.yaml").unlink()
    again = Workspace(tmp_path)
    assert search(again, "甲乙") == search(again, "老名") == search(again, "丙") == []
    assert ids(search(again, "丁")) == ids(search(again, "新名字")) == ["a"]


# laws

TEXTS = st.text(max_size=30) | st.text("张伟zhangwei 科技@.-'\"*%()^:0139", max_size=12)


@given(text=TEXTS)
def test_any_query_is_answered_in_order(book: Workspace, text: str) -> None:
    found = search(book, text, limit=None, archived=True)
    assert all(10 <= hit.score <= 100 and hit.snippet for hit in found)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    assert len({(hit.kind, hit.id) for hit in found}) == len(found)
    first = search(book, text, limit=3, archived=True)
    assert [hit.score for hit in first] == [hit.score for hit in found[:3]]


def customers(book: Workspace) -> dict[str, str]:
    return dict(book.index.rows("SELECT id, name FROM customers WHERE archived IS NULL"))


def test_every_customer_is_first_by_its_own_name(book: Workspace) -> None:
    for id_, name in customers(book).items():
        found = search(book, name)
        scores = {hit.id: hit.score for hit in found if hit.kind == "customer"}
        assert scores[id_] == max(hit.score for hit in found if hit.id == id_ or hit.field != "id")


@given(data=st.data())
def test_a_swap_of_two_letters_still_finds(book: Workspace, data: st.DataObject) -> None:
    spelled = {id_: found.full for id_, name in customers(book).items() if (found := pinyin(name))}
    id_ = data.draw(st.sampled_from(sorted(key for key, full in spelled.items() if len(full) >= 5)))
    word = spelled[id_]
    place = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    assert id_ in ids(search(book, swapped, limit=None))
