"""When a write cannot be done, nothing of it is done, and it says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmctl.changes.apply import Applier
from crmctl.changes.build import Builder
from crmctl.workspace import Workspace
from tests.conftest import Book, call

ACME = "records/customers/acme.yaml"


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, "id: acme\nname: Acme\n")
    return book


def test_a_folder_that_is_a_file(acme: Book) -> None:
    acme.write("records/interactions", "no folder")
    result = acme.run("log acme hello", code=3)
    assert result.err.startswith("error: ")
    assert "records/interactions" in result.err
    assert not [*(acme.root / ".crmctl/journal").glob("*")]
    assert acme.read("records/interactions") == "no folder"


def test_what_was_written_first_is_taken_back(acme: Book) -> None:
    """One change set over two kinds, of which the second cannot be written."""
    workspace = Workspace(acme.root)
    builder = Builder(workspace)
    kinds = workspace.registry.kinds
    for name in ("customer", "user"):
        builder.add(kinds[name], {"name": "New"})
    builder.remove(kinds["customer"], ["acme"])
    (acme.root / "records/users").write_text("no folder")
    with pytest.raises(OSError, match="users"):
        Applier(workspace).apply(builder.set)
    assert acme.files() == {ACME: b"id: acme\nname: Acme\n", "records/users": b"no folder"}
    assert not [*(acme.root / ".crmctl/journal").glob("*")]


def test_the_journal_keeps_what_was_before(acme: Book) -> None:
    acme.run("--as li customer set acme level=vip --reason 'big order'")
    acme.run("customer rm acme --yes")
    files = sorted(
        acme.root.joinpath(".crmctl/journal").glob("*.jsonl"), key=lambda f: f.stat().st_mtime_ns
    )
    (header, update, _), (_, removal, _) = [
        [json.loads(line) for line in file.read_text().splitlines()] for file in files
    ]
    assert header["actor"] == "li"
    assert header["reason"] == "big order"
    assert header["command"][:2] == ["customer", "set"]
    assert update["before"] == {"id": "acme", "name": "Acme"}
    assert update["after"]["level"] == "vip"
    assert removal["after"] is None
    assert removal["before"] == update["after"]


def test_a_record_that_others_refer_to_stays(acme: Book) -> None:
    acme.run("log acme hello")
    acme.run("order add acme -s date=2026-01-01 --id o-1")
    acme.run("order add acme -s date=2026-01-02 -s refund_of=o-1 --id o-2")
    before = acme.files()
    result = acme.run("customer rm acme --yes", code=5)
    assert "3 records" in result.err
    assert "--cascade" in result.err
    assert "order o-2" in acme.run("order rm o-1 --yes", code=5).err
    assert acme.files() == before
    acme.run("order rm o-1 --cascade --yes")
    assert acme.run("order list -o ids").out == ""
    acme.run("customer rm acme --cascade --yes")
    assert acme.files() == {}


def test_records_that_refer_to_each_other_go_together(acme: Book) -> None:
    acme.run("customer add Beta -s parent=acme")
    acme.run("customer add Gamma -s parent=beta")
    assert "“beta” is referred to by 1 record: customer gamma" in (
        acme.run("customer rm acme beta --yes", code=5).err
    )
    acme.run("customer rm acme beta gamma --yes")
    assert acme.files() == {}


def test_nothing_is_removed_unasked(acme: Book) -> None:
    before = acme.files()
    result = acme.run("customer rm acme", code=2)
    assert "remove Customer acme (Acme)" in result.err
    assert "--yes" in result.err
    result = acme.run("customer set --where level: level=vip", code=2)
    assert "Level: VIP" in result.err
    assert acme.files() == before
    acme.run("customer set --where level: level=vip --yes")
    assert "level: vip\n" in acme.read(ACME)


def test_a_record_is_not_above_itself(acme: Book) -> None:
    acme.run("customer add Beta -s parent=acme")
    acme.run("customer add Gamma -s parent=beta")
    for word in ("parent=gamma", "parent=acme"):
        assert "above itself" in acme.run(f"customer set acme {word}", code=2).err
    assert acme.read(ACME) == "id: acme\nname: Acme\n"


def test_one_id_named_twice_is_one_change(acme: Book) -> None:
    result = acme.run("customer set - level=vip -o json", input="acme\nacme\n")
    assert result.json["updated"] == ["acme"]
    acme.run("customer archive acme acme")
    assert acme.read(ACME).count("archived") == 1


def test_an_id_that_is_taken(acme: Book) -> None:
    assert "already" in acme.run("customer add Other --id acme", code=5).err
    for id in ("../x", "a b", "con", ".hidden", "x" * 81):
        acme.run(["customer", "add", "Other", "--id", id], code=2)
    assert acme.files().keys() == {ACME}


def test_many_of_one_name_are_numbered(acme: Book) -> None:
    for _ in range(3):
        acme.run("customer add Acme")
    assert sorted(acme.run("customer list -o ids").lines) == ["acme", "acme-2", "acme-3", "acme-4"]


def test_owners_are_free_until_there_are_users(acme: Book) -> None:
    acme.run("customer set acme owner=anybody")
    acme.write("records/users/li-na.yaml", "id: li-na\nname: 李娜\nemail: li@example.org\n")
    result = acme.run("customer set acme owner=li-nna", code=2)
    assert "Did you mean “li-na”?" in result.err
    acme.run(["customer", "set", "acme", "owner=李娜"])
    assert "owner: li-na\n" in acme.read(ACME)
    acme.run("customer set acme owner=li@example.org level=vip")
    # A name from before the users is a warning, and does not keep the record from being changed.
    acme.write(ACME, "id: acme\nname: Acme\nowner: anybody\n")
    acme.run("customer set acme level=vip")
    (problem,) = acme.run("check -o json").json
    assert (problem["code"], problem["severity"]) == ("unknown-user", "warning")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "no assignment"),
        (["levle=vip"], "Did you mean “level”?"),
        (["level+=vip"], "only lists and numbers"),
        (["tags-=none"], "none"),
        (["contacts={"], "contacts"),
        (["contacts+={nme: x}"], "Did you mean “name”?"),
        (["id=other"], "the id of a record cannot be changed"),
        (["spend=3"], "no field “spend”"),
        (["addresses.x.city=Bonn"], "x"),
        ([], "FIELD=VALUE"),
    ],
)
def test_an_assignment_that_makes_no_sense(acme: Book, words: list[str], said: str) -> None:
    before = acme.files()
    result = call(["customer", "set", "acme", *words], acme.root, acme.environment())
    assert result.code in (2, 4)
    assert said in result.err
    assert acme.files() == before


@pytest.mark.parametrize("text", ["name: [", "name: A\n---\n- x\n", "{", '{"name": ', "[1]"])
def test_a_batch_that_cannot_be_read(acme: Book, text: str) -> None:
    before = acme.files()
    acme.run("customer add -f -", code=3, input=text)
    assert acme.files() == before


def test_a_batch_in_yaml_and_json(acme: Book) -> None:
    yaml_text = "name: Beta\nlevel: vip\n---\nname: Gamma\n级别: 重要\ncontacts:\n  - name: 李四\n"
    assert acme.run("customer add -f -", input=yaml_text).lines == ["beta", "gamma"]
    assert acme.run("customer show gamma -o json").json["contacts"] == [
        {"id": "li-si", "name": "李四"}
    ]
    lines = '{"name": "Delta", "tags": ["a", "b"]}\n{"name": "Eps", "id": "e-1"}\n'
    assert acme.run("customer add -f - -s level=basic", input=lines).lines == ["delta", "e-1"]
    assert acme.run("customer list level:basic -o ids").lines == ["delta", "e-1"]
    array = '[{"customer": "e-1", "date": "2026-01-01", "amount": 1.50}]'
    acme.run("order add -f -", input=array)
    assert "amount: 1.50\n" in acme.read("records/orders/e-1.yaml")


def test_input_that_is_no_text(acme: Book) -> None:
    before = acme.files()
    acme.run("customer add -f -", code=3, input=b"name: \xff\n")
    acme.run(["customer", "add", "x\udcffy"], code=3)
    acme.run(["search", "\udcff"], code=3)
    assert acme.files() == before


def test_an_edit_stream_outside_the_book_is_refused(acme: Book, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (acme.root / "records/interactions").symlink_to(outside)
    assert "out of the book" in acme.run("log acme hello", code=2).err
    assert [*outside.iterdir()] == []


@pytest.mark.parametrize("path", ["records/customers/li.yaml", "records/customers/vip/li.yaml"])
def test_a_file_that_cannot_be_read_keeps_its_id(book: Book, path: str) -> None:
    book.gen({path: "id: li\nname: [Li\n"})
    refused = book.run("customer add Li --id li", code=3)
    assert f"{path}:2" in refused.err
    assert book.files() == {path: b"id: li\nname: [Li\n"}
    other = book.run("customer add Li")
    assert other.out == "li-2\n"
    assert f"warning: {path}:2" in other.err
    assert book.read(path) == "id: li\nname: [Li\n"
    assert book.run("product add Li").out == "li\n"
