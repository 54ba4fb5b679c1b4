"""One commit for each change set, of its own files, whatever else is going on in the repository."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crmctl.vcs.git import MANY
from tests.conftest import Book

from .conftest import ACME, GitBook, change

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def acme(book: Book) -> GitBook:
    return GitBook(book)


@pytest.fixture(params=[MANY, 0], ids=["few", "many"])
def paths(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few paths and many are committed in two ways, which come to the same."""
    monkeypatch.setattr("crmctl.vcs.git.MANY", request.param)


def test_a_change_set_is_a_commit(acme: GitBook) -> None:
    done = change(acme.run("--as wang customer set acme industry=retail --reason 'fair, hall 3'"))
    assert acme.subjects()[0] == "Change customer acme: industry"
    assert acme.git("log", "-1", "--format=%an <%ae>") == "Li Na <li@example.com>"
    trailers = acme.git("log", "-1", "--format=%(trailers:only,unfold)")
    assert f"Crmctl-Change: {done}" in trailers
    assert "Crmctl-Actor: wang" in trailers
    assert "Crmctl-Reason: fair, hall 3" in trailers
    assert acme.touched() == [ACME]
    assert acme.status() == []


@pytest.mark.usefixtures("paths")
def test_new_and_removed_files(acme: GitBook) -> None:
    acme.run("customer add 张伟")
    assert acme.subjects()[0] == "Add customer zhang-wei"
    acme.run("log zhang-wei 电话")
    assert acme.subjects()[0].startswith("Add interaction int-")
    gone = change(acme.run("customer rm zhang-wei --cascade --yes"))
    assert acme.subjects()[0] == "Remove 1 customer, remove 1 interaction"
    assert acme.status() == []
    acme.run("undo")
    assert acme.subjects()[0] == f"Undo {gone}: add 1 customer, add 1 interaction"
    assert acme.status() == []


@pytest.mark.usefixtures("paths")
def test_only_its_own_files_whatever_is_staged(acme: GitBook) -> None:
    acme.write("notes.txt", "mine")
    acme.write("records/customers/beta.yaml", "id: beta\nname: Beta GmbH\n")
    acme.git("add", ".")
    acme.run("customer set acme industry=retail")
    assert acme.touched() == [ACME]
    assert acme.status() == ["A  notes.txt", "M  records/customers/beta.yaml"]


def test_what_was_written_by_hand_is_committed_as_such(acme: GitBook) -> None:
    acme.write(ACME, "id: acme\nname: Acme GmbH # by hand\n")
    acme.run("customer set acme industry=retail")
    assert acme.subjects()[:2] == ["Change customer acme: industry", f"Edit {ACME} by hand"]
    assert "+name: Acme GmbH # by hand" in acme.git("show", "HEAD~1")


def test_a_file_made_by_hand(acme: GitBook) -> None:
    acme.write("records/customers/gamma.yaml", "id: gamma\nname: Gamma\n")
    acme.run("customer set gamma industry=retail")
    assert acme.subjects()[1] == "Edit records/customers/gamma.yaml by hand"


def test_a_hook_that_refuses(acme: GitBook) -> None:
    hook = acme.root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho 'not on Sundays' >&2\nexit 1\n")
    hook.chmod(0o755)
    first = acme.run("customer set acme industry=retail")
    assert first.err.count("warning:") == 1
    assert "not on Sundays" in first.err
    assert "industry: retail" in acme.book.read(ACME)
    assert acme.subjects() == ["Start"]
    hook.unlink()
    second = change(acme.run("customer set beta industry=toys"))
    assert acme.subjects()[:2] == [
        "Change customer beta: industry",
        "Change customer acme: industry",
    ]
    trailers = acme.git("log", "-2", "--format=%(trailers:key=Crmctl-Change,valueonly)")
    assert trailers.split() == [second, change(first)]
    assert acme.status() == []


def test_a_merge_in_progress(acme: GitBook) -> None:
    acme.git("checkout", "-qb", "other")
    acme.write("README", "theirs")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Theirs")
    acme.git("checkout", "-q", "main")
    acme.git("merge", "--no-commit", "--no-ff", "other")
    result = acme.run("customer set acme industry=retail")
    assert "warning: git did not commit" in result.err
    acme.git("commit", "-qm", "Merge")
    acme.run("customer set beta industry=toys")
    assert acme.subjects()[:3] == [
        "Change customer beta: industry",
        "Change customer acme: industry",
        "Merge",
    ]
    assert acme.status() == []


def test_a_rebase_that_is_aborted_takes_nothing_away(acme: GitBook) -> None:
    acme.git("checkout", "-qb", "other")
    acme.run("customer set acme industry=retail")
    acme.git("checkout", "-q", "main")
    acme.run("customer set acme industry=toys")
    with pytest.raises(AssertionError):
        acme.git("rebase", "other")
    result = acme.run("customer add Gamma")
    assert "warning: git did not commit: a rebase is in progress." in result.err
    acme.git("rebase", "--abort")
    assert acme.run("customer list Gamma -o ids").lines == ["gamma"]
    acme.run("customer set beta industry=toys")
    assert acme.subjects()[:2] == ["Change customer beta: industry", "Add customer gamma"]
    assert acme.status() == []


