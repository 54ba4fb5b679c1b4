"""`check` finds what is wrong, says where, and stops nobody from working with the rest."""

from __future__ import annotations

import re
import tracemalloc
from typing import Any

import pytest

from tests.conftest import Book, Raw

GOOD = {
    "records/customers/acme.yaml": "id: acme\nname: Acme\ncontacts:\n  - {id: ann, name: Ann}\n",
    "records/customers/beta.yaml": "id: beta\nname: Beta\n",
}
BOMB = "id: bomb\na: &a [x, x]\n" + "".join(
    f"{'bcdefghij'[n]}: &{'bcdefghij'[n]} [{', '.join(['*' + 'abcdefghij'[n]] * 9)}]\n"
    for n in range(9)
)
BROKEN: dict[str, tuple[str | Raw, tuple[int, int, str]]] = {
    "conflict": (
        "id: conflict\n<<<<<<< HEAD\nname: A\n=======\nname: B\n>>>>>>> theirs\n",
        (2, 1, "conflict-marker"),
    ),
    "latin1": (b"id: latin1\nname: M\xfcller\n", (2, 8, "encoding")),
    "bomb": (BOMB, (2, 4, "anchor")),
    "twice": ("id: twice\nname: A\nname: B\n", (3, 1, "duplicate-key")),
    "tab": ("id: tab\nlost:\n\treason: price\n", (3, 1, "tab")),
    "gb": ("id: gb\nname: 上海智云科技有限公司\n".encode("gb18030"), (2, 7, "encoding")),
    "utf16": ("id: utf16\nname: A\n".encode("utf-16"), (1, 1, "encoding")),
    "deep": ("id: deep\nx: " + "[" * 200 + "]" * 200 + "\n", (2, 35, "too-deep")),
    "tag": ("id: tag\nname: !!python/object:os.system x\n", (2, 7, "tag")),
    "list": ("- id: list\n", (1, 1, "not-a-mapping")),
    "unclosed": ("id: unclosed\nname: [a\n", (2, 9, "syntax")),
}


