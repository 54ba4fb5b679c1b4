"""`crmctl export`, and the law that what it writes as CSV comes back as the same records."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crmctl.exchange.cells import RowReader, applied
from crmctl.exchange.exporting import cell_text
from crmctl.exchange.mapping import Saved, map_columns
from crmctl.exchange.tabular import Row
from crmctl.storage.writer import dump
from crmctl.workspace import Workspace
from tests.conftest import Book, new_book

TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("ab,;\"'=+-@\n\r\t[]{}:#~\\ 张伟 é👨‍👩‍👧\u2028\u202e")),
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"),
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip())
TAG = TEXT.filter(lambda text: not set(text) & set("\n\r"))


def customer(name: str, **values: Any) -> dict[str, Any]:
    return {"id": "a1", "name": name, **values, "created": "2026-01-02", "uid": "0a1b2c3d"}


@st.composite
def customers(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        values: dict[str, Any] = {"id": f"c-{number}", "name": draw(TEXT)}
        for name, strategy in {
            "aliases": st.lists(TEXT, min_size=1, max_size=3, unique=True),
            "level": st.sampled_from(["vip", "potential"]),
            "phones": st.lists(TAG, min_size=1, max_size=3, unique=True),
            "tags": st.lists(TAG, min_size=1, max_size=3, unique=True),
            "notes": TEXT,
        }.items():
            if draw(st.booleans()):
                values[name] = draw(strategy)
        if draw(st.booleans()):
            values["contacts"] = [{"id": "li", "name": draw(TEXT), "phones": [draw(TAG)]}]
        values |= {"created": "2026-01-02", "uid": f"{number:08}"}
        found.append(values)
    return found


def filled(root: Path, records: list[dict[str, Any]]) -> Book:
    book = new_book(root)
    for values in records:
        book.write(f"records/customers/{values['id']}.yaml", dump(values))
    return book


def exchanged(records: list[dict[str, Any]], format_: str) -> tuple[Any, Any]:
    """The records of a book, and of another book that imported its export."""
    with tempfile.TemporaryDirectory() as folder:
        first = filled(Path(folder, "one"), records)
        second = new_book(Path(folder, "two"))
        file = Path(folder, f"x.{format_}")
        first.run(["export", "customer", "--all", "--out", str(file)])
        result = second.run(["import", str(file), "--kind", "customer", "-o", "json"])
        assert result.json["created"] == len(records)
        again = second.run(["import", str(file), "--kind", "customer", "-o", "json"])
        assert again.json["unchanged"] == len(records)
        assert again.json["edited"] == []
        return tuple(book.run("customer list --all -o json").json for book in (first, second))


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "json"])
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
@given(customers())
@example([customer("=1+1,\"x\"\n'y'", tags=["a,b", "c"], phones=["+86 1"])])
@example([customer("[x]", aliases=["-1", "~", "null", "a，b"], notes="'=")])
def test_an_export_imports_as_the_same_records(format_: str, records: list[dict[str, Any]]) -> None:
    first, second = exchanged(records, format_)
    assert first == second


@pytest.fixture(scope="module")
def reader(sample: Book) -> Callable[[list[str], list[Any]], dict[str, Any]]:
    """Reads one row as an import does."""
    kind = Workspace(sample.root).registry.kinds["customer"]

    def read_row(columns: list[str], cells: list[Any]) -> dict[str, Any]:
        targets = map_columns(kind, columns, range(len(columns)), Saved(), ())
        rows = RowReader(kind, targets, datetime(2026, 1, 2, tzinfo=ZoneInfo("UTC")))
        found, _said = rows.read(Row(2, cells))
        return applied(kind, {}, found, rows.assigner).values

    return read_row


@settings(max_examples=200)
@given(records=customers())
def test_every_cell_means_the_value_it_was_written_for(
    sample: Book,
    reader: Callable[[list[str], list[Any]], dict[str, Any]],
    records: list[dict[str, Any]],
) -> None:
    fields = Workspace(sample.root).registry.kinds["customer"].fields
    for values in records:
        cells = [cell_text(fields[name], value) for name, value in values.items()]
        assert reader(list(values), cells) == values


def test_the_sample_book_survives_the_way_through_csv(sample: Book, tmp_path: Path) -> None:
    other = new_book(tmp_path / "other")
    other.config(currency="CNY", timezone="Asia/Shanghai")
    # What is referred to comes before what refers to it.
    kinds = (
        "user product customer campaign opportunity quote contract order invoice payment solution"
    )
    for kind in [*kinds.split(), "asset", "ticket", "survey", "interaction", "task"]:
        text = sample.run(["export", kind, "--all"]).out
        result = other.run(["import", "-", "--kind", kind, "-o", "json"], input=text)
        assert result.json["rejected"] == 0
        wanted = sample.run([kind, "list", "--all", "-o", "json"]).json
        found = other.run([kind, "list", "--all", "-o", "json"]).json
        assert _plain(found) == _plain(wanted)


def _plain(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records without their places, in the order of their ids."""
    kept = [{k: v for k, v in one.items() if not k.startswith("_")} for one in records]
    return sorted(kept, key=lambda one: str(one["id"]))


