"""What goes into a report and what comes out of it, for those who feed and those who show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from crmctl.analytics.result import Column, ModelResult

Row = Sequence[Any]


class Source(Protocol):
    """Where a report's rows come from."""

    def listing(
        self, kind: str, query: str | None, paths: Sequence[str], base: bool
    ) -> tuple[list[Column], Iterable[Row]]:
        """The values at `paths` of the records of `kind` that `query` finds, in the kind's order.

        One column per path and one value per path and row; the same call gives the same order.
        Amounts are exact, in the base currency (None without a rate) when `base` is set, else as
        recorded. Dates and instants are ISO text in local time; a field in a list gives a list.
        """
        ...

    def model(self, name: str, query: str | None) -> ModelResult:
        """The model's result over the customers that `query` finds."""
        ...


@dataclass(frozen=True, slots=True)
class SectionResult:
    """One table: a value per column in each row. `notes` are sentences in the current language.

    `chart` is the author's hint how to draw the column named `charted`; both or neither are None.
    """

    title: str
    columns: list[Column]
    rows: list[list[Any]]
    notes: list[str]
    chart: str | None = None
    charted: str | None = None


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A report that was run, its titles in the current language."""

    name: str
    title: str
    description: str
    as_of: date
    sections: list[SectionResult]


def as_json(result: ReportResult) -> dict[str, Any]:
    """A JSON-shaped value with exact decimals; each row is an object keyed by column name."""
    sections = []
    for section in result.sections:
        names = [column.name for column in section.columns]
        rows = [dict(zip(names, row, strict=True)) for row in section.rows]
        sections.append(
            {"title": section.title, "columns": names, "rows": rows, "notes": section.notes}
        )
    return {"report": result.name, "as_of": result.as_of.isoformat(), "sections": sections}