def problems(book: Book, *options: str, code: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = book.run(["check", "-o", "json", *options], code=code).json
    return found


def found(book: Book, code: int = 1) -> list[tuple[str, int, int, str]]:
    """Path, line, column and code of every problem."""
    return [(p["path"], p["line"], p["column"], p["code"]) for p in problems(book, code=code)]


def test_bad_files_stop_nobody(book: Book) -> None:
    book.gen(GOOD)
    for name, (content, _place) in BROKEN.items():
        book.write(f"records/customers/{name}.yaml", content)
    tracemalloc.start()
    listed = book.run("customer list -o ids")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 << 20
    assert listed.lines == ["acme", "beta"]
    lines = listed.err.splitlines()
    assert len(lines) == len(BROKEN)
    assert all(line.startswith("warning: records/customers/") for line in lines)
    assert {line.split("/")[2].split(".")[0] for line in lines} == BROKEN.keys()
    first = {path: (path, *place) for path, *place in reversed(found(book))}
    assert sorted(first.values()) == sorted(
        (f"records/customers/{name}.yaml", *place) for name, (_content, place) in BROKEN.items()
    )
    assert "GB18030" in book.run("check", code=1).out.upper()


def test_a_swarm_of_anchors_is_one_problem(book: Book) -> None:
    book.write("records/customers/bomb.yaml", BOMB)
    (line,) = book.run("check", code=1).lines
    assert line == (
        "records/customers/bomb.yaml:2:4: anchor “&a” is not allowed, and 90 more like it"
        " (write the value out or quote it)"
    )


def test_each_line_says_place_code_and_what_to_do(book: Book) -> None:
    book.write("records/customers/a.yaml", "id: a\nname: A\nname: B\n")
    result = book.run("check", code=1)
    assert result.out == (
        "records/customers/a.yaml:3:1: duplicate-key the key “name” stands here twice"
        " (keep one of the two)\n"
    )
    assert result.err == "1 problem found.\n"
    assert (
        book.run("check -o csv", code=1).lines[0] == "path,line,column,code,severity,message,hint"
    )


def test_a_broken_document_leaves_the_others_of_its_stream(book: Book) -> None:
    book.gen(GOOD)
    book.gen(
        {
            "records/orders/acme.yaml": """
                id: o-1
                customer: acme
                date: 2026-01-01
                ---
                id: o-2
                customer: acme
                date: 2026-01-02
                date: 2026-01-03
                ---
                <<<<<<< HEAD
                id: o-3
                ---
                id: o-4
                customer: acme
                date: 2026-01-04
            """
        }
    )
    listed = book.run("order list --sort date -o ids")
    assert listed.lines == ["o-1", "o-4"]
    assert len(listed.err.splitlines()) == 1
    path = "records/orders/acme.yaml"
    assert found(book) == [(path, 8, 1, "duplicate-key"), (path, 10, 1, "conflict-marker")]


def test_fix_mints_missing_ids_once(book: Book) -> None:
    book.gen(GOOD)
    book.write("records/customers/gamma.yaml", "# mine\r\nname: Gamma\r\n")
    book.write(
        "records/interactions/acme.yaml",
        "customer: acme\nat: 2026-01-01T10:00\nkind: call  # a\n"
        "---\nid: int-1\ncustomer: acme\nat: 2026-01-02T10:00\nkind: call\n"
        "---\ncustomer: acme\nat: 2026-01-03T10:00\nkind: call\n",
    )
    assert [p["code"] for p in problems(book, code=0)] == ["missing-id"] * 3
    before = book.run("interaction list -o ids").lines
    result = book.run("check --fix")
    assert "change chg-" in result.err
    assert "No problem found." in result.err
    # What a record was called before it is called after.
    assert book.run("interaction list -o ids").lines == before
    assert book.read("records/customers/gamma.yaml") == "# mine\r\nid: gamma\r\nname: Gamma\r\n"
    text = book.read("records/interactions/acme.yaml")
    assert text.startswith(f"id: {before[2]}\ncustomer: acme\n")
    assert "kind: call  # a\n---\nid: int-1\n" in text
    files = book.files()
    assert "change" not in book.run("check --fix").err
    assert book.files() == files


def test_fix_leaves_what_it_cannot_name(book: Book) -> None:
    book.write("records/customers/my file.yaml", "name: A\n")
    codes = {p["code"] for p in problems(book)}
    assert codes == {"missing-id", "bad-id"}
    book.run("check --fix", code=1)
    assert book.read("records/customers/my file.yaml") == "name: A\n"


def test_ids_used_twice(book: Book) -> None:
    book.gen(GOOD)
    book.write("records/customers/old/acme.yaml", "id: acme\nname: Old Acme\n")
    book.write(
        "records/orders/acme.yaml",
        "id: o\ncustomer: acme\ndate: 2026-01-01\n---\nid: o\ncustomer: acme\ndate: 2026-01-02\n",
    )
    first, second = problems(book)
    assert (first["path"], first["code"]) == ("records/customers/old/acme.yaml", "duplicate-id")
    assert "records/customers/acme.yaml:1" in first["message"]
    assert (second["path"], second["line"]) == ("records/orders/acme.yaml", 5)
    assert book.run("customer list -o ids").lines == ["acme", "acme", "beta"]


@pytest.mark.parametrize(
    ("record", "line", "column", "message"),
    [
        ("parent: gone", 3, 9, "parent: there is no customer “gone”"),
        ("service_roles: [buyer]\nparent: acme\nreferred_by: gone", 5, 14, "“gone”"),
        (
            "category_spend:\n  - {category: x, product: y}\nparent: none",
            5, 9, "parent: there is no customer “none”",
        ),
    ],
)  # fmt: skip
def test_a_dangling_reference(
    book: Book, record: str, line: int, column: int, message: str
) -> None:
    book.gen(GOOD)
    book.write("records/customers/c.yaml", f"id: c\nname: C\n{record}\n")
    dangling = [p for p in problems(book) if p["code"] == "dangling"]
    assert [(p["line"], p["column"]) for p in dangling] == [(line, column)]
    assert message in dangling[0]["message"]


def test_dangling_references_in_streams_lists_and_to_contacts(book: Book) -> None:
    book.gen(GOOD)
    book.write("records/products/p.yaml", "id: p\nname: P\n")
    book.gen(
        {
            "records/orders/acme.yaml": """
                id: o-1
                customer: acme
                date: 2026-01-01
                contact: bob
                ---
                id: o-2
                customer: acme
                date: 2026-01-01
                contact: ann
                lines:
                  - {id: a, product: p}
                  - {id: b, product: q}
                refund_of: o-3
            """,
            "records/interactions/gone.yaml": """
                id: i-1
                customer: gone
                at: 2026-01-01T10:00
                kind: call
                contact: ann
            """,
        }
    )
    orders, interactions = "records/orders/acme.yaml", "records/interactions/gone.yaml"
    assert found(book) == [
        (interactions, 2, 11, "dangling"),
        (interactions, 5, 10, "dangling"),
        (orders, 4, 10, "dangling"),
        (orders, 12, 22, "dangling"),
        (orders, 13, 12, "dangling"),
    ]


def test_users_that_are_none_are_warnings_once_there_are_users(book: Book) -> None:
    book.gen(GOOD)
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\nowner: li\n")
    assert problems(book, code=0) == []
    book.write("records/users/li-na.yaml", "id: li-na\nname: 李娜\n")
    (problem,) = problems(book, code=0)
    assert (problem["line"], problem["column"]) == (3, 8)
    assert (problem["code"], problem["severity"]) == ("unknown-user", "warning")
    assert book.run("check", code=0).code == 0
    assert book.run("check --strict", code=1).code == 1


def test_an_amount_that_differs_from_its_lines(book: Book) -> None:
    book.gen(GOOD)
    line = "lines: [{id: a, price: 10, quantity: 2}]"
    head = "customer: acme\ndate: 2026-01-01"
    book.write(
        "records/orders/acme.yaml",
        f"id: o-1\n{head}\namount: 20.00\n{line}\n---\n"
        f"id: o-2\n{head}\n{line}\namount: 19.99\n---\n"
        f"id: o-3\n{head}\namount: 5\nlines: [{{id: a, description: free}}]\n",
    )
    (problem,) = problems(book, code=0)
    assert (problem["line"], problem["column"], problem["code"]) == (11, 9, "amount-differs")
    assert "the amount is 19.99, its lines add up to 20.00" in problem["message"]


def test_a_file_called_otherwise_than_its_record(book: Book) -> None:
    book.write("records/customers/a.yaml", "name: A\nid: b\n")
    (problem,) = problems(book)
    assert (problem["line"], problem["column"], problem["code"]) == (2, 5, "id-mismatch")
    assert book.run("customer list -o ids").out == "b\n"


def test_rules_of_the_schema(book: Book) -> None:
    book.gen(GOOD)
    book.write("records/customers/c.yaml", "id: c\ncadence_days: 0\n")
    book.write("records/interactions/acme.yaml", "id: i\ncustomer: acme\nfeeling: 5\n")
    assert {(p["line"], p["column"], p["code"], p["message"]) for p in problems(book)} == {
        (1, 1, "required", "“name” is missing"),
        (2, 15, "rule", "cadence_days: must be at least 1"),
        (1, 1, "required", "“at” is missing"),
        (1, 1, "required", "“kind” is missing"),
        (3, 10, "rule", "feeling: must be at most 2"),
    }


@pytest.mark.parametrize(
    ("rates", "line", "column", "code"),
    [
        ("- {date: 2026-01-01, currency: EUR}\n", 1, 3, "bad-rate"),
        ("- {date: 2026-01-01, currency: EUR, rate: 1}\n- {date: x}\n", 2, 3, "bad-rate"),
        ("- {date: 2026-01-01, currency: euro, rate: 1}\n", 1, 3, "bad-rate"),
        ("- {date: 2026-01-01, currency: EUR, rate: -1}\n", 1, 3, "bad-rate"),
        ("EUR: 7\n", 1, 1, "bad-rate"),
        ("- [\n", 1, 4, "syntax"),
        (b"- {date: 2026-01-01} # \xff\n", 1, 24, "encoding"),
    ],
)
def test_rates(book: Book, rates: str | Raw, line: int, column: int, code: str) -> None:
    book.gen(GOOD)
    book.write("rates.yaml", rates)
    (problem,) = problems(book)
    assert (problem["path"], problem["code"]) == ("rates.yaml", code)
    assert (problem["line"], problem["column"]) == (line, column)
    result = book.run("customer list -o ids")
    assert result.lines == ["acme", "beta"]
    assert "rates.yaml" in result.err


def test_segments_and_reports_that_cannot_run(book: Book) -> None:
    book.gen(GOOD)
    book.gen(
        {
            "segments/good.yaml": "query: level:vip\n",
            "segments/typo.yaml": "title: T\nquery: levle:vip\n",
            "segments/kind.yaml": "query: a\nkind: custmer\n",
            "segments/syntax.yaml": "query: (a\n",
            "segments/loop.yaml": "query: segment:loop\n",
            "segments/key.yaml": "quary: a\n",
            "segments/broken.yaml": "query: [\n",
            "reports/odd.yaml": "title: x\nsections:\n  - kind: order\n    colums: [id]\n",
            "reports/broken.yaml": "a: [\n",
        }
    )
    assert found(book) == [
        ("reports/broken.yaml", 1, 5, "syntax"),
        ("reports/odd.yaml", 4, 5, "definition"),
        ("segments/broken.yaml", 1, 9, "syntax"),
        ("segments/key.yaml", 1, 1, "definition"),
        ("segments/kind.yaml", 2, 1, "definition"),
        ("segments/loop.yaml", 1, 1, "definition"),
        ("segments/syntax.yaml", 1, 1, "definition"),
        ("segments/typo.yaml", 2, 1, "definition"),
    ]


def test_many_files_in_one_folder_are_a_hint(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.gen(GOOD)
    monkeypatch.setattr("crmctl.checks.MANY_FILES", 1)
    (problem,) = problems(book, "--strict", code=0)
    assert (problem["code"], problem["severity"]) == ("many-files", "hint")
    # The hint is a command that does it.
    command = re.search("“crmctl (.*)”", problem["hint"])
    assert command
    assert command[1] == "relayout customer 'customers/{shard}/{id}.yaml'"
    book.run(command[1])
    assert problems(book, code=0) == []


def test_problems_are_told_in_the_language_of_who_asks(book: Book) -> None:
    book.write("records/customers/a.yaml", "id: a\nname: A\nlevle: vip\n")
    book.run("check")
    english, chinese = book.run("check").out, book.run("--lang zh check").out
    assert english.split()[0] == chinese.split()[0]
    assert english != chinese


def test_the_sample_book_is_sound(sample: Book) -> None:
    assert sample.run("check --strict").out == ""


def test_what_belongs_to_another_customer(book: Book) -> None:
    book.gen(
        {
            "records/customers/group.yaml": "id: group\nname: Group\n",
            "records/customers/plant.yaml": "id: plant\nname: Plant\nparent: group\n",
            "records/customers/dealer.yaml": "id: dealer\nname: Dealer\n",
            "records/contracts/group.yaml": "id: frame\ncustomer: group\nstarts: 2026-01-01\n",
            "records/assets/dealer.yaml": """
                {id: sold-on, customer: dealer, end_user: plant}
                ---
                {id: on-stock, customer: dealer}
            """,
            "records/orders/plant.yaml": """
                id: o1
                customer: plant
                date: 2026-02-01
                contract: frame
            """,
            "records/invoices/plant.yaml": """
                id: i1
                customer: plant
                date: 2026-02-01
                amount: 5
            """,
            "records/payments/dealer.yaml": """
                id: p1
                customer: dealer
                amount: 5
                invoice: i1
            """,
            "records/tickets/plant.yaml": """
                id: t1
                customer: plant
                subject: Noise
                opened: 2026-02-03T10:00+00:00
                asset: sold-on
                ---
                id: t2
                customer: plant
                subject: Smell
                opened: 2026-02-03T10:00+00:00
                asset: on-stock
            """,
        }
    )
    found = book.run("check -o json").json
    assert [(p["path"], p["line"], p["code"], p["severity"]) for p in found] == [
        ("records/payments/dealer.yaml", 4, "other-owner", "warning"),
        ("records/tickets/plant.yaml", 11, "other-owner", "warning"),
    ]
    assert found[0]["message"] == "invoice: “i1” belongs to “plant”, not to “dealer”"


def test_dangling_references_within_the_entries_of_a_list(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "{id: acme, name: A, contacts: [{id: li, name: L}]}\n",
            "records/customers/bolt.yaml": "{id: bolt, name: B, contacts: [{id: ann, name: A}]}\n",
            "records/opportunities/acme.yaml": """
                id: deal
                customer: acme
                title: Deal
                contacts:
                  - contact: li
                  - contact: ann
            """,
            "records/campaigns/fair.yaml": """
                id: fair
                name: Fair
                participants:
                  - customer: bolt
                    contact: ann
                  - customer: acme
                    contact: ann
                  - customer: gone
            """,
        }
    )
    assert [(p["path"][8:], p["line"], p["message"]) for p in problems(book)] == [
        ("campaigns/fair.yaml", 7, "participants.contact: there is no contacts “ann”"),
        ("campaigns/fair.yaml", 8, "participants.customer: there is no customer “gone”"),
        ("opportunities/acme.yaml", 6, "contacts.contact: there is no contacts “ann”"),
    ]
