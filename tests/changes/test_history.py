"""`changes`, `history` and `restore`: the past of a book, read from its change sets."""

from __future__ import annotations

from tests.conftest import Book

from .conftest import ACME, change


def test_changes_lists_them_newest_first(acme: Book) -> None:
    first = change(acme.run("--as li customer set acme industry=retail --reason 'heard it'"))
    second = change(acme.run("customer set acme website=acme.example"))
    third = change(acme.run(["undo", second]))
    rows = acme.run("changes -o json").json
    assert [row["change"] for row in rows] == [third, second, first]
    assert rows[2]["actor"] == "li"
    assert rows[2]["reason"] == "heard it"
    assert rows[2]["records"] == 1
    assert rows[1]["undone_by"] == third
    assert rows[1]["command"].startswith("customer set acme")


def test_changes_are_filtered(acme: Book) -> None:
    mine = change(acme.run("--as li customer set acme industry=retail"))
    acme.run("--as wang log acme hello")
    assert acme.run("changes --by li -o ids").lines == [mine]
    assert acme.run("changes --kind customer -o ids").lines == [mine]
    assert acme.run("changes --on yesterday -o ids").lines == []
    assert len(acme.run("changes --on today -o ids").lines) == 2
    assert len(acme.run("changes --limit 1 -o ids").lines) == 1


def test_one_change_in_full(acme: Book) -> None:
    id = change(acme.run("customer set acme industry=retail"))
    shown = acme.run(["changes", id]).out
    assert "customer set acme industry=retail" in shown
    assert "Industry: retail" in shown
    (told,) = acme.run(["changes", id[-8:], "-o", "json"]).json
    assert told["records"][0]["after"]["industry"] == "retail"


def test_the_history_of_a_record(acme: Book) -> None:
    first = change(acme.run("--as li customer set acme industry=retail --reason 'heard it'"))
    acme.run("customer set acme industry=toys website=acme.example")
    steps = acme.run("history acme -o json").json
    assert [(step["field"], step["before"], step["after"]) for step in steps] == [
        ("industry", "retail", "toys"),
        ("website", None, "acme.example"),
        ("industry", None, "retail"),
    ]
    assert steps[2] == {
        "change": first,
        "at": "2026-11-21T09:00:00+00:00",
        "actor": "li",
        "command": "customer set acme industry=retail --reason 'heard it'",
        "reason": "heard it",
        "field": "industry",
        "before": None,
        "after": "retail",
    }
    assert "retail → toys" in acme.run("history acme").out


def test_a_removed_record_has_a_history_too(acme: Book) -> None:
    acme.run("customer rm acme --yes")
    assert acme.run("history acme -o json").json[0]["after"] is None
    acme.run("undo")
    shown = [line.split()[-2] for line in acme.run("history acme").lines]
    assert shown[2:] == ["added", "removed"]
    rows = acme.run("history acme -o csv").lines
    assert rows[0] == "change,at,actor,command,reason,field,before,after"
    assert rows[1].endswith(",id,,acme")


def test_restore_brings_back_the_bytes(acme: Book) -> None:
    before = acme.files()
    acme.run("customer rm acme --yes")
    acme.run("customer add Beta")
    assert acme.run("customer restore -o json").json[0]["id"] == "acme"
    acme.run("customer restore acme")
    assert acme.read(ACME).encode() == before[ACME]
    assert acme.run("customer restore -o json").json == []


def test_restore_says_what_else_went(acme: Book) -> None:
    acme.run("log acme one")
    gone = change(acme.run("customer rm acme --cascade --yes"))
    result = acme.run("customer restore acme")
    assert f"1 record was removed with it: “crmctl undo {gone}”" in result.err


def test_restore_of_what_was_not_removed(acme: Book) -> None:
    acme.run("customer restore acme", code=5)
    acme.run("customer add Beta")
    acme.run("customer rm beta --yes")
    assert "Did you mean “beta”?" in acme.run("customer restore betta", code=4).err


def test_a_note_comes_back_into_its_stream(acme: Book) -> None:
    one = acme.run("log acme one").lines[0]
    acme.run("log acme two")
    acme.run(["interaction", "rm", one, "--yes"])
    acme.run(["interaction", "restore", one])
    assert sorted(acme.run("interaction list --columns subject -o csv").lines[1:]) == ["one", "two"]
