"""Stream operations leave the other documents as they are, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.storage.editor import edit_document
from crmctl.storage.edits import Set
from crmctl.storage.reader import parse_document, split_stream
from crmctl.storage.streams import append_document, remove_document, replace_document

STREAM = "# header\n---\nid: a\n# about a\n---\nid: b\nnote: 'open\n--- # third\nid: c\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "id: n\n"),
        ("# header\n", "# header\n---\nid: n\n"),
        ("# header", "# header\n---\nid: n\n"),
        ("id: a\n", "id: a\n---\nid: n\n"),
        ("id: a", "id: a\n---\nid: n\n"),
        ("---\nid: a\n", "---\nid: a\n---\nid: n\n"),
        ("---\n", "---\nid: n\n"),
        ("---", "---\nid: n\n"),
        ("id: a\n---\n", "id: a\n---\nid: n\n"),
        ("id: a\n---\n# soon\n", "id: a\n---\n# soon\nid: n\n"),
        ("id: a\n...\n", "id: a\n...\n---\nid: n\n"),
        ("id: 'open\n", "id: 'open\n---\nid: n\n"),
        ("id: a\r\n", "id: a\r\n---\r\nid: n\r\n"),
    ],
)
def test_append(before: str, after: str) -> None:
    assert append_document(before, "id: n\n") == after
    last = split_stream(after)[-1]
    assert parse_document(last.text) == ({"id": "n"}, [])


def test_replace_one_document_beside_a_broken_one() -> None:
    chunk = split_stream(STREAM)[2]
    edited = edit_document(chunk.text, [Set(("name",), "x")], lambda _path: ["id", "name"])
    assert replace_document(STREAM, chunk, edited) == STREAM + "name: x\n"


def test_replace_keeps_the_line_of_the_separator() -> None:
    text = "--- {id: a}\n---\nid: b\n"
    first, second = split_stream(text)
    assert replace_document(text, first, "id: z\n") == "---\nid: z\n---\nid: b\n"
    assert replace_document(text, first, "--- {id: z}") == "--- {id: z}\n---\nid: b\n"
    assert replace_document(text, second, "id: z") == "--- {id: a}\n---\nid: z"


def test_replace_refuses_a_stream_that_changed() -> None:
    with pytest.raises(ValueError, match="where it was"):
        replace_document("# new\n" + STREAM, split_stream(STREAM)[0], "id: z\n")


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        (STREAM, 0, "# header\n---\nid: b\nnote: 'open\n--- # third\nid: c\n"),
        (STREAM, 1, "# header\n---\nid: a\n# about a\n--- # third\nid: c\n"),
        (STREAM, 2, "# header\n---\nid: a\n# about a\n---\nid: b\nnote: 'open\n"),
        ("id: a\n---\nid: b\n", 0, "id: b\n"),
        ("id: a\n--- # kept\nid: b\n", 0, "--- # kept\nid: b\n"),
        ("id: a\n---\nid: b\n", 1, "id: a\n"),
        ("id: a\n", 0, ""),
        ("---\nid: a\n", 0, ""),
        ("---\n--- {id: a}\n", 1, "---\n"),
        ("---\n--- {id: a}\n", 0, "--- {id: a}\n"),
        ("id: a\r\n---\r\nid: b\r\n", 0, "id: b\r\n"),
    ],
)
def test_remove(before: str, index: int, after: str) -> None:
    assert remove_document(before, index) == after


documents = st.sampled_from(["id: a\n", "id: b\nx: |\n  y\n", "# c\nid: c\n", "id: 'open\n", ""])


@given(st.lists(documents, min_size=1, max_size=5), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_the_other_documents_stay(texts: list[str], leading: bool, newline: str) -> None:
    text = ("---\n" if leading else "") + "---\n".join(texts)
    text = text.replace("\n", newline)
    chunks = [chunk.text for chunk in split_stream(text)]
    for index in range(len(chunks)):
        rest = [chunk.text for chunk in split_stream(remove_document(text, index))]
        expected = chunks[:index] + chunks[index + 1 :]
        # An empty document at the top is no document once its separator is gone.
        assert rest == expected or [""] + rest == expected
        replaced = replace_document(text, split_stream(text)[index], "id: new" + newline)
        now = [chunk.text for chunk in split_stream(replaced)]
        assert now == [*chunks[:index], "id: new" + newline, *chunks[index + 1 :]]
    appended = [chunk.text for chunk in split_stream(append_document(text, "id: new\n"))]
    assert parse_document(appended[-1])[0] == {"id": "new"}
    assert appended[: len(chunks) - 1] == chunks[:-1]
