"""`sql`: a person's SELECT can read the index and do nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import Book


@pytest.fixture
def shop(book: Book) -> Book:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme Ä\nphones: [+49 711 1]\n",
            "records/orders/acme.yaml": """
                {id: o-1, customer: acme, date: 2026-01-01, amount: 10.10}
                ---
                {id: o-2, customer: acme, date: 2026-02-01, amount: 5, currency: EUR}
            """,
            "rates.yaml": "- {date: 2026-01-20, currency: EUR, rate: 2}\n",
        }
    )
    return book


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH 'other.db' AS other",
        "DETACH main",
        "PRAGMA table_info(customers)",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM pragma_table_info('customers')",
        "INSERT INTO customers (id) VALUES ('x')",
        "UPDATE customers SET name = 'x'",
        "DELETE FROM customers",
        "DROP TABLE customers",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x (a)",
        "CREATE TEMP VIEW x AS SELECT 1",
        "VACUUM INTO 'copy.db'",
        "REINDEX",
        "ANALYZE",
        "BEGIN",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('x', 'y')",
        "INSERT INTO trigram (trigram) VALUES ('rebuild')",
        "SELECT 1; DELETE FROM customers",
        "SELEC 1",
        "SELECT * FROM custmers",
        "SELECT nosuch FROM customers",
        "EXPLAIN QUERY PLAN ATTACH 'x' AS y",
    ],
)
def test_nothing_but_reading(shop: Book, statement: str) -> None:
    before = shop.run("customer list -o json").out
    result = shop.run(["sql", statement], code=2)
    assert result.out == ""
    error, *hint = result.err.splitlines()
    assert error.startswith("error: SQL: ")
    assert len(hint) <= 1
    assert shop.run("customer list -o json").out == before
    assert not [*shop.root.glob("*.db")]


def test_an_endless_statement_is_stopped(shop: Book) -> None:
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    )
    result = shop.run(["sql", "--steps", "100", endless], code=2)
    assert "interrupted" in result.err
    assert "--steps" in result.err


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


def test_rows_come_as_they_are_found(shop: Book) -> None:
    assert shop.run(["sql", ENDLESS, "-o", "csv", "--limit", "2"]).lines == ["x", "1", "2"]
    assert shop.run(["sql", ENDLESS, "--limit", "1"]).lines == ["x", "-", "1"]
    stopped = shop.run(["sql", ENDLESS, "-o", "csv", "--steps", "100"], code=2)
    assert "interrupted" in stopped.err
    assert stopped.lines[1] == "1"


def test_whoever_has_read_enough_may_go(shop: Book) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "crmctl", "sql", ENDLESS, "-o", "jsonl"],
        cwd=shop.root,
        env=shop.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b'{"x": 1}\n'
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""


def test_a_value_without_measure_is_refused(shop: Book) -> None:
    assert "too big" in shop.run(["sql", "SELECT hex(zeroblob(100000000))"], code=2).err


def test_tables_and_columns_are_listed(shop: Book) -> None:
    rows = {row["table"]: row["columns"] for row in shop.run("sql -o json").json}
    assert {"customers", "orders", "interactions", "products", "tasks", "users"} <= rows.keys()
    assert "amount__base" in rows["orders"]
    assert "rid" not in rows["orders"].split(", ")


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("SELECT fold(name), digits('+49 (0)711') FROM customers", "acme ä,49711"),
        ("SELECT sum(amount__base) / 10000.0 FROM orders", "20.1"),
        ("SELECT value FROM customers, json_each(phones)", "'+49 711 1"),
        ("SELECT ts('2026-01-01T00:00+00:00'), ts('x')", "1767225600,"),
        ("SELECT base('3', 'EUR', '2026-02-01'), base(1.5, NULL, '')", "60000,15000"),
        ("SELECT base(NULL, '', ''), base('1', 'CHF', '2026-02-01')", ","),
        ("SELECT count(*) FROM orders WHERE date > '2026-01-15'", "1"),
        ("SELECT 1 WHERE false", None),
    ],
)
def test_what_can_be_asked(shop: Book, statement: str, row: str | None) -> None:
    lines = shop.run(["sql", statement, "-o", "csv"]).lines
    assert lines[1:] == ([row] if row is not None else [])


@pytest.mark.parametrize("format_", ["table", "json", "jsonl", "csv", "tsv", "yaml", "md", "ids"])
def test_every_value_in_every_format(shop: Book, format_: str) -> None:
    statement = "SELECT x'00ff' AS b, 1e999 AS i, 0.5 AS f, 12345678901234567 AS n, NULL AS z"
    text = shop.run(["sql", statement, "-o", format_]).out
    assert "00ff" in text
    if format_ == "json":
        assert shop.run(["sql", statement, "-o", format_]).json == [
            {"b": "00ff", "i": "inf", "f": 0.5, "n": 12345678901234567}
        ]


def test_as_of(shop: Book) -> None:
    count = ["sql", "SELECT count(*) FROM orders", "-o", "csv"]
    assert shop.run(count).lines[1] == "2"
    assert shop.run([*count, "--as-of", "2026-01-31"]).lines[1] == "1"
    assert shop.run([*count, "--as-of", "2025-01-31"]).lines[1] == "0"


def test_the_names_of_columns_are_disarmed_too(shop: Book) -> None:
    assert shop.run(["sql", 'SELECT 1 AS "=cmd()"', "-o", "csv"]).lines[0] == "'=cmd()"
