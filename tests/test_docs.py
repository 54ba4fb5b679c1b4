"""The documentation says what the program does: links, commands, tables of names, dependencies.

That its examples do what they show is the matter of `test_transcripts.py`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from crmctl import config, errors, problems
from crmctl.analytics.rfm import PROSPECT, SEGMENTS, segment
from crmctl.cli.catalog import ALIASES, EMBEDDED, KINDS
from crmctl.cli.main import BROKEN_PIPE, INTERRUPTED
from crmctl.cli.options import FORMATS
from crmctl.reports import definition
from crmctl.schema import fields, load
from crmctl.typed import names as setting_names
from crmctl.values.text import suggest
from tests.conftest import REPOSITORY
from tools import facts, kinds, reference

DOCUMENTS = [
    *sorted(REPOSITORY.glob("*.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
    REPOSITORY / "benchmarks" / "README.md",
]
GUIDES = [REPOSITORY / "docs" / name for name in ("guide.md", "guide.zh.md")]
_FENCED = re.compile(r"^( *)(`{3,}).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


def shown(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def prose(path: Path) -> str:
    """A document without its fenced blocks."""
    return _FENCED.sub("", path.read_text("utf-8"))


# links


def anchors(path: Path) -> set[str]:
    """The anchors that a Markdown page gives its headings."""
    found = set()
    for heading in _HEADING.findall(prose(path)):
        text = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        found.add(text.replace(" ", "-"))
    return found


def broken_links(path: Path) -> Iterator[str]:
    for link in _LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _hash, anchor = unquote(link).partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            yield f"{shown(path)}: no such file: {link}"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{shown(path)}: no such heading: {link}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=shown)
def test_relative_links_lead_somewhere(path: Path) -> None:
    assert list(broken_links(path)) == []


def test_a_broken_link_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_docs.REPOSITORY", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`\n[a](#one-two) [b](none.md) [c](#three) [d](https://x.example/y)\n", "utf-8"
    )
    assert list(broken_links(page)) == [
        "page.md: no such file: none.md",
        "page.md: no such heading: #three",
    ]


# commands


def test_the_reference_says_what_the_commands_say() -> None:
    assert reference.main(["--check"]) == 0, "run: python tools/reference.py"


def test_the_page_of_kinds_says_what_the_schemas_say() -> None:
    assert kinds.main(["--check"]) == 0, "run: python tools/kinds.py"


def commands() -> list[reference.Entry]:
    return [entry for entry in reference.merged(reference.entries()) if not entry.is_group]


def test_every_command_and_option_has_help() -> None:
    silent = []
    for entry in reference.entries():
        name = " ".join(entry.path)
        if not (entry.command.help or "").strip():
            silent.append(name)
        for parameter in entry.command.params:
            if isinstance(parameter, click.Option) and not (parameter.help or "").strip():
                silent.append(f"{name} {parameter.opts[-1]}")
    assert silent == []


def test_every_command_has_an_example() -> None:
    lines = [example for entry in reference.entries() for example in entry.examples]
    for path in DOCUMENTS:
        if path != reference.TARGET:
            lines += path.read_text("utf-8").splitlines()
    every = f"(?:{'|'.join([*KINDS, 'specimen', '客户'])})"
    options = r"(?: --?\S+(?: (?:zh|en|DIR|book))?)*"
    without = []
    for entry in commands():
        words = [every if word == reference.KIND else word for word in entry.path]
        if words[1:] and words[1] in EMBEDDED:
            words = words[1:]  # these are commands of their own, too
        example = re.compile(rf"\bcrmctl{options} {' '.join(words)}\b")
        if not any(example.search(line) for line in lines):
            without.append(" ".join(entry.path))
    assert without == []


def test_commands_named_in_the_docs_exist() -> None:
    known = {" ".join(entry.path) for entry in reference.entries()} | set(KINDS)
    tops = {name.split()[0] for name in known} | {"KIND", "COMMAND", "asset", *ALIASES}
    unknown = []
    for path in DOCUMENTS:
        for code in _CODE.findall(prose(path)):
            name = re.match(r"crmctl ([a-z]\S*|[A-Z]\S*)", code)
            if name and name[1] not in tops:
                unknown.append(f"{shown(path)}: {code} ({suggest(name[1], tops)}?)")
    assert unknown == []


# tables of names


def tables(path: Path) -> dict[str, list[list[str]]]:
    """The tables of a document: the first cell of its header -> the first cells of its rows."""
    found: dict[str, list[list[str]]] = {}
    rows: list[str] = []
    for line in [*prose(path).split("\n"), ""]:
        if line.startswith("|"):
            rows.append(line.strip("|").split(" | ")[0].strip())
        elif rows:
            found.setdefault(rows[0], []).append(rows[2:])
            rows = []
    return found


def names(cells: list[str]) -> list[str]:
    """What stands in code in these cells."""
    return [name for cell in cells for name in _CODE.findall(cell)]


def table(path: Path, *heads: str) -> list[str]:
    """The names in the first column of the tables that begin with one of these heads."""
    found = [rows for head, each in tables(path).items() if head in heads for rows in each]
    assert found, f"{shown(path)} has no table “{heads[0]}”"
    return [cell for rows in found for cell in rows]


def test_the_guides_say_what_the_facts_are() -> None:
    assert facts.main(["--check"]) == 0, "run: python tools/facts.py"


@pytest.mark.parametrize("guide", GUIDES, ids=shown)
def test_the_guides_name_every_output_format(guide: Path) -> None:
    assert sorted(FORMATS) == sorted(
        name for name in names(table(guide, "format", "格式")) if name in FORMATS
    )


@pytest.mark.parametrize("guide", GUIDES, ids=shown)
def test_the_guides_name_every_exit_code(guide: Path) -> None:
    classes: list[type] = [errors.CrmctlError]
    for one in classes:
        classes += one.__subclasses__()
    codes = {one.exit_code for one in classes if issubclass(one, errors.CrmctlError)}
    documented = [int(cell) for cell in table(guide, "code", "退出码")]
    assert documented == sorted(codes | {0, 1, 2, INTERRUPTED, BROKEN_PIPE})


@pytest.mark.parametrize("guide", GUIDES, ids=shown)
def test_the_guides_name_every_setting(guide: Path) -> None:
    settings = names(table(guide, "setting", "设置"))
    book = [name for name in settings if "." in name or name in setting_names(config.Config)]
    assert sorted(book) == sorted(setting_names(config.Config))


def test_the_guide_names_everything_that_a_schema_may_say() -> None:
    guide = REPOSITORY / "docs" / "guide.md"
    settings = set(names(table(guide, "setting"))) - set(setting_names(config.Config))
    assert settings == load.KIND_SETTINGS | fields.FIELD_SETTINGS
    assert set(names(table(guide, "format"))) >= set(fields.FORMATS)
    limits = {*fields.NUMBERS, *fields.COUNTS, "pattern", "uniqueItems", "required"}
    assert limits <= set(_CODE.findall(prose(guide)))


def test_the_guide_names_everything_that_a_report_may_say() -> None:
    guide = REPOSITORY / "docs" / "guide.md"
    keys = {*definition._TOP_KEYS, *definition._SECTION_KEYS}
    assert set(names(table(guide, "key"))) == keys
    assert set(definition.FUNCTIONS) <= set(_CODE.findall(prose(guide)))


@pytest.mark.parametrize("guide", GUIDES, ids=shown)
def test_the_map_of_rfm_segments_is_the_one_in_use(guide: Path) -> None:
    rows = re.findall(r"^\| \*\*(\d)\*\* \|(.+)\|$", prose(guide), re.MULTILINE)
    documented = {
        (int(recency), frequency): name
        for recency, cells in rows
        for frequency, name in enumerate(_CODE.findall(cells), 1)
    }
    scores = range(1, 6)
    assert documented == {(r, f): segment(r, f) for r in scores for f in scores}
    assert set(documented.values()) | {PROSPECT} == set(SEGMENTS)


def test_every_code_of_a_problem_is_documented() -> None:
    page = REPOSITORY / "docs" / "json.md"
    codes = {code: severity for code, (severity, _text, _hint) in problems.CATALOG.items()}
    rows = re.findall(r"^\| `([a-z-]+)` \| (error|warning|hint) \|$", prose(page), re.MULTILINE)
    assert dict(rows) == codes


# dependencies


def test_every_dependency_is_justified() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    requirements = [
        *project["project"]["dependencies"],
        *project["build-system"]["requires"],
        *(requirement for extra in extras for requirement in extra),
    ]
    wanted = {re.split(r"[<>=~!\[; ]", requirement)[0] for requirement in requirements}
    page = REPOSITORY / "docs" / "decisions.md"
    assert set(table(page, "package")) == wanted


def test_the_guides_are_listed_in_the_readme() -> None:
    linked = set(_LINK.findall(prose(REPOSITORY / "README.md")))
    pages = {shown(path) for path in (REPOSITORY / "docs").rglob("*.md")}
    assert pages <= linked
