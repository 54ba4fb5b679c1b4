"""The index follows the files: every edit is seen by the next command, whatever the clock says."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmctl.index import refresh
from crmctl.storage.files import Lock
from crmctl.workspace import Workspace
from tests.conftest import Book, sample_book

ACME = "records/customers/acme.yaml"


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, "id: acme\nname: Acme\nindustry: food\n")
    return book


def listed(book: Book, query: str = "") -> list[str]:
    return book.run(["customer", "list", query, "-o", "ids"]).lines


def test_an_edit_of_the_same_size_within_one_tick(acme: Book) -> None:
    assert listed(acme, "industry:food") == ["acme"]
    file = acme.root / ACME
    stat = file.stat()
    file.write_text(file.read_text().replace("food", "wine"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert listed(acme, "industry:food") == []
    assert listed(acme, "industry:wine") == ["acme"]


def test_an_old_file_is_read_once(acme: Book) -> None:
    file = acme.root / ACME
    os.utime(file, (1_600_000_000, 1_600_000_000))
    assert listed(acme) == ["acme"]
    # Behind the index's back, stamps and inode untouched: this alone it cannot see.
    stat = file.stat()
    with file.open("r+") as out:
        out.write(file.read_text().replace("food", "wine"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert listed(acme, "industry:food") == ["acme"]
    os.utime(file)
    assert listed(acme, "industry:wine") == ["acme"]


def rename(book: Book, target: str) -> None:
    file = book.root / "records/customers" / target
    file.parent.mkdir(exist_ok=True)
    (book.root / ACME).rename(file)


def become_a_folder(book: Book) -> None:
    (book.root / ACME).unlink()
    (book.root / ACME).mkdir()


Change = Callable[[Book], object]
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "deleted": (lambda b: os.unlink(b.root / ACME), []),
    # Its id says what it is; `check` tells that the name differs.
    "renamed": (lambda b: rename(b, "beta.yaml"), ["acme"]),
    "moved into a new folder": (lambda b: rename(b, "a/acme.yaml"), ["acme"]),
    "new beside it": (
        lambda b: b.write("records/customers/x/y/beta.yaml", "id: beta\nname: B\n"),
        ["acme", "beta"],
    ),
    "emptied": (lambda b: b.write(ACME, ""), []),
    "its folder gone": (lambda b: shutil.rmtree(b.root / "records/customers"), []),
    "all records gone": (lambda b: shutil.rmtree(b.root / "records"), []),
    "hidden": (lambda b: rename(b, ".acme.yaml"), []),
    "another suffix": (lambda b: rename(b, "acme.yml"), []),
    "a folder in its place": (become_a_folder, []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_files_is_seen_at_once(acme: Book, name: str) -> None:
    assert listed(acme) == ["acme"]
    change, expected = CHANGES[name]
    change(acme)
    assert listed(acme) == expected
    if expected:
        paths = {row["id"]: row["_path"] for row in acme.run("customer list -o json").json}
        assert all((acme.root / path).is_file() for path in paths.values())


def test_a_link_to_a_folder_is_not_followed(acme: Book) -> None:
    (acme.root / "records/customers/again").symlink_to(acme.root / "records/customers")
    assert listed(acme) == ["acme"]


def test_names_that_are_no_utf8_do_no_harm(acme: Book) -> None:
    file = os.fsencode(acme.root / "records/customers") + b"/caf\xe9.yaml"
    with open(file, "wb") as out:
        out.write(b"id: cafe\nname: Cafe\n")
    result = acme.run("customer list -o json")
    assert [row["id"] for row in result.json] == ["acme"]
    (problem,) = acme.run("check -o json").json
    assert problem["path"] == r"records/customers/caf\udce9.yaml"
    assert problem["code"] == "stray-file"


def test_searching_forgets_what_is_gone(acme: Book) -> None:
    assert acme.run("search food -o ids").out == ""
    assert acme.run("search Acme -o ids").out == "acme\n"
    acme.write(ACME, "id: acme\nname: Zebra\n")
    assert acme.run("search Acme -o ids").out == ""
    assert acme.run("search Zebra -o ids").out == "acme\n"


def test_stray_files_are_told_and_forgotten(acme: Book) -> None:
    acme.write("records/customers/notes.txt", "x")
    acme.write("records/notes.yaml", "x")
    acme.write("records/machines/m.yaml", "id: m\n")
    problems = acme.run("check -o json").json
    assert {(p["path"], p["code"]) for p in problems} == {
        ("records/customers/notes.txt", "stray-file"),
        ("records/machines/m.yaml", "stray-file"),
        ("records/notes.yaml", "stray-file"),
    }
    shutil.rmtree(acme.root / "records/machines")
    assert len(acme.run("check -o json").json) == 2
    # With a schema for it a stray file becomes a record.
    acme.write("records/machines/m.yaml", "id: m\n")
    acme.write("schemas/machine.yaml", "title: Machine\n")
    assert acme.run("machine list -o ids").out == "m\n"


def tables(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Everything that the index knows of the files, in one order."""
    index = workspace.index
    names = [kind.plural for kind in workspace.registry]
    found = {name: index.rows(f"SELECT * FROM {name} ORDER BY rid") for name in names}
    for name in ("record", "text", "key", "problem"):
        found[name] = sorted(index.rows(f"SELECT * FROM {name}"), key=repr)
    found["file"] = index.rows("SELECT folder, name, kind, digest FROM file ORDER BY fid")
    found["found"] = index.rows("SELECT rowid FROM trigram WHERE trigram MATCH 'tec'")
    return found


