"""Two states of a book are compared record by record, and nothing is passed over in silence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from crmctl.changes.between import between, difference
from crmctl.errors import GitRefused
from crmctl.vcs.errors import NoRevision
from crmctl.workspace import Workspace

from .conftest import ACME, GitBook

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
NOTES = "records/interactions/acme.yaml"


def told(book: GitBook, old: str | None, new: str | None) -> list[tuple[str, str, list[object]]]:
    changes = difference(Workspace(book.root), old, new)
    return [(one.action, one.id, list(one.parts())) for one in changes]


def test_two_commits(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: Acme GmbH # comment\ntags: [a]\n")
    (versioned.root / "records/customers/beta.yaml").unlink()
    versioned.write("records/customers/gamma.yaml", "id: gamma\nname: Gamma\n")
    versioned.commit("Edit")
    found = told(versioned, "HEAD~1", "HEAD")
    assert [(action, id) for action, id, _ in found] == [
        ("updated", "acme"),
        ("removed", "beta"),
        ("created", "gamma"),
    ]
    assert found[0][2] == [("name", "Acme", "Acme GmbH"), ("tags", None, ["a"])]
    back = told(versioned, "HEAD", "HEAD~1")
    assert [(action, id) for action, id, _ in back][1:] == [
        ("created", "beta"),
        ("removed", "gamma"),
    ]
    assert len(told(versioned, None, "HEAD")) == 2
    assert told(versioned, "HEAD", "HEAD") == []


def test_the_files_as_they_stand(versioned: GitBook) -> None:
    assert told(versioned, "HEAD", None) == []
    versioned.write(ACME, "id: acme\nname: Acme GmbH\n")
    versioned.git("add", ".")
    versioned.write(ACME, "id: acme\nname: Acme AG\n")
    versioned.write("records/customers/gamma.yaml", "id: gamma\nname: Gamma\n")
    versioned.write("records/customers/.draft.yaml", "id: draft\nname: Draft\n")
    (versioned.root / "records/customers/beta.yaml").unlink()
    found = told(versioned, "HEAD", None)
    assert [(action, id) for action, id, _ in found] == [
        ("updated", "acme"),
        ("removed", "beta"),
        ("created", "gamma"),
    ]
    assert found[0][2] == [("name", "Acme", "Acme AG")]


def test_a_file_that_git_was_told_to_forget_is_still_there(versioned: GitBook) -> None:
    versioned.git("rm", "-q", "--cached", ACME)
    assert told(versioned, "HEAD", None) == []


def test_only_the_records_of_a_stream_that_differ(versioned: GitBook) -> None:
    note = "id: int-20261121-{0}\ncustomer: acme\nat: 2026-11-21T09:00Z\nkind: call\nsubject: {1}\n"
    versioned.write(NOTES, "---\n".join(note.format(f"aaaaaaa{n}", n) for n in "123"))
    versioned.commit("Notes")
    versioned.write(
        NOTES, "---\n".join([note.format("aaaaaaa2", "two"), note.format("aaaaaaa3", 3)])
    )
    assert [one[:2] for one in told(versioned, "HEAD", None)] == [
        ("removed", "int-20261121-aaaaaaa1"),
        ("updated", "int-20261121-aaaaaaa2"),
    ]


def test_a_record_that_moved_is_one_change(versioned: GitBook) -> None:
    (versioned.root / "records/customers/old").mkdir()
    (versioned.root / ACME).rename(versioned.root / "records/customers/old/acme.yaml")
    versioned.write("records/customers/a/beta.yaml", "id: beta\nname: Beta AG\n")
    (versioned.root / "records/customers/beta.yaml").unlink()
    moved, edited = sorted(
        difference(Workspace(versioned.root), "HEAD", None), key=lambda one: one.id
    )
    assert (moved.action, moved.origin, moved.path) == (
        "moved",
        "customers/acme.yaml",
        "customers/old/acme.yaml",
    )
    assert (edited.action, list(edited.parts())) == ("updated", [("name", "Beta", "Beta AG")])


def test_what_cannot_be_read_is_named_and_not_called_removed(versioned: GitBook) -> None:
    good = "id: int-20261121-{0}\ncustomer: acme\nat: 2026-11-21T09:00Z\nkind: call\n"
    versioned.write(NOTES, "---\n".join(good.format(f"aaaaaaa{n}") for n in "12"))
    versioned.commit("Notes")
    versioned.write(
        NOTES, "---\n".join([good.format("aaaaaaa1") + "a: [\n", good.format("aaaaaaa3")])
    )
    versioned.write(ACME, b"\xff\xfei\0d\0")
    compared = between(Workspace(versioned.root), "HEAD", None)
    # The second is gone for all that one can tell, but so might be the broken one.
    assert [(one.action, one.id) for one in compared.changes] == [
        ("created", "int-20261121-aaaaaaa3")
    ]
    assert [(one.problem.path, one.problem.line, one.before) for one in compared.unread] == [
        (ACME, 1, False),
        (NOTES, 5, False),
    ]


def test_a_document_that_was_broken_before_hides_nothing(versioned: GitBook) -> None:
    versioned.write(NOTES, "a: [\n")
    versioned.commit("Broken")
    versioned.write(NOTES, "a: [\n---\nid: int-20261121-aaaaaaa1\ncustomer: acme\n")
    assert [one[:2] for one in told(versioned, "HEAD", None)] == [
        ("created", "int-20261121-aaaaaaa1")
    ]


def test_an_unresolved_merge(versioned: GitBook) -> None:
    versioned.git("checkout", "-qb", "side")
    versioned.write(ACME, "id: acme\nname: Theirs\n")
    versioned.commit("Theirs")
    versioned.git("checkout", "-q", "main")
    versioned.write(ACME, "id: acme\nname: Ours\n")
    versioned.commit("Ours")
    with pytest.raises(AssertionError):
        versioned.git("merge", "side")
    compared = between(Workspace(versioned.root), "HEAD", None)
    assert compared.changes == []
    assert [one.problem.code for one in compared.unread] == ["conflict-marker"]


def test_a_book_below_the_root_of_its_repository(versioned: GitBook, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    shutil.rmtree(versioned.root / ".git")
    shutil.copytree(versioned.root, outer / "below")
    below = GitBook.__new__(GitBook)
    below.book, below.root = versioned.book, outer / "below"
    subprocess.run(["git", "init", "-q", str(outer)], check=True)
    below.git("config", "user.name", "Li")
    below.git("config", "user.email", "li@example.com")
    below.commit("Start")
    (below.root / ACME).write_text("id: acme\nname: Acme AG\n")
    assert [one[:2] for one in told(below, "HEAD", None)] == [("updated", "acme")]
    below.commit("Edit")
    assert [one[:2] for one in told(below, "HEAD~1", "HEAD")] == [("updated", "acme")]


def test_names_that_lead_nowhere(versioned: GitBook) -> None:
    with pytest.raises(NoRevision):
        difference(Workspace(versioned.root), "nosuch", None)
    shutil.rmtree(versioned.root / ".git")
    with pytest.raises(GitRefused):
        difference(Workspace(versioned.root), "HEAD", None)
