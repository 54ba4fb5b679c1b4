"""`--as-of DAY`: later events are invisible and later states undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmctl.index.asof import Moment, record_at, state_at
from crmctl.selection import Selection
from crmctl.values import clock
from crmctl.workspace import Workspace
from tests.conftest import Book, new_book

FIRST = date(2026, 1, 1)
COLUMNS = ("id", "orders", "purchases", "spend", "last_order", "last_interaction", "rfm", "abc")

Order = tuple[int, int, int, str, int | None]  # customer, day, amount, status, refund of which
Touch = tuple[int, int]  # customer, day

ORDERS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 20),
        st.integers(-3, 12),
        st.sampled_from(["confirmed", "confirmed", "draft", "completed"]),
        st.none() | st.integers(0, 8),
    ),
    max_size=14,
)
TOUCHES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20)), max_size=8)


def write(book: Book, orders: Sequence[Order], touches: Sequence[Touch], until: int = 99) -> None:
    """A book of six customers with those events that are not after day `until`."""
    files = {f"records/customers/c{n}.yaml": f"id: c{n}\nname: C\n" for n in range(6)}
    bought = []
    for number, (customer, day, amount, status, refund_of) in enumerate(orders):
        if day <= until:
            text = f"id: o{number}\ncustomer: c{customer}\ndate: {FIRST + timedelta(day)}\n"
            text += f"status: {status}\namount: {amount}\n"
            text += f"refund_of: o{refund_of}\n" if refund_of is not None else ""
            bought.append(text)
    touched = [
        f"id: i{number}\ncustomer: c{customer}\nat: {FIRST + timedelta(day)}T23:30\nkind: call\n"
        for number, (customer, day) in enumerate(touches)
        if day <= until
    ]
    files["records/orders/all.yaml"] = "---\n".join(bought)
    files["records/interactions/all.yaml"] = "---\n".join(touched)
    book.gen(files)


def known(book: Book, as_of: date | None) -> list[tuple[object, ...]]:
    workspace = Workspace(book.root, actor="me")
    selection = Selection(workspace, workspace.registry.kinds["customer"], as_of=as_of)
    return list(selection.rows([selection.column(name) for name in COLUMNS]))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=12)
@given(ORDERS, TOUCHES, st.integers(0, 20))
def test_as_of_a_day_is_the_book_without_what_came_later(
    tmp_path_factory: pytest.TempPathFactory,
    orders: list[Order],
    touches: list[Touch],
    day: int,
) -> None:
    folder = tmp_path_factory.mktemp("law")
    whole, early = new_book(folder / "whole"), new_book(folder / "early")
    write(whole, orders, touches)
    write(early, orders, touches, until=day)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(clock.VARIABLE, "2027-01-01")
        on = FIRST + timedelta(day)
        assert known(whole, on) == known(early, on)
        # The rates of time alone apart, what is later than all events is the book as it is.
        assert known(whole, date(2027, 1, 1)) == known(whole, None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-31", "potential,basic,,no"),
        ("2026-02-01", "target,basic,,no"),
        ("2026-03-15", "active,important,li,no"),
        ("2026-04-01", "active,important,,yes"),
        ("2026-12-31", "lost,vip,,yes"),
    ],
)
def test_states_are_undone(book: Book, day: str, expected: str) -> None:
    book.write(
        "records/customers/acme.yaml",
        """\
id: acme
name: Acme
status: lost
status_history:
  - {value: target, was: potential, at: 2026-02-01}
  - {value: active, at: 2026-03-01}
  - {value: lost, at: 2026-06-01}
level: vip
level_history:
  - {value: important, was: basic, at: 2026-02-15}
  - {value: vip, at: 2026-05-01}
owner_history:
  - {value: li, at: 2026-03-01}
  - {at: 2026-03-20}
