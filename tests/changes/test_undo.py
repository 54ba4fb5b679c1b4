"""`undo` takes back what a change set meant, however much has happened since."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Book

from .conftest import ACME, change


def test_the_last_change_goes_back_to_the_byte(acme: Book) -> None:
    before = acme.files()
    acme.run("customer set acme level=vip tags+=c website=berlin.example")
    acme.run("undo")
    assert acme.files() == before


def test_undo_goes_further_back_each_time(acme: Book) -> None:
    before = acme.files()
    acme.run("customer set acme website=berlin.example")
    acme.run("customer set acme tags+=c")
    acme.run("undo")
    assert "berlin.example" in acme.read(ACME)
    acme.run("undo")
    assert acme.files() == before
    assert "Nothing to undo" in acme.run("undo", code=4).err


def test_an_undo_can_be_undone(acme: Book) -> None:
    acme.run("customer set acme website=berlin.example")
    after = acme.files()
    undone = change(acme.run("undo"))
    assert acme.files() != after
    acme.run(["undo", undone])
    assert acme.files() == after


def test_not_only_the_last_one(acme: Book) -> None:
    first = change(acme.run("customer set acme level=vip website=berlin.example tags+=c tags-=a"))
    acme.run("customer set acme tags+=d notes=hi")
    acme.run(["undo", first])
    text = acme.read(ACME)
    assert "website" not in text
    assert "notes: hi" in text
    assert acme.run("customer show acme -o json").json["tags"] == ["b", "d", "a"]
    assert "level" not in text  # an ordinary level is not written


def test_a_field_edited_since_is_named_and_left(acme: Book) -> None:
    first = change(acme.run("customer set acme industry=retail website=berlin.example"))
    acme.run("customer set acme website=bonn.example")
    result = acme.run(["undo", first], code=5)
    assert "acme website: edited since, it is “bonn.example” now" in result.err
    assert "industry" not in acme.read(ACME)
    assert "bonn.example" in acme.read(ACME)


def test_force_takes_it_back_all_the_same(acme: Book) -> None:
    first = change(acme.run("customer set acme website=berlin.example"))
    acme.run("customer set acme website=bonn.example")
    acme.run(["undo", first, "--force"])
    assert "website" not in acme.read(ACME)


def test_what_was_made_goes(book: Book) -> None:
    book.run("customer add Acme")
    book.run("undo")
    assert book.files() == {}


def test_what_was_made_and_edited_since_stays(book: Book) -> None:
    made = change(book.run("customer add Acme"))
    book.run("customer set acme website=bonn.example")
    result = book.run(["undo", made], code=5)
    assert "acme: edited since: website" in result.err
    assert "bonn.example" in book.read(ACME)


def test_what_was_made_and_is_needed_stays(book: Book) -> None:
    made = change(book.run("customer add Acme"))
    note = book.run("log acme hello").lines[0]
    result = book.run(["undo", made], code=5)
    assert f"acme: interaction {note} refers to it" in result.err
    assert book.run("customer list -o ids").lines == ["acme"]


def test_what_stays_keeps_what_it_refers_to(book: Book) -> None:
    book.run("customer add Beta")
    rows = "date,customer,amount\n2026-01-01,New,10\n2026-01-02,New,20\n"
    book.write("orders.csv", rows)
    made = change(book.run("import orders.csv --kind order --create customer"))
    first, second = book.run("order list --sort date -o ids").lines
    book.run(["order", "set", first, "amount=11"])
    result = book.run(["undo", made], code=5)
    assert f"{first}: edited since: amount" in result.err
    assert f"new: order {first} refers to it" in result.err
    assert book.run("order list -o ids").lines == [first]
    assert book.run("customer list -o ids").lines == ["beta", "new"]
    assert second not in book.run("order list -o ids").out


def test_what_cannot_be_read_any_more_is_named_and_left(book: Book) -> None:
    book.write("new.csv", "name\nAcme\nBeta\n")
    made = change(book.run("import new.csv --kind customer"))
    edited = change(book.run("customer set acme website=bonn.example"))
    book.write(ACME, "<<<<<<< ours\n" + book.read(ACME))
    result = book.run(["undo", edited], code=5)
    assert "acme: its file cannot be read" in result.err
    result = book.run(["undo", made], code=5)
    assert "acme: its file cannot be read" in result.err
    assert [*book.files()] == [ACME]


def test_a_removal_comes_back_to_the_byte(acme: Book) -> None:
    before = acme.files()
    acme.run("customer rm acme --yes")
    acme.run("undo")
    assert acme.files() == before


def test_a_removal_of_several_comes_back_as_a_whole(acme: Book) -> None:
    for text in ("one", "two"):
        acme.run(["log", "acme", text])
    before = acme.files()
    acme.run("customer rm acme --cascade --yes")
    assert acme.files() == {}
    acme.run("undo")
    assert acme.files() == before


def test_a_note_amid_others_goes_alone(acme: Book) -> None:
    acme.run("log acme one")
    middle = change(acme.run("log acme two"))
    acme.run("log acme three")
    acme.run(["undo", middle])
    assert acme.run("interaction list --columns subject --sort subject -o csv").lines[1:] == [
        "one",
        "three",
    ]


def test_a_dry_run_says_what_would_happen(acme: Book) -> None:
    acme.run("customer set acme website=berlin.example")
    before = acme.files()
    result = acme.run("undo --dry-run")
    assert "berlin.example" in result.out
    assert acme.files() == before


def test_machines_learn_what_was_left(acme: Book) -> None:
    first = change(acme.run("customer set acme website=berlin.example industry=retail"))
    acme.run("customer set acme website=bonn.example")
    told = json.loads(acme.run(["undo", first, "-o", "json"], code=5).out)
    assert told["updated"] == ["acme"]
    assert told["left"] == [
        {
            "kind": "customer",
            "id": "acme",
            "field": "website",
            "reason": "edited since, it is “bonn.example” now",
        }
    ]


def test_an_unknown_change(acme: Book) -> None:
    acme.run("customer set acme website=berlin.example")
    assert acme.run("undo chg-20260101-nosuch00", code=4).err.startswith("error: ")


def test_entries_of_lists_go_back_one_by_one(acme: Book) -> None:
    first = change(acme.run("customer set acme city=Berlin contacts+='{name: 李四, title: CTO}'"))
    acme.run("contact set acme li-si phones+=01062345678")
    acme.run("contact add acme Eva")
    result = acme.run(["undo", first], code=5)
    assert "contacts.li-si" in result.err
    assert "Berlin" not in acme.read(ACME)
    names = [one["name"] for one in acme.run("customer show acme -o json").json["contacts"]]
    assert names == ["李四", "Eva"]


def test_a_field_of_an_entry_goes_back_alone(acme: Book) -> None:
    acme.run("contact add acme 李四")
    first = change(acme.run("contact set acme li-si title=CTO"))
    acme.run("contact set acme li-si phones+=01062345678")
    acme.run(["undo", first])
    (contact,) = acme.run("customer show acme -o json").json["contacts"]
    assert "title" not in contact
    assert contact["phones"] == ["01062345678"]


# what comes back to a file that has moved on


ORDERS = "records/orders/acme.yaml"


def order(tail: str, *lines: str) -> str:
    """The text of an order with remarks that only its file knows."""
    head = f"# {tail * 3}\nid: ord-20260101-{tail * 8}\ncustomer: acme\n"
    return head + "".join(f"{line}\n" for line in ("date: 2026-01-01   # by fax", *lines))


A, B, C, D = order("a"), order("b", 'number: "7"', "amount: 10.50"), order("c"), order("d")


def of(*documents: str) -> str:
    return "---\n".join(documents)


@pytest.fixture
def orders(acme: Book) -> Book:
    acme.write(ORDERS, of(A, B, C, D))
    return acme


@pytest.mark.parametrize(
    ("gone", "since", "expected"),
    [
        ("b", of(A, C, D + "# more\n"), of(A, B, C, D + "# more\n")),
        ("a", of(B, C, D, order("e")), of(A, B, C, D, order("e"))),
        ("d", of(A, B, C, order("e")), of(A, B, C, D, order("e"))),
        ("ad", of(B, order("e"), C), of(A, B, order("e"), C, D)),
        ("bc", of(A, D.replace("fax", "mail")), of(A, B, C, D.replace("fax", "mail"))),
        ("bc", of(D), of(B, C, D)),  # what stood above it has gone as well
        ("abcd", of(order("e")), of(A, B, C, D, order("e"))),
        ("c", of(A, B, D).replace("\n", "\r\n"), of(A, B, C, D).replace("\n", "\r\n")),
        ("b", "# all\n---\n" + of(C, A, D), "# all\n---\n" + of(C, A, B, D)),
        ("a", "# all\n---\n" + of(C, D), "# all\n---\n" + of(A, C, D)),
    ],
)
def test_what_was_removed_comes_back_as_it_stood(
    orders: Book, gone: str, since: str, expected: str
) -> None:
    ids = [f"ord-20260101-{tail * 8}" for tail in gone]
    removed = change(orders.run(["order", "rm", *ids, "--yes"]))
    orders.write(ORDERS, since)
    back = change(orders.run(["undo", removed]))
    assert orders.read(ORDERS) == expected
    orders.run(["undo", back])
    assert orders.read(ORDERS) == since


def test_a_broken_record_beside_it_is_no_hindrance(orders: Book) -> None:
    removed = change(orders.run("order rm ord-20260101-bbbbbbbb --yes"))
    orders.write(ORDERS, of(A, "id: [\n", C))
    orders.run(["undo", removed])
    assert orders.read(ORDERS) == of(A, B, "id: [\n", C)


def test_restore_puts_each_where_it_stood(orders: Book) -> None:
    for tail in "bcd":
        orders.run(["order", "rm", f"ord-20260101-{tail * 8}", "--yes"])
    orders.write(ORDERS, of(A, order("e")))
    orders.run(["order", "restore", *(f"ord-20260101-{tail * 8}" for tail in "bdc")])
    assert orders.read(ORDERS) == of(A, B, C, D, order("e"))


def test_one_of_a_file_that_went_as_a_whole(orders: Book) -> None:
    orders.run("customer rm acme --cascade --yes")
    orders.run("customer restore acme")
    orders.run("order restore ord-20260101-bbbbbbbb")
    assert orders.read(ORDERS) == B


def test_nobody_is_there_twice(orders: Book) -> None:
    removed = change(orders.run("order rm ord-20260101-bbbbbbbb --yes"))
    orders.run("order restore ord-20260101-bbbbbbbb")
    assert "made anew" not in orders.run(["undo", removed], code=0).err
    assert orders.read(ORDERS) == of(A, B, C, D)


def test_remarks_come_back_with_their_fields(acme: Book) -> None:
    acme.write(ACME, "id: acme\nname: Acme\nlevel: vip   # since May\nwebsite: a.example\n")
    cleared = change(acme.run("customer set acme level= tags=a"))
    acme.write(ACME, acme.read(ACME).replace("a.example", "b.example   # new"))
    acme.run(["undo", cleared])
    text = "id: acme\nname: Acme\nlevel: vip   # since May\nwebsite: b.example   # new\n"
    assert acme.read(ACME) == text


def test_an_untouched_record_amid_others_gets_its_exact_text(orders: Book) -> None:
    orders.write(ORDERS, of(A, B.replace("amount", "# agreed\namount"), C))
    before = orders.read(ORDERS)
    edited = change(orders.run("order set ord-20260101-bbbbbbbb amount= number=8"))
    orders.write(ORDERS, orders.read(ORDERS) + "---\n" + D)
    orders.run(["undo", edited])
    assert orders.read(ORDERS) == before + "---\n" + D
