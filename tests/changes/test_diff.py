"""`diff` says in the words of the business what differs between two states of a book."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import Book

from .conftest import ACME, GitBook

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def edited(versioned: GitBook) -> GitBook:
    """Committed on three days, and edited since."""
    versioned.book.config(commit="manual")
    versioned.write(ACME, "id: acme\nname: Acme GmbH\ntags: [a]\n")
    versioned.commit("Day two", at="2026-11-20T08:00:00+00:00")
    versioned.run("log beta hello")
    versioned.write("records/customers/acme2.yaml", "id: acme2\nname: Acme 2\n")
    versioned.commit("Day three", at="2026-11-21T08:00:00+00:00")
    versioned.write(ACME, "id: acme\nname: Acme AG\ntags: [a, b]\n")
    return versioned


def test_what_is_not_committed(edited: GitBook) -> None:
    assert edited.run("diff").lines == [
        "Customer acme (Acme AG)",
        "  Name: Acme GmbH → Acme AG",
        "  Tags: + b",
    ]
    assert edited.run("diff -o json").json == [
        {
            "kind": "customer",
            "id": "acme",
            "customer": "acme",
            "name": "Acme AG",
            "action": "updated",
            "path": ACME,
            "changes": [
                {"field": "name", "before": "Acme GmbH", "after": "Acme AG"},
                {"field": "tags", "before": ["a"], "after": ["a", "b"]},
            ],
        }
    ]


def test_days_and_revisions(edited: GitBook) -> None:
    def ids(states: str) -> list[str]:
        return edited.run(["diff", states, "-o", "ids"]).lines

    assert "acme2" in ids("2026-11-20")
    assert "acme" in ids("yesterday")
    assert "acme" not in ids("2026-11-20..2026-11-21")
    assert ids("HEAD~1..") == ids("2026-11-20..HEAD")
    assert ids("..HEAD~1") == ids("HEAD..2026-11-20")
    assert edited.run("diff HEAD..HEAD").err == "Nothing differs.\n"


def test_narrowed(edited: GitBook) -> None:
    assert len(edited.run("diff HEAD~1 -o ids").lines) == 3
    assert edited.run("diff HEAD~1 --customer beta -o csv").lines[1].startswith("interaction,int-")
    assert edited.run("diff HEAD~1 --kind customers -o ids").lines == ["acme", "acme2"]
    edited.run("diff --customer nobody", code=4)
    edited.run("diff --kind nothing", code=2)


def test_flat_and_summed_up(edited: GitBook) -> None:
    assert edited.run("diff -o csv").lines == [
        "kind,id,customer,name,action,field,before,after",
        "customer,acme,acme,Acme AG,updated,name,Acme GmbH,Acme AG",
        'customer,acme,acme,Acme AG,updated,tags,a,"a,b"',
    ]
    assert edited.run("diff HEAD~1 --summary -o json").json == [
        {"kind": "customer", "created": 1, "updated": 1, "removed": 0, "moved": 0},
        {"kind": "interaction", "created": 1, "updated": 0, "removed": 0, "moved": 0},
    ]


def test_a_file_in_another_folder(versioned: GitBook) -> None:
    (versioned.root / "records/customers/a").mkdir()
    versioned.git("mv", ACME, "records/customers/a/acme.yaml")
    assert versioned.run("diff").lines == [
        "move Customer acme (Acme)",
        "  customers/acme.yaml → customers/a/acme.yaml",
    ]
    assert versioned.run("diff -o tsv").lines[1].split("\t")[:5] == [
        "customer", "acme", "acme", "Acme", "moved",
    ]  # fmt: skip


def test_what_cannot_be_read_is_named(versioned: GitBook) -> None:
    versioned.write(ACME, "id: acme\nname: [\n")
    versioned.commit("Break")
    result = versioned.run("diff HEAD~1")
    assert result.out == ""
    assert result.err.startswith(f"warning: not compared: {ACME}:")
    versioned.write(ACME, "id: acme\nname: Acme\n")
    assert f"for it was broken then: {ACME}:" in versioned.run("diff").err


def test_names_that_lead_nowhere(versioned: GitBook) -> None:
    assert "hint: " in versioned.run("diff nosuch", code=4).err
    assert "the history begins on 2026-11-21" in versioned.run("diff 2020", code=4).err
    versioned.run("diff main...main", code=4)
    versioned.run("diff -- --output=x", code=4)


def test_without_git(acme: Book) -> None:
    assert "“git init” makes a repository" in acme.run("diff", code=3).err
