"""`history` in git: what people wrote by hand, what other clones did, and nothing twice."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Book

from .conftest import ACME, GitBook, change

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
NOTES = "records/interactions/acme.yaml"
NOTE = "id: {0}\ncustomer: acme\nat: 2026-11-20T09:00Z\nkind: call\nsubject: {1}\n"
ONE, TWO = "int-20261120-aaaaaaa1", "int-20261120-aaaaaaa2"
# The clock of the tests stands at 09:00 on this day; who commits by hand does it after that.
EVENING = "2026-11-21T18:{0:02}:00+08:00"


def told(book: GitBook | Book, ref: str = "acme") -> list[tuple[Any, ...]]:
    """Reason, field, before and after of each step, newest first."""
    names = ("reason", "field", "before", "after")
    return [tuple(s[n] for n in names) for s in book.run(["history", ref, "-o", "json"]).json]


def test_what_people_committed(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: Acme GmbH\ntags: [a]\n")
    versioned.git("config", "user.name", "Max Weber")
    versioned.commit("Correct the name", at=EVENING.format(5))
    steps = versioned.run("history acme -o json").json
    assert steps[0] == {
        "change": None,
        "at": "2026-11-21T18:05:00+08:00",
        "actor": "Max Weber",
        "command": None,
        "reason": "Correct the name",
        "field": "name",
        "before": "Acme",
        "after": "Acme GmbH",
    }
    assert [step["field"] for step in steps] == ["name", "tags", "id", "name"]
    assert [step["reason"] for step in steps][2:] == ["Start", "Start"]
    shown = versioned.run("history acme").lines
    assert "Name   Acme → Acme GmbH  Correct the name" in shown[2]
    assert shown[-1].split()[-2:] == ["added", "Start"]


def test_the_journal_tells_its_own_change_sets(versioned: GitBook) -> None:
    done = change(versioned.run("--as wang customer set acme industry=retail --reason fair"))
    steps = versioned.run("history acme -o json").json
    assert [(step["change"], step["actor"], step["field"]) for step in steps][:1] == [
        (done, "wang", "industry")
    ]
    assert len(steps) == 3
    shutil.rmtree(versioned.root / ".crmctl/journal")
    assert versioned.run("history acme -o json").json == steps


def test_an_edit_that_a_command_found_and_committed(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: Acme GmbH\n")
    versioned.run("customer set acme industry=retail")
    assert told(versioned)[:2] == [
        (None, "industry", None, "retail"),
        (f"Edit {ACME} by hand", "name", "Acme", "Acme GmbH"),
    ]


def test_a_change_set_that_a_person_committed_is_told_once(versioned: GitBook) -> None:
    versioned.book.config(commit="manual")
    versioned.run("customer set acme industry=retail --reason one")
    versioned.run("customer set acme industry=toys --reason two")
    versioned.write(ACME, versioned.book.read(ACME).replace("Acme", "Acme AG"))
    versioned.commit("Work of the day", at=EVENING.format(1))
    versioned.write(ACME, versioned.book.read(ACME).replace("toys", "games"))
    versioned.commit("Games", at=EVENING.format(2))
    versioned.write(ACME, versioned.book.read(ACME).replace("games", "toys"))
    versioned.commit("Toys again", at=EVENING.format(3))
    assert told(versioned)[:-2] == [
        ("Toys again", "industry", "games", "toys"),
        ("Games", "industry", "toys", "games"),
        ("Work of the day", "name", "Acme", "Acme AG"),
        ("two", "industry", "retail", "toys"),
        ("one", "industry", None, "retail"),
    ]


def test_a_book_that_came_to_git_late(acme: Book) -> None:
    acme.run("customer set acme industry=retail")
    before = told(acme)
    for words in (["init", "-q"], ["add", "records"], ["commit", "-qm", "Put into git"]):
        named = ["-c", "user.name=Li", "-c", "user.email=li@example.com"]
        dates = {"GIT_AUTHOR_DATE": EVENING.format(1), "GIT_COMMITTER_DATE": EVENING.format(1)}
        environment = acme.environment(**dates)
        subprocess.run(["git", *named, *words], cwd=acme.root, env=environment, check=True)
    after = told(acme)
    assert [step for step in after if step[0] is None] == before
    assert {step[1] for step in after if step[0] == "Put into git"} == {"id", "name", "tags"}


def test_what_is_not_committed_yet(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: Acme GmbH\n")
    first = versioned.run("history acme -o json").json[0]
    assert (first["at"], first["actor"], first["reason"]) == (None, None, None)
    assert (first["field"], first["before"], first["after"]) == ("name", "Acme", "Acme GmbH")
    assert "Acme → Acme GmbH  not committed yet" in versioned.run("history acme").out
    versioned.write("records/customers/gamma.yaml", "id: gamma\nname: Gamma\n")
    assert versioned.run("history gamma").lines[2].split() == [
        "-", "-", "-", "added", "not", "committed", "yet",
    ]  # fmt: skip


def test_an_uncommitted_change_set_is_told_once(versioned: GitBook) -> None:
    versioned.book.config(commit="manual")
    versioned.run("customer set acme industry=retail")
    assert told(versioned)[0] == (None, "industry", None, "retail")
    assert len(told(versioned)) == 3


def test_a_record_whose_file_moved_has_all_of_its_history(versioned: GitBook) -> None:
    versioned.run("customer set acme industry=retail")
    folder = versioned.root / "records/customers/a/b"
    folder.mkdir(parents=True)
    (versioned.root / ACME).rename(folder / "acme.yaml")
    versioned.commit("Reorganize")
    (folder / "acme.yaml").rename(folder.parent / "acme.yaml")
    (folder.parent / "acme.yaml").write_text("id: acme\nname: Acme AG\nindustry: retail\n")
    versioned.commit("Reorganize again")
    shutil.rmtree(versioned.root / ".crmctl")
    assert told(versioned) == [
        ("Reorganize again", "name", "Acme", "Acme AG"),
        (None, "industry", None, "retail"),
        ("Start", "id", None, "acme"),
        ("Start", "name", None, "Acme"),
    ]


def test_a_record_that_moved_to_another_stream(versioned: GitBook) -> None:
    versioned.write(NOTES, "---\n".join([NOTE.format(ONE, 1), NOTE.format(TWO, 2)]))
    versioned.commit("Notes")
    versioned.write(NOTES, NOTE.format(TWO, 2))
    versioned.write("records/interactions/old/acme.yaml", NOTE.format(ONE, "one"))
    versioned.commit("Put the old ones away")
    assert told(versioned, ONE)[0] == ("Put the old ones away", "subject", "1", "one")
    assert {step[0] for step in told(versioned, ONE)[1:]} == {"Notes"}
    assert len(told(versioned, TWO)) == 5


def test_a_record_that_was_given_another_id(versioned: GitBook) -> None:
    versioned.run("customer set acme industry=retail")
    (versioned.root / ACME).unlink()
    versioned.write("records/customers/ace.yaml", "id: ace\nname: Acme\nindustry: retail\n")
    versioned.commit("Shorter", at=EVENING.format(1))
    versioned.write("records/customers/ace.yaml", "id: ace\nname: Ace\nindustry: retail\n")
    versioned.commit("Name", at=EVENING.format(2))
    expected = [
        ("Name", "name", "Acme", "Ace"),
        ("Shorter", "id", "acme", "ace"),
        (None, "industry", None, "retail"),
        ("Start", "id", None, "acme"),
        ("Start", "name", None, "Acme"),
    ]
    assert told(versioned, "ace") == expected
    assert "acme → ace" in versioned.run("history ace").out
    shutil.rmtree(versioned.root / ".crmctl")
    assert told(versioned, "ace") == expected


def test_a_clean_merge_adds_nothing(versioned: GitBook) -> None:
    versioned.run("git setup")
    versioned.commit("Attributes")
    versioned.git("checkout", "-qb", "side")
    versioned.write(ACME, "id: acme\nname: Acme\nindustry: retail\n")
    versioned.commit("Industry")
    versioned.git("checkout", "-q", "main")
    versioned.write(ACME, "id: acme\nname: Acme\nwebsite: acme.example\n")
    versioned.commit("Website")
    versioned.git("merge", "-q", "--no-edit", "side")
    assert sorted(step[:2] for step in told(versioned)) == [
        ("Industry", "industry"),
        ("Start", "id"),
        ("Start", "name"),
        ("Website", "website"),
    ]


def test_what_a_merge_did_itself(versioned: GitBook) -> None:
    versioned.git("checkout", "-qb", "side")
    versioned.write(ACME, "id: acme\nname: Theirs\n")
    versioned.commit("Theirs")
    versioned.git("checkout", "-q", "main")
    versioned.write(ACME, "id: acme\nname: Ours\n")
    versioned.commit("Ours")
    versioned.git("merge", "-q", "-s", "ours", "--no-commit", "side")
    versioned.write(ACME, "id: acme\nname: Both\n")
    versioned.commit("Settle it")
    assert told(versioned)[0] == ("Settle it", "name", "Ours", "Both")
    assert {step[0] for step in told(versioned)[1:3]} == {"Ours", "Theirs"}


def test_a_record_moved_on_one_side_and_edited_on_the_other(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: Acme\nnotes: a long text that git knows again\n")
    versioned.commit("Notes")
    versioned.git("checkout", "-qb", "side")
    versioned.git("mv", ACME, "records/customers/moved.yaml")
    (versioned.root / "records/customers/x").mkdir()
    versioned.git("mv", "records/customers/moved.yaml", "records/customers/x/acme.yaml")
    versioned.commit("Move")
    versioned.git("checkout", "-q", "main")
    text = versioned.book.read(ACME)
    versioned.write(ACME, text.replace("name: Acme", "name: Acme AG"))
    versioned.commit("Name")
    versioned.git("merge", "-q", "--no-edit", "side")
    assert [step[:2] for step in told(versioned)] == [
        ("Name", "name"),
        ("Notes", "notes"),
        ("Start", "id"),
        ("Start", "name"),
    ]


def test_one_that_was_removed_by_hand(versioned: GitBook) -> None:
    versioned.write(NOTES, "---\n".join([NOTE.format(ONE, 1), NOTE.format(TWO, 2)]))
    versioned.commit("Notes")
    (versioned.root / ACME).unlink()
    versioned.write(NOTES, NOTE.format(TWO, 2))
    versioned.commit("Clean up")
    assert told(versioned)[0] == ("Clean up", "id", "acme", None)
    assert told(versioned, ONE)[0] == ("Clean up", "id", ONE, None)
    versioned.run("history nobody", code=4)
    versioned.run("history int-20261120-zzzzzzz9", code=4)
    versioned.run(["history", "a\x01b*"], code=4)


def test_a_commit_that_broke_the_file_and_one_that_mended_it(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: [\n")
    versioned.commit("Break")
    versioned.write(ACME, "id: acme\nname: Acme AG\n")
    versioned.commit("Mend")
    assert told(versioned)[0] == ("Mend", "name", "Acme", "Acme AG")
    assert len(told(versioned)) == 3


def test_a_shallow_clone_tells_what_it_has(versioned: GitBook, tmp_path: Path) -> None:
    for name in ("A", "B", "C"):
        versioned.write(ACME, f"id: acme\nname: {name}\n")
        versioned.commit(name)
    versioned.git("clone", "-q", "--depth=2", versioned.root.as_uri(), str(tmp_path / "clone"))
    assert told(Book(tmp_path / "clone")) == [("C", "name", "B", "C")]
    versioned.run("customer set acme industry=retail")
    versioned.git("clone", "-q", "--depth=1", versioned.root.as_uri(), str(tmp_path / "one"))
    one = Book(tmp_path / "one")
    assert told(one) == []
    # What came before it is not there, so nobody can tell what the change set did.
    assert one.run("changes -o json").json == []
    one.run("undo", code=4)


def test_a_book_below_the_root_of_its_repository(
    make_book: Callable[[str], Book], tmp_path: Path
) -> None:
    book = make_book("repository/book")
    book.home = tmp_path / "home"
    outer = GitBook(book)
    shutil.rmtree(outer.root / ".git")
    subprocess.run(["git", "init", "-q", str(tmp_path / "repository")], check=True)
    outer.git("config", "user.name", "Li Na")
    outer.git("config", "user.email", "li@example.com")
    outer.commit("Start")
    outer.run("customer set acme industry=retail")
    outer.git("checkout", "-qb", "side")
    outer.write(ACME, "id: acme\nname: Acme AG\nindustry: retail\n")
    outer.commit("Name")
    outer.git("checkout", "-q", "-")
    outer.write(ACME, "id: acme\nname: Acme\nindustry: toys\n")
    outer.commit("Toys")
    outer.git("merge", "-q", "-s", "ours", "--no-commit", "side")
    outer.write(ACME, "id: acme\nname: Acme AG\nindustry: games\n")
    outer.commit("Merge")
    shutil.rmtree(outer.root / ".crmctl")
    steps = told(outer)
    assert steps[0] == ("Merge", "industry", "toys", "games")
    assert sorted(str(step[0]) for step in steps[1:]) == ["Name", "None", "Start", "Start", "Toys"]
