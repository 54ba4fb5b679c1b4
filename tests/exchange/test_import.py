"""`crmctl import` from end to end: every row accounted for, nothing twice, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.conftest import Book, Result

CUSTOMERS = """\
名称,级别,城市,phones,email,contact
上海智云科技有限公司,重要,上海,"13800000001,13800000002",info@zhiyun.cn,李四
Acme,vip,Berlin,,,
Beta,,,,b@beta.example,
"""
MAPPED = ["--map", "email=emails", "--map", "contact=contacts.name"]
COUNTS = ("rows", "created", "updated", "unchanged", "rejected")


def bring(book: Book, text: str | bytes, *args: str, code: int = 0, name: str = "in.csv") -> Result:
    book.write(name, text)
    return book.run(["import", name, *args, "-o", "json"], code=code)


def counts(result: Result) -> tuple[int, ...]:
    found = result.json
    assert found["rows"] == sum(found[name] for name in COUNTS[1:])
    return tuple(found[name] for name in COUNTS)


def record(book: Book, path: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(book.read(f"records/{path}.yaml"))
    return loaded


def listed(book: Book, kind: str) -> list[dict[str, Any]]:
    return list(book.run(f"{kind} list -o json").json)


# reading and mapping


def test_titles_aliases_and_flags_map_columns(book: Book) -> None:
    result = bring(book, CUSTOMERS, "--kind", "客户", *MAPPED)
    assert counts(result) == (3, 3, 0, 0, 0)
    assert set(result.json) == {
        *COUNTS, "created_refs", "rejects_file", "change", "edited", "removed", "duplicates",
    }  # fmt: skip
    zhiyun = record(book, "customers/shanghai-zhiyun-keji-youxiangongsi")
    assert zhiyun["level"] == "important"
    assert zhiyun["phones"] == ["13800000001", "13800000002"]
    assert zhiyun["addresses"] == [{"id": "address", "city": "上海"}]
    assert zhiyun["contacts"] == [{"id": "li-si", "name": "李四"}]
    assert f"change {result.json['change']}" in result.err


@pytest.mark.parametrize(
    "header", ["Company,E-mail,Phone", "公司,邮箱,电话", "name,email,phones", "Name,E-mails,Phones"]
)
def test_the_columns_of_a_list_of_cards_need_no_map(book: Book, header: str) -> None:
    bring(book, f"{header}\nAcme,info@acme.example,0711 5550100\n", "--kind", "customer")
    acme = record(book, "customers/acme")
    assert acme["emails"] == ["info@acme.example"]
    assert acme["phones"] == ["0711 5550100"]


def test_gb18030_is_read_and_told(book: Book) -> None:
    result = bring(book, CUSTOMERS.encode("gb18030"), "--kind", "customer", *MAPPED)
    assert counts(result) == (3, 3, 0, 0, 0)
    assert "GB18030" in result.err
    assert (book.root / "records/customers/shanghai-zhiyun-keji-youxiangongsi.yaml").is_file()


def test_the_same_rows_in_another_encoding_and_dialect_are_the_same_rows(book: Book) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    other = CUSTOMERS.replace('"13800000001,13800000002"', "13800000001;13800000002")
    text = other.replace(",", "\t").replace(";", ",").encode("utf-16")
    assert counts(bring(book, text, "--kind", "customer", *MAPPED)) == (3, 0, 0, 3, 0)


def test_unmapped_columns_are_listed_with_flags_and_nothing_is_written(book: Book) -> None:
    result = bring(book, "name,Levle,Foo bar,Hat\nAcme,vip,1,L\n", "--kind", "customer", code=2)
    assert "“Levle”" in result.err
    assert "“Foo bar”" in result.err
    assert "--map Levle=level" in result.err
    assert "--ignore 'Foo bar'" in result.err
    assert "--ignore Hat" in result.err  # which is no misspelt “wechat”
    assert not (book.root / "records").exists()
    assert not (book.root / "in.csv.rejects.csv").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--map", "Nmae=name"], "no column “Nmae”"),
        (["--map", "name=nosuch"], "no field “nosuch”"),
        (["--map", "name"], "COLUMN=FIELD"),
        (["--map", "level=name"], "Several columns"),
        (["--map", "name=spend"], "no field “spend”"),
        (["--key", "email"], "No column is mapped"),
        (["--create", "order"], "cannot be made from a name"),
        (["--create", "cat"], "cat"),
        (["--delimiter", "ab"], "one character"),
        (["--encoding", "klingon"], "klingon"),
        (["--kind", "cat"], "cat"),
    ],
)
def test_usage_errors_write_nothing(book: Book, args: list[str], message: str) -> None:
    kind = [] if "--kind" in args else ["--kind", "customer"]
    result = bring(book, "name,level\nAcme,vip\n", *kind, *args, code=2)
    assert message in result.err
    assert not (book.root / "records").exists()


def test_a_kind_is_needed(book: Book) -> None:
    assert "--kind" in bring(book, "name\nAcme\n", code=2).err


def test_several_columns_may_fill_one_list(book: Book) -> None:
    text = "name,phone 1,phone 2\nAcme,111 111,222 222\nBeta,,333 333\n"
    maps = ["--map", "phone 1=phones", "--map", "phone 2=phones"]
    bring(book, text, "--kind", "customer", *maps)
    assert record(book, "customers/acme")["phones"] == ["111 111", "222 222"]
    assert record(book, "customers/beta")["phones"] == ["333 333"]


def test_a_saved_mapping_says_everything(book: Book) -> None:
    book.gen(
        {
            "imports/shop.yaml": """
                kind: order
                map: {Firm: customer, Total: amount, When: date}
                ignore: [Rep]
                create: customer
            """
        }
    )
    text = 'Firm,When,Total,Rep\nAcme,2026-01-02,"1,200.50",x\n'
    result = bring(book, text, "--mapping", "shop")
    assert counts(result) == (1, 1, 0, 0, 0)
    assert result.json["created_refs"] == {"customer": 1}
    assert listed(book, "order")[0]["amount"] == 1200.5


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("mpa: {a: b}", 3, "Did you mean “map”"),
        ("map: [a]", 3, "imports/shop.yaml: map"),
        ("kind: [a]", 3, "single value"),
        ("ignore: {a: b}", 3, "list of texts"),
        ("kind: order", 2, "for “order”"),
        ("map: {a: b", 3, "imports/shop.yaml:1"),
    ],
)
def test_a_bad_mapping_is_named(book: Book, text: str, code: int, message: str) -> None:
    book.write("imports/shop.yaml", text + "\n")
    args = ["--mapping", "shop", "--kind", "customer"]
    assert message in bring(book, "name\nAcme\n", *args, code=code).err


def test_an_absent_mapping_suggests_the_likeliest(book: Book) -> None:
    book.write("imports/shop.yaml", "kind: order\n")
    assert "“shop”" in bring(book, "name\nA\n", "--mapping", "shpo", code=4).err


def test_a_mapping_stays_in_the_book(book: Book) -> None:
    bring(book, "name\nA\n", "--mapping", "../../etc/x", code=2)


def test_json_lines_may_be_nested(book: Book) -> None:
    text = '{"name": "Acme", "contacts": [{"name": "Li", "phones": ["1"]}], "tags": ["a, b"]}\n'
    bring(book, text, "--kind", "customer", name="in.jsonl")
    acme = record(book, "customers/acme")
    assert acme["contacts"] == [{"id": "li", "name": "Li", "phones": ["1"]}]


def test_stdin_is_read_and_its_format_known(book: Book) -> None:
    book.run("import - --kind customer", input='{"name": "Acme"}\n')
    result = book.run("import - --kind customer -o json", input="name\n\nBeta\n \n", code=0)
    assert counts(result) == (1, 1, 0, 0, 0)
    assert book.run("import - --kind customer", input="name,level\nC,gold\n", code=1)
    assert (book.root / "rejects.csv").is_file()


# identity


def test_a_second_time_nothing_changes(book: Book) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    before = book.files()
    result = bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    assert counts(result) == (3, 0, 0, 3, 0)
    assert result.json["change"] is None
    assert book.files() == before


def test_two_clones_make_the_same_files(make_book: Callable[[str], Book]) -> None:
    text = "客户,date,amount\n张伟,2026-01-02,5\nAcme,2026-01-02,5\n"
    first, second = make_book("one"), make_book("two")
    for clone in (first, second):
        bring(clone, text, "--kind", "order", "--create", "customer")
        bring(clone, CUSTOMERS, "--kind", "customer", *MAPPED)
    assert first.files() == second.files()


def test_equal_rows_are_separate_events(book: Book) -> None:
    text = "customer,date,amount\nAcme,2026-01-02,5\nAcme,2026-01-02,5\nAcme,2026-01-02,5.00\n"
    args = ["--kind", "order", "--create", "customer"]
    assert counts(bring(book, text, *args)) == (3, 3, 0, 0, 0)
    assert counts(bring(book, text, *args)) == (3, 0, 0, 3, 0)


def test_rows_without_a_date_are_known_again_on_another_day(book: Book) -> None:
    book.write("in.csv", "subject\nCall back\n")
    args = ["import", "in.csv", "--kind", "task", "--map", "subject=title", "-o", "json"]
    assert counts(book.run(args)) == (1, 1, 0, 0, 0)
    later = book.run(args, env={"CRMCTL_NOW": "2027-02-03T09:00"})
    assert counts(later) == (1, 0, 0, 1, 0)


def test_edited_and_removed_records_are_told_and_left(book: Book) -> None:
    text = "customer,date,amount\nAcme,2026-01-02,5\nAcme,2026-01-03,6\nAcme,2026-01-04,7\n"
    args = ["--kind", "order", "--create", "customer"]
    bring(book, text, *args)
    kept, edited, removed = sorted(order["id"] for order in listed(book, "order"))
    book.write(
        "records/orders/acme.yaml", book.read("records/orders/acme.yaml").replace(": 6\n", ": 60\n")
    )
    book.run(["order", "rm", removed, "--yes"])
    result = bring(book, text, *args)
    assert counts(result) == (3, 0, 0, 3, 0)
    assert (result.json["edited"], result.json["removed"]) == ([edited], [removed])
    assert [order["id"] for order in listed(book, "order")] == [edited, kept]
    assert edited in result.err
    assert "--restore" in result.err
    again = bring(book, text, *args, "--restore")
    assert counts(again) == (3, 1, 0, 2, 0)
    assert again.json["removed"] == []
    assert len(listed(book, "order")) == 3


def test_a_removed_customer_comes_back_under_its_id(book: Book) -> None:
    text = "name,level\nAcme,vip\n"
    bring(book, text, "--kind", "customer")
    before = book.files()
    book.run("customer rm acme --yes")
    assert bring(book, text, "--kind", "customer").json["removed"] == ["acme"]
    bring(book, text, "--kind", "customer", "--restore")
    assert book.files() == before


@pytest.mark.parametrize("start", ["", "id,"])
def test_a_renamed_customer_makes_no_second_one(book: Book, start: str) -> None:
    id = "o-1," if start else ""
    text = f"{start}customer,date,amount\n{id}Acme Inc,2026-01-02,5\n"
    args = ["--kind", "order", "--create", "customer"]
    bring(book, text, *args)
    book.run(["customer", "set", "acme-inc", "name=Roadrunner Supplies"])
    result = bring(book, text, *args)
    assert counts(result) == (1, 0, 0, 1, 0)
    assert result.json["created_refs"] == {}
    assert result.json["edited"] == []


def test_a_row_that_cannot_tell_entries_apart_differs(book: Book) -> None:
    file = "id: a\nname: A\naddresses:\n  - {id: a, city: A}\n  - {id: b, city: B}\n"
    book.gen({"records/customers/a.yaml": file})
    result = bring(book, "id,city\na,A\n", "--kind", "customer")
    assert (counts(result), result.json["edited"]) == ((1, 0, 0, 1, 0), ["a"])


def test_an_id_column_is_the_id(book: Book) -> None:
    text = "id,name,level\nfirm-1,Acme,vip\nfirm-2,Acme,\n../x,Bad,\n"
    result = bring(book, text, "--kind", "customer", code=1)
    assert counts(result) == (3, 2, 0, 0, 1)
    assert {c["id"] for c in listed(book, "customer")} == {"firm-1", "firm-2"}
    changed = text.replace("vip", "basic")
    again = bring(book, changed, "--kind", "customer", code=1)
    assert counts(again) == (3, 0, 0, 2, 1)
    assert again.json["edited"] == ["firm-1"]
    assert record(book, "customers/firm-1")["level"] == "vip"


def test_an_id_twice_in_a_file_is_one_record(book: Book) -> None:
    text = "id,name\na1,Acme\na1,Acme\na1,Other\n"
    result = bring(book, text, "--kind", "customer", code=1)
    assert counts(result) == (3, 1, 0, 1, 1)


def test_a_name_that_is_there_already_is_told(book: Book) -> None:
    bring(book, "name,level\nAcme,vip\n", "--kind", "customer")
    result = bring(book, "name,level\nAcme,basic\n", "--kind", "customer")
    assert counts(result) == (1, 1, 0, 0, 0)
    assert "--key" in result.err
    assert {c["id"] for c in listed(book, "customer")} == {"acme", "acme-2"}


# keys


def test_a_key_updates_what_differs(book: Book) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    text = "name,level,tags\nACME,basic,\nBeta,,\nGamma,,fair\n"
    result = bring(book, text, "--kind", "customer", "--key", "name")
    assert counts(result) == (3, 1, 1, 1, 0)
    acme = record(book, "customers/acme")
    assert (acme["name"], acme["level"]) == ("Acme", "basic")
    assert acme["addresses"] == [{"id": "address", "city": "Berlin"}]
    assert acme["level_history"][-1]["value"] == "basic"
    again = bring(book, text, "--kind", "customer", "--key", "name")
    assert counts(again) == (3, 0, 0, 3, 0)
    assert again.json["change"] is None


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phones", "phones,level\n13800000002,vip\n"),
        ("emails", "emails,level\nINFO@zhiyun.cn,vip\n"),
        ("contacts.name", "contacts.name,level\n李四,vip\n"),
        ("id", "id,level\nshanghai-zhiyun-keji-youxiangongsi,vip\n"),
    ],
)
def test_any_field_may_be_the_key(book: Book, field: str, text: str) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    result = bring(book, text, "--kind", "customer", "--key", field)
    assert counts(result) == (1, 0, 1, 0, 0)
    zhiyun = record(book, "customers/shanghai-zhiyun-keji-youxiangongsi")
    assert zhiyun["level"] == "vip"
    assert zhiyun["emails"] == ["info@zhiyun.cn"]
    assert zhiyun["phones"] == ["13800000001", "13800000002"]


def test_a_list_that_is_the_key_grows(book: Book) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    text = 'phones\n"138 0000 0002,13800000003"\n'
    bring(book, text, "--kind", "customer", "--key", "phones")
    zhiyun = record(book, "customers/shanghai-zhiyun-keji-youxiangongsi")
    assert zhiyun["phones"] == ["13800000001", "13800000002", "13800000003"]


def test_a_key_that_fits_several_is_a_reject(book: Book) -> None:
    bring(book, "id,name\na,Acme\nb,acme\n", "--kind", "customer")
    result = bring(book, "name,level\nACME,vip\n", "--kind", "customer", "--key", "name", code=1)
    assert counts(result) == (1, 0, 0, 0, 1)
    assert "a, b" in book.read("in.csv.rejects.csv")


def test_rows_of_one_key_build_up_one_record(book: Book) -> None:
    text = "name,contacts.name,contacts.title\nAcme,Li,CEO\nAcme,Wang,CTO\nAcme,Li,CEO\n"
    args = ["--kind", "customer", "--key", "name"]
    assert counts(bring(book, text, *args)) == (3, 1, 1, 1, 0)
    assert record(book, "customers/acme")["contacts"] == [
        {"id": "li", "name": "Li", "title": "CEO"},
        {"id": "wang", "name": "Wang", "title": "CTO"},
    ]
    assert counts(bring(book, text, *args)) == (3, 0, 0, 3, 0)
    more = text + "Acme,Zhao,\n"
    assert counts(bring(book, more, *args)) == (4, 0, 1, 3, 0)
    assert len(record(book, "customers/acme")["contacts"]) == 3


@pytest.mark.parametrize("book_has", ["", "name: Acme\nlevel: potential\nid: acme\n"])
def test_rows_of_one_key_do_not_overwrite_each_other(book: Book, book_has: str) -> None:
    if book_has:
        book.write("records/customers/acme.yaml", book_has)
    text = (
        "name,level,phones,contacts.name,contacts.title\n"
        "Acme,vip,111 111,Li,CEO\nACME,vip,,,\nAcme,basic,,,\nAcme,,222 222,,\nAcme,,,li,CFO\n"
        "Acme,,,,COO\nAcme,,,Wang,CFO\n"
    )
    args = ["--kind", "customer", "--key", "name"]
    result = bring(book, text, *args, code=1)
    assert counts(result) == (7, not book_has, 1 + bool(book_has), 1, 4)
    assert "line 4: line 2 has the same name, but another value for level" in result.err
    for line, field in ((5, "phones"), (6, "contacts"), (7, "contacts.title")):
        assert f"line {line}: line 2 has the same name, but another value for {field}" in result.err
    acme = record(book, "customers/acme")
    assert (acme["level"], acme["phones"]) == ("vip", ["111 111"])
    assert [entry["title"] for entry in acme["contacts"]] == ["CEO", "CFO"]


def test_a_key_that_rows_share_makes_one_record_of_none(book: Book) -> None:
    text = "name,level\nA,vip\nB,vip\nC,basic\n"
    result = bring(book, text, "--kind", "customer", "--key", "level", code=1)
    assert counts(result) == (3, 2, 0, 0, 1)
    assert "line 2 has the same level, but another value for name" in result.err
    assert {c["name"] for c in listed(book, "customer")} == {"A", "C"}


def test_an_update_that_breaks_a_rule_is_a_reject(book: Book) -> None:
    bring(book, "name,importance\nAcme,3\n", "--kind", "customer")
    args = ["--kind", "customer", "--key", "name"]
    result = bring(book, "name,importance\nAcme,9\n", *args, code=1)
    assert counts(result) == (1, 0, 0, 0, 1)
    assert record(book, "customers/acme")["importance"] == 3


def test_an_update_leaves_comments_alone(book: Book) -> None:
    book.gen({"records/customers/acme.yaml": "id: acme\nname: Acme # ours\nlevel: vip\n"})
    bring(book, "name,level\nAcme,basic\n", "--kind", "customer", "--key", "name")
    assert "name: Acme # ours\n" in book.read("records/customers/acme.yaml")


def test_an_entry_that_cannot_be_told_is_a_reject(book: Book) -> None:
    file = "id: acme\nname: Acme\naddresses:\n  - {id: a, city: A}\n  - {id: b, city: B}\n"
    book.gen({"records/customers/acme.yaml": file})
    args = ["--kind", "customer", "--key", "name"]
    result = bring(book, "name,city\nAcme,C\n", *args, code=1)
    assert "several entries" in result.err
    assert book.read("records/customers/acme.yaml") == file


# references


def test_references_are_found_by_id_name_phone_and_email(book: Book) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    text = (
        "customer,date\nshanghai-zhiyun-keji-youxiangongsi,2026-01-01\n"
        "上海智云科技有限公司,2026-01-02\n+86 138 0000 0001,2026-01-03\n"
        "138-0000-0001,2026-01-04\nINFO@zhiyun.cn,2026-01-05\nacm,2026-01-06\n"
    )
    result = bring(book, text, "--kind", "order", code=1)
    rejected = book.read("in.csv.rejects.csv")
    assert "acm,2026-01-06,7," in rejected
    assert result.json["rejected"] in (1, 2)  # a country code is not in the number of the record
    customers = {order["customer"] for order in listed(book, "order")}
    assert customers == {"shanghai-zhiyun-keji-youxiangongsi"}


def test_an_ambiguous_reference_is_a_reject(book: Book) -> None:
    bring(book, "id,name\na,Acme\nb,Acme\n", "--kind", "customer")
    text = "customer,date\nAcme,2026-01-01\n"
    result = bring(book, text, "--kind", "order", "--create", "customer", code=1)
    assert counts(result) == (1, 0, 0, 0, 1)


def test_nothing_is_made_for_a_rejected_row(book: Book) -> None:
    text = "customer,date,currency\nNewcomer,2026-01-01,dollars\nAcme,2026-01-01,USD\n"
    result = bring(book, text, "--kind", "order", "--create", "customer", code=1)
    assert counts(result) == (2, 1, 0, 0, 1)
    assert result.json["created_refs"] == {"customer": 1}
    assert [c["id"] for c in listed(book, "customer")] == ["acme"]


def test_rows_may_name_each_other_in_any_order(book: Book) -> None:
    text = "id,name,parent,referred_by\na,Alpha,Beta,Gamma\nb,Beta,,a\nc,Gamma,b,\n"
    result = bring(book, text, "--kind", "customer")
    assert counts(result) == (3, 3, 0, 0, 0)
    assert record(book, "customers/a")["parent"] == "b"
    assert record(book, "customers/a")["referred_by"] == "c"
    assert record(book, "customers/b")["referred_by"] == "a"
    assert counts(bring(book, text, "--kind", "customer")) == (3, 0, 0, 3, 0)


def test_rows_that_stand_above_each_other_are_rejected(book: Book) -> None:
    bring(book, "id,name\nx,X\ny,Y\n", "--kind", "customer")
    new = "id,name,parent\na,Alpha,b\nb,Beta,a\nc,Gamma,\n"
    result = bring(book, new, "--kind", "customer", code=1)
    assert counts(result) == (3, 1, 0, 0, 2)
    assert "a record cannot be above itself" in result.err
    old = "id,name,parent\nx,X,y\ny,Y,x\n"
    assert counts(bring(book, old, "--kind", "customer", "--key", "id", code=1))[4] > 0
    records = [record(book, f"customers/{id}").get("parent") for id in "xy"]
    assert None in records


def test_a_row_falls_with_the_row_that_it_names(book: Book) -> None:
    text = "id,name,parent\na,Alpha,b\nb,Beta,c\nc,Gamma,nobody\nd,Delta,\n"
    result = bring(book, text, "--kind", "customer", code=1)
    assert counts(result) == (4, 1, 0, 0, 3)
    assert [c["id"] for c in listed(book, "customer")] == ["d"]


def test_an_update_does_not_name_a_row_that_fell(book: Book) -> None:
    bring(book, "name,level\nOld,vip\n", "--kind", "customer")
    text = "name,level,parent\nOld,basic,New\nNew,,nobody\n"
    result = bring(book, text, "--kind", "customer", "--key", "name", code=1)
    assert counts(result) == (2, 0, 0, 0, 2)
    assert record(book, "customers/old")["level"] == "vip"


def test_contacts_are_those_of_the_rows_customer(book: Book) -> None:
    bring(book, CUSTOMERS, "--kind", "customer", *MAPPED)
    text = "contact,customer,date\n李四,info@zhiyun.cn,2026-01-02\n李四,Acme,2026-01-02\n"
    result = bring(book, text, "--kind", "order", code=1)
    assert counts(result) == (2, 1, 0, 0, 1)
    assert listed(book, "order")[0]["contact"] == "li-si"


# rejects, dry runs, failures


def test_rejects_can_be_mended_and_imported(book: Book) -> None:
    text = 'name,level,notes\nAcme,gold,"=x\ny"\nBeta,vip,\nGamma,,,extra\n'
    result = bring(book, text, "--kind", "customer", code=1)
    assert counts(result) == (3, 1, 0, 0, 2)
    assert result.json["rejects_file"] == "in.csv.rejects.csv"
    written = book.read("in.csv.rejects.csv")
    assert written.startswith("name,level,notes,_rest,_line,_reason\n")
    assert '"\'=x\ny",,2,' in written
    again = bring(book, written, "--kind", "customer", code=1, name="r.csv")
    assert counts(again) == (2, 0, 0, 0, 2)
    mended = written.replace("gold", "vip").replace(",extra,", ",,")
    assert counts(bring(book, mended, "--kind", "customer", name="m.csv")) == (2, 2, 0, 0, 0)
    assert record(book, "customers/acme")["notes"] == "=x\ny"


def test_rejects_go_where_they_are_wanted(book: Book) -> None:
    bring(book, "name,level\nA,gold\n", "--kind", "customer", "--rejects", "bad/r.csv", code=1)
    assert (book.root / "bad/r.csv").is_file()


JSON_ROWS = [
    '{"name": "Acme", "level": "gold", "tags": ["a", "b, c"], "importance": 3}',
    '{"name": "Li\\ud83d"}',
    "[1]",
]


@pytest.mark.parametrize(
    ("name", "text"),
    [("in.jsonl", "\n".join([*JSON_ROWS, "{oops"])), ("in.json", f"[{', '.join(JSON_ROWS)}]")],
)
def test_rejects_of_json_are_json_lines(book: Book, name: str, text: str) -> None:
    result = bring(book, text, "--kind", "customer", name=name, code=1)
    assert result.json["rejects_file"] == f"{name}.rejects.jsonl"
    first, *rest = book.read(f"{name}.rejects.jsonl").splitlines()
    assert first.startswith(JSON_ROWS[0][:-1])
    assert "ud83d" in rest[0]
    assert "[1]" in rest[1]
    again = bring(book, "\n".join([first, *rest]), "--kind", "customer", name="r.jsonl", code=1)
    assert counts(again)[4] == len(rest) + 1
    mended = first.replace("gold", "vip")
    assert counts(bring(book, mended, "--kind", "customer", name="m.jsonl"))[1] == 1
    acme = record(book, "customers/acme")
    assert (acme["tags"], acme["importance"]) == (["a", "b, c"], 3)


def test_the_name_of_the_rejects_may_say_their_form(book: Book) -> None:
    text = '{"name": "Acme", "level": "gold", "tags": ["a", "b"]}\n'
    args = ["--kind", "customer", "--rejects", "r.csv"]
    bring(book, text, *args, name="in.jsonl", code=1)
    mended = book.read("r.csv").replace("gold", "vip")
    bring(book, mended, "--kind", "customer")
    assert record(book, "customers/acme")["tags"] == ["a", "b"]


def test_rejects_that_somebody_mends_are_left_alone(book: Book) -> None:
    text = "name,level\nA,gold\n"
    args = ["--kind", "customer"]
    for _time in range(2):  # the same rejects need no second file
        result = bring(book, text, *args, code=1)
        assert result.json["rejects_file"] == "in.csv.rejects.csv"
    mended = book.read("in.csv.rejects.csv").replace("gold", "vip")
    book.write("in.csv.rejects.csv", mended)
    for _time in range(2):
        result = bring(book, text, *args, code=1)
        assert result.json["rejects_file"] == "in.csv.rejects-2.csv"
    assert book.read("in.csv.rejects.csv") == mended


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_a_table_without_a_header_is_an_error(book: Book, text: str) -> None:
    assert "in.csv is empty" in bring(book, text, "--kind", "customer", code=2).err


def test_a_header_alone_has_no_rows(book: Book) -> None:
    book.write("in.csv", "name,level\n")
    result = book.run("import in.csv --kind customer")
    assert result.lines == ["0 rows: 0 created, 0 updated, 0 unchanged, 0 rejected"]
    assert counts(bring(book, "", "--kind", "customer", name="in.jsonl")) == (0, 0, 0, 0, 0)


def test_a_dry_run_writes_nothing_and_says_so(book: Book) -> None:
    bring(book, "name,level\nAcme,vip\n", "--kind", "customer")
    text = "name,level\nBeta,vip\nGamma,gold\nAcme,basic\n"
    before = {**book.files(), **book.files(".crmctl/journal")}
    args = ["--kind", "customer", "--key", "name", "--dry-run"]
    result = bring(book, text, *args, code=1)
    assert counts(result) == (3, 1, 1, 0, 1)
    assert result.json["rejects_file"] is None
    assert "nothing was written" in result.err
    assert {**book.files(), **book.files(".crmctl/journal")} == before
    assert not (book.root / "in.csv.rejects.csv").exists()


def test_rejects_that_cannot_be_written_stop_the_import(book: Book) -> None:
    (book.root / "in.csv.rejects.csv").mkdir()
    bring(book, "name,level\nAcme,vip\nBeta,gold\n", "--kind", "customer", code=3)
    assert not (book.root / "records").exists()


def test_the_summary_is_for_people(book: Book) -> None:
    book.write("in.csv", "customer,date,level\nAcme,2026-01-01,\n")
    args = "import in.csv --kind order --ignore level --create customer"
    result = book.run(args)
    assert result.lines == [
        "1 row: 1 created, 0 updated, 0 unchanged, 0 rejected",
        "Customers made for references: 1",
    ]
    assert "Nothing to change" in book.run(args).err


def test_broken_files_are_named_and_do_not_stop_an_import(book: Book) -> None:
    book.gen({"records/customers/bad.yaml": "id: bad\n\tname: x\n"})
    result = bring(book, "name\nAcme\n", "--kind", "customer")
    assert counts(result) == (1, 1, 0, 0, 0)
    assert "bad.yaml" in result.err


def test_a_missing_file_is_a_clear_error(book: Book) -> None:
    assert "nosuch.csv" in book.run("import nosuch.csv --kind customer", code=2).err


def test_hostile_texts_are_stored_as_they_are(book: Book) -> None:
    name = "\u202eEvil \x1b[31m 👨‍👩‍👧 \n line"
    bring(book, f'name,notes\n"{name}",x\n', "--kind", "customer")
    result = book.run("customer list -o json")
    assert result.json[0]["name"] == name
    assert "\x1b" not in book.run("customer list").out
    assert "\u202e" not in book.run("customer list").out


def test_many_rows_of_one_customer_are_one_stream(book: Book) -> None:
    rows = [f"Acme,2026-01-{day % 28 + 1:02},{day}\n" for day in range(3000)]
    text = "customer,date,amount\n" + "".join(rows)
    result = bring(book, text, "--kind", "order", "--create", "customer")
    assert counts(result) == (3000, 3000, 0, 0, 0)
    assert book.run("order list --limit 0 -o ids").out.count("\n") == 3000


def test_a_row_without_a_key_is_known_by_what_it_says(book: Book) -> None:
    text = "name,email\nAcme,\nBeta,b@beta.example\n"
    args = ["--kind", "customer", "--key", "emails", "--map", "email=emails"]
    assert counts(bring(book, text, *args)) == (2, 2, 0, 0, 0)
    assert counts(bring(book, text, *args)) == (2, 0, 0, 2, 0)


def test_the_key_and_the_id_of_a_row_must_agree(book: Book) -> None:
    bring(book, "id,name\na,Acme\n", "--kind", "customer")
    text = "id,name,level\nb,Acme,vip\n"
    result = bring(book, text, "--kind", "customer", "--key", "name", code=1)
    assert "“a”" in result.err


def test_a_name_alone_is_one_contact(book: Book) -> None:
    bring(book, "name,联系人\nAcme,李四\n", "--kind", "customer")
    assert record(book, "customers/acme")["contacts"] == [{"id": "li-si", "name": "李四"}]


def test_a_removed_customer_whose_id_was_taken_gets_another(book: Book) -> None:
    text = "name,level\nAcme,vip\n"
    bring(book, text, "--kind", "customer")
    book.run("customer rm acme --yes")
    book.run(["customer", "add", "Acme", "--set", "level=basic"])
    assert counts(bring(book, text, "--kind", "customer", "--restore")) == (1, 1, 0, 0, 0)
    assert record(book, "customers/acme-2")["level"] == "vip"


def test_owners_are_free_text_until_there_are_users(book: Book) -> None:
    text = "name,owner\nAcme,li\n"
    bring(book, text, "--kind", "customer")
    assert record(book, "customers/acme")["owner"] == "li"
    book.run("user add Wang")
    result = bring(book, "name,owner\nBeta,liu\nGamma,Wang\n", "--kind", "customer", code=1)
    assert counts(result) == (2, 1, 0, 0, 1)


def test_new_records_get_what_is_set_where_their_row_says_nothing(book: Book) -> None:
    book.run("customer add Old --set emails+=old@x.example --set source.kind=web")
    text = "name,email,owner\nNew,new@x.example,\nOther,o@x.example,mo\nOld,old@x.example,\n"
    flags = ["--key", "email", "--set", "source.kind=fair", "-s", "owner=li", "-s", "tags=a, b"]
    result = bring(book, text, "--kind", "customer", *flags)
    assert counts(result) == (3, 2, 0, 1, 0)
    found = {one["name"]: one for one in listed(book, "customer")}
    assert (found["New"]["source"]["kind"], found["New"]["owner"]) == ("fair", "li")
    assert found["New"]["tags"] == ["a", "b"]
    assert found["Other"]["owner"] == "mo"
    assert found["Old"]["source"]["kind"] == "web"
    again = bring(book, text, "--kind", "customer", *flags)
    assert counts(again) == (3, 0, 0, 3, 0)


def test_what_is_set_may_stand_in_a_mapping(book: Book) -> None:
    book.gen({"imports/fair.yaml": "kind: customer\nset: {source.kind: fair, owner: li}\n"})
    bring(book, "name\nNew\n", "--mapping", "fair", "--set", "owner=mo")
    [new] = listed(book, "customer")
    assert (new["source"]["kind"], new["owner"]) == ("fair", "mo")
    book.gen({"imports/fair.yaml": "kind: customer\nset: [owner]\n"})
    bring(book, "name\nNewer\n", "--mapping", "fair", code=3)
    bring(book, "name\nNewer\n", "--kind", "customer", "--set", "ownr=mo", code=2)
    bring(book, "name\nNewer\n", "--kind", "customer", "--set", "tags+=x", code=2)


def test_new_records_that_look_like_others_are_shown(book: Book) -> None:
    book.run("customer add Acme --id old --set phones+='+86 138 0000 1111'")
    text = (
        "name,phone,email,contacts.name\n"
        "Acme,,,Joe\nBolt,8613800001111,,Joe\nCole,,c@x.example,\nColes,,C@x.example,\n"
    )
    result = bring(book, text, "--kind", "customer")
    assert result.json["duplicates"] == [
        {"id": "acme", "like": "old", "text": "Acme"},
        {"id": "bolt", "like": "old", "text": "8613800001111"},
        {"id": "coles", "like": "cole", "text": "C@x.example"},
    ]
    assert "  bolt has “8613800001111”, as old" in result.err
    assert bring(book, text, "--kind", "customer").json["duplicates"] == []
