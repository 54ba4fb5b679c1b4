"""`--at`: the book as git recorded it, asked like the book of today."""

from __future__ import annotations

import gc
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmctl import committed
from crmctl.index import refresh
from crmctl.vcs.errors import OnlyToRead
from crmctl.workspace import Workspace
from tests.conftest import REPOSITORY, Book
from tests.processes import at_once

ACME = "records/customers/acme.yaml"
ORDERS = "records/orders/acme.yaml"


def git(book: Book, *args: str, at: str | None = None, cwd: Path | None = None) -> str:
    """Runs git in a book, at a given time if it commits."""
    dates = {} if at is None else {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    named = ["-c", "user.name=Li", "-c", "user.email=li@example.com", "-c", "init.defaultBranch=m"]
    done = subprocess.run(
        ["git", *named, *args],
        cwd=cwd or book.root,
        env=book.environment(**dates),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(book: Book, at: str | None = None) -> str:
    """Commits everything by hand."""
    git(book, "add", "-A", ".")
    git(book, "commit", "-qm", "A state", "--allow-empty", at=at)
    return git(book, "rev-parse", "HEAD")


@pytest.fixture
def acme(book: Book) -> Book:
    """A book in git with one commit."""
    book.config(commit="manual")
    book.write(".gitignore", "/.crmctl/\n")
    book.write(ACME, "id: acme\nname: Acme\nlevel: vip\n")
    git(book, "init", "-q")
    commit(book, "2026-03-01T10:00:00Z")
    return book


def caches(book: Book) -> list[Path]:
    return [*(book.root / ".crmctl/cache/at").glob("[!.]*/")]


def names(book: Book, revision: str) -> list[str]:
    return book.run(f"customer list --columns name -o csv --at {revision}").lines[1:]


# what is answered

COMMANDS = [
    "customer list",
    "customer list -o json --all",
    "customer list 'spend:>1000 rfm:* -level:basic' --columns id,spend,rfm,abc -o csv",
    "customer list segment:key-accounts -o ids",
    "order list --sort -amount -o csv",
    "order list -o jsonl --as-of 2026-06-30",
    "query order --group date.month --measure 'sum amount' -o csv",
    "show nordlys",
    "show nordlys -o json --as-of 2026-03-31",
    "timeline nordlys -o json",
    "contact list nordlys -o json",
    "segment run shanghai -o json",
    "segment show sleeping -o json",
    "analyze rfm -o json",
    "analyze abc --as-of 2026-06-30 -o csv",
    "report run overview",
    "report run activity -o json --as-of last-month",
    "today --days 30 -o json",
    "search 上海 -o json",
    "export interaction",
    "sql 'SELECT id, amount, amount__base, _path, _line FROM orders ORDER BY id' -o csv",
]


def test_each_command_says_what_it_said_then(sample_copy: Book) -> None:
    book = sample_copy

    def said() -> list[tuple[str, str]]:
        """What every other command says, by turns."""
        asked = COMMANDS[len(states) % 2 :: 2]
        return [(command, book.run(command).out) for command in asked]

    book.write(".gitignore", "/.crmctl/\n")
    git(book, "init", "-q")
    states: list[tuple[str, list[tuple[str, str]]]] = []
    states.append((commit(book), said()))

    book.run("customer set --where city:上海 level=important --yes")
    book.run("log nordlys 'Asked for a quote' --feeling +1")
    book.run("customer add 'Neue Firma' --set city=Bremen")
    file = next((book.root / "records/orders").iterdir())
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    states.append((commit(book), said()))

    (book.root / "records/interactions/nordlys.yaml").unlink()
    book.run("customer set nordlys name='Nordlys ApS'")
    book.write("rates.yaml", "- {date: 2025-11-01, currency: EUR, rate: 9}\n")
    book.write("records/customers/torn.yaml", "id: torn\nname: [\n")
    for file in (book.root / "records/orders").iterdir():
        moved = book.root / "records/orders/moved" / file.name
        moved.parent.mkdir(exist_ok=True)
        file.rename(moved)
    states.append((commit(book), said()))

    settings = book.read("crmctl.yaml").replace("Asia/Shanghai", "America/New_York")
    book.write("crmctl.yaml", settings + "rates: {max_age_days: 9999}\n")
    book.write("schemas/customer.yaml", "properties: {shoe: {type: number}}\n")
    book.run("customer set nordlys shoe=44")
    states.append((commit(book), said()))

    shutil.rmtree(book.root / "records")
    book.write("crmctl.yaml", "format: 1\ncurrency: EUR\ntimezone: UTC\n")
    (book.root / "schemas/customer.yaml").unlink()
    commit(book)
    assert book.run("customer list -o ids").out == ""

    assert len({str(answers) for _commit, answers in states}) == len(states)
    for revision, answers in reversed(states):
        for command, answer in answers:
            assert book.run(f"{command} --at {revision}").out == answer, (command, revision)
    assert book.run("customer list -o ids").out == ""


def test_the_two_clocks(acme: Book) -> None:
    """An order counts from its date on (--as-of), and is known from its commit on (--at)."""

    def order(id_: str, date: str) -> None:
        old = acme.read(ORDERS) + "---\n" if (acme.root / ORDERS).exists() else ""
        acme.write(ORDERS, f"{old}id: {id_}\ncustomer: acme\ndate: {date}\namount: 1\n")

    order("early", "2026-02-10")
    order("coming", "2026-06-10")
    commit(acme, "2026-03-31T12:00:00Z")
    order("late-told", "2026-02-20")
    commit(acme, "2026-05-01T12:00:00Z")

    def listed(clocks: str) -> list[str]:
        return acme.run(f"order list --sort id -o ids {clocks}").lines

    assert listed("") == ["coming", "early", "late-told"]
    assert listed("--as-of 2026-03-31") == ["early", "late-told"]
    assert listed("--at 2026-03-31") == ["coming", "early"]
    assert listed("--as-of 2026-03-31 --at 2026-03-31") == ["early"]
    assert listed("--at 2026-05") == ["coming", "early", "late-told"]
    assert listed("--at 2026-03-30") == []
    # Today stays today: of what is old are only the files.
    assert acme.run("customer list last_order:<7d -o ids --at 2026-03-31").out == ""
    late = {"CRMCTL_NOW": "2026-06-12T09:00"}
    assert acme.run("customer list last_order:<7d --at 2026-03-31 -o ids", env=late).lines


def test_a_day_is_one_of_the_book(acme: Book) -> None:
    acme.config(commit="manual", timezone="Asia/Shanghai")
    acme.write(ACME, "id: acme\nname: Later\n")
    commit(acme, "2026-03-02T15:59:59Z")
    acme.write(ACME, "id: acme\nname: Tomorrow\n")
    commit(acme, "2026-03-02T16:00:00Z")
    assert names(acme, "2026-03-02") == ["Later"]
    assert names(acme, "2026-03-03") == ["Tomorrow"]


def test_segments_and_reports_are_those_of_today(acme: Book) -> None:
    acme.write("segments/good.yaml", "query: level:vip\n")
    then = commit(acme)
    acme.write("segments/good.yaml", "query: level:basic\n")
    acme.write(ACME, "id: acme\nname: Acme\nlevel: basic\n")
    acme.write("reports/names.yaml", "sections: [{kind: customer, columns: [name, level]}]\n")
    commit(acme)
    assert acme.run("segment run good -o ids").out == "acme\n"
    assert acme.run(f"segment run good -o ids --at {then}").out == ""
    assert "acme" in acme.run(f"customer list -segment:good --at {then} -o ids").out
    assert "VIP" in acme.run(f"report run names --at {then}").out


def test_kinds_and_values_that_are_gone(acme: Book) -> None:
    acme.write("schemas/visit.yaml", "properties: {place: {type: string}}\n")
    acme.write("schemas/customer.yaml", "properties: {level: {enum: [gold]}}\n")
    acme.write("records/visits/v.yaml", "id: v\nplace: Bremen\n")
    acme.write(ACME, "id: acme\nname: Acme\nlevel: gold\n")
    then = commit(acme)
    shutil.rmtree(acme.root / "schemas")
    shutil.rmtree(acme.root / "records/visits")
    assert acme.run(f"customer list level:gold -o ids --at {then}").out == "acme\n"
    assert acme.run(f"query visit place:bremen -o ids --at {then}").out == "v\n"
    acme.run("customer list level:gold", code=2)
    acme.run("query visit", code=2)


def test_every_name_of_a_kind(acme: Book) -> None:
    """A plural or a title is looked up in the schemas before the options are read."""
    acme.write(ACME, "id: acme\nname: Other\n")
    for kind in ("customers", "客户"):
        assert acme.run(f"{kind} list --columns name -o csv --at HEAD").lines[1:] == ["Acme"]


# what cannot be answered


def test_before_the_first_commit_and_unknown_revisions(acme: Book) -> None:
    for revision in ("2026-02-28", "nosuch", "HEAD~1", "0123abcd", "", "--all"):
        result = acme.run(["customer", "list", f"--at={revision}"], code=4)
        assert (result.out, len(result.err.splitlines())) == ("", 2)
    assert not caches(acme)


def test_without_git(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    result = book.run("customer list --at HEAD", code=3)
    assert "repository" in result.err
    assert "git init" in result.err
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "not installed" in book.run("customer list --at HEAD", code=3).err


def test_no_command_that_writes_takes_it(acme: Book) -> None:
    for command in (
        "customer add X --at HEAD",
        "customer set acme level=normal --at HEAD",
        "customer rm acme --at HEAD",
        "customer archive acme --at HEAD",
        "segment save x level:vip --at HEAD",
        "undo --at HEAD",
    ):
        assert "--at" in acme.run(command, code=2).err
    past = Workspace(acme.root).at("HEAD")
    with pytest.raises(OnlyToRead):
        _ = past.records
    with pytest.raises(OnlyToRead):
        _ = past.private


def test_what_was_broken_then_is_named(acme: Book) -> None:
    acme.write(ACME, "id: acme\nname: [\n")
    acme.write("records/customers/good.yaml", "id: good\nname: Good\n")
    acme.write("schemas/visit.yaml", "properties: 7\n")
    acme.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: x}\n")
    then = commit(acme)[:8]
    for path in (ACME, "schemas/visit.yaml", "rates.yaml"):
        (acme.root / path).unlink()
    result = acme.run("customer list -o ids --at HEAD")
    assert result.lines == ["good"]
    places = [line.split(": ")[1].split(":")[:2] for line in result.err.splitlines()]
    assert places == [[then, path] for path in ("schemas/visit.yaml", ACME, "rates.yaml")]


def test_a_schema_that_is_broken_now(acme: Book) -> None:
    acme.write("schemas/customer.yaml", "properties: {level: {enum: [gold]}}\n")
    acme.write(ACME, "id: acme\nname: Acme\nlevel: gold\n")
    then = commit(acme)
    acme.write("schemas/customer.yaml", "properties: {level: [}\n")
    assert "schemas/customer.yaml" in acme.run("customer list").err
    result = acme.run(f"customer list level:gold -o ids --at {then}")
    assert (result.out, result.err) == ("acme\n", "")


def test_settings_that_were_broken_then(acme: Book) -> None:
    acme.config(curency="EUR")
    then = commit(acme)[:8]
    acme.config()
    error = acme.run("customer list --at HEAD", code=3).err
    assert f"error: {then}:crmctl.yaml:" in error
    assert "currency" in error


# where the book lies and what is in it


def test_a_book_in_a_folder_of_a_repository(acme: Book) -> None:
    (acme.root / "sales").mkdir()
    within = Book(acme.root / "sales/crm")
    within.home = acme.home
    within.config(commit="manual")
    within.write(ACME, "id: acme\nname: Within\n")
    commit(acme, "2026-04-01T10:00:00Z")
    within.write(ACME, "id: acme\nname: Other\n")
    assert names(within, "2026-04-01") == ["Within"]
    listed = within.run("customer list --columns name -o csv --at HEAD", cwd="records")
    assert listed.lines[1:] == ["Within"]
    assert "holds no book" in within.run("customer list --at HEAD~1", code=4).err


def test_a_shallow_clone(acme: Book, tmp_path: Path) -> None:
    acme.write(ACME, "id: acme\nname: Second\n")
    commit(acme, "2026-04-01T10:00:00Z")
    url = (acme.root).as_uri()
    git(acme, "clone", "-q", "--depth", "1", url, str(tmp_path / "clone"))
    clone = Book(tmp_path / "clone")
    assert names(clone, "HEAD") == ["Second"]
    assert names(clone, "2026-04-01") == ["Second"]
    assert "unshallow" in clone.run("customer list --at 2026-03-15", code=4).err


def test_files_of_every_sort_read_as_on_disk(acme: Book) -> None:
    folder = "records/customers"
    acme.gen(
        {
            f"{folder}/crlf.yaml": b"id: crlf\r\nname: Wind\r\nnotes: |\r\n  a\r\n  b\r\n",
            f"{folder}/bom.yaml": b"\xef\xbb\xbfid: bom\nname: Mark\n",
            f"{folder}/gb.yaml": "id: gb\nname: 上海".encode("gb18030"),
            f"{folder}/torn.yaml": "<<<<<<< HEAD\nid: torn\nname: T\n",
            f"{folder}/with space.yaml": "id: with space\nname: S\n",
            f"{folder}/new\nline.yaml": "name: N\n",
            f"{folder}/-dash.yaml": "name: D\n",
            f'{folder}/"quoted"\t.yaml': "name: Q\n",
            f"{folder}/张伟.yaml": "id: 张伟\nname: 张伟\n",
            f"{folder}/deep/er/one.yaml": "id: one\nname: One\n",
            f"{folder}/.hidden.yaml": "id: hidden\nname: H\n",
            f"{folder}/.git-like/inner.yaml": "id: inner\nname: I\n",
            f"{folder}/README.md": "stray",
            f"{folder}/empty.yaml": "",
            "records/stray.yaml": "id: stray\n",
            "records/nokind/x.yaml": "id: x\n",
            ORDERS: "id: a\ncustomer: acme\ndate: 2026-01-01\n---\nid: [\n---\nid: c\n",
        }
    )
    odd = os.fsencode(acme.root / folder) + b"/caf\xe9.yaml"
    Path(os.fsdecode(odd)).write_text("id: cafe\nname: C\n")
    (acme.root / folder / "linked.yaml").symlink_to("../../shared/linked.yaml")
    (acme.root / folder / "again.yaml").symlink_to("linked.yaml")
    (acme.root / folder / "dead.yaml").symlink_to("nowhere.yaml")
    (acme.root / folder / "round.yaml").symlink_to("round.yaml")
    acme.write("shared/linked.yaml", "id: linked\nname: Linked\n")
    commit(acme)
    assert git(acme, "status", "--porcelain") == ""

    present = Workspace(acme.root)
    past = present.at("HEAD")
    customers = present.registry.kinds["customer"]
    assert past.index.count(customers) == present.index.count(customers)
    assert past.index.problems() == present.index.problems()
    everything = "customer list -o json"
    assert acme.run(f"{everything} --at HEAD").out == acme.run(everything).out
    acme.write("shared/linked.yaml", "id: linked\nname: Other\n")
    commit(acme)
    assert "Other" in acme.run("customer list --at HEAD").out
    assert "Linked" in acme.run("customer list --at HEAD~1").out


def test_a_person_is_told_which_commit(acme: Book) -> None:
    then = git(acme, "rev-parse", "HEAD")[:8]
    terminal, end = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "crmctl", "customer", "list", "--at", "2026-03"],
        cwd=acme.root,
        env=acme.environment(PYTHONPATH=str(REPOSITORY)),
        stdout=end,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(end)
    os.close(terminal)
    told = f"As recorded by commit {then}, 2026-03-01T10:00+00:00."
    assert done.stderr.splitlines() == [told, "1 record"]


# the cache


def test_a_commit_is_read_once(acme: Book) -> None:
    acme.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    commit(acme)
    blob = git(acme, "rev-parse", f"HEAD:{ACME}")
    assert names(acme, "HEAD") == ["Acme", "Beta"]
    (acme.root / f".git/objects/{blob[:2]}/{blob[2:]}").unlink()
    assert names(acme, "HEAD") == ["Acme", "Beta"]
    # Another commit with the same book is the same.
    git(acme, "commit", "-qm", "Nothing", "--allow-empty")
    assert names(acme, "HEAD") == ["Acme", "Beta"]
    assert len(caches(acme)) == 1
    # Where git has lost something, that is said.
    shutil.rmtree(acme.root / ".crmctl")
    error = acme.run("customer list --at HEAD", code=3).err
    assert error.startswith(f"error: git: {blob} is missing")
    assert caches(acme)
    assert not [*caches(acme)[0].rglob("*.db*")]
    settings = git(acme, "rev-parse", "HEAD:crmctl.yaml")
    (acme.root / f".git/objects/{settings[:2]}/{settings[2:]}").unlink()
    shutil.rmtree(acme.root / ".crmctl")
    error = acme.run("customer list --at HEAD", code=3).err
    assert error.startswith(f"error: git: {settings} is missing")


def test_the_last_few_are_kept(acme: Book) -> None:
    for number in range(5):
        acme.write(ACME, f"id: acme\nname: Acme {number}\n")
        commit(acme)
    for back in (3, 2, 1):
        assert names(acme, f"HEAD~{back}") == [f"Acme {4 - back}"]
    oldest = {*caches(acme)}
    assert len(oldest) == committed.KEPT
    assert names(acme, "HEAD~3") == ["Acme 1"]  # used again
    used = Workspace(acme.root).at("HEAD~2")
    kind = used.registry.kinds["customer"]
    assert names(acme, "HEAD") == ["Acme 4"]
    assert names(acme, "HEAD~1") == ["Acme 3"]
    assert names(acme, "HEAD~4") == ["Acme 0"]
    gc.collect()  # in this process the books of earlier commands may still be there
    assert names(acme, "HEAD") == ["Acme 4"]
    assert used.base in caches(acme)  # somebody is reading it
    assert [row[0] for row in used.index.rows("SELECT name FROM customers")] == ["Acme 2"]
    assert used.index.count(kind) == 1
    assert len(caches(acme)) <= committed.KEPT + 1


READER = """
import sys
from crmctl.cli.main import main
for revision in sys.argv[1:]:
    assert main(["customer", "list", "--columns", "name", "-o", "csv", "--at", revision]) == 0
"""


def test_several_at_once(acme: Book) -> None:
    for number in range(4):
        for name in ("acme", "beta", "gamma"):
            acme.write(f"records/customers/{name}.yaml", f"id: {name}\nname: {name} {number}\n")
        commit(acme)
    turns = [["HEAD", "HEAD~1"], ["HEAD", "HEAD~2"], ["HEAD~3", "HEAD"], ["HEAD~1", "HEAD~3"]]
    outputs = at_once(acme, READER, turns)
    for output, revisions in zip(outputs, turns, strict=True):
        numbers = [3 - int(revision.partition("~")[2] or 0) for revision in revisions]
        expected = [
            line
            for number in numbers
            for line in ("Name", *(f"{name} {number}" for name in ("acme", "beta", "gamma")))
        ]
        assert [line.lower() for line in output.splitlines()] == [s.lower() for s in expected]
    assert not [*(acme.root / ".crmctl/cache/at").rglob("*.tmp~*")]


def test_from_nothing_from_the_nearest_and_in_parallel(
    acme: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However an index comes about, it is the same."""
    for number in range(30):
        acme.write(f"records/customers/c{number}.yaml", f"id: c{number}\nname: 科技 {number}\n")
    commit(acme)
    for number in range(10, 33):
        acme.write(f"records/customers/c{number}.yaml", f"id: c{number}\nname: 贸易 {number}\n")
    (acme.root / "records/customers/c3.yaml").unlink()
    commit(acme)
    commands = ("search 科技 -o ids", "customer list -o csv", "search maoyi --limit 0 -o csv")

    def said() -> list[str]:
        shutil.rmtree(acme.root / ".crmctl/cache/at", ignore_errors=True)
        revisions = ("HEAD~1", "HEAD", "HEAD~2")
        return [acme.run(f"{c} --at {revision}").out for revision in revisions for c in commands]

    alone = said()
    acme.run("customer list")
    nearest = said()
    monkeypatch.setattr(refresh, "PARALLEL_FROM", 1)
    monkeypatch.setattr(refresh, "BATCH", 4)
    assert alone == nearest == said()
    shutil.rmtree(acme.root / ".crmctl")
    assert said() == alone
    assert len(acme.run("search 科技 --limit 0 -o ids --at HEAD~1").lines) == 30


def test_damage_is_mended(acme: Book) -> None:
    acme.run("customer list")
    assert names(acme, "HEAD") == ["Acme"]
    for index in (acme.root / ".crmctl").rglob("index-*.db"):
        index.write_bytes(b"nothing of the kind" * 1000)
    assert names(acme, "HEAD") == ["Acme"]


def test_a_book_without_room_for_a_cache(acme: Book) -> None:
    acme.write(".crmctl", "no folder")
    acme.write(ACME, "id: acme\nname: Other\n")
    for _time in range(2):
        assert names(acme, "HEAD") == ["Acme"]
    assert [*(acme.home / ".cache/crmctl").rglob("index-*.db")]


def test_completion_does_not_wait_for_git(acme: Book) -> None:
    words = {"COMP_WORDS": "crmctl show --at HEAD a", "COMP_CWORD": "4"}
    result = acme.run("", env={"_CRMCTL_COMPLETE": "bash_complete", **words})
    assert "acme" in result.out
    assert not caches(acme)
