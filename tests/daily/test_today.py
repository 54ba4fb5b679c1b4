"""`today`: what is due and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmctl.agenda import Item, follow_ups
from crmctl.workspace import Workspace
from tests.conftest import Book, new_book

TODAY = date(2026, 11, 21)


def task(book: Book, name: str, *lines: str, customer: str = "acme") -> None:
    """Adds a task without an id of its own to the customer's stream."""
    path = f"records/tasks/{customer}.yaml"
    before = book.read(path) + "---\n" if (book.root / path).exists() else ""
    of = [] if customer == "_none" else [f"customer: {customer}"]
    book.write(path, before + "\n".join([f"id: tsk-{name}", *of, f"title: {name}", *lines, ""]))


def due(book: Book, options: str = "") -> list[tuple[str, str, str]]:
    """What is due, as (date, text, reason)."""
    found = book.run(f"today {options} -o json").json
    return [(item["due"], item["text"], item["reason_label"]) for item in found]


def birthday(book: Book, day: str) -> None:
    book.write("records/customers/zhang-wei.yaml", f"id: zhang-wei\nname: 张伟\nbirthday: {day}\n")


def test_nothing_is_due(shop: Book) -> None:
    result = shop.run("today")
    assert result.out == ""
    assert result.err == "Nothing is due.\n"
    assert shop.run("today -o json").json == []


def test_a_day_at_a_glance(shop: Book) -> None:
    task(shop, "offer", "due: 2026-11-18")
    task(shop, "sweep", "due: 2026-11-21", customer="_none")
    birthday(shop, "1978-11-23")
    shop.run('log acme x --at 2026-11-10 --next "2026-11-20: call Ann"')
    assert shop.run("agenda").lines == [
        "Due         What       Customer   Text      Reason",
        "----------  ---------  ---------  --------  ------------------",
        "2026-11-18  Task       Acme GmbH  offer     overdue by 3 days",
        "2026-11-20  Follow-up  Acme GmbH  call Ann  overdue by 1 day",
        "2026-11-21  Task       -          sweep     due today",
        "2026-11-23  Birthday   张伟       张伟      turns 48 in 2 days",
    ]


def test_for_scripts(shop: Book) -> None:
    task(shop, "offer", "due: 2026-11-18")
    birthday(shop, "lunar:10-13")
    found = shop.run("today -o json").json
    assert found[0] == {
        "due": "2026-11-18",
        "what": "task",
        "customer": "acme",
        "ref": "tsk-offer",
        "text": "offer",
        "reason_code": "overdue",
        "days": -3,
        "owner": "li-na",
        "reason_label": "overdue by 3 days",
    }
    assert found[1]["reason_code"] == "today"
    assert found[1]["lunar"] is True
    assert shop.run("today -o ids").lines == ["tsk-offer", "zhang-wei"]
    head, first, _second = shop.run("today -o csv").lines
    assert head == "due,what,customer,ref,text,reason_code,days,owner,reason_label"
    assert first == "2026-11-18,task,acme,tsk-offer,offer,overdue,-3,li-na,overdue by 3 days"


# Tasks


@pytest.mark.parametrize(
    ("lines", "listed"),
    [
        (["due: 2026-11-21"], True),
        (["due: 2026-11-22"], False),
        (["due: 2026-11-21", "status: in_progress"], True),
        (["due: 2026-11-21", "status: waiting"], True),
        (["due: 2026-11-21", "status: done"], False),
        (["due: 2026-11-21", "status: cancelled"], False),
        (["due: 2026-11-21", "archived: 2026-11-20"], False),
        (["at: 2026-11-21T23:30+08:00"], True),
        (["at: 2026-11-21T23:30Z"], False),  # tomorrow morning in Shanghai
        ([], False),
    ],
)
def test_which_tasks_are_due(shop: Book, lines: list[str], listed: bool) -> None:
    task(shop, "offer", *lines)
    assert bool(due(shop)) == listed


def test_looking_ahead(shop: Book) -> None:
    for day in (21, 22, 24):
        task(shop, f"day-{day}", f"due: 2026-11-{day}")
    assert [text for _due, text, _why in due(shop, "--days 1")] == ["day-21", "day-22"]
    assert due(shop, "--days 3")[-1] == ("2026-11-24", "day-24", "due in 3 days")
    shop.config(today={"tasks": 1}, timezone="Asia/Shanghai")
    assert len(due(shop)) == 2
    assert len(due(shop, "--days 0")) == 1


def test_the_urgent_ones_of_a_day_come_first(shop: Book) -> None:
    for name, lines in {
        "a": ["priority: low"],
        "b": [],
        "c": ["priority: urgent"],
        "d": ["priority: high"],
    }.items():
        task(shop, name, "due: 2026-11-21", *lines)
    assert [text for _due, text, _why in due(shop)] == ["c", "d", "b", "a"]