archived: 2026-04-01
""",
    )
    status, level, owner, archived = expected.split(",")
    record = book.run(f"customer show acme --as-of {day} -o json").json
    assert record["status"] == status
    assert record["level"] == level
    assert record.get("owner", "") == owner
    assert ("archived" in record) == (archived == "yes")
    listed = book.run(f"customer list --as-of {day} -o csv --columns status,level,owner").lines[1:]
    assert listed == ([] if archived == "yes" else [f"{status},{level},{owner}"])
    query = ["customer", "list", "--as-of", day, "--all", "-o", "ids"]
    assert book.run([*query, f"status:{status} level:{level}"]).out == "acme\n"
    assert book.run([*query, "archived:*"]).lines == ["acme"][: archived == "yes"]
    assert len(record.get("status_history", [])) == sum(
        at <= day for at in ("2026-02-01", "2026-03-01", "2026-06-01")
    )
    counted = book.run(["sql", "--as-of", day, "SELECT status FROM customers", "-o", "csv"])
    assert counted.lines[1:] == [status]


def test_words_and_spans_start_from_that_day(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/orders/acme.yaml": """
                {id: a, customer: acme, date: 2026-01-05, amount: 1}
                ---
                {id: b, customer: acme, date: 2026-01-20, amount: 1}
            """,
        }
    )
    assert book.run("order list date:<7d --as-of 2026-01-10 -o ids").lines == ["a"]
    assert book.run("order list --as-of 2026-01-20 date:today -o ids").lines == ["b"]
    assert book.run("order list --as-of 2026-01 -o ids").lines == ["b", "a"]
    assert book.run("order list --as-of 2026-01-19 -o ids").lines == ["a"]
    assert book.run("customer list last_order:>10d --as-of 2026-01-19 -o ids").out == "acme\n"
    assert "--as-of" in book.run("order list --as-of someday", code=2).err


def test_the_end_of_a_local_day(book: Book) -> None:
    book.config(timezone="Asia/Shanghai")
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/interactions/acme.yaml": """
                {id: i1, customer: acme, at: "2026-01-10T23:59:59+08:00", kind: call}
                ---
                {id: i2, customer: acme, at: "2026-01-10T16:00+00:00", kind: call}
            """,
        }
    )
    # 16:00 UTC is midnight in Shanghai, and so the next day.
    assert book.run("interaction list --as-of 2026-01-10 -o ids").lines == ["i1"]
    assert book.run("interaction list --as-of 2026-01-11 -o ids").lines == ["i2", "i1"]
    assert book.run("interaction list --as-of 9999-12-31 -o ids").lines == ["i2", "i1"]


def test_a_nested_date_of_a_state(book: Book) -> None:
    book.write(
        "records/customers/acme.yaml",
        "id: acme\nname: Acme\nlost: {at: 2026-05-01, reason: poor_service}\n",
    )
    assert "lost" in book.run("customer show acme --as-of 2026-05-01 -o json").json
    assert "lost" not in book.run("customer show acme --as-of 2026-04-30 -o json").json
    assert book.run("customer list lost.reason:poor_service --as-of 2026-04-30 -o ids").out == ""
    assert (
        book.run("customer list lost.reason:poor_service --as-of 2026-05-01 -o ids").out == "acme\n"
    )


HISTORY = [
    {"value": "b", "was": "a", "at": "2026-02-01"},
    {"value": "c", "at": "2026-02-01"},
    {"value": "d", "at": "2026-03-01T10:00+00:00"},
]


@pytest.mark.parametrize(
    ("day", "value"),
    [
        ("2026-01-31", "a"),
        ("2026-02-01", "c"),
        ("2026-02-28", "c"),
        ("2026-03-01", "now"),
    ],
)
def test_the_last_entry_of_the_day_counts(day: str, value: str) -> None:
    assert state_at("now", HISTORY, end(day)) == value


def test_without_a_history_the_value_was_always_so() -> None:
    assert state_at("x", [], end("1990-01-01")) == "x"
    assert state_at("x", [{"value": "x"}], end("1990-01-01")) == "x"


def test_an_entry_with_a_time_counts_by_the_book_s_own_day() -> None:
    history = [{"value": "closed", "was": "open", "at": "2026-03-01T23:30+00:00"}]
    assert state_at("closed", history, end("2026-03-01")) == "closed"
    assert state_at("closed", history, end("2026-03-01", "Asia/Shanghai")) == "open"


def end(day: str, zone: str = "UTC") -> Moment:
    return Moment(date.fromisoformat(day), ZoneInfo(zone))


def test_what_holds_now_is_untouched_as_of_now(book: Book) -> None:
    workspace = Workspace(book.root)
    kind = workspace.registry.kinds["customer"]
    values = {"id": "a", "name": "A", "level": "vip", "archived": "2020-01-01", "tags": ["x"]}
    assert record_at(kind, values, end("2026-01-01")) == values


def test_what_was_planned_is_there_before_its_day_and_without_its_outcome(book: Book) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")

    def on(day: str, *words: str) -> str:
        return book.run(list(words), env={"CRMCTL_NOW": day}).out.strip()

    planned = on("2026-01-10", *"payment add acme -s amount=50 -s status=planned".split())
    on("2026-03-01", *f"payment set {planned} status=received date=2026-03-01".split())
    on("2026-03-02", *"payment add acme -s amount=70 -s date=2026-02-20".split())
    deal = "opportunity add Pump -s customer=acme -s stage=quoted -s amount=5"
    won = on("2026-01-05", *deal.split())
    on("2026-02-05", *f"opportunity set {won} stage=won closed.at=2026-02-05".split())
    for day, payments, deals in [
        ("2026-01-04", [], []),
        ("2026-01-09", [], ["2026-01-05,quoted,"]),
        ("2026-02-04", ["planned,,50"], ["2026-01-05,quoted,"]),
        ("2026-02-20", ["planned,,50", "received,2026-02-20,70"], ["2026-01-05,won,2026-02-05"]),
        ("2026-03-01", ["received,2026-03-01,50", "received,2026-02-20,70"], None),
    ]:
        found = book.run(
            f"payment list --as-of {day} --columns status,date,amount --sort amount -o csv"
        )
        assert found.lines[1:] == payments
        if deals is not None:
            columns = "opened,stage,closed.at"
            found = book.run(f"opportunity list --as-of {day} --columns {columns} -o csv")
            assert found.lines[1:] == deals


def test_what_has_no_date_of_its_own_begins_when_it_was_made(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\ncreated: 2026-05-01\n",
            "records/products/pump.yaml": "id: pump\nname: Pump\ncreated: 2026-05-01\n",
            "records/tasks/acme.yaml": """
                {id: old, customer: acme, title: Old, due: 2026-04-20, created: 2026-02-01}
                ---
                {id: ageless, customer: acme, title: Ageless, due: 2026-04-25}
                ---
                {id: new, customer: acme, title: New, due: 2026-03-05, created: 2026-03-02}
            """,
        }
    )
    for day, known, due in [
        ("2026-03-01", ["ageless", "old"], "2026-04-20"),
        ("2026-03-02", ["ageless", "new", "old"], "2026-03-05"),
    ]:
        assert book.run(f"task list --as-of {day} -o ids --sort id").lines == known
        facts = f"customer list --as-of {day} -o csv --columns id,open_tasks,next_due"
        assert book.run(facts).lines[1:] == [f"acme,{len(known)},{due}"]
        assert book.run(f"today --as-of {day} --days 99 -o ids").out.count("new") == len(known) - 2
        assert book.run(f"show acme --as-of {day}").out.count("New") == len(known) - 2
        assert book.run(f"product list --as-of {day} -o ids").lines == ["pump"]
