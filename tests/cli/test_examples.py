"""The examples in the help of every command run as they stand, on the sample book."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tests.conftest import Book
from tools import reference

# What needs files or a past, starts a browser or is a matter of the shell.
OUTSIDE = re.compile(
    r" < |--web|^crmctl (import|init|undo|apply|git|sync|diff)\b|crmctl completion|^crmctl undo$"
)
OWN = """
title: Vessel
type: object
required: [name, owner]
properties:
  name: {type: string}
  note: {type: string}
  state: {type: string, enum: [afloat, docked]}
  owner: {type: string, x-crmctl: {ref: user}}
  decks:
    type: array
    x-crmctl: {key: id, label: label, command: deck}
    items:
      type: object
      properties:
        id: {type: string}
        label: {type: string}
        open: {type: boolean}
x-crmctl:
  plural: vessels
  path: vessels/{id}.yaml
  id: {slug: name}
  label: name
"""


def examples() -> Iterator[tuple[str, bool]]:
    """Each example once, and whether its command can be tried without writing."""
    seen = set()
    for entry in reference.entries():
        assert entry.examples, f"no example: {entry.path}"
        for example in entry.examples:
            if example not in seen and not OUTSIDE.search(example):
                seen.add(example)
                dry = not entry.is_group and any(p.name == "dry_run" for p in entry.command.params)
                yield example, dry


def play(book: Book, example: str, dry: bool = False) -> None:
    words = shlex.split(example.partition(" > ")[0])[1:]
    book.run([*words, *["--dry-run"] * dry], env={"EDITOR": "true", "CRMCTL_USER": "li-na"})


def test_every_example_runs_on_the_sample_book(sample_copy: Book) -> None:
    for example, dry in examples():
        play(sample_copy, example, dry)


def test_no_example_has_a_gap_to_fill() -> None:
    for example, _dry in examples():
        assert not re.search(r"\b(REF|FIELD|VALUE|KEY|QUERY|NAME)\b", example), example


def test_the_examples_of_an_own_kind_come_from_its_schema(sample_copy: Book) -> None:
    sample_copy.write("schemas/vessel.yaml", OWN)

    def shown(command: str) -> list[str]:
        help = sample_copy.run(f"{command} --help").out
        return [line.strip() for line in help.partition("Examples:\n")[2].splitlines()]

    assert shown("vessel set") == [
        "crmctl vessel set vessel-1 state=afloat",
        "crmctl vessel set --where state:afloat state=afloat --yes",
    ]
    for verb in ("add", "list", "show", "set", "deck add", "deck set", "deck show", "deck rm"):
        for example in shown(f"vessel {verb}"):
            play(sample_copy, example)
    for verb in ("edit", "archive", "rm"):
        for example in shown(f"vessel {verb}"):
            play(sample_copy, example, dry=True)
