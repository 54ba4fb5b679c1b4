"""The rules of `today`: what each finds, and what a book makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Book


def lines(book: Book, options: str = "") -> list[tuple[str, str, str]]:
    """What is due, as (rule, due, text)."""
    found = book.run(f"today {options} -o json").json
    return [(item["what"], item["due"], item["text"]) for item in found]


def stream(book: Book, kind: str, *documents: str) -> None:
    """Writes records of Acme, one text each."""
    texts = (f"customer: acme\n{text.strip()}\n" for text in documents)
    book.write(f"records/{kind}/acme.yaml", "---\n".join(texts))


@pytest.mark.parametrize(
    ("kind", "record", "expected"),
    [
        (
            "invoices",
            "id: inv-1\nnumber: R1\ndate: 2026-10-01\ndue: 2026-11-01\namount: 120",
            ("invoice", "2026-11-01", "R1: 120 EUR unpaid"),
        ),
        (
            "payments",
            "id: pay-1\nstatus: planned\ndue: 2026-11-20\namount: 50",
            ("payment", "2026-11-20", "50 EUR planned"),
        ),
        (
            "quotes",
            "id: quo-1\nnumber: Q1\ndate: 2026-10-01\nstatus: sent\nvalid_until: 2026-11-25\n"
            "amount: 9",
            ("quote", "2026-11-25", "Q1 expires: 9 EUR"),
        ),
        (
            "contracts",
            "id: ctr-1\nnumber: C1\nstarts: 2026-01-01\nends: 2026-12-20\nnotice_days: 30\n"
            "auto_renew: true",
            ("contract_renewal", "2026-12-21", "C1"),
        ),
        (
            "contracts",
            "id: ctr-1\nnumber: C1\nstarts: 2026-01-01\nends: 2026-12-31\nnotice_days: 30",
            ("contract_notice", "2026-12-01", "C1: last day to give notice"),
        ),
        (
            "contracts",
            "id: ctr-1\ntitle: Service\nstarts: 2026-01-01\nends: 2026-12-31",
            ("contract_end", "2026-12-31", "Service"),
        ),
        (
            "assets",
            "id: ast-1\nname: Line 2\nservice_due: 2026-12-01",
            ("service", "2026-12-01", "Line 2"),
        ),
        (
            "assets",
            "id: ast-1\nname: Line 2\nconsumables:\n  - {id: b, text: buffer, due: 2026-11-10}",
            ("consumable", "2026-11-10", "Line 2: buffer"),
        ),
        (
            "tickets",
            "id: tck-1\nsubject: Broken\nopened: 2026-11-18T09:00+08:00",
            ("ticket_response", "2026-11-18", "Broken"),
        ),
        (
            "tickets",
            "id: tck-1\nsubject: Broken\nopened: 2026-11-02T09:00+08:00\n"
            "first_response: 2026-11-02T09:30+08:00",
            ("ticket", "2026-11-04", "Broken"),
        ),
        (
            "opportunities",
            "id: opp-1\ntitle: Big one\nstage: lead\nexpected_close: 2026-11-10",
            ("expected_close", "2026-11-10", "Big one"),
        ),
        (
            "opportunities",
            "id: opp-1\ntitle: Big\nstage: lead\nnext: {date: 2026-11-21, action: call}",
            ("deal_step", "2026-11-21", "Big: call"),
        ),
        (
            "interactions",
            "id: int-1\nat: 2026-11-20T09:00+08:00\nkind: call\npromises:\n"
            "  - {id: p, text: a sample, due: 2026-11-20}\n  - {id: q, text: later}",
            ("promise", "2026-11-20", "a sample"),
        ),
        (
            "interactions",
            "id: int-1\nat: 2026-11-20T09:00+08:00\nkind: call\npromises:\n"
            "  - {id: p, text: the order, due: 2026-11-21, side: them}",
            ("they_promised", "2026-11-21", "the order"),
        ),
    ],
)
def test_each_rule_finds_its_records(
    shop: Book, kind: str, record: str, expected: tuple[str, str, str]
) -> None:
    stream(shop, kind, record)
    assert expected in lines(shop)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "care+='{id: call, text: ask how it runs, due: 2026-11-20}'",
            [("care", "2026-11-20", "ask how it runs")],
        ),
        ("care+='{id: call, text: x, due: 2026-11-20, done: 2026-11-20}'", []),
        (
            "key_account.milestones+='{id: m, title: first line, due: 2026-11-28}'",
            [("milestone", "2026-11-28", "first line")],
        ),
        ("key_account.milestones+='{id: m, title: x, due: 2026-11-28, done: 2026-11-01}'", []),
        (
            "membership='{number: M7, expires: 2026-12-01}'",
            [("membership", "2026-12-01", "membership M7 expires")],
        ),
        (
            "profile.family.anniversary=2001-11-24",
            [("anniversary", "2026-11-24", "Acme GmbH")],
        ),
    ],
)
def test_what_the_customer_itself_says(
    shop: Book, change: str, expected: list[tuple[str, str, str]]
) -> None:
    shop.run(f"customer set acme {change}")
    assert lines(shop) == expected


def test_registrations_that_nobody_confirmed(shop: Book) -> None:
    shop.gen(
        {
            "records/campaigns/fair.yaml": """
                id: fair
                name: Fair
                starts: 2026-11-28
                confirm_days: 5
                participants:
                  - {customer: acme, registered: 2026-11-01}
                  - {customer: zhang-wei, registered: 2026-11-01, confirmed: 2026-11-02}
                steps:
                  - {id: a, text: book the stand, due: 2026-11-20}
                  - {id: b, text: done already, due: 2026-11-20, done: 2026-11-19}
            """
        }
    )
    assert lines(shop) == [
        ("campaign_step", "2026-11-20", "Fair: book the stand"),
        ("confirmation", "2026-11-23", "Fair"),
    ]
    assert shop.run("today --only confirmation -o json").json[0]["customer"] == "acme"


# Regular touches


def test_a_touch_is_due_by_level_intent_or_habit(shop: Book) -> None:
    shop.run("log acme x --at 2026-10-20T10:00")
    assert lines(shop) == [("cadence", "2026-11-19", "last touch 2026-10-20, every 30 days")]
    shop.run("customer set acme intent=a")
    assert lines(shop)[0][1] == "2026-10-27"
    shop.run("customer set acme cadence_days=60")
    assert lines(shop) == []
    shop.run("customer set acme cadence_days=")
    shop.run("log acme mailing --at 2026-11-20 --set automatic=true")
    assert lines(shop)[0][1] == "2026-10-27"  # no touch of a human being
    shop.run("log acme y --at 2026-11-20")
    assert lines(shop) == []


def test_whoever_is_called_anyway_is_not_called_twice(shop: Book) -> None:
    shop.run('log acme x --at 2026-10-01 --next "2026-11-20: call"')
    assert [what for what, *_ in lines(shop)] == ["follow_up"]
    assert [what for what, *_ in lines(shop, "--only cadence")] == ["cadence"]


def test_who_was_lost_or_never_met(shop: Book) -> None:
    shop.run("customer set acme created=2026-09-01")
    assert lines(shop)[0][1] == "2026-10-01"
    shop.run("customer set acme status=lost lost.reason=poor_service")
    assert lines(shop) == []


# Unanswered


def test_a_message_without_an_answer(shop: Book) -> None:
    shop.run('log acme "Where is it?" --kind e-mail --direction in --at 2026-11-18T10:00')
    shop.run('log acme "Hello?" --kind e-mail --direction in --at 2026-11-19T10:00')
    assert lines(shop) == [("unanswered", "2026-11-18", "Where is it?")]
    shop.run("log acme x --kind e-mail --direction out --at 2026-11-19T11:00 -s automatic=true")
    assert len(lines(shop)) == 1
    shop.run('log acme "Here" --kind e-mail --direction out --at 2026-11-20T11:00')
    assert lines(shop) == []


# Festivals


def test_festivals_count_whom_to_greet(shop: Book) -> None:
    shop.config(
        festivals={
            "spring_festival": None,
            "new_year": {"query": "type:organization"},
            "open_day": {"title": "Open day", "day": "--11-24", "query": "id:*"},
            "moon": {"day": "lunar:10-14", "query": "owner:li-na"},
        },
        timezone="Asia/Shanghai",
    )
    assert shop.run("today --columns due,text").lines[2:] == [
        "2026-11-22  moon · 1 customer",
        "2026-11-24  Open day · 2 customers",
    ]
    (mine,) = [i for i in shop.run("today --owner li-na -o json").json if i["text"] == "open_day"]
    assert (mine["customers"], mine.get("ref")) == (1, None)
    assert shop.run("today --owner max -o json").json == []


# A book's own rules


def test_a_book_adds_changes_and_takes_away(shop: Book) -> None:
    rule: dict[str, Any] = {
        "title": {"en": "How is it?", "zh": "回访"},
        "kind": "order",
        "date": "date",
        "after": "2w",
        "behind": 7,
        "text": {"en": "order of {date}: {amount}", "zh": "{date} 的订单：{amount}"},
    }
    shop.config(
        currency="EUR",
        timezone="Asia/Shanghai",
        reminders={"satisfied": rule, "task": None, "invoice": {"query": "balance:>500"}},
    )
    stream(
        shop,
        "orders",
        "id: ord-1\ndate: 2026-11-05\namount: 20",
        "id: ord-2\ndate: 2026-10-05\namount: 30",
    )
    stream(shop, "invoices", "id: inv-1\ndate: 2026-10-01\ndue: 2026-11-01\namount: 120")
    stream(shop, "tasks", "id: tsk-1\ntitle: x\ndue: 2026-11-01")
    assert lines(shop) == [("satisfied", "2026-11-19", "order of 2026-11-05: 20 EUR")]
    assert "回访  Acme GmbH  2026-11-05 的订单：20.00 EUR" in shop.run("--lang zh today").out


def test_one_bad_rule_does_not_stop_the_others(shop: Book) -> None:
    shop.config(reminders={"task": {"query": "stats:open"}, "x": {"kind": "oder", "date": "date"}})
    stream(shop, "invoices", "id: inv-1\ndate: 2026-10-01\ndue: 2026-11-01\namount: 120")
    result = shop.run("today")
    assert "inv-1: 120.00 USD unpaid" in result.out
    assert "warning: crmctl.yaml: reminders.task: “task” has no field “stats”." in result.err
    problems = shop.run("check", code=1).out
    assert "stats" in problems
    assert "oder" in problems


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "reminders.x: it needs the field with the day: date"),
        ({"source": "birthday"}, "Did you mean “birthdays”?"),
        ({"date": "due", "after": "soon"}, "“soon” is no distance"),
        ({"dat": "due"}, "there is no such setting"),
    ],
)
def test_a_rule_that_cannot_be_read(shop: Book, rule: dict[str, str], message: str) -> None:
    shop.config(reminders={"x": rule})
    assert message in shop.run("today", code=3).err


# Whose


def test_teams_and_rules_choose(shop: Book) -> None:
    shop.run("user set li-na team=East")
    shop.run("user set max team=West")
    stream(
        shop,
        "tasks",
        "id: tsk-1\ntitle: a\ndue: 2026-11-01",
        "id: tsk-2\ntitle: b\ndue: 2026-11-01\nowner: max",
    )
    stream(shop, "invoices", "id: inv-1\ndate: 2026-10-01\ndue: 2026-11-02\namount: 1")
    assert [text for *_, text in lines(shop, "--team east")] == ["a", "inv-1: 1 EUR unpaid"]
    assert [text for *_, text in lines(shop, "--team West")] == ["b"]
    assert [text for *_, text in lines(shop, "--team east --only task")] == ["a"]
    assert [text for *_, text in lines(shop, "--without task,cadence")] == ["inv-1: 1 EUR unpaid"]
    found = shop.run("--as max today --mine -o json").json
    assert [item["text"] for item in found] == ["b"]
    assert "Did you mean “West”?" in shop.run("today --team Wst", code=2).err
    assert "Did you mean “task”?" in shop.run("today --only tsk", code=2).err


def test_what_was_open_then_is_listed_as_of_then(shop: Book) -> None:
    stream(
        shop,
        "interactions",
        "id: int-1\nat: 2026-11-01T09:00+08:00\nkind: call\npromises:\n"
        "  - {id: p, text: a sample, due: 2026-11-05, status: kept, closed: 2026-11-09}",
    )
    assert lines(shop) == []
    assert lines(shop, "--as-of 2026-11-06") == [("promise", "2026-11-05", "a sample")]


def test_scripts_get_the_same_words_in_every_language(shop: Book) -> None:
    stream(shop, "invoices", "id: inv-1\ndate: 2026-10-01\ndue: 2026-11-01\namount: 120")
    (english,) = shop.run("today -o json").json
    (chinese,) = shop.run("--lang zh today -o json").json
    assert english["text"] == chinese["text"] == "inv-1: 120 EUR unpaid"
    assert chinese["text_label"] == "inv-1：120.00 EUR 未付"
