"""What holds for every source of facts, and for the way facts are asked for."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from crmctl import shipped
from crmctl.facts.definitions import AREAS, Fact, Source, add_facts, facts_of
from crmctl.facts.tables import Facts
from crmctl.schema.load import build_registry
from crmctl.selection import Selection
from crmctl.storage.reader import parse_document
from crmctl.workspace import Workspace
from tests.conftest import REPOSITORY, Book

EVERY = [fact for kind in AREAS for fact in facts_of(kind)]


def needed(source: Source) -> Iterator[Source]:
    for used in source.uses:
        yield from (*needed(used), used)


SOURCES = {fact.source.name: fact.source for fact in EVERY}
MADE_BEFORE: dict[str, Source] = {
    used.name: used for source in SOURCES.values() for used in needed(source)
}


@pytest.mark.parametrize("name", MADE_BEFORE | SOURCES)
def test_a_source_names_what_it_reads(book: Book, name: str) -> None:
    source = (MADE_BEFORE | SOURCES)[name]
    workspace = Workspace(book.root)
    facts = Facts(workspace, workspace.today)
    for used in needed(source):
        facts.make(used)
    tables = {kind.plural for kind in workspace.registry}
    read: dict[str, set[str]] = {}

    def note(
        action: int, table: str | None, column: str | None, _schema: str | None, view: str | None
    ) -> int:
        own = column == "rid" or str(column).startswith("_")  # of every table
        # The view of a table as of the day looks at all of its columns.
        if action == sqlite3.SQLITE_READ and table in tables and not own and view not in tables:
            read.setdefault(str(table), set()).add(str(column))
        return sqlite3.SQLITE_OK

    workspace.index.connection.set_authorizer(note)
    facts.make(source)
    workspace.index.connection.set_authorizer(None)
    named = {table: {*columns.split()} for table, columns in source.reads.items()}
    if source.anywhere:  # queries of the book decide what else is read
        assert all(columns <= read[table] for table, columns in named.items())
    else:
        assert read == named


def test_each_source_has_one_row_for_a_record(sample: Book) -> None:
    workspace = Workspace(sample.root)
    facts = Facts(workspace, workspace.today)
    for source in SOURCES.values():
        facts.make(source)
        counted = f'SELECT count(*), count(DISTINCT id) FROM "{source.name}"'
        assert len({*workspace.index.rows(counted)[0]}) == 1, source.name


@pytest.mark.parametrize("kind", AREAS)
def test_every_fact_can_be_shown_and_asked_for(sample: Book, kind: str) -> None:
    workspace = Workspace(sample.root)
    fields = workspace.registry.kinds[kind].facts
    assert [*fields] == [fact.name for fact in facts_of(kind)]
    for as_of in ("", "--as-of 2026-06-30"):
        found = sample.run(f"{kind} list --columns {','.join(fields)} --all -o json {as_of}").json
        for name in fields:
            ids = sample.run(f"{kind} list {name}:* --all -o ids {as_of}").lines
            assert len(ids) == sum(row.get(name) is not None for row in found), name


def test_names_are_used_once_and_definitions_stand_alone() -> None:
    names = [(fact.source.kind, fact.name) for fact in EVERY]
    assert len({*names}) == len(names)
    definitions = [(fact.source.kind, fact.description) for fact in EVERY]
    assert len({*definitions}) == len(definitions)
    assert [name for name in SOURCES if not name.endswith("_facts")] == []


def test_without_a_kind_there_are_no_facts_from_it() -> None:
    trees = {}
    for file in Path(shipped.SCHEMAS).glob("*.yaml"):
        tree, _faults = parse_document(file.read_text("utf-8"))
        trees[file.stem] = tree or {}
    registry = build_registry(trees, {})
    for name in ("interaction", "task"):
        del registry.kinds[name]
    add_facts(registry)
    names = {*registry.kinds["customer"].facts}
    assert names >= {"orders", "spend", "rfm"}
    assert not names & {"interactions", "open_tasks"}
    assert registry.kinds["customer"].find("interactions") is None


def test_a_field_of_the_book_hides_a_fact(book: Book) -> None:
    book.write("schemas/customer.yaml", "properties:\n  spend: {type: integer, title: Spend}\n")
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\nspend: 7\n")
    assert book.run("customer list -o csv --columns spend,orders").lines[1:] == ["7,0"]


def test_two_days_in_one_command(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/orders/acme.yaml": """
                {id: a, customer: acme, date: 2026-01-05, amount: 1}
                ---
                {id: b, customer: acme, date: 2026-03-05, amount: 1}
            """,
        }
    )
    workspace = Workspace(book.root)
    kind = workspace.registry.kinds["customer"]
    days = [None, date(2026, 2, 1), date(2026, 1, 1)]
    asked = [Selection(workspace, kind, as_of=day) for day in days]
    for _again in range(2):
        found = [next(one.rows([one.column("orders")])) for one in asked]
        assert found == [(2,), (1,), (0,)]


def test_facts_of_records_that_share_an_id(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/customers/twin.yaml": "id: acme\nname: Twin\n",
            "records/orders/acme.yaml": "{id: a, customer: acme, date: 2026-01-05, amount: 1}\n",
        }
    )
    rows = book.run("customer list -o csv --columns name,orders").lines[1:]
    assert sorted(rows) == ["Acme,1", "Twin,1"]


def test_the_schema_shows_facts_with_their_definitions(book: Book) -> None:
    shown = {one["field"]: one for one in book.run("schema show customer -o json").json}
    assert shown["spend"]["description"] == "what confirmed orders amount to, less refunds"
    chinese = book.run("--lang zh schema show customer -o json").json
    assert {one["field"]: one for one in chinese}["spend"]["title"] == "消费金额"


def test_a_function_may_be_a_source(book: Book) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    workspace = Workspace(book.root)
    source = Source("age_facts", "customer", rows=lambda facts: [("acme", 7)], columns=("age",))
    age = Fact(source, "age", "integer", "Age", "an age")
    late = Fact(source, "late", "boolean", "Late", "late", sql="f.age < {now}")
    facts = Facts(workspace, workspace.today)
    cells = ", ".join(facts.expression(fact.field, "c") for fact in (age, late))
    assert workspace.index.rows(f"SELECT {cells} FROM customers AS c") == [(7, 1)]


def test_only_what_reads_a_changed_kind_is_made_again(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/orders/acme.yaml": "{id: a, customer: acme, date: 2026-01-05, amount: 1}\n",
        }
    )

    def kept() -> set[str]:
        workspace = Workspace(book.root)
        rows = workspace.index.rows("SELECT substr(key, 6) FROM meta WHERE key LIKE 'made %'")
        return {name for (name,) in rows}

    def late() -> list[tuple[str, str]]:
        return Workspace(book.root).index.rows("SELECT name, party FROM outdated ORDER BY name")

    asked = "customer list -o csv --columns orders,interactions,rfm"
    assert book.run(asked).lines[1].startswith("1,0,")
    assert {"purchase_facts", "touch_facts", "rfm_model_facts"} <= kept()
    book.run("log acme hello")
    assert kept() >= {"purchase_facts", "rfm_model_facts"}
    assert ("touch_facts", "acme") in late()
    assert book.run(asked).lines[1].startswith("1,1,")
    assert late() == []
    book.run("order add acme -s amount=5 -s date=2026-02-02")
    assert kept() & {"purchase_facts", "touch_facts", "rfm_model_facts"} == {"touch_facts"}
    assert book.run(asked).lines[1].startswith("2,1,")


AREAS_LOADED = """
import json, sys
from pathlib import Path
from crmctl.selection import Selection
from crmctl.workspace import Workspace
book = Workspace(Path(sys.argv[1]))
chosen = Selection(book, book.registry.kinds["customer"], sys.argv[2])
chosen.ids()
print(json.dumps(sorted(name.split(".")[2] for name in sys.modules if "crmctl.facts." in name)))
"""


@pytest.mark.parametrize(
    ("query", "areas"),
    [
        ("level:vip", ["definitions", "tables"]),
        ("segment:quiet", ["definitions", "tables"]),
        ("spend:>10", ["definitions", "purchases", "tables"]),
    ],
)
def test_only_the_areas_that_are_asked_about_are_loaded(
    book: Book, query: str, areas: list[str]
) -> None:
    book.write("segments/quiet.yaml", "query: level:basic\n")
    done = subprocess.run(
        [sys.executable, "-c", AREAS_LOADED, str(book.root), query],
        capture_output=True,
        text=True,
        env=book.environment(PYTHONPATH=str(REPOSITORY)),
        check=True,
    )
    assert json.loads(done.stdout) == areas
