"""The purchase history of CDNOW (Fader and Hardie): real data, imported three times."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import REPOSITORY, Book

DATA = REPOSITORY / "tests" / "data" / "cdnow_sample.csv"
ARGS = ["import", DATA.name, "--kind", "order", "--create", "customer", "-o", "json"]


def test_all_rows_are_accounted_for_each_time(book: Book) -> None:
    shutil.copy(DATA, Path(book.root, DATA.name))
    first = book.run(ARGS).json
    assert (first["rows"], first["created"], first["rejected"]) == (6919, 6919, 0)
    assert first["created_refs"] == {"customer": 2357}

    second = book.run(ARGS)
    assert (second.json["unchanged"], second.json["change"]) == (6919, None)

    stream = "records/orders/0001.yaml"
    edited, removed, *_rest = [
        line.removeprefix("id: ") for line in book.read(stream).splitlines() if line[:3] == "id:"
    ]
    book.write(stream, book.read(stream).replace("amount: 29.33", "amount: 30"))
    book.run(["order", "rm", removed, "--yes"])
    before = book.files()
    third = book.run(ARGS).json
    assert (third["rows"], third["unchanged"]) == (6919, 6919)
    assert (third["edited"], third["removed"]) == ([edited], [removed])
    assert book.files() == before