# Follow-ups


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        ([("2026-11-10", "2026-11-20: call")], ["call"]),
        ([("2026-11-10", "2026-11-22: call")], []),  # not yet
        ([("2026-11-10", "2026-11-20: call"), ("2026-11-20", None)], []),  # settled
        ([("2026-11-10", "2026-11-20: call"), ("2026-11-19", None)], ["call"]),  # too early
        ([("2026-11-10", "2026-11-15: a"), ("2026-11-12", "2026-11-20: b")], ["b"]),  # replaced
        ([("2026-11-10", "2026-11-15: a"), ("2026-11-12", "2026-12-20: b")], []),
        ([("2026-11-10", "2026-11-05: late")], ["late"]),  # does not settle itself
        ([("2026-11-12", "2026-11-20: b"), ("2026-11-10", "2026-11-15: a")], ["b"]),  # by time
        ([("2026-11-20T00:30+08:00", None), ("2026-11-10", "2026-11-20: call")], []),
        ([("2026-11-19T16:30Z", None), ("2026-11-10", "2026-11-20: call")], []),  # the same hour
        ([("2026-11-19T23:30+08:00", None), ("2026-11-10", "2026-11-20: call")], ["call"]),
    ],
)
def test_the_newest_next_step_until_somebody_gets_in_touch(
    shop: Book, touches: list[tuple[str, str | None]], expected: list[str]
) -> None:
    for at, next_ in touches:
        shop.run(["log", "acme", "x", "--at", at, *(["--next", next_] if next_ else [])])
    assert [text for _due, text, _why in due(shop)] == expected


def test_of_two_in_one_minute_the_later_line_counts(shop: Book) -> None:
    shop.run(["log", "acme", "x", "--next", "today: first"])
    shop.run(["log", "acme", "x", "--next", "today: second"])
    assert [text for _due, text, _why in due(shop)] == ["second"]
    shop.run("log acme done")
    assert due(shop) == []


def test_without_an_action_the_subject_says_what_it_is_about(shop: Book) -> None:
    shop.run(["log", "acme", "offer", "--at", "2026-11-10", "--next", "2026-11-20"])
    assert [text for _due, text, _why in due(shop)] == ["offer"]


@pytest.fixture(scope="module")
def ledger() -> Any:
    """A book with one customer whose interactions the laws below rewrite."""
    with TemporaryDirectory() as folder:
        book = new_book(Path(folder) / "book")
        book.config(timezone="Asia/Shanghai")
        book.gen({"records/customers/c.yaml": "id: c\nname: C\n"})
        yield book


# Hours before noon of the day in question, and the day of the next step if there is one.
TOUCHES = st.lists(
    st.tuples(st.integers(0, 300), st.none() | st.integers(-12, 3)), min_size=1, max_size=6
)
NOON = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def pending(book: Book, touches: Sequence[tuple[int, int | None]], until: date) -> list[Item]:
    """The follow-ups of a customer with these touches, written in this order."""
    documents = []
    for number, (hours, step) in enumerate(touches):
        at = (NOON.astimezone(UTC) - timedelta(hours=hours)).isoformat(timespec="minutes")
        lines = [f"id: int-{number}", "customer: c", f"at: {at}", "kind: call"]
        if step is not None:
            lines.append(f"next: {{date: {TODAY + timedelta(days=step)}, action: step {number}}}")
        documents.append("\n".join([*lines, ""]))
    book.write("records/interactions/c.yaml", "---\n".join(documents))
    workspace = Workspace(book.root)
    try:
        return list(follow_ups(workspace, TODAY, until))
    finally:
        workspace.index.connection.close()


@settings(max_examples=40)
@given(touches=TOUCHES)
def test_follow_ups_are_what_the_rule_says(
    ledger: Book, touches: list[tuple[int, int | None]]
) -> None:
    in_time = sorted(range(len(touches)), key=lambda n: (-touches[n][0], n))
    steps = [n for n in in_time if touches[n][1] is not None]
    expected = []
    if steps:
        day = TODAY + timedelta(days=touches[steps[-1]][1] or 0)
        after = in_time[in_time.index(steps[-1]) + 1 :]
        if not any((NOON - timedelta(hours=touches[n][0])).date() >= day for n in after):
            expected = [(f"int-{steps[-1]}", day)]
    found = pending(ledger, touches, date.max)
    assert [(item.ref, item.due) for item in found] == expected


@settings(max_examples=20)
@given(touches=TOUCHES, hours=st.integers(0, 11))
def test_any_touch_on_or_after_the_day_settles_it(
    ledger: Book, touches: list[tuple[int, int | None]], hours: int
) -> None:
    """Whatever happened before: a touch of this morning leaves nothing due today."""
    touches = [(before + hours, step) for before, step in touches]
    assert pending(ledger, [*touches, (hours, None)], TODAY) == []


