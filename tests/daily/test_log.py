"""`log`: one line, one interaction."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.changes.logged import MAX_SUBJECT, NoDay, next_step, split_at_colon, split_text
from tests.conftest import Book

ACME = "records/interactions/acme.yaml"
SATURDAY = date(2026, 11, 21)


def logged(book: Book, path: str = ACME) -> list[str]:
    """The lines of the last interaction in a stream, without its id."""
    return book.read(path).split("---\n")[-1].splitlines()[1:]


def test_a_call_in_one_line(shop: Book) -> None:
    result = shop.run(
        ["--as", "li-na", "log", "acme", "wants an offer", "--feeling", "+1", "--contact"]
        + ["Ann Lee", "--next", "7d: send offer", "--direction", "in"]
    )
    assert shop.read(ACME) == (
        f"id: {result.out.strip()}\n"
        "customer: acme\n"
        "at: 2026-11-21T09:00+08:00\n"
        "kind: call\n"
        "direction: in\n"
        "by: li-na\n"
        "contact: ann-lee\n"
        "subject: wants an offer\n"
        "feeling: 1\n"
        "next:\n"
        "  date: 2026-11-28\n"
        "  action: send offer\n"
    )
    assert result.out.startswith("int-20261121-")
    assert result.err.startswith("change chg-20261121-")


def test_something_must_be_said(shop: Book) -> None:
    said = shop.run("log zhang-wei", code=2)
    assert "Say what happened" in said.err
    assert "interactions/zhang-wei.yaml" not in "".join(map(str, shop.files()))


def test_a_field_says_something_too(shop: Book) -> None:
    shop.run("log zhang-wei --set kind=call")
    assert logged(shop, "records/interactions/zhang-wei.yaml") == [
        "customer: zhang-wei",
        "at: 2026-11-21T09:00+08:00",
        "kind: call",
    ]


def test_what_was_there_keeps_every_byte(shop: Book) -> None:
    shop.write(ACME, "# by hand\r\ncustomer:   acme\r\nat: 2026-01-02T10:00\r\nkind: call\r\n")
    before = shop.bytes(ACME)
    shop.run("log acme again")
    assert shop.bytes(ACME).startswith(before)


@pytest.mark.parametrize(
    "name", ["acme", "ac", "Acme GmbH", "0049 711 5550100", "info@acme.example", "ann@acme.example"]
)
def test_the_customer_by_id_prefix_name_phone_or_mail(shop: Book, name: str) -> None:
    shop.run(["log", name, "hello"])
    assert "subject: hello" in logged(shop)


def test_an_unknown_customer_is_not_found(shop: Book) -> None:
    assert "acme" in shop.run("log acne hello", code=4).err
    assert not (shop.root / ACME).exists()


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("visit", "visit"), ("拜访", "visit"), ("E-mail", "email"), ("邮件", "email")],
)
def test_kinds_by_id_and_by_title_in_either_language(shop: Book, typed: str, kind: str) -> None:
    shop.run(["log", "acme", "x", "--kind", typed])
    assert f"kind: {kind}" in logged(shop)


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("14:30", "2026-11-21T14:30+08:00"),
        ("yesterday 9:00", "2026-11-20T09:00+08:00"),
        ("昨天下午3点", "2026-11-20T15:00+08:00"),
        ("2h ago", "2026-11-21T07:00+08:00"),
        ("2026-11-01", "2026-11-01T12:00+08:00"),
    ],
)
def test_when_it_was(shop: Book, typed: str, at: str) -> None:
    shop.run(["log", "acme", "x", "--at", typed])
    assert f"at: {at}" in logged(shop)


def test_a_time_to_come_is_pointed_out(shop: Book) -> None:
    assert "2026-11-21T14:30+08:00" in shop.run("log acme x --at 14:30").err
    assert "warning" not in shop.run("log acme x --at 8:30").err


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ("--kind cal", 2, "call"),
        ("--feeling 3", 2, "at most 2"),
        ("--feeling great", 2, "whole number"),
        ("--at someday", 2, "someday"),
        ("--contact Ann", 2, "Ann Lee"),
        ("--by nobody", 2, "nobody"),
        ("--direction up", 2, "Inbound (in), Outbound (out)"),
        ("--next 'send offer'", 2, "7d: send offer"),
        ("--next ': send offer'", 2, "7d: send offer"),
        ("--set nonsense=1", 2, "nonsense"),
    ],
)
def test_a_slip_is_named_and_nothing_is_written(
    shop: Book, options: str, code: int, message: str
) -> None:
    assert message in shop.run(f"log acme x {options}", code=code).err
    assert not (shop.root / ACME).exists()


# Who it was


def test_a_user_who_is_known_by_name_is_stored_by_id(shop: Book) -> None:
    shop.run(["--as", "李娜", "log", "acme", "x"])
    assert "by: li-na" in logged(shop)


def test_an_actor_who_is_no_user_is_not_put_down(shop: Book) -> None:
    shop.run("--as root log acme x")
    assert not [line for line in logged(shop) if line.startswith("by:")]


def test_without_users_any_name_will_do(book: Book) -> None:
    book.gen({"records/customers/acme.yaml": "id: acme\nname: Acme\n"})
    book.run(["--as", "Ann Example", "log", "acme", "x"])
    assert "by: Ann Example" in logged(book)


def test_the_named_user_comes_before_the_acting_one(shop: Book) -> None:
    shop.run(["--as", "li-na", "log", "acme", "x", "--by", "Max Weber"])
    assert "by: max" in logged(shop)


# What was said


@pytest.mark.parametrize(
    ("text", "subject", "notes"),
    [
        ("called", "called", ""),
        ("  called \n", "called", ""),
        ("x" * 120, "x" * 120, ""),
        ("x" * 121, "", "x" * 121),
        ("called\nShe wants 3.\n\nBy May.", "called", "She wants 3.\n\nBy May."),
        ("x" * 121 + "\nmore", "", "x" * 121 + "\nmore"),
        ("", "", ""),
    ],
)
def test_short_first_lines_are_subjects(text: str, subject: str, notes: str) -> None:
    assert split_text(text) == (subject, notes)


@given(st.text(st.sampled_from("ab 。\n\r\t"), max_size=300))
def test_nothing_that_was_said_is_lost(text: str) -> None:
    subject, notes = split_text(text)
    assert f"{subject}\n{notes}".split() == text.split()
    assert len(subject) <= MAX_SUBJECT
    assert "\n" not in subject


def test_a_long_story_is_kept_as_notes(shop: Book) -> None:
    shop.run(["log", "acme", "Offer\nThey need it by May.\nAnn decides."])
    assert logged(shop)[-4:] == [
        "subject: Offer",
        "notes: |-",
        "  They need it by May.",
        "  Ann decides.",
    ]


def test_what_is_set_comes_last(shop: Book) -> None:
    shop.run(["log", "acme", "x", "-s", "kind=meeting", "-s", "promises+=send the offer"])
    assert "kind: meeting" in logged(shop)
    assert "    text: send the offer" in logged(shop)


# What comes next


@pytest.mark.parametrize(
    ("text", "day", "action"),
    [
        ("7d: send offer", date(2026, 11, 28), "send offer"),
        ("7d：寄报价", date(2026, 11, 28), "寄报价"),
        ("friday: call: again", date(2026, 11, 27), "call: again"),
        ("下周三：回访", date(2026, 11, 25), "回访"),
        ("2026-12-01", date(2026, 12, 1), ""),
        ("tomorrow:", date(2026, 11, 22), ""),
    ],
)
def test_the_next_step(text: str, day: date, action: str) -> None:
    assert next_step(text, SATURDAY) == (day, action)


@pytest.mark.parametrize("text", ["send offer", ": send offer", "", "soon: send offer"])
def test_a_next_step_needs_a_day(text: str) -> None:
    with pytest.raises(NoDay) as raised:
        next_step(text, SATURDAY)
    assert "WHEN: ACTION" in str(raised.value.hint)


@given(st.text("ab :：", max_size=20))
def test_a_line_is_split_at_its_first_colon(text: str) -> None:
    head, _tail = split_at_colon(text)
    assert not {":", "："} & {*head}
    assert text.strip().startswith(head)


# Many at once


def test_many_lines_are_one_change(shop: Book) -> None:
    lines = (
        "acme: called\n"
        "\n"
        "张伟：到访展厅\n"
        '{"customer": "Acme GmbH", "kind": "邮件", "subject": "mail"}\n'
    )
    result = shop.run("log - --by max", input=lines)
    assert len(result.lines) == 3
    assert result.err.count("change ") == 1
    assert [line for line in shop.read(ACME).splitlines() if "id:" in line] == [
        f"id: {result.lines[0]}",
        f"id: {result.lines[2]}",
    ]
    assert logged(shop)[2:] == ["kind: email", "by: max", "subject: mail"]
    assert "subject: 到访展厅" in logged(shop, "records/interactions/zhang-wei.yaml")


def test_a_json_line_has_all_fields(shop: Book) -> None:
    line = {
        "客户": "acme",
        "at": "2026-11-01T10:00+01:00",
        "contact": "徐波",
        "feeling": -1,
        "next": {"date": "2026-12-01", "action": "call"},
        "promises": [{"text": "a sample"}],
        "cost": 12.50,
        "_path": "ignored",
    }
    shop.run("log -", input=json.dumps(line))
    record = shop.run("interaction list -o json").json[0]
    assert record["contact"] == "bo-xu"
    assert record["at"] == "2026-11-01T10:00+01:00"
    assert record["feeling"] == -1
    assert record["next"] == {"date": "2026-12-01", "action": "call"}
    assert record["promises"] == [{"id": "a-sample", "text": "a sample"}]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("acme called", 2),
        (": called", 2),
        ("nobody: called", 4),
        ('{"customer": "acme"', 3),
        ('{"subject": "x"}', 2),
        ('{"customer": "ac"}', 2),
        ('{"customer": "acme", "feeling": 9}', 2),
        ('{"customer": "acme", "nonsense": 9}', 2),
        ('{"customer": ["acme"]}', 2),
    ],
)
def test_one_bad_line_stops_them_all(shop: Book, line: str, code: int) -> None:
    result = shop.run("log -", input=f"acme: called\n\n{line}\n", code=code)
    assert "Line 3" in result.err
    assert not (shop.root / ACME).exists()


def test_lines_from_a_file(shop: Book) -> None:
    shop.write("calls.txt", "\ufeffacme: called\r\nacme: again\r\n")
    assert len(shop.run("log -f calls.txt").lines) == 2
    assert logged(shop)[-1] == "subject: again"


def test_what_is_no_text_is_refused(shop: Book) -> None:
    shop.write("calls.txt", "acme: 电话".encode("gb18030"))
    assert "UTF-8" in shop.run("log -f calls.txt", code=3).err
    assert "UTF-8" in shop.run("log -", input="acme: 电话".encode("gb18030"), code=3).err


@pytest.mark.parametrize("words", ["log", "log - text", "log acme -f calls.txt"])
def test_words_that_do_not_go_together(shop: Book, words: str) -> None:
    shop.write("calls.txt", "acme: called\n")
    shop.run(words, code=2)


def test_an_empty_list_changes_nothing(shop: Book) -> None:
    result = shop.run("log -", input="\n")
    assert result.out == ""
    assert "change chg" not in result.err


# Scripts


def test_a_dry_run_writes_nothing(shop: Book) -> None:
    assert "subject" in shop.run("log acme offer --dry-run").out.casefold()
    assert not (shop.root / ACME).exists()


def test_the_change_for_scripts(shop: Book) -> None:
    result = shop.run("log acme offer -o json")
    assert result.json["created"] == [shop.run("interaction list -o ids").out.strip()]
    assert result.json["updated"] == result.json["removed"] == []
