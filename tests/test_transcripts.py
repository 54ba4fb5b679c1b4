"""Every golden transcript and every example of the documentation does what it says.

`pytest tests/test_transcripts.py --update-golden` writes what the commands print into the files.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crmctl import __version__
from crmctl.models.catalog import CATALOG
from tests import transcript
from tests.conftest import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden"
DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
TRANSCRIPTS = [
    found
    for path in [*sorted(GOLDEN.rglob("*.txt")), *DOCUMENTS]
    if path.exists()
    for found in [transcript.parse(path)]
]
NOT_RUN = [(found.path, line, why) for found in TRANSCRIPTS for line, why in found.not_run]


def shown(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize(
    "played", [pytest.param(t, id=shown(t.path)) for t in TRANSCRIPTS if t.steps]
)
def test_transcript(
    played: transcript.Transcript, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    outputs = transcript.play(played, tmp_path)
    if request.config.getoption("--update-golden"):
        played.path.write_text(transcript.updated(played, outputs), "utf-8")
        return
    wrong = transcript.differences(played, outputs)
    if wrong:
        pytest.fail(wrong, pytrace=False)


@pytest.mark.parametrize("language", [None, "zh"])
@pytest.mark.parametrize("model", sorted(CATALOG))
def test_every_model_is_shown_in_both_languages(model: str, language: str | None) -> None:
    asked = [step.command for t in TRANSCRIPTS if t.language == language for step in t.steps]
    assert any(f"analyze {model} " in f"{command} " for command in asked)


@pytest.mark.parametrize(
    "reason", [pytest.param(why, id=f"{shown(path)}:{line}") for path, line, why in NOT_RUN]
)
def test_example_not_run(reason: str) -> None:
    pytest.skip(reason)


def written(folder: Path, text: str, name: str = "case.txt") -> transcript.Transcript:
    file = folder / name
    file.write_text(text, "utf-8")
    return transcript.parse(file)


def test_a_transcript_that_agrees_has_no_differences(tmp_path: Path) -> None:
    played = written(
        tmp_path,
        "# book: none\n"
        "$ echo one; echo two >&2\none\ntwo\n\n"
        "$ mkdir inner\n$ cd inner\n$ pwd\n…/book/inner\n\n"
        "$ # A day in March\n$ export CRMCTL_NOW=2026-03-19T10:00\n"
        "$ crmctl init shop --no-git -q\n$ cd shop\n"
        "$ echo $CRMCTL_NOW\n2026-03-19T10:00\n"
        "$ crmctl task add Call -s due=today -q --id tsk-20260319-aaaaaaaa\n"
        "tsk-20260319-aaaaaaaa\nchange chg-20260319-00000000\n"
        "$ crmctl task list --columns due\nDue\n----------\n2026-03-19\n\n"
        "$ cat <<'END'\ntext $HOME\nEND\ntext $HOME\n\n"
        f"$ crmctl --version\ncrmctl {__version__}\n"
        "$ crmctl --version | wc -l\n1\n"
        "$ exit 3\n[exit 3]\n",
    )
    assert [step.command.split()[0] for step in played.steps] == [
        "echo", "mkdir", "cd", "pwd", "#", "export", "crmctl", "cd", "echo", "crmctl", "crmctl",
        "cat", "crmctl", "crmctl", "exit",
    ]  # fmt: skip
    outputs = transcript.play(played, tmp_path)
    assert transcript.differences(played, outputs) == ""
    assert transcript.updated(played, outputs) == "\n".join(played.lines)


def test_a_difference_names_the_file_the_line_and_the_command(tmp_path: Path) -> None:
    played = written(tmp_path, "# book: none\n\n$ echo new\nold\n\n$ true\n")
    outputs = transcript.play(played, tmp_path)
    wrong = transcript.differences(played, outputs)
    assert f"{played.path}:3: $ echo new" in wrong
    assert "-old" in wrong
    assert "+new" in wrong
    assert transcript.updated(played, outputs) == "# book: none\n\n$ echo new\nnew\n\n$ true\n"


def test_only_console_blocks_of_markdown_are_run(tmp_path: Path) -> None:
    played = written(
        tmp_path,
        "<!-- book: none -->\n"
        "```sh\n$ false\n```\n"
        "<!-- not run: it would take a week -->\n\n```console\n$ sleep 604800\n```\n"
        "- an item\n\n  ```console\n  $ printf 'a\\n  b\\n'\n  stale\n  ```\n",
        "page.md",
    )
    assert played.not_run == [(7, "it would take a week")]
    assert played.book == "none"
    assert len(played.steps) == 1
    outputs = transcript.play(played, tmp_path)
    assert outputs == [["a", "  b"]]
    text = transcript.updated(played, outputs)
    assert text.endswith("  $ printf 'a\\n  b\\n'\n  a\n    b\n  ```\n")


def test_what_differs_from_run_to_run_is_masked(tmp_path: Path) -> None:
    played = written(
        tmp_path, "# book: none\n$ echo int-20261121-zzzzzzzz; echo x\nint-20261121-00000000\ny\n"
    )
    outputs = transcript.play(played, tmp_path)
    wrong = transcript.differences(played, outputs).splitlines()
    assert [line for line in wrong if "********" in line] == [" int-20261121-********"]
    assert "int-20261121-00000000\nx\n" in transcript.updated(played, outputs)
    assert transcript.masked('{"uid": "k3f9x2ab", "a": 1}') == '{"uid": ********, "a": 1}'
    assert transcript.masked('uid: "93f9x2ab"') == transcript.masked("uid: k3f9x2ab")
    assert transcript.masked("int-20261122-k3f9x2ab") != transcript.masked("int-20261121-k3f9x2ab")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("crmctl customer list level:vip", False),
        ("crmctl customer list 'level:>=x' \"(a or b)\"", False),
        ("crmctl customer set acme note='a \"b\" | c'", False),
        ("crmctl customer list \\\n  level:vip", False),
        ("crmctl customer list -o ids | wc -l", True),
        ("crmctl customer list > out", True),
        ('crmctl show "$ID"', True),
        ("crmctl show '$ID'", False),
        ("crmctl customer list && true", True),
    ],
)
def test_a_command_goes_to_the_shell_when_it_uses_it(command: str, expected: bool) -> None:
    assert transcript.needs_shell(command) is expected


def test_an_unknown_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no book “other”"):
        written(tmp_path, "# book: other\n$ true\n")
