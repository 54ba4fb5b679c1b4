"""Two people work on one book, each in a clone, and `sync` brings both to the same state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmctl.vcs import joining
from crmctl.vcs.git import GitFailed
from tests.changes.conftest import change

from .conftest import ACME, START, Person, hook

LI_NA = "records/customers/li-na.yaml"


def same(li: Person, wang: Person) -> None:
    """Both have the same commits and files, and nothing is left to do."""
    assert li.git("rev-parse", "HEAD") == wang.git("rev-parse", "HEAD")
    assert li.files() == wang.files()
    assert li.status() == wang.status() == ""


def test_both_ways(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.run("log acme 'They ordered'")
    assert "2 changes were sent" in li.sync().err
    wang.run("customer set acme tags+=b")
    wang.run("log acme 'Called again'")
    told = wang.sync()
    assert told.lines == ["Acme: status: Target → Active; 1 interaction (by Li)"]
    assert "2 changes were sent" in told.err
    assert li.sync().lines == ["Acme: tags: + b; 1 interaction (by Wang)"]
    same(li, wang)
    text = li.read(ACME)
    assert "status: active   # since the fair\n" in text
    assert "tags: [a, b]" in text
    assert len(li.run("interaction list -o ids").lines) == 2
    assert "Nothing is new, here or there" in li.sync().err


def test_a_rebase_keeps_history_straight(li: Person, wang: Person) -> None:
    li.run("config set sync rebase")
    li.sync()
    wang.sync()
    li.run("customer set acme status=active")
    li.sync()
    done = change(wang.run("customer set acme tags+=b --reason 'a fair'"))
    wang.sync()
    assert wang.git("log", "--merges", "--format=%s") == ""
    assert f"Crmctl-Change: {done}" in wang.git("log", "-1", "--format=%(trailers)")
    wang.run(["undo", done])
    assert "tags: [a]" in wang.read(ACME)
    assert "status: active" in wang.read(ACME)
    wang.sync()
    li.sync()
    same(li, wang)
    li.run(["undo", change(li.run("customer set acme tags+=c"))])


def test_an_undo_from_the_commit_that_a_rebase_made(li: Person, wang: Person) -> None:
    wang.run("config set sync rebase")
    li.run("customer set acme status=active")
    li.sync()
    done = change(wang.run("customer set acme tags+=b"))
    wang.sync()
    shutil.rmtree(wang.root / ".crmctl/journal")
    wang.run(["undo", done])
    assert "tags: [a]" in wang.read(ACME)


# what is committed first


def test_hand_edits_are_committed_as_such(li: Person, wang: Person) -> None:
    li.replace("name: Acme\n", "name: Acme GmbH # new\n")
    li.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    li.write("segments/vip.yaml", "kind: customer\nquery: level:vip\n")
    li.write("notes.txt", "mine")
    li.sync()
    assert li.subjects()[0] == "Edit 3 files by hand"
    assert li.status() == "?? notes.txt"
    told = wang.sync()
    assert "Acme GmbH: name: Acme → Acme GmbH (by Li)" in told.lines
    assert "Beta: new (by Li)" in told.lines
    assert "Files: segments/vip.yaml" in told.lines


def test_what_git_refused_before_is_made_up_for(li: Person) -> None:
    hook(li.root / ".git", "pre-commit", "exit 1")
    li.run("customer set acme status=active")
    (li.root / ".git/hooks/pre-commit").unlink()
    li.sync()
    assert li.subjects()[0] == "Change customer acme: status"
    assert li.status() == ""


def test_with_manual_commits_nothing_is_committed_for_anybody(li: Person) -> None:
    li.run("config set commit manual")
    li.git("commit", "-qam", "Set")
    li.run("customer set acme status=active")
    before = li.git("rev-parse", "HEAD")
    refused = li.sync(code=5)
    assert f"1 file is not committed: {ACME}." in refused.err
    assert "set “commit: auto”" in refused.err
    assert li.git("rev-parse", "HEAD") == before
    li.git("commit", "-qam", "Mine")
    assert "2 changes were sent" in li.sync().err


# conflicts


@pytest.fixture(params=["merge", "rebase"])
def apart(request: pytest.FixtureRequest, li: Person, wang: Person) -> Person:
    """Wang, who disagrees with Li on the status, and has work of his own."""
    li.run("customer set acme status=active")
    li.sync()
    wang.run("customer add Beta")
    wang.write("crmctl.yaml", wang.read("crmctl.yaml") + f"sync: {request.param}\n")
    wang.run("customer set acme status=potential")
    return wang


def test_a_conflict_is_named_and_left_to_the_person(apart: Person, li: Person) -> None:
    told = apart.sync(code=5)
    assert len(told.lines) == 1
    assert told.lines[0].startswith(f"{ACME}: acme, status: ours says “")
    assert "before it was “target”." in told.lines[0]
    assert "hint: Mend the files and run “crmctl sync” again" in told.err
    assert apart.read(ACME).count("<<<<<<<") == 1
    again = apart.sync(code=5)
    assert again.lines == told.lines
    assert apart.sync("--dry-run", code=5).out == ""


def settle(person: Person) -> None:
    """Keeps what stands first of every conflict."""
    import re

    text = person.read(ACME)
    text = re.sub(r"<<<<<<< .*\n([^=]*)=======\n[^>]*>>>>>>> .*\n", r"\1", text)
    person.write(ACME, text)


def test_a_conflict_that_is_mended_is_concluded(apart: Person, li: Person) -> None:
    apart.sync(code=5)
    settle(apart)
    told = apart.sync()
    assert "Acme" in told.out
    assert "sent" in told.err
    li.sync()
    same(li, apart)
    assert li.run("customer list -o ids").lines == ["acme", "beta"]
    assert apart.run("check").out == ""


def test_a_merge_is_taken_back(apart: Person) -> None:
    before = apart.files()
    apart.sync(code=5)
    assert "The merge is taken back" in apart.sync("--abort").err
    assert apart.files() == before
    assert "no merge to take back" in apart.sync("--abort", code=4).err
    assert apart.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_a_file_that_was_mended_badly(apart: Person) -> None:
    apart.sync(code=5)
    apart.write(ACME, "id: acme\nname: [\n")
    told = apart.sync(code=5)
    assert told.lines[0].startswith(f"{ACME}:")
    assert "not valid YAML" in told.out


def test_machines_learn_what_is_in_conflict(apart: Person) -> None:
    told = apart.sync("-o json", code=5).json
    assert [(one["path"], one["id"], one["field"]) for one in told["conflicts"]][:1] == [
        (ACME, "acme", "status")
    ]
    assert told["pushed"] is False


def test_one_removed_what_the_other_changed(li: Person, wang: Person) -> None:
    li.run("customer rm acme --yes")
    li.sync()
    wang.run("customer set acme status=active")
    told = wang.sync(code=5)
    assert told.lines == [
        f"{ACME}: one side removed it, the other changed it. It stays, unless you remove the file."
    ]
    wang.sync()
    assert "status: active" in wang.read(ACME)
    li.sync()
    same(li, wang)


def test_a_file_that_is_no_record(li: Person, wang: Person) -> None:
    li.write("crmctl.yaml", li.read("crmctl.yaml") + "name: One\n")
    li.sync()
    wang.write("crmctl.yaml", wang.read("crmctl.yaml") + "name: Two\n")
    told = wang.sync(code=5)
    assert "crmctl.yaml" in told.out + told.err


def test_a_merge_that_was_interrupted_goes_on(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.sync()
    wang.run("customer set acme tags+=b")
    wang.sync("--dry-run")
    with pytest.raises(GitFailed):
        joining.join(wang.root, "origin/main", "origin/main", joining.MERGE, None)
    assert wang.read(ACME).startswith("<<<<<<< ours\n")
    wang.sync()
    assert wang.read(ACME).startswith("id: acme\nname: Acme\nstatus: active   # since the fair\n")
    assert "tags: [a, b]" in wang.read(ACME)
    li.sync()
    same(li, wang)


def test_lines_of_history_that_crossed(li: Person, wang: Person) -> None:
    """Two nearest common ancestors, which differ in a field that one side settles afterwards."""
    wang.run("git setup")
    for person, level in ((li, "vip"), (wang, "basic")):
        person.replace("tags: [a]\n", f"tags: [a]\nlevel: {level}\n")
        person.git("commit", "-qam", "Level")
    li.git("remote", "add", "wang", str(wang.root))
    wang.git("remote", "add", "li", str(li.root))
    for person, other in ((li, "wang"), (wang, "li")):
        person.git("fetch", "-q", other)
    for person, other in ((li, "wang"), (wang, "li")):
        person.git("merge", "-q", "-s", "ours", "-m", "Cross", f"{other}/main")
    li.replace("level: vip", "level: basic")
    li.sync()
    wang.replace("tags: [a]", "tags: [a, b]")
    wang.sync()
    assert "tags: [a, b]\nlevel: basic\n" in wang.read(ACME)
    li.sync()
    same(li, wang)


# two things under one id


def test_two_records_made_under_one_id(li: Person, wang: Person) -> None:
    li.run("customer add 'Li Na' --set industry=toys")
    li.run("log li-na 'From Li'")
    li.sync()
    wang.run("customer add 'Li Na' --set industry=retail")
    wang.run("log li-na 'From Wang'")
    wang.run("order add li-na --set amount=5 --set date=2026-01-01")
    wang.replace("tags: [a]", "tags: [a]\nparent: li-na   # hers")
    told = wang.sync()
    assert "Others made another “li-na”: yours is “li-na-2” now, wherever it is named." in told.err
    li.sync()
    same(li, wang)
    assert "industry: toys" in li.read(LI_NA)
    assert "industry: retail" in li.read("records/customers/li-na-2.yaml")
    assert "parent: li-na-2   # hers" in li.read(ACME)
    for id, text in (("li-na", "From Li"), ("li-na-2", "From Wang")):
        rows = li.run(f"interaction list customer:{id} -o json").json
        assert [row["subject"] for row in rows] == [text]
    assert li.run("order list customer:li-na-2 -o ids").lines
    assert li.run("check").out == ""
    assert "Rename customer li-na to li-na-2" in li.subjects()
    assert wang.run("changes --limit 1 -o json").json[0]["command"] == "sync"


def test_the_next_free_id_is_free_on_both_sides(li: Person, wang: Person) -> None:
    for name in ("Li Na", "Li Na"):
        li.run(["customer", "add", name])
    li.sync()
    wang.run("customer add 'Li Na'")
    told = wang.sync("-o json").json
    assert told["renamed"] == [{"kind": "customer", "id": "li-na", "new_id": "li-na-3"}]


def test_the_same_record_made_twice_is_one(li: Person, wang: Person) -> None:
    for person in (li, wang):
        person.write(LI_NA, "id: li-na\nname: 李娜\n")
    li.sync()
    assert "Others made" not in wang.sync().err
    li.sync()
    same(li, wang)


def test_stream_records_with_ids_by_hand(li: Person, wang: Person) -> None:
    for person, text in ((li, "One"), (wang, "Two")):
        person.write(
            "records/interactions/acme.yaml",
            f"id: int-1\ncustomer: acme\nat: 2026-01-01T10:00+00:00\nkind: call\nsubject: {text}\n",
        )
    li.sync()
    wang.sync()
    rows = wang.run("interaction list -o json").json
    assert sorted(row["subject"] for row in rows) == ["One", "Two"]
    assert wang.run("check").out == ""


def test_plain_git_sees_a_conflict(li: Person, wang: Person) -> None:
    wang.run("git setup")
    for person in (li, wang):
        person.run(["customer", "add", "Li Na", "--set", f"industry={person.name}"])
        person.write(
            "records/interactions/acme.yaml",
            f"id: int-1\ncustomer: acme\nat: 2026-01-01T10:00Z\nsubject: {person.name}\n",
        )
        person.git("add", "-A")
        person.git("commit", "-qm", "Mine")
    li.git("push", "-q")
    wang.git("pull", "-q", "--no-rebase", code=1)
    assert wang.status() == f"AA {LI_NA}\nAA records/interactions/acme.yaml"


# the other repository


def test_the_first_sync_settles_where_to(li: Person, tmp_path: Path) -> None:
    li.git("branch", "--unset-upstream")
    li.git("init", "-q", "--bare", str(tmp_path / "empty.git"))
    li.git("remote", "set-url", "origin", str(tmp_path / "empty.git"))
    li.git("update-ref", "-d", "refs/remotes/origin/main")
    assert "sent" in li.sync().err
    assert li.git("rev-parse", "--abbrev-ref", "main@{upstream}") == "origin/main"


def test_offline(li: Person, origin: Path) -> None:
    li.run("customer set acme status=active")
    away = origin.rename(origin.with_name("away"))
    told = li.sync(code=3)
    assert told.out == ""
    assert told.err.count("\n") == 2
    assert told.err.startswith("error: git: “origin” cannot be reached: ")
    assert "hint: Your work is safe here." in told.err
    assert li.status() == ""
    away.rename(origin)
    assert "1 change was sent" in li.sync().err


def test_somebody_sends_in_between(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    wang.run("customer set acme tags+=b")
    wang.sync("--no-push")
    script = f"[ -e {wang.root}/done ] || {{ touch {wang.root}/done; git -C {li.root} push -q; }}"
    hook(wang.root / ".git", "pre-push", script)
    told = wang.sync()
    assert (wang.root / "done").exists()
    assert told.lines == ["Acme: status: Target → Active (by Li)"]
    (wang.root / "done").unlink()
    li.sync()
    same(li, wang)


def test_somebody_always_sends_in_between(li: Person, wang: Person) -> None:
    wang.run("customer set acme tags+=b")
    script = f"cd {li.root} && unset $(git rev-parse --local-env-vars) && "
    script += "git commit -q --allow-empty -m more && git push -q"
    hook(wang.root / ".git", "pre-push", script)
    told = wang.sync(code=5)
    assert "Others are sending to “origin” all the time." in told.err
    assert "tags: [a, b]" in wang.read(ACME)


def test_a_repository_that_refuses(li: Person, origin: Path) -> None:
    hook(origin, "pre-receive", "printf 'not on \\033[31mSundays\\n' >&2; exit 1")
    li.run("customer set acme status=active")
    told = li.sync(code=3)
    assert "“origin” does not take it: not on \\x1b[31mSundays" in told.err
    assert "\x1b" not in told.err


def test_nothing_is_sent_when_it_is_not_wanted(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.sync()
    wang.run("customer set acme tags+=b")
    told = wang.sync("--no-push")
    assert "1 change is to be sent" in told.err
    assert "status: active" in wang.read(ACME)
    assert "There was nothing" not in li.sync().err
    assert "tags: [a]" in li.read(ACME)


def test_a_dry_run_changes_nothing(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.sync()
    wang.run("customer set acme tags+=b")
    wang.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    head, files, config = wang.git("rev-parse", "HEAD"), wang.files(), wang.read(".git/config")
    told = wang.sync("--dry-run")
    assert told.lines == ["Acme: status: Target → Active (by Li)"]
    assert "1 change is to be sent." in told.err
    assert "1 file is not committed yet." in told.err
    assert (wang.git("rev-parse", "HEAD"), wang.files(), wang.read(".git/config")) == (
        head,
        files,
        config,
    )


def test_a_book_with_errors_is_not_sent(li: Person, wang: Person) -> None:
    li.write("records/customers/beta.yaml", "id: beta\nname: Beta\nparent: nobody\n")
    told = li.sync(code=1)
    assert told.lines == [
        "records/customers/beta.yaml:3:9: dangling parent: there is no customer “nobody”"
    ]
    assert "The book has 1 error, so nothing was sent." in told.err
    assert li.status() == ""
    assert "Nothing is new" in wang.sync().err
    li.replace("nobody", "acme", "records/customers/beta.yaml")
    assert "2 changes were sent" in li.sync().err


def test_a_merge_may_make_the_error(li: Person, wang: Person) -> None:
    li.run("customer rm acme --yes")
    li.sync()
    wang.run("log acme 'Called again'")
    told = wang.sync(code=1)
    assert "Acme: removed (by Li)" in told.lines
    assert "there is no customer “acme”" in told.out


def test_warnings_stop_nothing(li: Person) -> None:
    li.write("records/customers/beta.yaml", "id: beta\nname: Beta\nlevle: vip\n")
    assert "1 change was sent" in li.sync().err


# what can be in the way


def test_no_git(book_without_git: Person) -> None:
    assert "is in no repository of git" in book_without_git.sync(code=3).err


@pytest.fixture
def book_without_git(tmp_path: Path) -> Person:
    (tmp_path / "plain").mkdir()
    person = Person(tmp_path / "plain", "Li")
    person.config()
    return person


def test_git_is_not_installed(li: Person, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    assert "git is not installed" in li.sync(code=3, PATH=str(tmp_path / "bin")).err


def test_no_other_repository(li: Person) -> None:
    li.git("remote", "remove", "origin")
    told = li.sync(code=3)
    assert "no other repository is known" in told.err
    assert "hint: “git remote add origin URL” names one." in told.err


def test_several_other_repositories(li: Person) -> None:
    li.git("remote", "rename", "origin", "one")
    li.git("remote", "add", "two", "elsewhere")
    li.git("branch", "--unset-upstream")
    told = li.sync(code=3)
    assert "the branch “main” belongs to none of one, two" in told.err
    assert "“git push -u NAME main”" in told.err


def test_no_branch(li: Person) -> None:
    li.git("checkout", "-q", "--detach")
    assert "this clone is on no branch" in li.sync(code=3).err


def test_a_cherry_pick_in_the_middle(li: Person) -> None:
    li.git("checkout", "-qb", "other")
    li.replace("[a]", "[b]")
    li.git("commit", "-qam", "Other")
    li.git("checkout", "-q", "main")
    li.replace("name: Acme", "name: Akme")
    li.git("commit", "-qam", "Mine")
    li.git("config", "--remove-section", "merge.crmctl")
    li.replace("[a]", "[c]")
    li.git("commit", "-qam", "More")
    li.git("cherry-pick", "other", code=1)
    told = li.sync(code=5)
    assert "git is in the middle of a cherry-pick." in told.err


def test_lines_of_history_without_a_common_beginning(li: Person, wang: Person) -> None:
    wang.git("checkout", "-q", "--orphan", "main2")
    wang.git("commit", "-qm", "Another")
    wang.git("branch", "-M", "main2", "main")
    told = wang.sync(code=3)
    assert "unrelated histories" in told.err


def test_a_file_of_ones_own_in_the_way(li: Person, wang: Person) -> None:
    li.write("notes.txt", "theirs")
    li.git("add", "notes.txt")
    li.git("commit", "-qm", "Notes")
    li.sync()
    wang.write("notes.txt", "mine")
    told = wang.sync(code=3)
    assert "would be overwritten by merge: notes.txt." in told.err
    assert wang.read("notes.txt") == "mine"


def test_a_hook_that_refuses_the_merge(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.sync()
    wang.run("customer set acme tags+=b")
    hook(wang.root / ".git", "commit-msg", "echo 'not on Sundays' >&2; exit 1")
    assert "git: not on Sundays." in wang.sync(code=3).err
    (wang.root / ".git/hooks/commit-msg").unlink()
    assert "1 change was sent" in wang.sync().err
    li.sync()
    same(li, wang)


# where the book lies


@pytest.fixture
def inner(li: Person, tmp_path: Path) -> tuple[Person, Person]:
    """The same book in a folder of the repository of a firm, in two clones."""
    (li.root / "sales").mkdir()
    for name in ("crmctl.yaml", "records", ".gitattributes", ".gitignore"):
        li.git("mv", name, f"sales/{name}")
    li.git("commit", "-qm", "Move")
    li.git("push", "-q")
    li.git("clone", "-q", str(tmp_path / "origin.git"), str(tmp_path / "wang"))
    pair = Person(li.root / "sales", "Li"), Person(tmp_path / "wang/sales", "Wang")
    for person in pair:
        person.home = tmp_path  # git looks for repositories up to here
    return pair


def test_a_book_in_a_folder_of_a_repository(inner: tuple[Person, Person]) -> None:
    li, wang = inner
    li.replace("target ", "active ")
    li.write("../firm.txt", "no part of the book")
    li.run("customer add 'Li Na'")
    li.sync()
    assert li.status() == "?? firm.txt"
    wang.run("customer set acme tags+=b")
    wang.run("customer add 'Li Na'")
    told = wang.sync()
    assert told.lines == ["Acme: status: Target → Active (by Li)", "Li Na: new (by Li)"]
    assert "yours is “li-na-2” now" in told.err
    li.run("customer set acme level=vip")
    li.sync()
    wang.run("customer set acme level=basic")
    assert wang.sync(code=5).lines[0].startswith(f"sales/{ACME}: acme, level: ours says “basic”")
    wang.replace("<<<<<<< ours\nlevel: basic\n=======\n", "")
    wang.replace(">>>>>>> theirs\n", "")
    assert "Acme: level: VIP (by Li)" in wang.sync().out
    li.sync()
    assert li.files() == wang.files()


# texts of others


def test_names_that_a_terminal_would_obey(li: Person, wang: Person) -> None:
    li.run(["customer", "add", "--id", "evil", "\x1b]0;pwned\x07 Ltd"])
    li.replace("name: Acme", "name: Akme")
    li.write("segments/\x1b[31m.yaml", "kind: customer\nquery: level:vip\n")
    li.sync(GIT_AUTHOR_NAME="E\x1b[2Jvil")
    told = wang.sync()
    assert "\x1b" not in told.out + told.err
    assert "\\x1b]0;pwned\\x07 Ltd: new" in told.out
    assert "(by E\\x1b[2Jvil)" in told.out


def test_in_chinese(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.run("log acme 下单了")
    li.sync()
    wang.run("customer set acme status=potential")
    told = wang.sync(code=5, CRMCTL_LANG="zh")
    assert "status：" in told.out or "status:" in told.out
    assert "crmctl sync --abort" in told.err
    wang.sync("--abort", CRMCTL_LANG="zh")
    wang.run("undo")
    assert wang.sync(CRMCTL_LANG="zh").lines == ["Acme：状态：目标客户 → 现实客户；互动 1 条（Li）"]


def test_machines(li: Person, wang: Person) -> None:
    li.run("customer set acme status=active")
    li.sync()
    done = change(wang.run("customer set acme tags+=b"))
    told = wang.sync("-o json").json
    (came,) = told["incoming"]
    assert (came["kind"], came["id"], came["action"], came["about"], came["by"]) == (
        "customer", "acme", "updated", "acme", ["Li"],
    )  # fmt: skip
    assert {"name": "status", "before": "target", "after": "active"} in came["fields"]
    (sent,) = told["outgoing"]
    assert sent["changes"] == [done]
    assert told["pushed"] is True
    assert told["problems"] == told["conflicts"] == told["renamed"] == []


def test_undo_takes_back_ones_own(li: Person, wang: Person) -> None:
    """Not what somebody else did last, which came in with a sync."""
    wang.run("customer set acme tags+=b")
    li.run("customer set acme status=active", env={"CRMCTL_NOW": "2026-11-21T12:00"})
    li.sync()
    wang.sync()
    wang.run("undo")
    assert "status: active" in wang.read(ACME)
    assert "tags: [a]" in wang.read(ACME)


def test_a_clone_that_was_never_set_up(li: Person, wang: Person) -> None:
    assert "merge.crmctl" not in wang.git("config", "--local", "--list")
    told = wang.sync()
    assert "git merges records by fields in this clone from now on." in told.err
    assert "merge.crmctl.driver" in wang.git("config", "--local", "--list")
    assert wang.read(ACME) == START


# a clone without the driver

HINT = "git does not merge records by fields in this clone yet: run “crmctl git setup”."


@pytest.mark.parametrize("command", ["customer set acme tags+=b", "check"])
def test_a_fresh_clone_says_that_the_driver_is_missing(wang: Person, command: str) -> None:
    assert HINT in wang.run(command).err
    assert HINT not in wang.run(f"{command} --quiet").err
    assert HINT not in wang.run("customer list").err
    wang.run("git setup")
    assert HINT not in wang.run(command).err


def test_a_book_that_asks_for_no_driver_says_nothing(wang: Person) -> None:
    (wang.root / ".gitattributes").unlink()
    assert HINT not in wang.run("customer set acme tags+=b").err
