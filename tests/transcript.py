"""Plays terminal transcripts, so that documented examples are tests.

A transcript is a sequence of steps: a line `$ command` and the lines it is expected to print, first
all of stdout, then all of stderr, then `[exit N]` unless the exit code is 0. A command goes on over
a backslash at the end of its line and over a here-document. Blank lines at the end of an output and
spaces at the end of a line do not count. What differs from run to run is masked on both sides: the
random tails of ids, uids, and the temporary folder.

A golden file (`tests/golden/**/*.txt`) is one transcript; of a Markdown file it is every fenced
block marked `console`, unless `<!-- not run: REASON -->` stands right before it. Each file is
played from top to bottom on one book of its own. Lines before the first step say which one and in
which language: `# book: sample` (the default), `# book: empty` or `# book: none` (an empty folder),
`# lang: zh`; in Markdown they are comments, `<!-- book: none -->`.

`cd FOLDER` and `export NAME=VALUE` hold for the steps that follow: `export CRMCTL_NOW=2026-03-19`
moves the clock. A step that begins with `#` is a heading. A plain `crmctl` command runs in this
process; everything else, and whatever uses the shell, goes to bash with a `crmctl` of this
checkout.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path

from tests.conftest import REPOSITORY, Book, call, new_book, sample_book

PROMPT = "$ "
BOOKS = ("sample", "empty", "none")
_SETTING = re.compile(r"^(?:#|<!--)\s*(book|lang):\s*(\w+)")
_NOT_RUN = re.compile(r"^\s*<!--\s*not run:\s*(.+?)\s*-->\s*$")
_FENCE = re.compile(r"^(\s*)(`{3,})(.*)$")
_HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_SHELL = frozenset("|<>&;()$`*?{[#~")
_ID_TAIL = re.compile(r"\b([a-z]{2,10}-\d{8}-)[0-9a-hjkmnp-tv-z]{8}\b")
# Quoted in YAML only when it begins with a digit.
_UID = re.compile(r"\b(uid\"?: ?)(\"?)[0-9a-hjkmnp-tv-z]{8}\b\2")


@dataclass(frozen=True)
class Step:
    """One command; its expected output stands in `lines[start:end]` of its file."""

    command: str
    line: int
    start: int
    end: int
    indent: str
    expected: tuple[str, ...]


@dataclass
class Transcript:
    """A file's steps, and the blocks of it that are not run, as (line, reason)."""

    path: Path
    lines: list[str]
    book: str = "sample"
    language: str | None = None
    steps: list[Step] = field(default_factory=list)
    not_run: list[tuple[int, str]] = field(default_factory=list)


def parse(path: Path) -> Transcript:
    """Reads a golden file or the console blocks of a Markdown file."""
    transcript = Transcript(path, path.read_text("utf-8").split("\n"))
    lines = transcript.lines
    whole = [(0, len(lines), "")]
    blocks = list(_console_blocks(transcript)) if path.suffix == ".md" else whole
    first = min((start for start, _end, _indent in blocks), default=0)
    for line in lines[: first or len(lines)]:
        if line.startswith(PROMPT):
            break
        if setting := _SETTING.match(line):
            _set(transcript, *setting.groups())
    for start, end, indent in blocks:
        transcript.steps += _steps(lines, start, end, indent)
    return transcript


def _set(transcript: Transcript, name: str, value: str) -> None:
    if name == "lang":
        transcript.language = value
    elif value in BOOKS:
        transcript.book = value
    else:
        raise ValueError(f"{transcript.path}: no book “{value}”, only {', '.join(BOOKS)}")


def _console_blocks(transcript: Transcript) -> Iterator[tuple[int, int, str]]:
    """(first line, line of the closing fence, indent) of each block that is to be run."""
    lines = transcript.lines
    opened: tuple[int, str, str, str] | None = None
    for number, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        indent, ticks, info = fence.groups()
        if opened is None:
            opened = number, indent, ticks, info.strip()
        elif ticks.startswith(opened[2]) and not info.strip():
            start, indent, _ticks, info = opened
            opened = None
            if info != "console":
                continue
            above = next((text for text in reversed(lines[:start]) if text.strip()), "")
            if reason := _NOT_RUN.match(above):
                transcript.not_run.append((start + 1, reason[1]))
            else:
                yield start + 1, number, indent


