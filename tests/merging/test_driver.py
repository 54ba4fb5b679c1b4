"""git itself, with crmctl as its merge driver: every way in which git merges."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crmctl.vcs import git as vcs
from crmctl.vcs.setup import driver, is_set_up
from tests.conftest import Book, new_book

PATH = "records/customers/zhang-wei.yaml"
ORDERS = "records/orders/zhang-wei.yaml"
BASE = """\
id: zhang-wei
name: 张伟
status: potential   # 展会认识
level: basic
tags: [水务]
uid: k3f9x2ab
"""


class Clone:
    """A book in a working tree of git, in a subfolder if so asked."""

    def __init__(self, book: Book, top: Path) -> None:
        self.book = book
        self.top = top

    def git(self, *args: str, code: int = 0) -> str:
        options = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "gc.auto=0")
        done = subprocess.run(
            ["git", *options, *args],
            cwd=self.top,
            env=self.book.environment(GIT_EDITOR="true"),
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, *pairs: tuple[str, str], path: str = PATH, text: str | None = None) -> None:
        """Commits a file with some of its text replaced, or a new text."""
        text = text or self.book.read(path)
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        self.book.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-qm", "Change")


def clone(root: Path, below: str = "") -> Clone:
    book = new_book(root / below)
    book.home = root.parent  # git looks for no repository above it
    book.gen({PATH: BASE, ".gitignore": "/.crmctl/\n"})
    made = Clone(book, root)
    made.git("init", "-q", "-b", "main")
    book.run("git setup")
    made.git("config", "core.fsync", "none")  # it takes time, and no power fails here
    made.git("add", "-A")
    made.git("commit", "-qm", "Start")
    return made


@pytest.fixture
def main(tmp_path: Path) -> Clone:
    return clone(tmp_path / "main")


def diverge(here: Clone, ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    """`main` with one change, checked out, and `other` with another."""
    here.git("checkout", "-qb", "other")
    here.commit(theirs)
    here.git("checkout", "-q", "main")
    here.commit(ours)


ACTIVE, VIP = ("potential ", "active "), ("basic", "vip   # 很好")
BOTH = BASE.replace(*ACTIVE).replace(*VIP)


def merge(here: Clone) -> None:
    here.git("merge", "-q", "other")


def rebase(here: Clone) -> None:
    here.git("rebase", "-q", "other")


def cherry_pick(here: Clone) -> None:
    here.git("cherry-pick", "other")


def revert(here: Clone) -> None:
    here.commit(VIP)
    here.commit(("name: 张伟", "name: 张玮"))
    here.git("revert", "--no-edit", "HEAD")


def stash_pop(here: Clone) -> None:
    here.book.write(PATH, here.book.read(PATH).replace(*VIP))
    here.git("stash")
    here.commit(("tags: [水务]", "tags: [水务, vip]"))
    here.git("stash", "pop")
    here.commit(("tags: [水务, vip]", "tags: [水务]"))


@pytest.mark.parametrize("way", [merge, rebase, cherry_pick, revert, stash_pop])
def test_different_fields_merge_in_every_way(main: Clone, way: Callable[[Clone], None]) -> None:
    diverge(main, ACTIVE, VIP)
    way(main)
    assert main.book.read(PATH) == BOTH
    assert main.git("status", "--porcelain") == ""


def test_without_the_driver_git_sees_a_conflict(main: Clone) -> None:
    """The test of the tests above."""
    main.git("config", "--remove-section", "merge.crmctl")
    diverge(main, ACTIVE, VIP)
    main.git("merge", "-q", "other", code=1)


def test_a_book_below_the_top_of_the_working_tree(tmp_path: Path) -> None:
    here = clone(tmp_path / "公司", "sales/客户")
    diverge(here, ACTIVE, VIP)
    merge(here)
    assert here.book.read(PATH) == BOTH


def test_a_linked_working_tree(main: Clone, tmp_path: Path) -> None:
    diverge(main, ACTIVE, VIP)
    main.git("worktree", "add", "-q", "-b", "third", str(tmp_path / "linked"))
    linked = Clone(Book(tmp_path / "linked"), tmp_path / "linked")
    merge(linked)
    assert linked.book.read(PATH) == BOTH


def test_a_conflict_is_named_marked_and_left_to_the_person(main: Clone) -> None:
    diverge(main, ("basic", "vip"), ("basic", "important"))
    said = main.git("merge", "other", code=1)
    assert (
        f"{PATH}: zhang-wei, level: ours says “vip”, theirs “important”, before it was “basic”."
    ) in said
    marked = "<<<<<<< ours\nlevel: vip\n=======\nlevel: important\n>>>>>>> theirs\n"
    assert main.book.read(PATH) == BASE.replace("level: basic\n", marked)
    assert main.git("status", "--porcelain") == f"UU {PATH}\n"
    assert "conflict" in main.book.run("check", code=1).out


# A conflict, in every way in which git merges. What git calls ours in a rebase is the other branch.


def two_sides(here: Clone, path: str, base: str, ours: str, theirs: str) -> None:
    """`main` with one text of a file, checked out, and `other` with another."""
    here.commit(path=path, text=base)
    here.git("checkout", "-qb", "other")
    here.commit(path=path, text=theirs)
    here.git("checkout", "-q", "main")
    here.commit(path=path, text=ours)


def conflict_in_merge(here: Clone, path: str, base: str, ours: str, theirs: str) -> str:
    two_sides(here, path, base, ours, theirs)
    return here.git("merge", "other", code=1)


def conflict_in_rebase(here: Clone, path: str, base: str, ours: str, theirs: str) -> str:
    two_sides(here, path, base, theirs, ours)
    return here.git("rebase", "other", code=1)


def conflict_in_cherry_pick(here: Clone, path: str, base: str, ours: str, theirs: str) -> str:
    two_sides(here, path, base, ours, theirs)
    return here.git("cherry-pick", "other", code=1)


def conflict_in_revert(here: Clone, path: str, base: str, ours: str, theirs: str) -> str:
    here.commit(path=path, text=theirs)
    here.commit(path=path, text=base)
    here.commit(path=path, text=ours)
    return here.git("revert", "--no-edit", "HEAD~1", code=1)


def conflict_in_stash(here: Clone, path: str, base: str, ours: str, theirs: str) -> str:
    here.commit(path=path, text=base)
    here.book.write(path, theirs)
    here.git("stash")
    here.commit(path=path, text=ours)
    return here.git("stash", "pop", code=1)


def conflict_in_crossed_branches(here: Clone, path: str, base: str, ours: str, theirs: str) -> str:
    two_sides(here, path, base, ours, theirs)
    cross(here)
    return here.git("merge", "other", code=1)


Conflict = Callable[[Clone, str, str, str, str], str]
EVERY_WAY = pytest.mark.parametrize(
    "conflict",
    [
        conflict_in_merge,
        conflict_in_rebase,
        conflict_in_cherry_pick,
        conflict_in_revert,
        conflict_in_stash,
        conflict_in_crossed_branches,
    ],
)


@EVERY_WAY
def test_every_conflict_is_named(main: Clone, conflict: Conflict) -> None:
    li = "contacts:\n  - id: li\n    name: 李四\n"
    base = BASE + li
    ours = BASE.replace("basic", "vip")
    theirs = base.replace("basic", "important").replace("李四", "李思")
    said = conflict(main, PATH, base, ours, theirs)
    place = f"{PATH}: zhang-wei"
    assert f"{place}, level: ours says “vip”, theirs “important”, before it was “basic”." in said
    assert f"{place}, contacts.li: ours says nothing, theirs “" in said
    text = main.book.read(PATH)
    assert "<<<<<<< ours\nlevel: vip\n=======\nlevel: important\n>>>>>>> theirs\n" in text
    assert "<<<<<<< ours\n=======\ncontacts:\n  - id: li\n    name: 李思\n>>>>>>> theirs\n" in text
    assert "UU" in main.git("status", "--porcelain")


def an_order(tail: str, amount: int) -> str:
    return f"id: ord-20260102-{tail * 8}\ncustomer: zhang-wei\ndate: 2026-01-02\namount: {amount}\n"


@EVERY_WAY
@pytest.mark.parametrize("removed", ["ours", "theirs"])
def test_a_record_of_a_stream_removed_here_and_edited_there(
    main: Clone, conflict: Conflict, removed: str
) -> None:
    rest, old, new = an_order("a", 1), an_order("b", 2), an_order("b", 3)
    sides = (rest, f"{rest}---\n{new}")
    ours, theirs = sides if removed == "ours" else reversed(sides)
    said = conflict(main, ORDERS, f"{rest}---\n{old}", ours, theirs)
    assert f"{ORDERS}: ord-20260102-bbbbbbbb: one side removed it, the other changed it." in said
    kept = f"=======\n{new}" if removed == "ours" else f"{new}=======\n"
    assert f"<<<<<<< ours\n{kept}>>>>>>> theirs\n" in main.book.read(ORDERS)
    assert main.book.read(ORDERS).startswith(rest)


@pytest.mark.parametrize("removed", ["ours", "theirs"])
def test_a_file_removed_here_and_edited_there_is_git_s_own_affair(
    main: Clone, removed: str
) -> None:
    """git calls no driver then; it says what happened and commits nothing before it is settled."""
    main.git("checkout", "-qb", "other")
    main.git("rm", "-q", PATH) if removed == "theirs" else main.book.write(PATH, BOTH)
    main.git("commit", "-qam", "Theirs")
    main.git("checkout", "-q", "main")
    main.git("rm", "-q", PATH) if removed == "ours" else main.book.write(PATH, BOTH)
    main.git("commit", "-qam", "Ours")
    said = main.git("merge", "other", code=1)
    assert f"CONFLICT (modify/delete): {PATH}" in said
    assert main.book.read(PATH) == BOTH
    main.git("commit", "-qm", "Too early", code=128)


def test_a_stream_that_loses_its_last_records_on_both_sides(main: Clone) -> None:
    first, second = an_order("a", 1), an_order("b", 2)
    two_sides(main, ORDERS, f"{first}---\n{second}", first, second)
    merge(main)
    assert main.book.read(ORDERS) == ""  # git wants a file for it
    assert main.book.run("check").out == ""
    assert main.book.run("order list -o ids").lines == []
    main.book.run("order add zhang-wei --set date=2026-01-03 --set amount=4")
    assert main.book.read(ORDERS).startswith("id: ord-20260103-")


def test_two_people_who_were_given_one_id(main: Clone) -> None:
    path = "records/customers/li-na.yaml"
    main.git("checkout", "-qb", "other")
    main.commit(path=path, text="id: li-na\nname: 李娜\nuid: aaaaaaaa\n")
    main.git("checkout", "-q", "main")
    main.commit(path=path, text="id: li-na\nname: 黎娜\nuid: bbbbbbbb\n")
    said = main.git("merge", "other", code=1)
    assert f"{path}: li-na: both sides created it" in said
    assert "name: 黎娜\nuid: bbbbbbbb\n=======\nid: li-na\n" in main.book.read(path)


def test_appending_to_one_stream_never_collides(main: Clone) -> None:
    first, second = (
        f"id: ord-20260102-{tail * 8}\ncustomer: zhang-wei\ndate: 2026-01-02\nnotes: 发货\n"
        for tail in "ab"
    )
    main.git("checkout", "-qb", "other")
    main.commit(path=ORDERS, text=second)
    main.git("checkout", "-q", "main")
    main.commit(path=ORDERS, text=first)
    merge(main)
    assert main.book.read(ORDERS) == f"{first}---\n{second}"
    assert main.book.run("order list -o ids").lines == [f"ord-20260102-{t * 8}" for t in "ab"]


def crossed(main: Clone, ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    """Two branches with a change each that crossed."""
    diverge(main, ours, theirs)
    cross(main)


def cross(main: Clone) -> None:
    """Has two branches merge each other, so that they have two nearest ancestors."""
    main.git("branch", "first")
    main.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "Ours", "other")
    main.git("checkout", "-q", "other")
    main.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "Theirs", "first")
    main.git("checkout", "-q", "main")
    assert len(main.git("merge-base", "--all", "main", "other").split()) == 2


def test_branches_that_crossed(main: Clone) -> None:
    crossed(main, ("basic", "vip"), ("basic", "important"))
    # Each said something else of the level; then one came to agree, and the other wrote a tag.
    main.commit(("level: vip", "level: important"))
    main.git("checkout", "-q", "other")
    main.commit(("[水务]", "[水务, 新]"))
    main.git("checkout", "-q", "main")
    merge(main)
    expected = BASE.replace("basic", "important").replace("[水务]", "[水务, 新]")
    assert main.book.read(PATH) == expected


def test_branches_that_crossed_and_still_differ(main: Clone) -> None:
    crossed(main, ("basic", "vip"), ("basic", "important"))
    said = main.git("merge", "other", code=1)
    assert "ours says “vip”, theirs “important”, before it was “basic”" in said
    assert main.book.read(PATH).count("<<<<<<<") == 1


def test_a_renamed_file_with_a_conflict(main: Clone) -> None:
    diverge(main, ("basic", "vip"), ("basic", "important"))
    main.git("mv", PATH, "records/customers/archive.yaml")
    main.git("commit", "-qm", "Move")
    main.git("merge", "other", code=1)
    assert main.book.read("records/customers/archive.yaml").count("<<<<<<< ours") == 1


def test_bytes_stay_whatever_the_person_has_set(main: Clone) -> None:
    main.git("config", "core.autocrlf", "true")
    text = "\ufeff" + BASE.replace("\n", "\r\n")
    main.commit(text=text)
    diverge(main, ACTIVE, VIP)
    merge(main)
    assert main.book.read(PATH) == "\ufeff" + BOTH.replace("\n", "\r\n")


# When it cannot be done


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("records/nothing/a.yaml", "it is no record of any kind"),
        ("records/customers/latin.yaml", "not UTF-8 text"),
    ],
)
def test_what_is_no_record_is_merged_by_lines_and_never_silently(
    main: Clone, path: str, reason: str
) -> None:
    lines = [f"line{number}: ü\n" for number in range(9)]
    encoding = "latin-1" if "latin" in path else "utf-8"

    def write(change: int | None) -> None:
        text = "".join(f"# {line}" if n == change else line for n, line in enumerate(lines))
        main.book.write(path, text.encode(encoding))
        main.git("add", "-A")
        main.git("commit", "-qm", "Change")

    write(None)
    main.git("checkout", "-qb", "other")
    write(1)
    main.git("checkout", "-q", "main")
    write(7)
    said = main.git("merge", "other", code=1)
    assert f"{path}: could not be merged by fields ({reason})." in said
    assert main.book.bytes(path).count(b"# line") == 2
    assert main.git("status", "--porcelain").startswith("UU ")


def test_broken_settings_leave_markers(main: Clone) -> None:
    diverge(main, ACTIVE, VIP)
    main.book.write("crmctl.yaml", "format: [\n")
    said = main.git("merge", "other", code=1)
    assert "could not be merged by fields (crmctl.yaml:" in said
    assert main.book.read(PATH).count("<<<<<<<") == 1


def test_a_crmctl_that_is_gone_leaves_markers(main: Clone) -> None:
    command = driver().replace("crmctl merge-driver", "no-crmctl merge-driver", 1)
    main.git("config", "merge.crmctl.driver", command)
    assert not is_set_up(main.book.root)
    diverge(main, ACTIVE, VIP)
    main.git("merge", "other", code=1)
    assert main.book.read(PATH).count("<<<<<<<") == 1


def test_without_git_merge_file_both_texts_are_kept(
    main: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("b", "x\n"), ("o", "y"), ("t", "z\0")):
        main.book.write(name, text)
    said = main.book.run("merge-driver b o t records/none/x.yaml", code=1).err
    assert "could not be merged by fields" in said
    assert main.book.bytes("o") == b"<<<<<<< ours\ny\n=======\nz\0\n>>>>>>> theirs\n"


def test_merging_three_texts_is_git_s_own_affair() -> None:
    assert vcs.merge_file(b"a\nb\n", b"a\nb\nc\n", b"0\na\nb\n") == (b"0\na\nb\nc\n", True)
    marked, clean = vcs.merge_file(b"a\n", b"b\n", b"c\n", marker_size=9)
    assert not clean
    assert marked.startswith(b"<<<<<<<<< ours\nb\n=========\nc\n")
