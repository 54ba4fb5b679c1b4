"""An import of thousands taken back long after: what was edited since stays, all else is as it was.

A second book tells what should be there: it went through the same edits, but never the import.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.changes.conftest import GitBook, change
from tests.conftest import REPOSITORY, Book, new_book

DATA = REPOSITORY / "tests/data/cdnow_sample.csv"
OLD, UNRELATED, EDITED = 20, 100, 10


def before(book: Book, rows: list[str]) -> None:
    """Customers with an order each, and the file to import, with an order more for each of them."""
    for number in range(OLD):
        order = f"id: ord-{number}\ncustomer: old-{number}\ndate: 2026-01-01 # paid\namount: 5\n"
        book.gen(
            {
                f"records/customers/old-{number}.yaml": f"id: old-{number}\nname: Old {number}\n",
                f"records/orders/old-{number}.yaml": order,
            }
        )
        rows = [*rows, f"old-{number},1998-07-01,1,{number + 1}.50"]
    book.write("orders.csv", "\n".join(rows) + "\n")


def edit(book: Book, number: int) -> None:
    """One of the later edits: every other one in a file that the import appended to."""
    which = number % OLD
    if number % 2:
        book.run(["order", "set", f"ord-{which}", f"amount={number}"])
    else:
        book.run(["customer", "set", f"old-{which}", f"notes=edit {number}"])


@pytest.mark.parametrize("way", ["no git", "git", "git without a journal"])
def test_an_import_is_taken_back_long_after(
    tmp_path: Path, request: pytest.FixtureRequest, way: str
) -> None:
    rows = DATA.read_text().split()
    soak = request.config.getoption("--soak")
    whole = soak >= UNRELATED
    rows = rows if whole else rows[: 20 * soak]
    book, model = new_book(tmp_path / "book"), new_book(tmp_path / "model")
    for one in (book, model):
        before(one, rows)
        one.config(commit="manual" if way == "no git" else "auto")
    if way != "no git":
        GitBook(book)
        GitBook(model)

    imported = book.run("import orders.csv --kind order --create customer -o json")
    if whole:
        assert imported.json["created_refs"] == {"customer": 2357}
    made = sorted({row.split(",")[0] for row in rows[1:]})
    for number in range(UNRELATED if whole else soak):
        edit(book, number)
        edit(model, number)
    kept = made[:: len(made) // EDITED][:EDITED]
    for id in kept:
        book.run(["customer", "set", id, "industry=music"])
    edited = {path: book.bytes(path) for path in (f"records/customers/{id}.yaml" for id in kept)}
    if way == "git without a journal":
        shutil.rmtree(book.root / ".crmctl/journal")

    undone = book.run(["undo", change(imported), "-o", "json"], code=5)
    assert undone.json["left"] == [
        {"kind": "customer", "id": id, "field": None, "reason": "edited since: industry"}
        for id in kept
    ]
    assert book.files() == {**model.files(), **edited}
    assert book.run("check").out == ""