def _steps(lines: list[str], start: int, end: int, indent: str) -> Iterator[Step]:
    def text(number: int) -> str:
        return lines[number].removeprefix(indent)

    at = start
    while at < end and not text(at).startswith(PROMPT):
        at += 1
    while at < end:
        first = at
        command = text(at).removeprefix(PROMPT)
        at += 1
        while command.endswith("\\") and at < end:
            command += "\n" + text(at)
            at += 1
        if here := _HERE_DOCUMENT.search(command):
            while at < end:
                command += "\n" + text(at)
                at += 1
                if text(at - 1) == here[2]:
                    break
        begin = at
        while at < end and not text(at).startswith(PROMPT):
            at += 1
        last = at
        while last > begin and not text(last - 1).strip():
            last -= 1
        expected = tuple(text(number).rstrip() for number in range(begin, last))
        yield Step(command, first + 1, begin, last, indent, expected)


def needs_shell(command: str) -> bool:
    """Whether a command means something to the shell beyond words and quotes."""
    quote = ""
    escaped = False
    for char in command:
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            if char == quote:
                quote = ""
            elif quote == '"' and char in "$`":
                return True
        elif char in "'\"":
            quote = char
        elif char in _SHELL:
            return True
    return False


class Terminal:
    """Where steps are played: a book, what `cd` and `export` last said."""

    def __init__(self, book: Book, language: str | None = None) -> None:
        self.book = book
        self.folder = book.root
        language_setting = {"CRMCTL_LANG": language} if language else {}
        self.variables = book.environment(**language_setting)
        shims = book.home / "bin"
        shims.mkdir(exist_ok=True)
        shim = shims / "crmctl"
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m crmctl "$@"\n')
        shim.chmod(0o755)
        self.variables["PATH"] = f"{shims}:{self.variables.get('PATH', '')}"
        self.variables["PYTHONPATH"] = str(REPOSITORY)

    def play(self, step: Step) -> list[str]:
        """What a step prints, as it would stand in the transcript."""
        command = step.command
        if command.startswith("cd "):
            folder = self.folder / shlex.split(command)[1]
            if not folder.is_dir():
                return [f"cd: {folder}: no such folder"]
            self.folder = folder
            return []
        if command.startswith("export "):
            for word in shlex.split(command)[1:]:
                name, _equals, value = word.partition("=")
                self.variables[name] = value
            return []
        if command.startswith("#"):
            return []
        if command.startswith("crmctl ") and not needs_shell(command):
            result = call(shlex.split(command)[1:], self.folder, self.variables)
            code, output = result.code, result.out + result.err
        else:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
            code, output = done.returncode, (done.stdout + done.stderr).decode()
        parent = str(self.book.root.parent)
        # Not str.splitlines: U+2028 in a name ends no line of a terminal.
        lines = [line.rstrip() for line in output.replace(parent, "…").split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        return [*lines, f"[exit {code}]"] if code else lines


def open_terminal(transcript: Transcript, folder: Path) -> Terminal:
    """A terminal on the book that a transcript starts with, made below `folder`."""
    root = folder / "book"
    if transcript.book == "sample":
        book = sample_book(root)
    elif transcript.book == "empty":
        book = new_book(root)
    else:
        root.mkdir()
        book = Book(root)
    return Terminal(book, transcript.language)


def masked(line: str) -> str:
    """A line without what differs from run to run."""
    return _UID.sub(r"\1********", _ID_TAIL.sub(r"\1********", line))


def play(transcript: Transcript, folder: Path) -> list[list[str]]:
    """Plays a transcript on a fresh book below `folder`: what each step prints."""
    terminal = open_terminal(transcript, folder)
    return [terminal.play(step) for step in transcript.steps]


def differences(transcript: Transcript, outputs: list[list[str]]) -> str:
    """A diff for each step that printed something else than expected; empty when all agree."""
    parts = []
    for step, output in zip(transcript.steps, outputs, strict=True):
        expected, actual = [list(map(masked, lines)) for lines in (step.expected, output)]
        if expected != actual:
            diff = unified_diff(expected, actual, "expected", "printed", lineterm="", n=2)
            head = f"{transcript.path}:{step.line}: {PROMPT}{step.command}"
            parts.append("\n".join([head, *diff]))
    return "\n\n".join(parts)


def updated(transcript: Transcript, outputs: list[list[str]]) -> str:
    """The file's text with the outputs in place; lines that differ only in masked parts stay."""
    lines = list(transcript.lines)
    for step, output in reversed(list(zip(transcript.steps, outputs, strict=True))):
        for line in output:
            if line.startswith((PROMPT, "```")):
                raise ValueError(f"{transcript.path}:{step.line}: cannot stand in it: {line}")
        known = {masked(line): line for line in reversed(step.expected)}
        fresh = [known.get(masked(line), line) for line in output]
        lines[step.start : step.end] = [(step.indent + line).rstrip() for line in fresh]
    return "\n".join(lines)
