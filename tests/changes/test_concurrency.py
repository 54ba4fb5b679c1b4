"""Writers at the same time lose nothing: they wait for each other or are told to try again."""

from __future__ import annotations

import subprocess

import pytest
import yaml

from crmctl.changes.apply import Applier
from crmctl.changes.assign import parse_assignment
from crmctl.changes.build import Builder
from crmctl.errors import ChangedMeanwhile
from crmctl.storage.errors import Locked
from crmctl.storage.files import Lock
from crmctl.values.ids import mint_tail
from crmctl.workspace import Workspace
from tests.conftest import Book
from tests.processes import at_once

PROCESSES, TIMES = 4, 20
WRITER = """
import sys
from crmctl.cli.main import main
who, times = sys.argv[1], int(sys.argv[2])
for turn in range(times):
    assert main(["log", "-q", "acme", f"{who}-{turn}"]) == 0
    # A change of one and the same record may be refused, but is never lost.
    while (code := main(["customer", "set", "-q", "acme", f"tags+={who}-{turn}"])) != 0:
        assert code == 5, code
"""


def test_writers_at_once_lose_nothing(book: Book) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    at_once(book, WRITER, [[f"w{n}", str(TIMES)] for n in range(PROCESSES)])
    expected = {f"w{n}-{turn}" for n in range(PROCESSES) for turn in range(TIMES)}
    logged = book.run("interaction list -o json").json
    assert {record["subject"] for record in logged} == expected
    assert len(logged) == len({record["id"] for record in logged}) == len(expected)
    record = yaml.safe_load(book.read("records/customers/acme.yaml"))
    assert set(record["tags"]) == expected
    assert book.run("check").out == ""
    journal = [*(book.root / ".crmctl" / "journal").glob("*.jsonl")]
    assert len(journal) == 2 * len(expected)


@pytest.fixture
def acme(book: Book, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name, value in book.environment().items():
        monkeypatch.setenv(name, value)
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    return Workspace(book.root)


def built(workspace: Workspace, word: str) -> Builder:
    builder = Builder(workspace)
    builder.update(workspace.registry.kinds["customer"], "acme", [parse_assignment(word)])
    return builder


@pytest.mark.parametrize(
    "meanwhile", ["id: acme\nname: Acme Ltd\n", "id: other\nname: Acme\n", "id: acme\nname: [\n"]
)
def test_a_record_changed_meanwhile_is_refused(acme: Workspace, meanwhile: str) -> None:
    builder = built(acme, "industry=food")
    file = acme.records / "customers/acme.yaml"
    file.write_text(meanwhile)
    with pytest.raises(ChangedMeanwhile) as caught:
        Applier(acme).apply(builder.set)
    assert caught.value.exit_code == 5
    assert file.read_text() == meanwhile
    assert not (acme.private / "journal").exists()


def test_a_record_removed_meanwhile_is_refused(acme: Workspace) -> None:
    builder = built(acme, "industry=food")
    (acme.records / "customers/acme.yaml").unlink()
    with pytest.raises(ChangedMeanwhile):
        Applier(acme).apply(builder.set)


def test_a_comment_added_meanwhile_is_kept(acme: Workspace) -> None:
    builder = built(acme, "industry=food")
    file = acme.records / "customers/acme.yaml"
    file.write_text("# new\nid: acme\nname: Acme\n")
    Applier(acme).apply(builder.set)
    assert file.read_text() == "# new\nid: acme\nname: Acme\nindustry: food\n"


def test_two_changes_of_one_record_the_second_is_refused(acme: Workspace) -> None:
    first, second = built(acme, "industry=food"), built(acme, "website=x")
    Applier(acme).apply(first.set)
    with pytest.raises(ChangedMeanwhile):
        Applier(acme).apply(second.set)
    file = acme.records / "customers/acme.yaml"
    assert file.read_text() == "id: acme\nname: Acme\nindustry: food\n"


def test_two_new_records_of_one_id_the_second_is_refused(acme: Workspace) -> None:
    kind = acme.registry.kinds["customer"]
    builders = [Builder(acme), Builder(acme)]
    for builder in builders:
        builder.add(kind, {"name": "Beta"})
    Applier(acme).apply(builders[0].set)
    before = (acme.records / "customers/beta.yaml").read_bytes()
    with pytest.raises(Exception, match="beta") as caught:
        Applier(acme).apply(builders[1].set)
    assert getattr(caught.value, "exit_code", None) == 5
    assert (acme.records / "customers/beta.yaml").read_bytes() == before


def test_who_waits_too_long_for_the_lock_is_told(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = built(acme, "industry=food")
    acme.private.mkdir(exist_ok=True)
    monkeypatch.setattr(Lock, "_wait", lambda self, _descriptor: (_ for _ in ()).throw(Locked("x")))
    with pytest.raises(Locked) as caught:
        Applier(acme).apply(builder.set)
    assert caught.value.exit_code == 5
    assert (acme.records / "customers/acme.yaml").read_text() == "id: acme\nname: Acme\n"


def test_minted_ids_do_not_collide_unnoticed() -> None:
    # 40 random bits: among 100,000 a pair is to be expected once in some 200 such sets.
    tails = [mint_tail() for _ in range(100_000)]
    assert len(tails) - len(set(tails)) <= 1
    assert {len(tail) for tail in tails} == {8}


def test_within_a_book_a_taken_id_is_minted_again(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    tails = iter(["chg00001", "aaaaaaaa", "chg00002", "aaaaaaaa", "aaaaaaaa", "bbbbbbbb"])
    monkeypatch.setattr("crmctl.changes.build.mint_tail", lambda: next(tails))
    assert book.run("log acme one").out == "int-20261121-aaaaaaaa\n"
    assert book.run("log acme two").out == "int-20261121-bbbbbbbb\n"


def test_two_clones_that_add_the_same_name(book: Book) -> None:
    """Git sees two new files of one name as a conflict, and so does `check`."""

    def git(*args: str, folder: str = ".", ok: bool = True) -> str:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        done = subprocess.run(
            ["git", *identity, *args],
            cwd=book.root / folder,
            env=book.environment(),
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout

    book.write(".gitignore", "/.crmctl/\n/clone/\n")
    book.config(commit="manual")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "start")
    git("clone", "-q", ".", "clone")
    book.run("customer add Acme -s level=vip")
    book.run("-C clone customer add Acme -s level=basic")
    for folder in (".", "clone"):
        git("add", ".", folder=folder)
        git("commit", "-qm", "acme", folder=folder)
    git("pull", "-q", "--no-rebase", "origin", "main", folder="clone", ok=False)
    (problem,) = book.run("-C clone check -o json", code=1).json
    assert (problem["path"], problem["code"]) == ("records/customers/acme.yaml", "conflict-marker")
    assert problem["line"] > 1
    assert book.run("-C clone customer list -o ids").out == ""
    assert "customers/acme.yaml" in book.run("-C clone customer list").err
