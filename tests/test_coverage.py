"""The table of what is covered names each requirement once, and nothing that does not exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from crmctl import definitions
from crmctl.cli.main import program
from crmctl.errors import CrmctlError
from crmctl.models.catalog import CATALOG
from crmctl.policies import TOPICS, shipped
from crmctl.query.bind import bind
from crmctl.query.grammar import parse
from crmctl.reporting import Reports
from crmctl.schema import paths
from crmctl.workspace import Workspace
from tests.conftest import REPOSITORY, Book

PAGE = REPOSITORY / "docs" / "coverage.md"
GROUPS = {
    "A": range(1, 11),
    "B": range(11, 33),
    "C": range(33, 62),
    "D": range(62, 80),
    "E": range(80, 95),
    "F": range(95, 111),
    "G": range(111, 131),
    "H": range(131, 164),
    "I": range(164, 185),
    "J": range(185, 209),
    "K": range(209, 229),
    "L": range(229, 235),
    "M": range(235, 264),
}
_HEADING = re.compile(r"^## ([A-Z])\. ", re.MULTILINE)
_ROW = re.compile(r"^\| R(\d+) \| (.*?) \| (.*?) \|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_REASON = re.compile(r"[Nn]ot built: \S")


def rows(page: str) -> dict[str, list[tuple[int, str, str]]]:
    """The rows under each heading: number, what is asked for, how."""
    parts = _HEADING.split(page)[1:]
    return {
        group: [(int(number), what, how) for number, what, how in _ROW.findall(text)]
        for group, text in zip(parts[::2], parts[1::2], strict=True)
    }


ROWS = rows(PAGE.read_text("utf-8"))


@pytest.fixture(scope="module")
def book(sample: Book) -> Workspace:
    return Workspace(sample.root)


def command_faults(words: list[str], book: Workspace) -> Iterator[str]:
    """What is wrong with a command line, found without running it."""
    command: click.Command = program
    context = program.make_context("crmctl", [], resilient_parsing=True)
    context.params["directory"] = str(book.root)
    path: list[str] = []
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0]) if words else None
        if found is None:
            if path and not words:
                break
            yield f"no command “{' '.join([*path, *words[:1]])}”"
            return
        path.append(words[0])
        context = click.Context(found, info_name=words[0], parent=context)
        command, words = found, words[1:]
    try:
        read, left, _order = command.make_parser(context).parse_args(list(words))
    except click.UsageError as wrong:
        yield f"{' '.join(path)}: {wrong.format_message()}"
        return
    # Of what is not given, click's parser keeps a mark of its own.
    given = {name: value for name, value in read.items() if isinstance(value, str | tuple | list)}
    if left:
        yield f"{' '.join(path)} takes no “{left[0]}”"
    for parameter in command.params:
        if parameter.required and not given.get(parameter.name or ""):
            yield f"{' '.join(path)} lacks {parameter.human_readable_name}"
    yield from query_faults(path, given, book)


def query_faults(path: list[str], given: Mapping[str, Any], book: Workspace) -> Iterator[str]:
    """What is wrong with the query, the columns and the order of a list, if it is one."""
    if path[-1] not in ("list", "set", "query") or len(path) > 2:
        return
    name = given.get("kind") if path == ["query"] else path[0]
    kind = book.registry.kinds.get(str(name))
    if kind is None:
        return
    key = {"query": "words", "list": "query", "set": "where"}[path[-1]]
    text = given.get(key, "")
    query = text if isinstance(text, str) else " ".join(text)
    try:
        bind(parse(query), kind, book.query_context())
    except CrmctlError as wrong:
        yield f"{' '.join(path)}: {wrong}"
    for column in filter(None, given.get("columns", "").split(",")):
        if paths.find(kind, column) is None:
            yield f"{' '.join(path)}: no column “{column}”"


def policy_faults(name: str) -> Iterator[str]:
    topic, *keys = name.split(".")
    if topic not in TOPICS:
        yield f"no policy “{topic}”"
        return
    tree: Any = definitions.read(Path(shipped(topic)), topic)
    for key in keys:
        if key not in tree:
            yield f"no policy “{name}”"
            return
        tree = tree[key]


def faults(code: str, book: Workspace) -> Iterator[str]:
    """What is wrong with something that stands in backticks."""
    if code.startswith("crmctl "):
        yield from command_faults(shlex.split(code)[1:], book)
    elif code.startswith("report: "):
        if code.removeprefix("report: ") not in Reports(book).files():
            yield f"no {code}"
    elif code.startswith("policy: "):
        yield from policy_faults(code.removeprefix("policy: "))
    else:
        name, _dot, path = code.partition(".")
        kind = book.registry.kinds.get(name)
        if kind is None or not path or paths.find(kind, path) is None:
            yield f"no field or fact “{code}”"


def row_faults(how: str, book: Workspace) -> Iterator[str]:
    codes = _CODE.findall(how)
    if "not built" in how and not _REASON.search(how):
        yield "not built, without a reason"
    if not codes and not _REASON.match(how):
        yield "says neither what does it nor why it is not built"
    for code in codes:
        yield from faults(code, book)


@pytest.mark.parametrize("group", GROUPS)
def test_every_requirement_stands_there_once(group: str) -> None:
    assert [number for number, _what, _how in ROWS[group]] == list(GROUPS[group])


def test_no_other_group_stands_there() -> None:
    assert list(ROWS) == list(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_what_a_row_names_exists(group: str, book: Workspace) -> None:
    wrong = [
        f"R{number}: {fault}"
        for number, what, how in ROWS[group]
        for fault in [*row_faults(how, book), *([] if what.strip() else ["says nothing"])]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("", "says neither"),
        ("It is there.", "says neither"),
        ("not built", "without a reason"),
        ("`crmctl quote chek`", "no command"),
        ("`crmctl quote check --al`", "--al"),
        ("`crmctl next`", "lacks"),
        ("`crmctl today now`", "takes no"),
        ("`crmctl customer list levle:vip`", "levle"),
        ("`crmctl customer list --columns name,spnd`", "spnd"),
        ("`customer.consent.prof`", "no field"),
        ("`customer`", "no field"),
        ("`report: overdu`", "no report"),
        ("`policy: service.target`", "no policy"),
    ],
)
def test_what_does_not_exist_is_found(how: str, fault: str, book: Workspace) -> None:
    assert fault in " ".join(row_faults(how, book))


@pytest.mark.parametrize(
    "how",
    [
        "not built: it needs a model.",
        "`customer.open_tickets`, `customer.consent.proof`",
        "`crmctl today --only care --days 14`; `report: overdue`; `policy: service.targets`",
    ],
)
def test_what_exists_is_accepted(how: str, book: Workspace) -> None:
    assert list(row_faults(how, book)) == []


MODEL_PAGES = [REPOSITORY / "docs" / "models" / name for name in ("README.md", "README.zh.md")]


@pytest.mark.parametrize("page", MODEL_PAGES, ids=lambda page: page.name)
def test_a_page_leads_from_questions_to_every_model(page: Path, book: Workspace) -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", page.read_text("utf-8"), re.MULTILINE)
    asked = [row for row in rows if "`" in row[1]]
    assert [*row_faults(" ".join(" ".join(row) for row in asked), book)] == []
    named = [word for _question, how, _facts in asked for word in shlex.split(how.strip("`"))]
    assert sorted(word for word in named if word not in ("crmctl", "analyze")) == sorted(CATALOG)
