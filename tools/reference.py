"""Writes docs/reference.md, the command reference, from the commands themselves.

    python tools/reference.py           write it
    python tools/reference.py --check   exit 1 when it is not what the commands say

The commands of the shipped kinds are the same but for their examples, so each is described once,
as `crmctl KIND ...`; a command that only some kinds have says which.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import wrap

import click

REPOSITORY = Path(__file__).parent.parent
TARGET = REPOSITORY / "docs" / "reference.md"
sys.path.insert(0, str(REPOSITORY))

from crmctl import locale  # noqa: E402
from crmctl.cli.catalog import ALIASES, GROUPS, KINDS, RECORDS  # noqa: E402
from crmctl.cli.main import program  # noqa: E402

HEAD = """\
# Command reference

Made from the commands themselves by `python tools/reference.py`. `crmctl COMMAND --help` says the
same, in your language.
"""
KIND = "KIND"
HELP = "--help"
QUIET = "--quiet"


@dataclass
class Entry:
    """A command as the reference describes it; `path` are its words after `crmctl`."""

    path: tuple[str, ...]
    command: click.Command
    context: click.Context
    kinds: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return isinstance(self.command, click.Group)


def _root() -> click.Context:
    # As main() makes it: click keeps the names of the help option that a command first had.
    return program.make_context("crmctl", [], resilient_parsing=True, color=False)


def entries() -> Iterator[Entry]:
    """Every command of the tree but the program itself, those of each kind apart."""
    locale.set_language("en")
    root = _root()
    root.params["directory"] = str(REPOSITORY)
    yield from _below(program, root, ())


def _below(group: click.Group, context: click.Context, path: tuple[str, ...]) -> Iterator[Entry]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        examples = [*getattr(command, "examples", ())]
        yield Entry((*path, name), command, inner, examples=examples)
        if isinstance(command, click.Group):
            yield from _below(command, inner, (*path, name))


def merged(found: Iterator[Entry]) -> list[Entry]:
    """The commands with those of all kinds made one, `KIND` in place of their names."""
    kept: dict[tuple[str, ...], Entry] = {}
    for entry in found:
        kind, *rest = entry.path
        if kind not in KINDS:
            kept[entry.path] = entry
        elif rest:
            general = kept.setdefault((KIND, *rest), entry)
            general.path = (KIND, *rest)
            general.kinds.append(kind)
            if general is not entry:
                if _options(*_asked(general)) != _options(*_asked(entry)):
                    raise ValueError(f"{' '.join(entry.path)} differs from that of other kinds")
                general.examples += [e for e in entry.examples if _adds(e, general.examples, kind)]
    return list(kept.values())


def _asked(entry: Entry) -> tuple[click.Command, click.Context]:
    return entry.command, entry.context


def _adds(example: str, known: list[str], kind: str) -> bool:
    """Whether an example shows more than the same command for another kind."""
    words = example.split()
    forms = {" ".join([*other.split()[:1], *other.split()[2:]]) for other in known}
    return words[1] != kind or " ".join([*words[:1], *words[2:]]) not in forms


def reference() -> str:
    """The whole document."""
    found = merged(entries())
    lines = [HEAD]
    lines += ["## Options of the program", "", *_options(program, _root()), ""]
    lines += [f"Every command also takes `{HELP}` and `-q, {QUIET}`: no remarks, only results.", ""]
    for title, commands in GROUPS:
        lines += [f"## {title}", ""]
        for entry in found:
            if entry.path[0] in commands:
                lines += described(entry)
    lines += [f"## {RECORDS}", "", "Every kind of record has the commands that follow.", ""]
    lines += [
        "| kind | |",
        "|---|---|",
        *(f"| `{name}` | {help} |" for name, help in KINDS.items()),
    ]
    lines += ["", "A kind of your own has them too, from its schema file.", ""]
    for entry in found:
        if entry.path[0] == KIND:
            lines += described(entry)
    return "\n".join(lines).rstrip("\n") + "\n"


def described(entry: Entry) -> list[str]:
    """The section of one command."""
    lines = [f"### crmctl {' '.join(entry.path)}", ""]
    also = [alias for alias, name in ALIASES.items() if entry.path == (name,)]
    for paragraph in (entry.command.help or "").split("\n\n"):
        lines += [filled(_text(" ".join(paragraph.split()))), ""]
    if also:
        lines += [f"Also `crmctl {also[0]}`.", ""]
    if entry.path[0] == KIND and len(entry.kinds) < len(KINDS):
        kinds = ", ".join(f"`{kind}`" for kind in entry.kinds)
        lines += [f"Of these kinds: {kinds}.", ""]
    if not entry.is_group:
        pieces = entry.command.collect_usage_pieces(entry.context)
        lines += ["```", " ".join(["crmctl", *entry.path, *pieces]), "```", ""]
    options = _options(entry.command, entry.context)
    lines += [*options, ""] if options else []
    if entry.examples:
        lines += ["```sh", *entry.examples, "```", ""]
    return lines


def _options(command: click.Command, context: click.Context) -> list[str]:
    lines = []
    for parameter in command.get_params(context):
        names = parameter.opts
        record = parameter.get_help_record(context)
        if record is None or not record[1] or HELP in names or QUIET in names:
            continue
        lines.append(filled(f"- `{record[0]}`: {_text(record[1])}", "  "))
    return lines


def _text(text: str) -> str:
    """Help as Markdown: what could be mistaken for markup is escaped."""
    return re.sub(r"([<>*|])", r"\\\1", text)


def filled(text: str, indent: str = "") -> str:
    """A paragraph in lines."""
    lines = wrap(
        text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Writes the reference, or checks it with --check."""
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    os.environ.pop("CRMCTL_WORKSPACE", None)
    text = reference()
    if arguments:
        if TARGET.exists() and TARGET.read_text("utf-8") == text:
            return 0
        print(f"{TARGET.relative_to(REPOSITORY)} is old; run: python tools/reference.py")
        return 1
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
