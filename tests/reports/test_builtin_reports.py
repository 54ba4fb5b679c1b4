"""The built-in reports fit the shipped kinds and models, in both languages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import crmctl.reports
from crmctl import shipped
from crmctl.analytics import abc, activity, cohorts, pyramid, rfm, worth
from crmctl.facts.definitions import add_facts
from crmctl.query import grammar
from crmctl.query.bind import Context, bind
from crmctl.reports.buckets import split_unit
from crmctl.reports.definition import Report, Section, parse
from crmctl.schema.load import build_registry
from crmctl.schema.model import Registry
from crmctl.storage.reader import parse_document
from crmctl.values.tree import Tree

FILES = sorted((Path(crmctl.reports.__file__).parent / "builtin").glob("*.yaml"))
COLUMNS = {
    "rfm": rfm.COLUMNS,
    "abc": abc.COLUMNS,
    "worth": worth.COLUMNS,
    "pyramid": (pyramid.LAYER, *pyramid.COLUMNS),
    "cohorts": cohorts.columns(6),
    "activity": activity.COLUMNS,
}


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


def test_their_fields_exist(report: Report, registry: Registry) -> None:
    for section in report.sections:
        if section.model:
            known = {column.name for column in COLUMNS.get(section.model, ())}
            assert set(paths(section)) <= known
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
