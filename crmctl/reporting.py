"""Reports of a book: the built-in ones and its own, and the rows that they are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from crmctl import definitions, models
from crmctl.analytics.result import Column, ModelResult
from crmctl.errors import CrmctlError, NotFound
from crmctl.locale import _
from crmctl.models import catalog
from crmctl.refs import References
from crmctl.reports.definition import Report, parse
from crmctl.reports.result import ReportResult, Row
from crmctl.reports.run import run
from crmctl.segments import Segment, mentions
from crmctl.selection import Selection, shown
from crmctl.values.text import suggest
from crmctl.workspace import Workspace

BUILTIN = Path(__file__).parent / "reports" / "builtin"


class Reports:
    """The reports that one book can run; its own ones hide built-in ones of the same name."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def files(self) -> dict[str, Path]:
        """Name -> file, in order of name."""
        found = {file.stem: file for file in BUILTIN.glob("*.yaml")}
        own = self.workspace.root / "reports"
        found |= {file.stem: file for file in own.glob("[!.]*.yaml")}
        return dict(sorted(found.items()))

    def all(self) -> Iterator[Report]:
        for name in self.files():
            yield self.get(name)

    def get(self, name: str) -> Report:
        """A report by its name or title; NotFound suggests the nearest."""
        files = self.files()
        if name in files:
            return self._read(files[name])
        for file in files.values():
            report = self._read(file)
            if name.casefold() in (title.casefold() for title in report.title.values()):
                return report
        raise NotFound(_("report"), name, suggest(name, files))

    def using(self, segment: Segment) -> list[str]:
        """The files of the reports whose queries mention a segment."""
        found = []
        for file in self.files().values():
            with suppress(CrmctlError):
                report = self._read(file)
                if any(mentions(one.query or "", segment) for one in report.sections):
                    found.append(report.where)
        return found

    def run(self, report: Report, as_of: date | None, *, labels: bool = False) -> ReportResult:
        """The report over the book as of the end of a day, today if none is said.

        `labels`: for people, with references by name and amounts with their currency.
        """
        day = as_of or self.workspace.today
        with definitions.placed(self.workspace.root / report.where):
            return run(report, BookSource(self.workspace, day, labels), day)

    def _read(self, file: Path) -> Report:
        root = self.workspace.root
        where = str(file.relative_to(root)) if file.is_relative_to(root) else file.name
        with definitions.placed(file):
            return parse(file.stem, definitions.read(file, where), where)


class BookSource:
    """Rows for reports out of the index, as of the end of one day."""

    def __init__(self, workspace: Workspace, day: date, labels: bool = False) -> None:
        self.workspace = workspace
        self.day = day
        self.labels = labels

    def listing(
        self, kind: str, query: str | None, paths: Sequence[str], base: bool
    ) -> tuple[list[Column], Iterable[Row]]:
        found = self.workspace.registry.kind(kind)
        selection = Selection(self.workspace, found, query, as_of=self.day)
        columns = [selection.column(path, base=base, label=self.labels) for path in paths]
        return [shown(column) for column in columns], selection.rows(columns)

    def model(self, name: str, query: str | None) -> ModelResult:
        found = run_model(self.workspace, name, self.day, query)
        if self.labels:
            found.rows[:] = References(self.workspace).named(found.columns, found.rows)
        return found


def run_model(
    workspace: Workspace, name: str, day: date, query: str | None, **more: Any
) -> ModelResult:
    """A model over the records that a query finds (all without one), as of the end of a day.

    `more` is what `models.run` takes beside.
    """
    kind = workspace.registry.kind(catalog.entry(name).kind)
    selection = Selection(workspace, kind, query, as_of=day, archived=True)
    chosen = selection.ids() if query else None
    return models.run(selection.facts, name, chosen, **more)