def test_from_a_hook_of_another_repository(acme: GitBook, make_book: Callable[[str], Book]) -> None:
    other = GitBook(make_book("other"))
    named = {"GIT_DIR": f"{other.root}/.git", "GIT_INDEX_FILE": f"{other.root}/.git/index"}
    acme.run("customer set acme industry=retail", env=named)
    assert acme.subjects()[0] == "Change customer acme: industry"
    assert acme.status() == []
    assert other.subjects() == ["Start"]
    assert other.status() == []


def test_a_linked_working_tree_and_a_detached_head(acme: GitBook) -> None:
    acme.git("worktree", "add", "-q", "--detach", "../linked")
    linked = Book(acme.root.parent / "linked")
    linked.run("customer set acme industry=retail")
    acme.git("checkout", "-q", "--detach", "main")
    acme.run("customer set acme industry=toys")
    assert acme.subjects()[0] == acme.git("-C", "../linked", "log", "-1", "--format=%s")
    assert acme.git("-C", "../linked", "status", "--porcelain") == ""
    assert acme.status() == []


def test_a_commit_that_cannot_be_signed(acme: GitBook) -> None:
    acme.git("config", "commit.gpgsign", "true")
    acme.git("config", "gpg.program", "false")
    result = acme.run("customer set acme industry=retail")
    assert "warning: git did not commit: gpg failed" in result.err
    assert "industry: retail" in acme.book.read(ACME)
    acme.git("config", "commit.gpgsign", "false")
    acme.run("customer set beta industry=toys")
    assert acme.subjects()[1] == "Change customer acme: industry"


def test_an_index_that_somebody_has_locked(acme: GitBook) -> None:
    lock = acme.root / ".git/index.lock"
    lock.touch()
    assert "index.lock" in acme.run("customer set acme industry=retail").err
    lock.unlink()
    acme.run("customer set beta industry=toys")
    assert acme.subjects()[1] == "Change customer acme: industry"
    assert acme.status() == []


def test_a_file_that_is_not_checked_out_is_never_replaced(acme: GitBook) -> None:
    acme.run("log acme one")
    acme.git("sparse-checkout", "set", "--no-cone", "/*", "!/records/interactions/")
    before = acme.subjects()
    result = acme.run("log acme two", code=5)
    assert "records/interactions/acme.yaml is in git, but not in this working tree." in result.err
    assert acme.subjects() == before
    acme.git("sparse-checkout", "disable")
    acme.run("log acme two")
    said = acme.run("interaction list --columns subject -o csv").lines[1:]
    assert sorted(said) == ["one", "two"]


def test_links_within_the_book(acme: GitBook) -> None:
    """What a link leads to is what git has to commit; a removal takes the link away."""
    (acme.root / "shared").mkdir()
    acme.git("mv", ACME, "shared/acme.yaml")
    (acme.root / ACME).symlink_to("../../shared/acme.yaml")
    acme.git("add", "-A")
    acme.git("commit", "-qm", "Link")
    assert "warning" not in acme.run("customer set acme industry=retail").err
    assert acme.touched() == ["shared/acme.yaml"]
    acme.run("customer rm acme --yes")
    assert acme.touched() == [ACME]
    assert acme.run("check").out == ""
    acme.run("undo")
    assert "industry: retail" in acme.book.read(ACME)
    assert acme.status() == []


def test_records_that_are_a_link(acme: GitBook) -> None:
    acme.git("mv", "records", "data")
    (acme.root / "records").symlink_to("data")
    acme.git("add", "-A")
    acme.git("commit", "-qm", "Link")
    acme.run("customer set acme industry=retail")
    acme.run("customer add Gamma")
    assert acme.touched() == ["data/customers/gamma.yaml"]
    acme.run("undo")
    assert acme.touched() == ["data/customers/gamma.yaml"]
    assert acme.status() == []


def test_without_an_identity_the_actor_stands_in(acme: GitBook) -> None:
    acme.git("config", "--unset", "user.name")
    acme.git("config", "--unset", "user.email")
    acme.git("config", "user.useConfigOnly", "true")
    acme.run("--as 王芳 customer set acme industry=retail")
    assert acme.git("log", "-1", "--format=%an") == "王芳"


def test_manual_leaves_git_alone(acme: GitBook) -> None:
    acme.book.config(commit="manual")
    acme.run("customer set acme industry=retail")
    assert acme.subjects() == ["Start"]


@pytest.mark.usefixtures("paths")
def test_a_repository_without_commits(book: Book) -> None:
    book.write(ACME, "id: acme\nname: Acme\n")
    subprocess.run(["git", "init", "-q"], cwd=book.root, check=True, env=book.environment())
    result = book.run("--as li customer set acme industry=retail")
    assert "warning" not in result.err


