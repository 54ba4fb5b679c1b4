"""Several commands at once build, refresh and ask one index."""

from __future__ import annotations

import shutil

from tests.conftest import Book
from tests.processes import at_once

READER = """
import sys
from pathlib import Path
from crmctl.cli.main import main
me, turns = int(sys.argv[1]), int(sys.argv[2])
for turn in range(turns):
    if me < 2:
        Path(f"records/customers/n{me}-{turn}.yaml").write_text(f"id: n{me}-{turn}\\nname: New\\n")
    query = "spend:>=0 rfm:*" if turn % 2 else "name:new"
    assert main(["customer", "list", query, "-o", "ids"]) == 0
    assert main(["search", "New", "-o", "ids"]) == 0
    sys.stdout.flush()
"""


def test_four_processes_at_once(book: Book) -> None:
    for number in range(20):
        book.write(f"records/customers/c{number}.yaml", f"id: c{number}\nname: Old\n")
    turns = 4
    at_once(book, READER, [[str(n), str(turns)] for n in range(4)])
    expected = {f"n{me}-{turn}" for me in range(2) for turn in range(turns)}
    assert set(book.run("customer list name:=new -o ids").lines) == expected
    shutil.rmtree(book.root / ".crmctl")
    at_once(book, READER, [[str(n), "1"] for n in range(2, 6)])
    assert set(book.run("customer list name:=new -o ids").lines) == expected
