"""Who waits for an answer of ours, and which promises of ours are open."""

from __future__ import annotations

import pytest

from tests.conftest import Book

ACME = {"records/customers/acme.yaml": "id: acme\nname: Acme\n"}
ANSWERS = ("touches_in", "touches_out", "unanswered_since", "last_inbound_unanswered")


def at(day: int, hour: str = "10:00") -> str:
    return f"2026-11-{day:02d}T{hour}+00:00"


def touch(id: str, when: str, direction: str | None = None, **more: str) -> str:
    fields = {"customer": "acme", "at": f'"{when}"', "kind": "message", **more}
    if direction:
        fields["direction"] = direction
    return f"{{id: {id}, {', '.join(f'{key}: {value}' for key, value in fields.items())}}}\n"


CASES: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "0,0,,"),
    "one came in": ([touch("a", at(1), "in")], f"1,0,{at(1)},{at(1)}"),
    "it was answered": ([touch("a", at(1), "in"), touch("b", at(2), "out")], "1,1,,"),
    "they wrote again, and again": (
        [touch("a", at(2), "out"), touch("b", at(3), "in"), touch("c", at(5), "in")],
        f"2,1,{at(3)},{at(5)}",
    ),
    "an automatic answer is none": (
        [touch("a", at(1), "in"), touch("b", at(2), "out", automatic="true")],
        f"1,0,{at(1)},{at(1)}",
    ),
    "an automatic question is none": ([touch("a", at(1), "in", automatic="true")], "0,0,,"),
    "an answer in the same minute": ([touch("a", at(1), "in"), touch("b", at(1), "out")], "1,1,,"),
    "without a direction nobody is answered": (
        [touch("a", at(1), "in"), touch("b", at(2))],
        f"1,0,{at(1)},{at(1)}",
    ),
    "the future is not yet": ([touch("a", at(1), "in"), touch("b", at(29), "out")],
        f"1,0,{at(1)},{at(1)}"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_unanswered(book: Book, name: str) -> None:
    touches, expected = CASES[name]
    book.gen({**ACME, "records/interactions/acme.yaml": "---\n".join(touches)})
    found = book.run(["customer", "list", "-o", "csv", "--columns", ",".join(ANSWERS)])
    assert found.lines[1] == expected


def test_an_answer_takes_back_nothing_before_it(book: Book) -> None:
    touches = [touch("a", at(1), "in"), touch("b", at(4), "out"), touch("c", at(6), "in")]
    book.gen({**ACME, "records/interactions/acme.yaml": "---\n".join(touches)})
    columns = "customer list -o csv --columns unanswered_since --as-of 2026-11-"
    found = [book.run(f"{columns}{day:02d}").lines[1] for day in (1, 3, 4, 5, 6)]
    assert found == [at(1), at(1), '""', '""', at(6)]


def test_promises(book: Book) -> None:
    book.write(
        "records/interactions/acme.yaml",
        """\
id: a
customer: acme
at: 2026-03-01T10:00+00:00
kind: call
promises:
  - {id: p1, text: Send a quote, due: 2026-03-10}
  - {id: p2, text: Call back, due: 2026-03-05, status: kept, closed: 2026-03-12}
  - {id: p3, text: Pay, side: them, due: 2026-03-02}
  - {id: p4, text: Some day}
""",
    )
    book.gen(ACME)
    ask = "customer list -o csv --columns promises_open,promises_overdue"
    found = {
        day: book.run(f"{ask} --as-of 2026-{day}").lines[1]
        for day in ("02-28", "03-01", "03-05", "03-06", "03-11", "03-12")
    }
    assert found == {
        "02-28": "0,0",
        "03-01": "3,0",
        "03-05": "3,0",
        "03-06": "3,1",
        "03-11": "3,2",
        "03-12": "2,1",
    }
    assert book.run(ask).lines[1] == "2,1"
    assert book.run("customer list promises_overdue:>0 -o ids").lines == ["acme"]