@pytest.mark.usefixtures("paths")
def test_names_are_never_options_or_patterns(acme: GitBook) -> None:
    acme.run(["customer", "add", "--id", "star", "--", "-rf *"])
    acme.write("records/customers/other.yaml", "id: other\nname: Other\n")
    acme.run(["customer", "set", "star", "industry=:(glob)**\nCrmctl-Change: chg-forged"])
    assert acme.touched() == ["records/customers/star.yaml"]
    assert "chg-forged" not in acme.git("log", "-1", "--format=%(trailers:key=Crmctl-Change)")
    assert acme.status() == ["?? records/customers/other.yaml"]


@pytest.mark.usefixtures("paths")
def test_a_book_in_a_folder_of_a_repository(book: Book) -> None:
    outer = GitBook(book)
    inner = Book(outer.root / "sales")
    (outer.root / "sales").mkdir(exist_ok=True)
    inner.config()
    inner.run("customer add Gamma", env={"GIT_CEILING_DIRECTORIES": ""})
    assert outer.touched() == ["sales/records/customers/gamma.yaml"]


def test_many_files_are_one_commit(acme: GitBook) -> None:
    rows = "".join(f"2026-01-01,C{number},10\n" for number in range(700))
    acme.write("orders.csv", "date,customer,amount\n" + rows)
    acme.run("import orders.csv --kind order --create customer --yes")
    assert acme.subjects()[0] == "Add 700 customers, add 700 orders"
    assert len(acme.touched()) == 1400
    assert acme.status() == ["?? orders.csv"]
    acme.run("undo")
    assert acme.status() == ["?? orders.csv"]


def test_a_change_is_undone_from_its_commit_when_the_journal_is_gone(acme: GitBook) -> None:
    before = acme.book.files()
    first = change(acme.run("--as wang customer set acme industry=retail --reason 'a fair'"))
    second = change(acme.run("customer add Gamma"))
    third = change(acme.run("customer rm beta --yes"))
    shutil.rmtree(acme.root / ".crmctl/journal")
    rows = acme.run("changes -o json").json
    assert [row["change"] for row in rows] == [third, second, first]
    assert rows[2]["actor"] == "wang"
    assert rows[2]["reason"] == "a fair"
    assert rows[2]["command"] == "customer set acme industry=retail --reason 'a fair'"
    steps = acme.run("history acme -o json").json
    assert [(step["change"], step["field"], step["after"]) for step in steps] == [
        (first, "industry", "retail"),
        (None, "id", "acme"),
        (None, "name", "Acme"),
    ]
    assert acme.run("customer restore -o json").json[0]["id"] == "beta"
    for one in (first, second, third):
        acme.run(["undo", one])
    assert acme.book.files() == before
    assert acme.run("changes --limit 1 -o json").json[0]["command"].startswith("undo")


def test_another_clone_knows_what_was_done(acme: GitBook) -> None:
    done = change(acme.run("customer set acme industry=retail"))
    acme.git("clone", "-q", ".", "../clone")
    clone = Book(acme.root.parent / "clone")
    assert clone.run("changes -o ids").lines == [done]
    clone.run("undo")
    assert b"industry" not in clone.files()[ACME]


def test_what_only_git_knows_is_offered_found_and_restored(acme: GitBook) -> None:
    acme.run("customer add Gamma")
    one = acme.run("log gamma one").lines[0]
    acme.run("log gamma two")
    gone = change(acme.run(["interaction", "rm", one, "--yes"]))
    undone = change(acme.run("undo"))
    acme.run(["interaction", "rm", one, "--yes"])
    acme.run("customer set gamma industry=retail")
    shutil.rmtree(acme.root / ".crmctl/journal")
    mine = change(acme.run("customer set acme industry=toys"))
    rows = acme.run("changes -o json").json
    assert len(rows) == 8
    assert rows[0]["change"] == mine
    assert [row["change"] for row in rows if row.get("undone_by") == undone] == [gone]
    assert acme.run("changes --limit 2 -o json").json == rows[:2]
    assert acme.run(["changes", gone, "-o", "json"]).json[0]["undone_by"] == undone
    assert acme.run(["changes", gone[-8:], "-o", "json"]).json[0]["change"] == gone
    acme.run("changes chg-20261121-zzzzzzz0", code=4)
    assert [row["id"] for row in acme.run("interaction restore -o json").json] == [one]
    assert acme.run("customer restore -o json").json == []
    words = {
        "_CRMCTL_COMPLETE": "bash_complete",
        "COMP_WORDS": "crmctl undo chg",
        "COMP_CWORD": "2",
    }
    offered = acme.run([], env=words).out
    assert mine in offered
    assert gone in offered


def test_two_books_in_one_repository(acme: GitBook, tmp_path: Path) -> None:
    mine = change(acme.run("customer set acme industry=retail"))
    inner = Book(acme.root / "inner")
    inner.root.mkdir()
    inner.home = acme.book.home
    inner.config()
    theirs = change(inner.run("customer add Delta"))
    for book in (acme.book, inner):
        shutil.rmtree(book.root / ".crmctl/journal")
    assert [row["change"] for row in inner.run("changes -o json").json] == [theirs]
    assert mine in acme.run("changes -o ids").lines
