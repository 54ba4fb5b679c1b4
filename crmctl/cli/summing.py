"""Results in sections: reports, and queries summed up on the spot, in every output format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from crmctl.analytics.result import Column
from crmctl.cli.app import App
from crmctl.cli.options import split
from crmctl.errors import BadDefinition, UsageError
from crmctl.locale import _
from crmctl.render.formats import markdown_text, render
from crmctl.render.width import width
from crmctl.reporting import Reports
from crmctl.reports.definition import measure_name, parse
from crmctl.reports.result import ReportResult, SectionResult, as_json
from crmctl.schema.model import Kind
from crmctl.values import jsontext

_OPTIONS = {"measures": "measure"}  # that are not called as in a definition
BAR = 20  # columns of the longest bar


def sum_up(
    app: App,
    kind: Kind,
    query: str,
    group: str | None,
    across: str | None,
    measures: Sequence[str],
    sort: str | None,
    limit: int,
    as_of: str | None,
    format_: str,
) -> None:
    """An ad-hoc report of one section."""
    section: dict[str, Any] = {"kind": kind.name, "query": query}
    named = dict(_measure(text) for text in measures) or {"count": "count"}
    section |= {"group": split(group), "across": across, "measures": named, "sort": split(sort)}
    if limit:
        section["limit"] = str(limit)
    tree = {key: value for key, value in section.items() if value}
    labels = format_ in ("table", "md")
    try:
        definition = parse(kind.name, tree, "query")
        result = Reports(app.workspace).run(definition, app.day(as_of), labels=labels)
    except BadDefinition as error:
        raise UsageError(_said(error), error.hint) from None
    (only,) = result.sections
    if format_ in ("table", "md"):
        app.print(section_lines(only, format_, app.width))
    else:
        app.print(render(format_, only.columns, only.rows))
    for note in only.notes:
        app.remark(note)


def _said(error: BadDefinition) -> str:
    """What is wrong with a definition, as it was typed in options: `measures.x` is --measure x."""
    key, _dot, name = error.place.partition(".")
    if not key:
        return error.reason
    place = " ".join(filter(None, (f"--{_OPTIONS.get(key, key)}", name)))
    reason = error.reason.removeprefix(f"{error.place}: ")
    return _("{path}: {reason}").format(path=place, reason=reason)


def _measure(text: str) -> tuple[str, Any]:
    """`revenue=sum amount`, or without a name, which the measure then makes."""
    name, equals, measure = text.partition("=")
    if not equals:
        return measure_name(text), text.strip()
    if not name.strip():
        raise UsageError(_("A measure needs a name: NAME=MEASURE."))
    return name.strip(), {"measure": measure.strip(), "title": {"en": name.strip()}}


def report_lines(result: ReportResult, format_: str, columns_wide: int | None) -> Iterator[str]:
    """A whole report in one format."""
    match format_:
        case "json":
            yield jsontext.dumps_pretty(as_json(result))
        case "csv" | "tsv":
            for number, section in enumerate(result.sections):
                if number:
                    yield ""
                yield from render(format_, section.columns, section.rows)
        case _:
            yield from _titled(result, format_)
            for number, section in enumerate(result.sections):
                if number or format_ != "md":
                    yield ""
                if len(result.sections) > 1 or section.title != result.title:
                    yield from _heading(section.title, format_, 2)
                yield from section_lines(section, format_, columns_wide)
                if section.notes:
                    yield ""
                    yield from (_note(note, format_) for note in section.notes)


def _titled(result: ReportResult, format_: str) -> Iterator[str]:
    title = _("{title}, as of {day}").format(title=result.title, day=result.as_of.isoformat())
    yield from _heading(title, format_, 1)


def _heading(title: str, format_: str, level: int) -> Iterator[str]:
    if format_ == "md":
        yield f"{'#' * level} {markdown_text(title)}"
        yield ""
    else:
        yield title
        yield ("=" if level == 1 else "-") * width(title)


def _note(note: str, format_: str) -> str:
    return f"*{markdown_text(note)}*" if format_ == "md" else f"* {note}"


def section_lines(section: SectionResult, format_: str, columns_wide: int | None) -> Iterator[str]:
    """One table; a chart hint becomes a column of bars."""
    columns, rows = list(section.columns), [list(row) for row in section.rows]
    if not rows:
        yield _("(nothing)")
        return
    if section.chart == "bar" and section.charted:
        place = [column.name for column in columns].index(section.charted)
        largest = max((abs(row[place] or 0) for row in rows), default=Decimal(0))
        columns.append(Column("bar", " ", "text"))
        for row in rows:
            row.append(_bar(row[place], largest))
    yield from render(format_, columns, rows, columns_wide)


def _bar(value: Any, largest: Any) -> str:
    if not value or value < 0 or not largest:
        return " "
    eighths = int(value * BAR * 8 / largest)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip() or "▏"
