"""A record gets another id, and everything that names it follows."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import Book

from .conftest import change

ACME = """\
# our first
id: acme   # for short
name: Acme
uid: k3f9x2ab
contacts:
- {id: li, name: 李四}
"""
BETA = "id: beta\nname: Beta\nparent: acme   # since 2020\nreferred_by: acme\n"
TALKS = """\
# what was said
---
id: int-20260101-aaaaaaaa
customer: acme   # who else
at: 2026-01-01T10:00+00:00
kind: call
contact: li
---
id: int-20260102-bbbbbbbb
customer: acme
at: 2026-01-02T10:00+00:00
kind: visit
"""
ORDERS = """\
id: ord-20260101-cccccccc
customer: beta
date: 2026-01-01
sold_to: acme
end_user: acme
lines:
- {id: p, product: pump, quantity: 2, price: 10}
"""


@pytest.fixture
def acme(book: Book) -> Book:
    book.gen(
        {
            "records/customers/acme.yaml": ACME,
            "records/customers/beta.yaml": BETA,
            "records/interactions/acme.yaml": TALKS,
            "records/orders/beta.yaml": ORDERS,
            "records/products/pump.yaml": "id: pump\nname: Pump\n",
        }
    )
    return book


def test_everything_follows_and_nothing_else_is_touched(acme: Book) -> None:
    assert acme.run("customer rename acme acme-gmbh").lines == ["acme-gmbh"]
    assert acme.files() == {
        "records/customers/acme-gmbh.yaml": ACME.replace("id: acme ", "id: acme-gmbh ").encode(),
        "records/customers/beta.yaml": BETA.replace(": acme", ": acme-gmbh").encode(),
        "records/interactions/acme-gmbh.yaml": TALKS.replace(": acme", ": acme-gmbh").encode(),
        "records/orders/beta.yaml": ORDERS.replace(": acme", ": acme-gmbh").encode(),
        "records/products/pump.yaml": b"id: pump\nname: Pump\n",
    }
    assert acme.run("check").out == ""


def test_a_dry_run_shows_it(acme: Book) -> None:
    before = acme.files()
    lines = acme.run("customer rename acme gmbh --dry-run").lines
    assert lines[0] == "Customer acme → gmbh (Acme)"
    assert "  Parent: acme → gmbh" in lines
    assert acme.files() == before


def test_machines_get_the_new_id(acme: Book) -> None:
    told = acme.run("customer rename acme gmbh -o json").json
    assert told["created"] == told["removed"] == []
    assert "gmbh" in told["updated"]
    assert "acme" not in told["updated"]


def test_undo_to_the_byte_and_back(acme: Book) -> None:
    before = acme.files()
    acme.run("customer rename acme gmbh")
    after = acme.files()
    undone = change(acme.run("undo"))
    assert acme.files() == before
    acme.run(["undo", undone])
    assert acme.files() == after


def test_undo_after_more_was_written(acme: Book) -> None:
    done = change(acme.run("customer rename acme gmbh"))
    acme.run("customer set gmbh level=vip")
    acme.run("log gmbh 'One more'")
    acme.run("task add 'Call back' -s customer=gmbh")
    acme.run(["undo", done])
    assert acme.run("customer show acme -o json").json["level"] == "vip"
    assert len(acme.run("interaction list customer:acme -o ids").lines) == 3
    assert acme.run("task list customer:acme -o ids").lines
    assert sorted(acme.files("records/interactions")) == ["records/interactions/acme.yaml"]
    assert acme.run("check").out == ""


def test_no_undo_into_somebody_else(acme: Book) -> None:
    done = change(acme.run("customer rename acme gmbh"))
    acme.run("customer add Acme --id acme")
    before = acme.files()
    assert "There is a customer “acme” already" in acme.run(["undo", done], code=5).err
    assert acme.files() == before


def test_history_goes_on_under_the_new_id(acme: Book) -> None:
    acme.run("customer set acme level=vip")
    acme.run("customer rename acme gmbh")
    acme.run("customer set gmbh industry=retail")
    steps = acme.run("history gmbh -o json").json
    assert [
        (step["field"], step["after"]) for step in steps if step["field"] != "level_history"
    ] == [
        ("industry", "retail"),
        ("id", "gmbh"),
        ("level", "vip"),
    ]


def test_it_is_no_removal(acme: Book) -> None:
    acme.run("customer rename acme gmbh")
    assert acme.run("customer restore -o json").json == []
    assert acme.run("interaction restore -o json").json == []


def test_a_plan(acme: Book) -> None:
    acme.run("customer rename acme gmbh --plan plan.jsonl")
    assert "acme" in acme.run("customer list -o ids").lines
    acme.run("apply plan.jsonl")
    assert acme.read("records/interactions/gmbh.yaml") == TALKS.replace(": acme", ": gmbh")
    assert acme.run("check").out == ""


def test_a_plan_that_would_now_touch_more(acme: Book) -> None:
    acme.run("customer rename acme gmbh --plan plan.jsonl")
    acme.run("log acme 'One more'")
    before = acme.files()
    acme.run("apply plan.jsonl", code=5)
    assert acme.files() == before


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["acme", "beta"], 5, "There is a customer “beta” already"),
        (["acme", "../x"], 2, "“../x” is no value for id"),
        (["acme", "-rf"], 2, "“-rf” is no value for id"),
        (["nobody", "x"], 4, "No customer is called “nobody”"),
    ],
)
def test_what_is_refused(acme: Book, words: list[str], code: int, reason: str) -> None:
    before = acme.files()
    assert reason in acme.run(["customer", "rename", "--", *words], code=code).err
    assert acme.files() == before


def test_the_same_id_changes_nothing(acme: Book) -> None:
    assert "Nothing to change" in acme.run("customer rename acme acme").err


def test_a_broken_file_of_the_record_stops_it(acme: Book) -> None:
    acme.write("records/tasks/acme.yaml", "id: [\n")
    before = acme.files()
    assert "records/tasks/acme.yaml:" in acme.run("customer rename acme gmbh", code=3).err
    assert acme.files() == before


def test_users_and_what_they_once_owned(acme: Book) -> None:
    acme.write("records/users/li.yaml", "id: li\nname: Li Na\n")
    acme.run("customer set beta owner=li")
    acme.run("customer add Wang --id w -s owner=li")
    acme.write("records/users/wu.yaml", "id: wu\nname: Wu\n")
    acme.run("customer set w owner=wu")
    acme.run("user rename li li-na")
    beta = acme.run("customer show beta -o json").json
    assert beta["owner"] == "li-na"
    assert [entry["value"] for entry in beta["owner_history"]] == ["li-na"]
    history = acme.run("customer show w -o json").json["owner_history"]
    assert [(entry.get("was"), entry["value"]) for entry in history] == [("li-na", "wu")]


def test_products_in_lines(acme: Book) -> None:
    acme.run("product rename pump pump-2")
    assert "{id: p, product: pump-2, quantity: 2, price: 10}" in acme.read(
        "records/orders/beta.yaml"
    )


def test_a_stream_record(acme: Book) -> None:
    acme.run("interaction rename int-20260101-aaaaaaaa int-first")
    assert acme.read("records/interactions/acme.yaml") == TALKS.replace(
        "int-20260101-aaaaaaaa", "int-first"
    )


def test_files_that_somebody_has_put_elsewhere(acme: Book) -> None:
    (acme.root / "records/customers/north").mkdir()
    (acme.root / "records/customers/acme.yaml").rename(
        acme.root / "records/customers/north/acme.yaml"
    )
    (acme.root / "records/interactions/acme.yaml").rename(
        acme.root / "records/interactions/2026.yaml"
    )
    acme.run("customer rename acme gmbh")
    assert "records/customers/north/gmbh.yaml" in acme.files()
    assert acme.read("records/interactions/2026.yaml") == TALKS.replace(": acme", ": gmbh")


def test_a_stream_that_meets_another(acme: Book) -> None:
    """Records of the new id were left behind; both streams are kept, with their comments."""
    left = "# left over\nid: int-1\ncustomer: gmbh\nat: 2025-01-01T10:00Z\nkind: call\n"
    acme.write("records/interactions/gmbh.yaml", left)
    acme.run("customer rename acme gmbh")
    text = acme.read("records/interactions/gmbh.yaml")
    assert text.startswith(left)
    assert "# what was said" in text
    assert text.endswith(TALKS.replace(": acme", ": gmbh").split("---\n", 1)[1])
    assert len(acme.run("interaction list customer:gmbh -o ids").lines) == 3
    assert acme.run("check").out == ""
    before = acme.files()
    acme.run("undo")
    assert acme.read("records/interactions/gmbh.yaml") == left
    assert acme.read("records/interactions/acme.yaml") == TALKS
    assert acme.files() != before


def test_streams_by_author_keep_their_authors(acme: Book) -> None:
    acme.write(
        "schemas/interaction.yaml", "x-crmctl: {path: 'interactions/{customer}.{author}.yaml'}\n"
    )
    (acme.root / "records/interactions/acme.yaml").rename(
        acme.root / "records/interactions/acme.wang.yaml"
    )
    acme.run("--as li customer rename acme gmbh")
    assert "records/interactions/gmbh.wang.yaml" in acme.files()


def test_line_ends_and_byte_order_marks_stay(acme: Book) -> None:
    text = "\ufeff" + TALKS.replace("\n", "\r\n")
    acme.write("records/interactions/acme.yaml", text)
    acme.run("customer rename acme gmbh")
    assert acme.read("records/interactions/gmbh.yaml") == text.replace(": acme", ": gmbh")


def test_in_git_it_is_one_commit_from_which_it_can_be_undone(acme: Book) -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words],
            cwd=acme.root, env=acme.environment(), capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    acme.write(".gitignore", "/.crmctl/\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "Start")
    before = acme.files()
    acme.run("--as li customer rename acme gmbh")
    assert git("log", "-1", "--format=%s").strip() == "Rename customer acme to gmbh"
    assert git("status", "--porcelain") == ""
    for entry in (acme.root / ".crmctl/journal").iterdir():
        entry.unlink()
    steps = [step for step in acme.run("history gmbh -o json").json if step["change"]]
    assert [(step["field"], step["before"], step["after"]) for step in steps] == [
        ("id", "acme", "gmbh")
    ]
    talk = acme.run("history int-20260102-bbbbbbbb -o json").json
    assert [step["field"] for step in talk if step["change"]] == ["customer"]
    acme.run("undo")
    assert acme.files() == before


def test_interrupted_and_finished(acme: Book) -> None:
    """The next command carries on from the journal, also in files that were edited meanwhile."""
    acme.run("customer rename acme gmbh")
    after = acme.files()
    (journal,) = (acme.root / ".crmctl/journal").glob("chg-*.jsonl")
    acme.run("undo")
    for entry in (acme.root / ".crmctl/journal").glob("chg-*.jsonl"):
        if entry != journal:
            entry.unlink()
    journal.rename(journal.with_name("pending.jsonl"))
    acme.write("records/interactions/acme.yaml", TALKS + "# by hand\n")
    acme.run("customer list")
    files = acme.files()
    assert files["records/customers/gmbh.yaml"] == after["records/customers/gmbh.yaml"]
    assert files["records/interactions/gmbh.yaml"] == after["records/interactions/gmbh.yaml"]
    assert b"int-2026" not in files.get("records/interactions/acme.yaml", b"")
