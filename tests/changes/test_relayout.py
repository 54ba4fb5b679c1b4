"""A kind moves to another path template in one change, and back to the byte."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.conftest import Book

from .conftest import change

BY_SHARD = "customers/{shard}/{id}.yaml"
BY_YEAR = "interactions/{customer}/{year}.yaml"
BY_AUTHOR = "interactions/{customer}.{author}.yaml"
ACME = "# our first\nid: acme\nname: 'Acme' # gmbh\nowner: li\n"
TALKS = """\
# All that was said.
---
# the first one
id: int-20250301-aaaaaaaa
customer: acme
at: "2025-03-01T10:00"   # by phone
kind: call
by: Li Na
---
id: int-20260105-bbbbbbbb
customer: acme
at: 2026-01-05T10:00
kind: call
by: wang
# he was in a hurry
---
id: int-20251201-cccccccc
customer: acme
at: 2025-12-01T10:00
kind: call
"""


@pytest.fixture
def acme(book: Book) -> Book:
    book.gen(
        {
            "records/customers/acme.yaml": ACME,
            "records/customers/old/beta.yaml": "id: beta\r\nname: Beta\r\n",
            "records/interactions/acme.yaml": TALKS,
        }
    )
    return book


def test_files_move_as_they_are(acme: Book) -> None:
    before = acme.files()
    (acme.root / "records/customers/acme.yaml").chmod(0o640)
    result = acme.run(["relayout", "customer", BY_SHARD])
    assert "move 2 customers, such as customers/old/beta.yaml → " in result.err
    (moved,) = (acme.root / "records/customers").glob("*/acme.yaml")
    assert moved.stat().st_mode & 0o777 == 0o640
    assert not (acme.root / "records/customers/old").exists()
    assert sorted(acme.files().values()) == sorted(before.values())
    assert acme.read("schemas/customer.yaml") == f'x-crmctl:\n  path: "{BY_SHARD}"\n'
    assert acme.run("check").code == 0
    assert acme.run("customer list -o ids").lines == ["acme", "beta"]
    acme.run(["undo", change(result)])
    assert acme.files() == before
    assert not acme.files("schemas")


def test_new_records_go_to_the_new_place(acme: Book) -> None:
    acme.run(["relayout", "customer", "customers/{owner}/{id}.yaml"])
    acme.run("customer add Gamma -s owner=li")
    acme.run("customer add Delta")
    assert [path for path in acme.files() if "customers" in path] == [
        "records/customers/_none/beta.yaml",
        "records/customers/_none/delta.yaml",
        "records/customers/li/acme.yaml",
        "records/customers/li/gamma.yaml",
    ]


def test_a_stream_is_split_with_its_comments(acme: Book) -> None:
    before = acme.files()
    result = acme.run(["relayout", "interaction", BY_YEAR])
    first, second, third = TALKS.partition("---\n")[2].split("---\n")
    assert acme.read("records/interactions/acme/2025.yaml") == (
        f"# All that was said.\n---\n{first}---\n{third}"
    )
    assert acme.read("records/interactions/acme/2026.yaml") == second
    assert not (acme.root / "records/interactions/acme.yaml").exists()
    assert acme.run("check").code == 0
    acme.run(["log", "acme", "later"])
    assert "later" in acme.read("records/interactions/acme/2026.yaml")
    acme.run("undo")
    acme.run(["undo", change(result)])
    assert acme.files() == before


def test_and_joined_again_in_the_order_of_time(acme: Book) -> None:
    acme.run(["relayout", "interaction", BY_YEAR])
    acme.run(["relayout", "interaction", "interactions/{customer}.yaml"])
    text = acme.read("records/interactions/acme.yaml")
    assert re.findall(r"^id: (.*)$", text, re.M) == [
        "int-20250301-aaaaaaaa",
        "int-20251201-cccccccc",
        "int-20260105-bbbbbbbb",
    ]
    assert text.startswith("# All that was said.\n---\n# the first one\n")
    assert "by: wang\n# he was in a hurry\n" in text
    assert [*acme.files("records/interactions")] == ["records/interactions/acme.yaml"]


def test_streams_of_their_authors(acme: Book) -> None:
    acme.run(["relayout", "interaction", BY_AUTHOR])
    assert [*acme.files("records/interactions")] == [
        "records/interactions/acme._none.yaml",
        "records/interactions/acme.li-na.yaml",
        "records/interactions/acme.wang.yaml",
    ]
    acme.run(["--as", "李娜", "log", "acme", "hello"])
    acme.run(["--as", "Li Na", "log", "acme", "hello again"])
    acme.run(["--as", "zhao@example.com", "log", "acme", "good-bye"])
    assert "hello again" in acme.read("records/interactions/acme.li-na.yaml")
    assert "good-bye" in acme.read("records/interactions/acme.zhao-example-com.yaml")
    assert len(acme.run("interaction list customer:acme -o ids").lines) == 6
    # Who wrote a note is told by its file, whoever took part.
    acme.run("--as li-na log acme 'in my place' --by wang")
    assert "Nothing to change" in acme.run(["relayout", "interaction", BY_AUTHOR]).err


def test_what_was_written_since_goes_back_too(acme: Book) -> None:
    """Each record returns to its file as it is now; a later one stays where it was written."""
    done = change(acme.run(["relayout", "interaction", BY_AUTHOR]))
    acme.run("interaction set int-20260105-bbbbbbbb subject=edited")
    late = acme.run("--as wang log acme late").lines[0]
    acme.run(["undo", done])
    assert [*acme.files("records/interactions")] == [
        "records/interactions/acme.wang.yaml",
        "records/interactions/acme.yaml",
    ]
    text = acme.read("records/interactions/acme.yaml")
    assert "subject: edited" in text
    assert late in acme.read("records/interactions/acme.wang.yaml")
    assert acme.run("check").code == 0
    assert len(acme.run("interaction list -o ids").lines) == 4


def test_a_moved_file_takes_later_edits_back(acme: Book) -> None:
    done = change(acme.run(["relayout", "customer", BY_SHARD]))
    acme.run("customer set acme website=acme.example")
    acme.run("customer rm beta --yes")
    result = acme.run(["undo", done], code=5)
    assert "beta: removed since" in result.err
    text = acme.read("records/customers/acme.yaml")
    assert "website: acme.example\n" in text
    assert text.startswith("# our first\n")


def test_the_same_template_tidies(acme: Book) -> None:
    result = acme.run("relayout customer customers/{id}.yaml")
    assert "move 1 customer: customers/old/beta.yaml → customers/beta.yaml" in result.err
    assert acme.read("records/customers/beta.yaml") == "id: beta\r\nname: Beta\r\n"
    assert not (acme.root / "schemas").exists()
    result = acme.run("relayout customer customers/{id}.yaml -o json")
    assert "Nothing to change." in result.err
    assert result.json["moved"] == []


def test_a_dry_run_moves_nothing(acme: Book) -> None:
    before = acme.files(".")
    said = acme.run(["relayout", "客户", BY_SHARD, "--dry-run"])
    assert "customers/old/beta.yaml → customers/c2/beta.yaml" in said.out
    after = {path: data for path, data in acme.files(".").items() if ".crmctl" not in path}
    assert after == before


def test_the_schema_of_the_book_keeps_what_it_says(acme: Book) -> None:
    text = "# ours\nproperties:\n  pet: {type: string} # a dog\n"
    acme.write("schemas/customer.yaml", text)
    acme.run(["relayout", "customer", BY_SHARD])
    assert acme.read("schemas/customer.yaml") == f'{text}x-crmctl:\n  path: "{BY_SHARD}"\n'
    acme.run("undo")
    assert acme.read("schemas/customer.yaml") == text


def test_a_schema_edited_since_is_named_and_left(acme: Book) -> None:
    acme.run(["relayout", "customer", BY_SHARD])
    text = acme.read("schemas/customer.yaml") + "# ours now\n"
    acme.write("schemas/customer.yaml", text)
    assert "schemas/customer.yaml: edited since" in acme.run("undo", code=5).err
    assert acme.read("schemas/customer.yaml") == text
    assert acme.read("records/customers/acme.yaml") == ACME


def test_what_cannot_be_read_stays_and_is_named(acme: Book) -> None:
    acme.gen(
        {
            "records/customers/bad.yaml": "id: bad\nname: [\n",
            "records/interactions/beta.yaml": TALKS.replace("acme", "beta") + "---\nat: [\n",
            "records/interactions/nameless.yaml": "customer: beta\nkind: call\nat: 2026-01-01\n",
        }
    )
    result = acme.run(["relayout", "customer", BY_SHARD])
    assert "records/customers/bad.yaml stays: not valid YAML" in result.err
    assert acme.read("records/customers/bad.yaml") == "id: bad\nname: [\n"
    result = acme.run(["relayout", "interaction", BY_YEAR])
    assert "records/interactions/beta.yaml stays" in result.err
    assert acme.read("records/interactions/beta.yaml") == ("# All that was said.\n---\nat: [\n")
    assert "has no id" in result.err


def test_a_place_that_is_taken(acme: Book) -> None:
    acme.write("records/customers/x/acme.yaml", "id: acme\nname: Other\n")
    acme.write("records/customers/_none/beta.yaml", "id: gamma\nname: In the way\n")
    before = acme.files()
    result = acme.run(["relayout", "customer", "customers/{parent}/{id}.yaml"])
    assert "x/acme.yaml stays: another file has its place" in result.err
    assert "old/beta.yaml stays: another file has its place" in result.err
    assert sorted(acme.files().values()) == sorted(before.values())


def test_line_breaks_and_marks_are_kept(book: Book) -> None:
    text = "\ufeff# top\r\n---\r\nid: int-1\r\ncustomer: a\r\nat: 2025-01-01T10:00\r\n---\r\n"
    text += "id: int-2\r\ncustomer: a\r\nat: 2026-01-01T10:00\r\n# end"
    book.write("records/interactions/a.yaml", text)
    before = book.files()
    book.run(["relayout", "interaction", BY_YEAR])
    assert book.read("records/interactions/a/2025.yaml") == text.rpartition("---\r\n")[0]
    assert book.read("records/interactions/a/2026.yaml") == (
        "\ufeff" + text.rpartition("---\r\n")[2]
    )
    book.run("undo")
    assert book.files() == before


def test_links_stay(acme: Book) -> None:
    acme.write("elsewhere/delta.yaml", "id: delta\nname: Delta\n")
    (acme.root / "records/customers/delta.yaml").symlink_to("../../elsewhere/delta.yaml")
    result = acme.run(["relayout", "customer", BY_SHARD])
    assert "records/customers/delta.yaml stays: it is a link" in result.err
    assert (acme.root / "records/customers/delta.yaml").is_symlink()


@pytest.mark.parametrize(
    ("kind", "template", "said"),
    [
        ("customer", "customers/{ownr}/{id}.yaml", "Did you mean “owner”?"),
        ("customer", "customers/{tags}/{id}.yaml", "names no fitting field: tags"),
        ("customer", "customers/{owner}.yaml", "without “{id}”"),
        ("customer", "customers/{id}/data.yaml", "called “{id}.yaml”"),
        ("customer", "customers/{id}-x.yaml", "called “{id}.yaml”"),
        ("customer", "customers/../{id}.yaml", "must look like"),
        ("customer", "/customers/{id}.yaml", "must begin with “customers/”"),
        ("customer", "clients/{id}.yaml", "must begin with “customers/”"),
        ("customer", "customers/.git/{id}.yaml", "must look like"),
        ("customer", "customers/{id}", "must look like"),
        ("customer", "{id}.yaml", "must begin with “customers/”"),
        ("interaction", "interactions/{customer}/{id}.yaml", "share files"),
        ("interaction", "interactions/{customer", "must look like"),
        ("nonsense", BY_SHARD, "no kind of record"),
    ],
)
def test_what_is_no_template(acme: Book, kind: str, template: str, said: str) -> None:
    before = acme.files()
    result = acme.run(["relayout", kind, template], code=2)
    assert said in result.err
    assert acme.files() == before
    assert not (acme.root / "schemas").exists()


def test_a_broken_schema_is_mended_first(acme: Book) -> None:
    acme.write("schemas/customer.yaml", "x-crmctl: [\n")
    assert "schemas/customer.yaml:1" in acme.run(["relayout", "customer", BY_SHARD], code=3).err
    assert acme.read("schemas/customer.yaml") == "x-crmctl: [\n"


def test_a_plan_moves_what_it_was_made_for(acme: Book) -> None:
    before = acme.files()
    for name in ("one", "two"):
        acme.run(["relayout", "interaction", BY_YEAR, "--plan", f"{name}.plan"])
    assert acme.files() == before
    acme.run("interaction set int-20260105-bbbbbbbb subject=edited")
    assert "was changed since" in acme.run("apply one.plan", code=5).err
    acme.run("undo")
    acme.run("apply two.plan")
    assert [*acme.files("records/interactions")] == [
        "records/interactions/acme/2025.yaml",
        "records/interactions/acme/2026.yaml",
    ]
    assert BY_YEAR in acme.read("schemas/interaction.yaml")
    acme.run("undo")
    assert acme.files() == before


def test_what_is_told_of_it(acme: Book) -> None:
    result = acme.run(["relayout", "interaction", BY_YEAR, "-o", "json"])
    assert len(result.json["moved"]) == 3
    assert result.json["updated"] == []
    done = change(result)
    (row,) = acme.run("changes --kind interaction -o json").json
    assert (row["change"], row["records"]) == (done, 3)
    assert acme.run("changes --kind customer -o json").json == []
    assert (
        "  interactions/acme.yaml → interactions/acme/2025.yaml" in acme.run(["changes", done]).out
    )
    assert acme.run("history int-20260105-bbbbbbbb -o json").json == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_one_commit_in_which_git_sees_renames(acme: Book) -> None:
    def git(*args: str) -> str:
        return subprocess.run(
            ["git", *args],
            cwd=acme.root,
            env=acme.environment(),
            capture_output=True,
            check=True,
            text=True,
        ).stdout

    acme.write(".gitignore", "/.crmctl/\n")
    git("init", "-q")
    git("config", "user.name", "Li Na")
    git("config", "user.email", "li@example.com")
    git("add", ".")
    git("commit", "-qm", "Start")
    before = acme.files()
    first = change(acme.run(["relayout", "customer", BY_SHARD]))
    assert git("log", "-1", "--format=%s").strip() == "Move 2 customers"
    shown = git("show", "--format=", "--name-status", "-M")
    assert sorted(line.split("\t")[0] for line in shown.splitlines()) == ["A", "R100", "R100"]
    second = change(acme.run(["relayout", "interaction", BY_AUTHOR]))
    assert git("status", "--porcelain") == ""
    # Without a journal, as in another clone, the commits tell it all.
    shutil.rmtree(acme.root / ".crmctl/journal")
    assert {row["command"] for row in acme.run("history acme -o json").json} == {None}
    assert acme.run("changes -o ids").lines == [second, first]
    for done in (second, first):
        acme.run(["undo", done])
    assert acme.files() == before
    assert git("status", "--porcelain") == ""
