"""`doctor` finds what is out of order around the records, mends it, and says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crmctl.changes.apply import Applier
from crmctl.changes.build import Builder
from crmctl.storage.files import digest_of
from crmctl.workspace import Workspace
from tests.conftest import Book, new_book
from tests.soak.faults import at_call, die

ACME = "records/customers/acme.yaml"
CHECKS = (
    "settings rights privacy interrupted journal leftovers index git git_locks identity "
    "merge_driver ignored uncommitted"
).split()


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, "id: acme\nname: Acme\n")
    book.run("check")
    return book


@pytest.fixture
def versioned(acme: Book) -> Book:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    acme.write(".gitignore", "/.crmctl/\n*.tmp~\n")
    git(acme, "init", "-q", "-b", "main")
    git(acme, "config", "user.name", "Li Na")
    git(acme, "config", "user.email", "li@example.com")
    acme.run("git setup")
    git(acme, "add", ".")
    git(acme, "commit", "-qm", "Start")
    return acme


def git(book: Book, *args: str) -> str:
    done = subprocess.run(
        ["git", *args],
        cwd=book.root,
        env=book.environment(),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def old(path: Path, content: str = "") -> Path:
    """A file that has been there for an hour."""
    path.write_text(content)
    stamp = path.stat().st_mtime - 3600
    os.utime(path, (stamp, stamp))
    return path


def states(book: Book, *words: str, code: int = 0) -> dict[str, str]:
    """What is not in order, by examination."""
    found = book.run(["doctor", "-o", "json", *words], code=code).json
    assert [one["check"] for one in found] == CHECKS
    return {one["check"]: one["state"] for one in found if one["state"] != "ok"}


def mends(book: Book, check: str, said: str) -> None:
    """It is only told at first, then mended, and then in order."""
    before = book.files()
    assert states(book, "--dry-run", code=1) == {check: "todo"}
    assert book.files() == before
    result = book.run("doctor")
    (line,) = [line for line in result.lines if line.startswith("mended")]
    assert said in line
    assert states(book) == {}


def test_a_sound_book(versioned: Book) -> None:
    assert states(versioned) == {}
    result = versioned.run("doctor")
    assert result.err == "Everything is in order.\n"
    assert all(line.startswith("ok ") for line in result.lines)


def test_without_git(acme: Book) -> None:
    assert states(acme) == {}


def test_outside_a_book(tmp_path: Path, acme: Book) -> None:
    acme.run(["-C", str(tmp_path), "doctor"], code=4)


def test_an_index_that_is_damaged(acme: Book) -> None:
    (file,) = (acme.root / ".crmctl/cache").glob("index-*.db")
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * 4096 + data[8192:])
    mends(acme, "index", "it was damaged; built anew")
    file.write_bytes(b"no database at all")
    mends(acme, "index", "it was damaged; built anew")


def test_an_index_that_missed_an_edit(acme: Book) -> None:
    """The same size, and a clock that was set back."""
    file = acme.root / ACME
    stamp = file.stat().st_mtime_ns - 10**10
    os.utime(file, ns=(stamp, stamp))
    acme.run("check")
    file.write_text("id: acme\nname: Bcme\n")
    os.utime(file, ns=(stamp, stamp))
    assert acme.run("customer list -o csv --columns name").lines[1:] == ["Acme"]
    mends(acme, "index", "1 file is out of date")
    assert acme.run("customer list -o csv --columns name").lines[1:] == ["Bcme"]


def interrupt(book: Book, call: int = 3) -> None:
    """A change set whose process dies as soon as its journal is written."""
    child = os.fork()
    if child == 0:
        try:
            workspace = Workspace(book.root)
            built = Builder(workspace, ["test"])
            kind = workspace.registry.kinds["customer"]
            built.replace(kind, "acme", {"id": "acme", "name": "Other"})
            built.add(kind, {"name": "Beta"})
            with at_call(call, die):
                Applier(workspace).apply(built.set)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    if not (book.root / ".crmctl/journal/pending.jsonl").exists():
        interrupt(book, call + 1)


def test_a_change_that_was_interrupted(acme: Book) -> None:
    interrupt(acme)
    assert (acme.root / ".crmctl/journal/pending.jsonl").exists()
    mends(acme, "interrupted", "was interrupted and is finished now")
    assert acme.run("customer list -o ids").lines == ["acme", "beta"]


def test_while_somebody_writes(acme: Book) -> None:
    from crmctl.storage.files import Lock

    interrupt(acme)
    with Lock(acme.root / ".crmctl/lock"):
        assert states(acme, code=1) == {"interrupted": "todo"}
    assert states(acme) == {"interrupted": "mended"}


@pytest.mark.parametrize("text", ["", "{", "[]\n", '{"change": 1}\n', "\x00\xff", '{"at": "x"}\n{'])
def test_a_journal_that_is_damaged(acme: Book, text: str) -> None:
    acme.run("customer set acme level=vip")
    acme.write(".crmctl/journal/pending.jsonl", text)
    before = acme.files()
    result = acme.run("customer list -o ids")
    assert result.out == "acme\n"
    assert "pending.jsonl is damaged. “crmctl doctor” puts it aside." in result.err
    assert "pending.jsonl is damaged" in acme.run("customer set acme level=basic", code=3).err
    mends(acme, "interrupted", "damaged: .crmctl/journal/pending.jsonl; put aside")
    assert acme.files() == before
    assert acme.read(".crmctl/journal/pending.damaged") == text
    acme.write(".crmctl/journal/chg-20260101-aaaaaaaa.jsonl", text)
    assert "crmctl doctor" in acme.run("changes", code=3).err
    mends(acme, "journal", "chg-20260101-aaaaaaaa.jsonl; put aside")
    assert len(acme.run("changes -o ids").lines) == 1


@pytest.mark.parametrize("path", ["../x", ".git/config", "/etc/x", "crmctl.yaml", "records/y.yaml"])
def test_a_journal_that_would_write_elsewhere(acme: Book, path: str) -> None:
    """A foreign book may bring one, and git does what its own files say."""
    acme.write(".git/config", "[core]\n")
    (acme.root / "records/y.yaml").symlink_to("../.git/config")
    acme.run("customer set acme level=vip --dry-run")
    header = dict.fromkeys(("at", "actor", "reason", "undoes")) | {"command": []}
    image = {"file": path, "before": None, "after": "x", "at": 0, "cut": "", "put": "x", "bom": 0}
    lines = [{"change": "chg-1", **header}, {**image, "before": digest_of(b"[core]\n")}]
    acme.write(".crmctl/journal/pending.jsonl", "\n".join(map(json.dumps, lines)))
    assert "is damaged" in acme.run("customer list -o ids").err
    assert "is damaged" in acme.run("customer set acme level=vip", code=3).err
    shutil.rmtree(acme.root / ".git")
    assert states(acme) == {"interrupted": "mended"}
    assert not (acme.root.parent / "x").exists()
    acme.run("customer set acme level=vip")


def test_what_a_killed_process_left(acme: Book) -> None:
    young = acme.write("records/customers/.new.yaml.1.tmp~", "half")
    old(acme.root / "records/customers/.acme.yaml.chg-1.tmp~", "half")
    old(acme.root / ".crmctl/cache/.index-1.db.99.tmp~", "half")
    mends(acme, "leftovers", "2 half-written files of a killed process removed")
    assert young.exists()


def test_folders_that_nobody_may_write_to(acme: Book) -> None:
    folder = acme.root / "records/customers"
    folder.chmod(0o500)
    (acme.root / ".crmctl/journal").mkdir(exist_ok=True)
    (acme.root / ".crmctl/journal").chmod(0)
    mends(acme, "rights", "no writing in 2 folders: records/customers, .crmctl/journal")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_journal_that_others_may_read(acme: Book) -> None:
    (acme.root / "records").chmod(0o750)
    (acme.root / ".crmctl").chmod(0o755)
    mends(acme, "privacy", "others may look into")
    assert (acme.root / ".crmctl").stat().st_mode & 0o777 == 0o750


def test_settings_that_are_broken(acme: Book) -> None:
    interrupt(acme)
    acme.write("crmctl.yaml", "format: 1\ncurency: USD\n")
    (folder := acme.root / "records/customers").chmod(0o500)
    result = acme.run("doctor", code=1)
    assert "to do   Settings and schemas: crmctl.yaml:2:1: " in result.out
    assert "to do   Interrupted changes: not looked at while the settings are broken" in result.out
    assert "mended  Rights to write" in result.out
    assert folder.stat().st_mode & 0o777 == 0o700
    acme.config()
    assert states(acme) == {"interrupted": "mended"}


def test_a_schema_that_is_broken(acme: Book) -> None:
    acme.write("schemas/customer.yaml", "properties: [\n")
    assert states(acme, code=1) == {"settings": "todo"}


def test_a_merge_driver_that_is_gone(versioned: Book) -> None:
    git(versioned, "config", "merge.crmctl.driver", "/gone/crmctl merge-driver %O %A %B %P %L")
    git(versioned, "config", "--unset", "core.fsync")
    mends(versioned, "merge_driver", "set up: merge.crmctl.driver, core.fsync")
    # An older way to call one that is there.
    program = git(versioned, "config", "merge.crmctl.driver").split()[0]
    git(versioned, "config", "merge.crmctl.driver", f"{program} merge-driver %O %A %B")
    mends(versioned, "merge_driver", "set up: merge.crmctl.driver")


def test_attributes_that_are_gone(versioned: Book) -> None:
    versioned.write(".gitattributes", "*.png binary\n")
    mends(versioned, "merge_driver", "commit .gitattributes")
    assert versioned.read(".gitattributes").startswith("*.png binary\nrecords/")


def test_git_that_does_not_ignore_what_is_private(versioned: Book) -> None:
    versioned.write(".gitignore", "*.bak")
    mends(versioned, "ignored", "“/.crmctl/” is in .gitignore now")
    assert versioned.read(".gitignore") == "*.bak\n/.crmctl/\n"
    git(versioned, "add", "-f", ".crmctl/cache")
    assert states(versioned, code=1) == {"ignored": "todo"}
    assert "git rm -r --cached .crmctl" in versioned.run("doctor", code=1).out


def test_changes_that_no_commit_holds(versioned: Book) -> None:
    hook = versioned.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    versioned.run("customer set acme level=vip")
    assert "git: not today." in versioned.run("doctor", code=1).out
    hook.unlink()
    mends(versioned, "uncommitted", "1 change is not committed; committed now")
    assert git(versioned, "status", "--porcelain") == ""


def test_a_lock_of_a_git_that_was_killed(versioned: Book) -> None:
    lock = old(versioned.root / ".git/index.lock")
    assert "did not commit" in versioned.run("customer set acme level=vip").err
    assert states(versioned) == {"git_locks": "mended", "uncommitted": "mended"}
    assert not lock.exists()
    assert git(versioned, "status", "--porcelain") == ""


def test_a_lock_that_somebody_may_hold(versioned: Book) -> None:
    lock = versioned.root / ".git/index.lock"
    lock.write_text("")
    assert states(versioned, code=1) == {"git_locks": "todo"}
    # Old as it is, a git is at work: it waits for its input.
    old(lock)
    with subprocess.Popen(
        ["git", "cat-file", "--batch"], cwd=versioned.root, stdin=subprocess.PIPE
    ) as running:
        assert states(versioned, code=1) == {"git_locks": "todo"}
        assert running.stdin
        running.stdin.close()
    assert lock.exists()
    assert states(versioned) == {"git_locks": "mended"}


def test_nobody_in_particular(versioned: Book) -> None:
    git(versioned, "config", "--unset", "user.email")
    assert states(versioned, code=1) == {"identity": "todo"}


def test_a_repository_without_git(versioned: Book, tmp_path: Path) -> None:
    found = versioned.run("doctor -o json", code=1, env={"PATH": str(tmp_path)}).json
    assert [one["check"] for one in found if one["state"] != "ok"] == ["git"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as somebody else")
def test_a_book_that_is_somebody_elses() -> None:
    """It says what it may not mend, and goes on with the rest."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        book = new_book(Path(folder, "book"))
        book.write(ACME, "id: acme\nname: Acme\n")
        (book.root / "records/customers").chmod(0o555)
        book.home.chmod(0o777)
        book.run("doctor --dry-run", code=1)  # loads what nobody else may read
        os.seteuid(65534)
        try:
            found = {one["check"]: one for one in book.run("doctor -o json", code=1).json}
        finally:
            os.seteuid(0)
    assert found["rights"]["state"] == "todo"
    assert "chown" in found["rights"]["hint"]
