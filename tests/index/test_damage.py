"""An index that is damaged, gone, old or cannot be written is no reason to disturb anybody."""

from __future__ import annotations

import gc
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from crmctl.errors import IndexUnusable
from crmctl.index.derived import Derived, Rows
from crmctl.index.store import Index
from crmctl.selection import Selection
from crmctl.workspace import Workspace
from tests.another import as_owner, book_within_reach, closed
from tests.conftest import Book


@pytest.fixture
def big(book: Book) -> Book:
    """A book with an index of many pages."""
    orders = []
    for number in range(40):
        name = f"records/customers/c{number}.yaml"
        book.write(name, f"id: c{number}\nname: 科技 {number}\nnotes: {'long ' * 100}\n")
        for day in range(1, 4):
            order = f"id: o-{number}-{day}\ncustomer: c{number}\ndate: 2026-01-0{day}\n"
            orders.append(f"{order}amount: {number * 100 + day}\n")
    book.write("records/orders/all.yaml", "---\n".join(orders))
    book.run("customer list")
    return book


def index_file(book: Book) -> Path:
    (file,) = (book.root / ".crmctl/cache").glob("index-*.db")
    return file


def garble(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(100_000))


def garble_the_middle(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[8192:] = random.Random(1).randbytes(len(data) - 8192)
    file.write_bytes(bytes(data))


def garble_tables(file: Path) -> None:
    """Damage that opening the index does not meet, but asking it does."""
    connection = sqlite3.connect(file)
    names = ("customers", "orders", "key", "text", "purchase_facts")
    marks = ", ".join("?" * len(names))
    sql = f"SELECT rootpage FROM sqlite_master WHERE name IN ({marks})"
    pages = [page for (page,) in connection.execute(sql, names)]
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as out:
        for page in pages:
            out.seek((page - 1) * size)
            out.write(b"\x77" * size)


def cut(share: float) -> Callable[[Path], None]:
    return lambda file: os.truncate(file, int(file.stat().st_size * share))


TODAY = date(2026, 11, 21)
DAMAGE: dict[str, Callable[[Path], object]] = {
    "garbage": garble,
    "garbage in the middle": garble_the_middle,
    "garbage in the tables": garble_tables,
    "empty": cut(0),
    "one page": lambda file: os.truncate(file, 4096),
    "half": cut(0.5),
    "most": cut(0.9),
    "gone": lambda file: file.unlink(),
    "no tables": lambda file: sqlite3.connect(file).execute("DROP TABLE folder").connection.close(),
    "text": lambda file: file.write_text("nothing of the kind"),
}


COMMANDS = [
    "customer list -o json",
    "customer list 'spend:>1000 rfm:*' -o ids",
    "search 科技 -o json",
    "analyze rfm --as-of 2026-06-30 -o csv",
    "sql 'SELECT count(*) FROM orders' -o csv",
    "check",
]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        *((name, COMMANDS[0]) for name in DAMAGE),
        *(("garbage in the tables", command) for command in COMMANDS[1:]),
    ],
)
def test_a_damaged_index_is_made_anew(big: Book, name: str, command: str) -> None:
    before = big.run(command)
    gc.collect()  # nobody has the index open
    DAMAGE[name](index_file(big))
    after = big.run(command)
    assert (after.out, after.err) == (before.out, before.err)
    assert big.run(command).out == before.out


def test_removed_while_in_use(book: Book) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    workspace = Workspace(book.root)
    kind = workspace.registry.kinds["customer"]
    assert workspace.index.count(kind) == 1
    shutil.rmtree(book.root / ".crmctl")
    book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    assert workspace.index.count(kind) == 1
    assert book.run("customer list -o ids").lines == ["acme", "beta"]


def test_damage_met_in_the_middle_of_a_command(big: Book) -> None:
    """Facts and the day in question are there again in the new index."""
    workspace = Workspace(big.root)
    kind = workspace.registry.kinds["customer"]
    day = workspace.today
    selection = Selection(workspace, kind, "spend:>1000 abc:A,B", as_of=day)
    expected = selection.ids()
    assert expected
    workspace.index.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    workspace.index.connection.execute("PRAGMA cache_size = 0")
    garble_tables(index_file(big))
    assert selection.ids() == expected
    assert Selection(workspace, kind, "spend:>1000 abc:A,B", as_of=day).ids() == expected


def test_damage_in_the_middle_of_a_long_answer(big: Book) -> None:
    workspace = Workspace(big.root)
    workspace.index.connection.execute("PRAGMA cache_size = 1")
    rows = workspace.index.stream("SELECT _data FROM orders UNION ALL SELECT _data FROM customers")
    next(rows)
    garble_the_middle(index_file(big))
    with pytest.raises(IndexUnusable):
        list(rows)
    assert Workspace(big.root).index.count(workspace.registry.kinds["order"]) == 120


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"schemas/customer.yaml": "x-crmctl: {search: [name, notes]}\n"}, 2),
        ({"crmctl.yaml": "format: 1\ncurrency: USD\ntimezone: Asia/Shanghai\n"}, 2),
        ({"crmctl.yaml": "format: 1\ncurrency: EUR\ntimezone: UTC\n"}, 2),
        ({"crmctl.yaml": "format: 1\ncurrency: USD\ntimezone: UTC\nname: X\n"}, 1),
    ],
)
def test_other_schemas_and_settings_have_an_index_of_their_own(
    book: Book, files: dict[str, str], expected: int
) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\nindustry: Food\n")
    book.run("customer list")
    before = index_file(book)
    book.gen(files)
    assert book.run("customer list industry:food -o ids").out == "acme\n"
    # The old one is gone when a new one was needed.
    assert (index_file(book) == before) == (expected == 1)