@pytest.fixture
def three(book: Book) -> Book:
    book.gen(
        {
            "records/customers/acme.yaml": """
                id: acme
                name: Acme
                level: vip
                tags: [fair, "a,b"]
                addresses: [{id: a, city: Berlin}]
            """,
            "records/customers/beta.yaml": 'id: beta\nname: "=1+1"\nphones: ["+49 30 1", "-5"]\n',
            "records/customers/old.yaml": "id: old\nname: Old\narchived: 2025-01-01\n",
            "records/orders/acme.yaml": """
                id: ord-20260102-aaaaaaaa
                customer: acme
                date: 2026-01-02
                amount: 1200.50
            """,
        }
    )
    return book


def test_csv_has_all_fields_and_disarms_formulas(three: Book) -> None:
    header, acme, beta = three.run("export customer").lines
    names = header.split(",")
    assert names[:2] == ["id", "name"]
    assert {"addresses", "level_history", "archived", "uid"} <= set(names)
    assert '"[""fair"", ""a,b""]"' in acme
    assert '"[{""id"": ""a"", ""city"": ""Berlin""}]"' in acme
    assert beta.startswith("beta,'=1+1,")
    assert '"\'+49 30 1,-5"' in beta


def test_archived_records_only_with_all(three: Book) -> None:
    assert "\nold," not in three.run("export customer").out
    assert "\nold," in three.run("export customer --all").out


def test_a_query_and_columns_choose(three: Book) -> None:
    result = three.run("export customer level:vip --columns name,city,spend")
    assert result.lines == ["name,city,spend", "Acme,Berlin,1200.5"]


def test_amounts_keep_their_digits(three: Book) -> None:
    assert '"amount": 1200.50' in three.run("export order -o jsonl").out
    assert ",1200.50," in three.run("export order").out


def test_the_name_of_the_file_says_the_format(three: Book) -> None:
    three.run("export customer --out x.jsonl")
    first = json.loads(three.read("x.jsonl").splitlines()[0])
    assert first["id"] == "acme"
    assert "_path" not in first
    three.run("export customer --out x.tsv")
    assert three.read("x.tsv").startswith("id\tname\t")
    three.run("export customer -o json --out x.csv")
    assert len(json.loads(three.read("x.csv"))) == 2


def test_a_mark_for_excel(three: Book) -> None:
    three.run("export customer --bom --out x.csv")
    assert three.bytes("x.csv").startswith(b"\xef\xbb\xbfid,")
    assert three.run("export customer --bom").out.startswith("\ufeffid,")
    assert three.run("import x.csv --kind customer -o json").json["unchanged"] == 2


def test_markdown_and_yaml(three: Book) -> None:
    assert three.run("export customer -o md").lines[0].startswith("| ID ")
    assert "name: Acme" in three.run("export customer -o yaml").lines


def test_a_bad_query_or_column_is_a_usage_error(three: Book) -> None:
    assert "level" in three.run("export customer levle:vip", code=2).err
    three.run("export customer --columns nosuch --out x.csv", code=2)
    assert not (three.root / "x.csv").exists()


def test_a_folder_that_is_not_there_is_made(three: Book) -> None:
    three.run("export customer --out out/2026/x.csv")
    assert three.read("out/2026/x.csv").startswith("id,")
