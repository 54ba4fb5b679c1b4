"""The built-in reports fit the shipped kinds and models, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import crmctl.reports
from crmctl import shipped
from crmctl.facts.definitions import add_facts
from crmctl.query import grammar
from crmctl.query.bind import Context, bind
from crmctl.reporting import run_model
from crmctl.reports.definition import Report, Section, parse
from crmctl.schema.load import build_registry
from crmctl.schema.model import Registry
from crmctl.storage.reader import parse_document
from crmctl.values.periods import split_unit
from crmctl.values.tree import Tree
from crmctl.workspace import Workspace
from tests.conftest import Book

FILES = sorted((Path(crmctl.reports.__file__).parent / "builtin").glob("*.yaml"))


def read(file: Path) -> dict[str, Tree]:
    tree, faults = parse_document(file.read_text("utf-8"))
    assert tree is not None, faults
    return tree


@pytest.fixture(scope="module")
def registry() -> Registry:
    registry = build_registry(
        {file.stem: read(file) for file in Path(shipped.SCHEMAS).glob("*.yaml")}, {}
    )
    add_facts(registry)
    return registry


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def report(request: pytest.FixtureRequest) -> Report:
    return parse(request.param.stem, read(request.param), request.param.name)


def paths(section: Section) -> list[str]:
    measured = [measure.field for measure in section.measures if measure.field]
    across = [section.across] if section.across else []
    named = (*section.columns, *section.group, *across, *measured)
    return [split_unit(path)[0] for path in named]


def test_their_fields_exist(report: Report, registry: Registry, sample: Book) -> None:
    for section in report.sections:
        if section.model:
            result = run_model(Workspace(sample.root), section.model, date(2026, 6, 30), None)
            assert set(paths(section)) <= {column.name for column in result.columns}
        else:
            assert section.kind
            kind = registry.kind(section.kind)
            assert [path for path in paths(section) if not kind.find(path)] == []


def test_their_queries_fit_the_kinds(report: Report, registry: Registry) -> None:
    now = datetime(2026, 6, 30, tzinfo=ZoneInfo("UTC"))
    context = Context(registry, now, grammar.parse, lambda _kind, _name: [])
    for section in report.sections:
        kind = registry.kind(section.kind or "customer")
        for query in (section.query, *(measure.query for measure in section.measures)):
            bind(grammar.parse(query or ""), kind, context)


def test_their_titles_come_in_both_languages(report: Report) -> None:
    titles = [report.title, report.description]
    for section in report.sections:
        titles += [section.title, *(measure.title or {} for measure in section.measures)]
    assert all(set(title) == {"en", "zh"} for title in titles)