def test_a_naive_time_follows_the_time_zone(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/interactions/acme.yaml": """
                id: i
                customer: acme
                at: 2026-01-01T01:00
                kind: call
            """,
        }
    )
    assert book.run("interaction list -o csv --columns at").lines[1] == "2026-01-01T01:00+00:00"
    book.config(timezone="Asia/Shanghai")
    assert book.run("interaction list -o csv --columns at").lines[1] == "2026-01-01T01:00+08:00"
    assert book.run("interaction list 'at:2026-01-01' -o ids").out == "i\n"


def test_new_rates_convert_every_amount_again(book: Book) -> None:
    book.gen(
        {
            "records/customers/acme.yaml": "id: acme\nname: Acme\n",
            "records/orders/acme.yaml": """
                id: o
                customer: acme
                date: 2026-01-10
                amount: 10
                currency: EUR
            """,
            "rates.yaml": "- {date: 2026-01-01, currency: EUR, rate: 1.1}\n",
        }
    )

    def spend() -> str:
        return book.run("customer list -o csv --columns spend").lines[1]

    assert spend() == "11"
    book.write("rates.yaml", "- {date: 2026-01-01, currency: EUR, rate: 1.25}\n")
    assert spend() == "12.5"
    book.config(rates={"max_age_days": 5})
    assert spend() == "0"
    assert book.run("order list -o csv --columns amount,currency").lines[1] == "10,EUR"
    book.config(currency="EUR")
    assert spend() == "10"
    (book.root / "rates.yaml").unlink()
    assert spend() == "10"


def test_a_cache_that_cannot_be_written() -> None:
    def read() -> None:
        assert book.run("customer list -o ids").out == "acme\n"
        book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
        assert book.run("customer list spend:0 -o ids").lines == ["acme", "beta"]

    with book_within_reach() as book:
        book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
        book.run("customer list spend:0")
        folder = book.root / ".crmctl/cache"
        shutil.rmtree(folder)
        folder.mkdir()
        with closed(folder):
            as_owner(book, read)
        assert [*folder.iterdir()] == []


def test_a_book_without_room_for_a_cache(book: Book) -> None:
    """As in a read-only folder, which root would not notice: the index is in the user's cache."""
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    book.write(".crmctl", "no folder")
    assert book.run("customer list -o ids").out == "acme\n"
    book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    assert book.run("customer list spend:0 -o ids").lines == ["acme", "beta"]
    assert book.run("search beta -o ids").out == "beta\n"
    assert [*(book.home / ".cache/crmctl").rglob("index-*.db")]
    result = book.run("customer set acme level=vip", code=3)
    assert ".crmctl" in result.err
    assert book.read("records/customers/acme.yaml") == "id: acme\nname: Acme\n"


def test_no_room_anywhere(book: Book) -> None:
    book.write(".crmctl", "no folder")
    (book.home / ".cache").write_text("no folder")
    result = book.run("customer list", code=3)
    assert result.err.startswith("error: ")
    assert len(result.err.splitlines()) == 2


def test_an_index_that_stays_locked(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    book.run("customer list")
    monkeypatch.setattr("crmctl.index.database.BUSY_SECONDS", 0.01)
    other = sqlite3.connect(index_file(book), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
    assert "Another process" in book.run("customer list", code=5).err
    other.execute("ROLLBACK")
    other.close()
    assert book.run("customer list -o ids").lines == ["acme", "beta"]


def test_an_unusable_index_says_why(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Index, "_refresh", full)
    result = book.run("customer list", code=3)
    assert "database or disk is full" in result.err
    assert "hint: " in result.err


def test_a_cache_that_cannot_be_locked(book: Book) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    (book.root / ".crmctl/cache/build.lock").mkdir(parents=True)
    assert book.run("customer list -o ids").out == "acme\n"
    assert [*(book.home / ".cache/crmctl").rglob("index-*.db")]


def test_an_interrupted_reading_leaves_a_sound_index(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmctl.index.refresh.BATCH", 1)

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    for name in ("acme", "beta"):  # once while it is built, once while it is refreshed
        book.write(f"records/customers/{name}.yaml", f"id: {name}\nname: New\n")
        workspace = Workspace(book.root)
        workspace.on_progress = interrupt
        with pytest.raises(KeyboardInterrupt):
            workspace.index.count(workspace.registry.kinds["customer"])
        assert not [*(book.root / ".crmctl/cache").glob("*.tmp~")]
        assert name in book.run("customer list -o ids").lines


def rows(value: int) -> Derived:
    return Rows(("id", "value"), [("acme", value)])


def test_facts_of_an_older_reading_are_not_kept(book: Book) -> None:
    book.write("records/customers/acme.yaml", "id: acme\nname: Acme\n")
    mine = Workspace(book.root)

    def slowly() -> Derived:
        book.write("records/customers/beta.yaml", "id: beta\nname: Beta\n")
        assert book.run("customer list -o ids").lines == ["acme", "beta"]
        return rows(1)

    mine.index.derive("some_facts", "mark", slowly, day=TODAY, kept=True)
    assert mine.index.rows("SELECT * FROM some_facts") == [("acme", 1)]
    other = Workspace(book.root)
    other.index.derive("some_facts", "mark", lambda: rows(2), day=TODAY, kept=True)
    assert other.index.rows("SELECT * FROM some_facts") == [("acme", 2)]
    # What was kept is not made again.
    third = Workspace(book.root)
    third.index.derive("some_facts", "mark", lambda: rows(3), day=TODAY, kept=True)
    assert third.index.rows("SELECT * FROM some_facts") == [("acme", 2)]