# Birthdays


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("1970-11-21", "turns 56 today"),
        ("1988-11-22", "turns 38 in 1 day"),
        ("--11-24", "birthday in 3 days"),
        ("--11-21", "birthday today"),
        ("1970-11-28", "turns 56 in 7 days"),
        ("lunar:1982-10-17", "turns 44 in 4 days (lunar)"),
        ("lunar:10-13", "birthday today (lunar)"),
    ],
)
def test_birthdays_solar_yearless_and_lunar(shop: Book, born: str, reason: str) -> None:
    birthday(shop, born)
    assert [(text, why) for _due, text, why in due(shop)] == [("张伟", reason)]


@pytest.mark.parametrize("born", ["1970-11-20", "1970-11-29", "lunar:10-12", "2027-11-21"])
def test_birthdays_that_are_over_or_far_off(shop: Book, born: str) -> None:
    birthday(shop, born)
    assert due(shop) == []


def test_who_was_born_on_leap_day(shop: Book) -> None:
    birthday(shop, "2000-02-29")
    assert due(shop, "--as-of 2027-02-28")[0][2] == "turns 27 today"
    assert due(shop, "--as-of 2028-02-28")[0][2] == "turns 28 in 1 day"


def test_the_new_year_is_no_border(shop: Book) -> None:
    birthday(shop, "1990-01-02")
    found = due(shop, "--as-of 2026-12-30 --only birthday")
    assert found == [("2027-01-02", "张伟", "turns 37 in 3 days")]


def test_the_birthday_of_a_contact(shop: Book) -> None:
    shop.run("customer set acme contacts.ann-lee.birthday=--11-25")
    (found,) = shop.run("today -o json").json
    assert found["text"] == "Ann Lee"
    assert (found["customer"], found["contact"], found["owner"]) == ("acme", "ann-lee", "li-na")


def test_how_far_ahead_birthdays_show_is_a_setting(shop: Book) -> None:
    birthday(shop, "1970-12-05")
    assert due(shop) == []
    assert len(due(shop, "--days 14")) == 1
    shop.config(today={"birthdays": 14}, timezone="Asia/Shanghai")
    assert len(due(shop)) == 1


def test_whoever_was_put_away_is_left_alone(shop: Book) -> None:
    birthday(shop, "1970-11-21")
    task(shop, "still-open", "due: 2026-11-20", customer="zhang-wei")
    shop.run('log zhang-wei x --at 2026-11-10 --next "2026-11-20: call"')
    shop.run("archive zhang-wei")
    assert [text for _due, text, _why in due(shop)] == ["still-open"]


# Whose it is


def test_only_mine(shop: Book) -> None:
    task(shop, "of-acme", "due: 2026-11-21")
    task(shop, "for-max", "due: 2026-11-21", "owner: max")
    task(shop, "nobodys", "due: 2026-11-21", customer="_none")
    shop.run('--as max log acme x --at 2026-11-10 --next "2026-11-20: call"')

    def texts(options: str, actor: str = "li-na") -> list[str]:
        found = shop.run(f"--as {actor} today {options} -o json").json
        return [item["text"] for item in found]

    assert texts("--owner me") == ["of-acme"]
    assert texts("--owner me", "max") == ["call", "for-max"]
    assert texts("--owner 李娜") == ["of-acme"]
    assert len(texts("")) == 4


def test_an_owner_must_be_known(shop: Book) -> None:
    assert "lina" in shop.run("today --owner lina", code=4).err
    err = shop.run("--as root today --owner me", code=2).err
    assert "You are “root”, and this book has no such user." in err
    assert "--as" in err


def test_without_users_an_owner_is_any_name(book: Book) -> None:
    book.gen({"records/tasks/_none.yaml": "id: tsk-1\ntitle: x\ndue: 2026-11-01\nowner: Ann\n"})
    assert len(due(book, "--owner ann")) == 1
    assert due(book, "--owner bob") == []


# As of a day


def test_as_of_today_is_today(sample: Book) -> None:
    assert sample.run("today -o json").out == sample.run("today --as-of today -o json").out


def test_what_was_settled_later_was_open_then(shop: Book) -> None:
    shop.run('log acme x --at 2026-11-01 --next "2026-11-05: call"')
    shop.run("log acme y --at 2026-11-08")
    task(shop, "offer", "due: 2026-11-05", "created: 2026-11-02")
    with_history = "  - {value: done, was: open, at: 2026-11-08}"
    task(shop, "done", "due: 2026-11-05", "status: done", "status_history:", with_history)
    assert due(shop) == [("2026-11-05", "offer", "overdue by 16 days")]
    assert due(shop, "--as-of 2026-11-06") == [
        ("2026-11-05", "done", "overdue by 1 day"),
        ("2026-11-05", "offer", "overdue by 1 day"),
        ("2026-11-05", "call", "overdue by 1 day"),
    ]
    assert due(shop, "--as-of 2026-11-01 --days 9") == [
        ("2026-11-05", "done", "due in 4 days"),
        ("2026-11-05", "call", "due in 4 days"),
    ]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar(sample: Book, day: str) -> None:
    sample.run(f"today --as-of {day} --days 30")
