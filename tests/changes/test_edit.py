"""`edit`: the record in the person's own editor; what is typed there is never lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Book

ACME = "records/customers/acme.yaml"
RECORD = "# ours\nid: acme\nname: Acme   # since 1990\nstatus: active\n"


@pytest.fixture
def acme(book: Book) -> Book:
    book.write(ACME, RECORD)
    return book


def edit(book: Book, script: str, command: str = "customer edit acme", code: int = 0) -> str:
    """Runs `edit` with a shell script as the editor; gives what it said."""
    editor = book.home / "editor"
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o755)
    return book.run(command, code=code, env={"EDITOR": str(editor)}).err


def test_a_valid_change_is_kept_word_for_word(acme: Book) -> None:
    edit(acme, """sed -i 's/^name:.*/name: "Acme AG" # renamed/; $a tags: [a,b]' "$1" """)
    assert acme.read(ACME) == (
        '# ours\nid: acme\nname: "Acme AG" # renamed\nstatus: active\ntags: [a,b]\n'
    )


def test_a_field_with_history_gets_its_entry_and_keeps_the_comment(acme: Book) -> None:
    lost = "lost: {reason: poor_service, at: 2026-11-01}"
    edit(acme, f"""sed -i 's/status: active/status: lost # too dear\\n{lost}/' "$1" """)
    assert acme.read(ACME) == (
        "# ours\nid: acme\nname: Acme   # since 1990\nstatus: lost # too dear\n"
        "status_history:\n  - {value: lost, was: active, at: 2026-11-21}\n"
        f"{lost}\n"
    )


def test_a_comment_alone_is_a_change(acme: Book) -> None:
    assert "change chg-" in edit(acme, """echo '# checked' >> "$1" """)
    assert acme.read(ACME) == RECORD + "# checked\n"


def test_a_default_that_a_person_writes_stays(acme: Book) -> None:
    edit(acme, """echo 'party: customer' >> "$1" """)
    assert acme.read(ACME) == RECORD + "party: customer\n"


def test_nothing_typed_nothing_changed(acme: Book) -> None:
    assert "Nothing to change" in edit(acme, "true")
    assert acme.read(ACME) == RECORD


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("""echo 'level: viip' >> "$1" """, "level"),
        ("""echo 'tags: [a' >> "$1" """, "not valid YAML"),
        ("""sed -i 's/id: acme/id: other/' "$1" """, "the id of a record cannot be changed"),
        ("""sed -i /name/d "$1" """, "“name” is missing"),
        ("""printf -- '---\\nid: b\\n' >> "$1" """, "second document"),
        ("""echo 'cadence_days: 0' >> "$1" """, "at least 1"),
    ],
)
def test_an_invalid_change_is_refused_and_the_text_kept(acme: Book, script: str, said: str) -> None:
    err = edit(acme, script, code=3)
    assert said in err
    kept = Path(re.search(r"kept in (\S+)\.\n", err)[1])  # type: ignore[index]
    assert kept.name == "acme.yaml"
    assert kept.read_text() != RECORD
    assert acme.read(ACME) == RECORD


def test_an_editor_that_fails_or_is_none(acme: Book) -> None:
    assert "ended with code 3" in edit(acme, "exit 3", code=2)
    err = acme.run("customer edit acme", code=2, env={"EDITOR": "/no/such/editor"}).err
    assert "Set EDITOR" in err
    assert acme.read(ACME) == RECORD


def test_one_document_of_a_stream(acme: Book) -> None:
    stream = "records/orders/acme.yaml"
    acme.write(
        stream,
        "id: o-1\r\ncustomer: acme\r\ndate: 2026-01-01\r\n"
        "---\r\nid: o-2\r\ncustomer: acme\r\ndate: 2026-01-02\r\n",
    )
    before = acme.read(stream)
    edit(acme, """sed -i 's/2026-01-02/2026-02-02/' "$1" """, "order edit o-2")
    assert acme.bytes(stream).decode() == before.replace("2026-01-02", "2026-02-02")


def test_a_record_without_an_id_gets_it(acme: Book) -> None:
    acme.write(ACME, "name: Acme # no id\n")
    edit(acme, """echo 'industry: food' >> "$1" """)
    assert acme.read(ACME) == "id: acme\nname: Acme # no id\nindustry: food\n"