def test_many_processes_build_what_one_builds(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = sample_book(tmp_path_factory.mktemp("parallel") / "book").root
    (root / "records/customers/broken.yaml").write_text("id: [\n")
    one = tables(Workspace(root))
    monkeypatch.setattr(refresh, "PARALLEL_FROM", 10)
    monkeypatch.setattr(refresh, "BATCH", 7)
    shutil.rmtree(root / ".crmctl")
    many = tables(Workspace(root))
    assert one.keys() == many.keys()
    for name, rows in one.items():
        assert many[name] == rows, name
    assert len(one["customers"]) >= 40


def test_progress_is_told(acme: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "BATCH", 2)
    for number in range(5):
        acme.write(f"records/customers/c{number}.yaml", f"id: c{number}\nname: C\n")
    seen: list[tuple[int, int]] = []
    workspace = Workspace(acme.root)
    workspace.on_progress = lambda done, total: seen.append((done, total))
    assert workspace.index.count(workspace.registry.kinds["customer"]) == 6
    assert seen[:3] == [(2, 6), (4, 6), (6, 6)]


def test_what_is_no_file_is_told_as_what_it_is(acme: Book) -> None:
    folder = acme.root / "records/customers"
    (folder / "gone.yaml").symlink_to("nowhere.yaml")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "deep.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    assert listed(acme) == ["acme"]
    assert len(acme.run("customer list").err.splitlines()) == 4
    problems = acme.run("check -o json", code=1).json
    assert [(p["path"], p["code"], p["message"]) for p in problems] == [
        ("records/customers/deep.yaml", "not-a-file", "this is a folder"),
        ("records/customers/gone.yaml", "not-a-file", "this is a link that leads nowhere"),
        ("records/customers/loop.yaml", "not-a-file", "this is a link that leads nowhere"),
        ("records/customers/pipe.yaml", "not-a-file", "this is a pipe or a device"),
    ]


def test_a_folder_that_cannot_be_read_is_one_problem(
    acme: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.write("records/customers/closed/beta.yaml", "id: beta\nname: Beta\n")
    assert listed(acme) == ["acme", "beta"]
    opened = os.open

    def refuse(path: Any, *rest: Any, **more: Any) -> int:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opened(path, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    for _again in range(2):
        result = acme.run("customer list -o ids")
        assert result.out == "acme\n"
        assert len(result.err.splitlines()) == 1
        assert "records/customers/closed:1:1: unreadable" in result.err
    monkeypatch.undo()
    assert listed(acme) == ["acme", "beta"]
    assert acme.run("check").out == ""


def test_links_that_leave_the_book_are_not_followed(acme: Book, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "spy.yaml").write_text("id: spy\nname: Secret\n")
    (outside / "within.yaml").write_text("id: within\nname: Within\n")
    folder = acme.root / "records/customers"
    (folder / "spy.yaml").symlink_to(outside / "spy.yaml")
    (folder / "more").symlink_to(outside)
    acme.write("drafts/beta.yaml", "id: beta\nname: Beta\n")
    (folder / "beta.yaml").symlink_to("../../drafts/beta.yaml")
    assert listed(acme) == ["acme", "beta"]
    problems = [(p["path"], p["code"]) for p in acme.run("check -o json", code=1).json]
    assert problems == [
        ("records/customers/more", "outside"),
        ("records/customers/spy.yaml", "outside"),
    ]
    assert acme.run("search Secret").out == ""
    assert "leads out of the book" in acme.run("customer set spy name=X", code=3).err
    acme.run("customer add Spy --id spy", code=3)
    assert (outside / "spy.yaml").read_text() == "id: spy\nname: Secret\n"
    acme.run("customer set beta level=vip")
    assert "level: vip" in acme.read("drafts/beta.yaml")


def test_records_that_are_elsewhere_are_not_read(acme: Book, tmp_path: Path) -> None:
    (acme.root / "records").rename(tmp_path / "records")
    (acme.root / "records").symlink_to(tmp_path / "records")
    assert listed(acme) == []
    assert [p["path"] for p in acme.run("check -o json", code=1).json] == ["records"]
    assert "out of the book" in acme.run("customer add Beta", code=2).err


def test_what_was_written_is_known_while_others_write(book: Book) -> None:
    """The next command cannot trust a look at files that move, and needs none for its own."""
    book.write("records/customers/stray.txt", "")
    book.write("records/customers/gone.yaml", "id: gone\nname: Gone\n")
    book.run("customer list")
    book.run("customer add New")
    book.run("customer rm gone --yes")
    with Lock(book.root / ".crmctl/lock"):
        book.write(".crmctl/journal/pending.jsonl", "{}\n")
        assert book.run("customer list -o ids").lines == ["new"]
        assert "stray.txt" in book.run("check").out
        (book.root / ".crmctl/journal/pending.jsonl").unlink()
    (book.root / "records/customers/stray.txt").unlink()
    book.run("customer add Another")
    assert book.run("check").out == ""
