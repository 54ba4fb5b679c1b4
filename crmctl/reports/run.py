"""Runs a report: asks a source for rows, then picks, groups, sorts and limits them.

Where the rows come from is the source's affair, so that a report runs alike over an index, a
model or a list in a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

from crmctl.analytics.result import Column
from crmctl.errors import BadDefinition, CrmctlError, did_you_mean
from crmctl.locale import N_, _, ngettext, pick
from crmctl.reports.aggregate import Aggregate, aggregate
from crmctl.reports.definition import Measure, Report, Section
from crmctl.reports.ordering import ordered
from crmctl.reports.pivot import MOST, pivoted, values_of
from crmctl.reports.result import ReportResult, Row, SectionResult, Source
from crmctl.schema.model import NUMERIC
from crmctl.values.instants import parse_date
from crmctl.values.periods import UNITS, bucket, split_unit
from crmctl.values.text import suggest

_USAGE = 2
_DATED = frozenset(("date", "instant", "partial"))
_NUMBERS = NUMERIC | {"percent", "mean"}
_ORDERED = _NUMBERS | {"date", "instant"}
# What a measure can be fed with, where that matters.
_FEED = {
    "sum": _NUMBERS,
    "mean": _NUMBERS,
    "median": _NUMBERS,
    "p90": _NUMBERS,
    "share": _NUMBERS,
    "min": _ORDERED,
    "max": _ORDERED,
}
# The measures that a missing value makes say less than they seem to.
_INCOMPLETE = frozenset(("sum", "mean", "median", "p90", "share"))
_TITLES = {
    ("count", False): N_("Number"),
    ("share", False): N_("Share"),
    ("share", True): N_("Share of {field}"),
    ("sum", True): N_("Sum of {field}"),
    ("mean", True): N_("Mean of {field}"),
    ("median", True): N_("Median of {field}"),
    ("p90", True): N_("90 % quantile of {field}"),
    ("min", True): N_("Minimum of {field}"),
    ("max", True): N_("Maximum of {field}"),
    ("distinct", True): N_("Different values of {field}"),
}


def run(report: Report, source: Source, as_of: date) -> ReportResult:
    """The tables of a report. `source` shows the book as of the day `as_of`.

    BadDefinition names the section whose query, fields or measures do not fit the book.
    """
    sections = [_Section(report, section, source).result() for section in report.sections]
    return ReportResult(report.name, pick(report.title), pick(report.description), as_of, sections)


class _Section:
    """The making of one table."""

    def __init__(self, report: Report, section: Section, source: Source) -> None:
        self.where = report.where
        self.section = section
        self.source = source
        self.notes: list[str] = []

    def result(self) -> SectionResult:
        section = self.section
        columns, rows = self.summary() if section.measures else self.listing()
        if section.limit and len(rows) > section.limit:
            text = _("The first {shown} of {count} rows are shown.")
            self.notes.append(text.format(shown=section.limit, count=len(rows)))
            rows = rows[: section.limit]
        charted = section.measures[0].name if section.chart else None
        return SectionResult(pick(section.title), columns, rows, self.notes, section.chart, charted)

    def error(self, key: str, reason: str, suggestion: str | None = None) -> BadDefinition:
        place = f"{self.section.place}.{key}" if self.section.place else key
        return BadDefinition(self.where, place, reason, did_you_mean(suggestion))

    # the rows as they come

    def fetch(self, paths: Sequence[str], base: bool) -> tuple[list[Column], Iterator[list[Any]]]:
        """One column per path (all of a model without any), with dates cut to their units."""
        split = [split_unit(path) for path in paths]
        stems = list(dict.fromkeys(stem for stem, _unit in split))
        found, rows = self.model(stems) if self.section.model else self.records(stems, base)
        if not paths:
            return found, (list(row) for row in rows)
        views = [(stems.index(stem), unit) for stem, unit in split]
        columns = [
            self.column(path, found[at], unit)
            for path, (at, unit) in zip(paths, views, strict=True)
        ]
        return columns, ([_cut(row[at], unit) for at, unit in views] for row in rows)

    def records(
        self, stems: Sequence[str], base: bool, query: str | None = None
    ) -> tuple[list[Column], Iterable[Row]]:
        assert self.section.kind is not None
        try:
            asked = query or self.section.query
            return self.source.listing(self.section.kind, asked, stems, base)
        except CrmctlError as error:
            raise self.placed(error) from None

    def model(self, stems: Sequence[str]) -> tuple[list[Column], Iterable[Row]]:
        assert self.section.model is not None
        try:
            result = self.source.model(self.section.model, self.section.query)
        except CrmctlError as error:
            raise self.placed(error) from None
        self.notes += [note for note in result.notes if note not in self.notes]
        columns = {column.name: column for column in result.columns}
        names = list(stems) or [name for name, one in columns.items() if not one.detail]
        for name in names:
            if name not in columns:
                reason = _("“{name}” is no column of the model").format(name=name)
                raise self.error("model", reason, suggest(name, columns))
        rows = (tuple(row[name] for name in names) for row in result.rows)
        return [columns[name] for name in names], rows

    def placed(self, error: CrmctlError) -> CrmctlError:
        """A mistake in the section's query, kind or fields, told with the section's place."""
        if error.exit_code != _USAGE:
            return error
        return BadDefinition(self.where, self.section.place, error.message, error.hint)

    def column(self, path: str, found: Column, unit: str | None) -> Column:
        if unit is None:
            return Column(path, found.title, found.type, found.values)
        if found.type not in _DATED:
            reason = _("“{field}” is no date, so it has no {unit}")
            key = "columns" if self.section.columns else "group"
            raise self.error(key, reason.format(field=path[: -len(unit) - 1], unit=unit))
        return Column(path, UNITS[unit], "date" if unit == "day" else "text")

    # the two sorts of table

    def listing(self) -> tuple[list[Column], list[list[Any]]]:
        paths = self.section.columns
        columns, rows = self.fetch(paths, base=False)
        table = list(rows)
        keys = table
        sorted_by = {term.removeprefix("-") for term in self.section.sort}
        money = any(one.type == "money" and one.name in sorted_by for one in columns)
        if money and self.section.kind:
            # Shown as recorded, yet compared in one currency.
            keys = list(self.fetch(paths, base=True)[1])
        names = [column.name for column in columns]
        for name in sorted_by:
            if name not in names:
                reason = _("“{name}” is no column of this section").format(name=name)
                raise self.error("sort", reason, suggest(name, names))
        places = ordered(columns, keys, self.section.sort)
        return columns, [table[place] for place in places]

    def summary(self) -> tuple[list[Column], list[list[Any]]]:
        group, measures = self.section.group, self.section.measures
        fields = list(dict.fromkeys(one.field for one in measures if one.field is not None))
        asked = any(one.query is not None for one in measures)
        across = self.section.across
        paths = [*group, *fields, *([across] if across else []), *(["id"] if asked else [])]
        if paths:
            columns, rows = self.fetch(paths, base=True)
        else:
            # Something must be asked for where the records are only counted.
            columns, rows = self.fetch([] if self.section.model else ["id"], base=True)
            columns = []
        for column in columns:
            if column.type == "object":
                reason = _("“{field}” has fields of its own: name one of them")
                raise self.error("group", reason.format(field=column.name))
        at = {field: place for place, field in enumerate(fields, len(group))}
        shown = columns[: len(group)]
        for measure in measures:
            fed = columns[at[measure.field]] if measure.field is not None else None
            shown.append(self.measured(measure, fed))
        used = {
            at[one.field]
            for one in measures
            if one.field and one.query is None and one.function in _INCOMPLETE
        }
        missing = dict.fromkeys(sorted(used), 0)
        aggregates = []
        masks: list[tuple[int | None, Set[Any]]] = []
        for one in measures:
            place = at[one.field] if one.field else None
            if one.query is not None:
                masks.append((place, self.matching(one.query)))
                place = len(paths) + len(masks) - 1
            function = "distinct" if one.query and one.function == "count" else one.function
            aggregates.append(Aggregate(function, place))
        rows = _masked(rows, masks) if masks else rows
        kept = list(rows) if across else []  # they are counted twice
        spread = self.spread(kept if across else rows, len(group), missing)
        table = aggregate(spread, len(group), aggregates)
        for place, count in missing.items():
            if count:
                self.notes.append(_left_out(columns[place], count))
        places = ordered(shown, table, (*self.section.sort, *group))
        table = [table[place] for place in places]
        if not across:
            return shown, table
        place = len(group) + len(fields)
        return self.across(columns[place], place, kept, shown, table, aggregates)

    def across(
        self,
        column: Column,
        place: int,
        rows: Sequence[list[Any]],
        shown: Sequence[Column],
        totals: Sequence[list[Any]],
        aggregates: Sequence[Aggregate],
    ) -> tuple[list[Column], list[list[Any]]]:
        """The table with the values of the field at `place` side by side."""
        size = len(self.section.group)
        moved = [[*row[:size], row[place], *row[size:]] for row in rows]
        further = [
            Aggregate(function, None if at is None else at + 1) for function, at in aggregates
        ]
        table = aggregate(self.spread(moved, size + 1, {}), size + 1, further)
        values = values_of(column, table, size)
        if len(values) > MOST:
            reason = _("“{field}” has {count} different values, too many for columns")
            text = reason.format(field=self.section.across, count=len(values))
            raise self.error("across", text)
        return pivoted(column, values, self.section.measures, shown, totals, table)

    def matching(self, query: str) -> Set[Any]:
        """The ids of the records that count for a measure with a query of its own."""
        whole = f"({self.section.query}) ({query})" if self.section.query else query
        _columns, rows = self.records(["id"], base=True, query=whole)
        return {row[0] for row in rows}

    def measured(self, measure: Measure, fed: Column | None) -> Column:
        """The column of a measure, whose values are `fed` from that column."""
        function = measure.function
        if fed is not None and fed.type not in _FEED.get(function, {fed.type}):
            reason = _("“{function}” cannot be applied to {field} of type “{type}”").format(
                function=function, field=measure.field, type=fed.type
            )
            raise self.error(f"measures.{measure.name}", reason)
        default = _(_TITLES[function, fed is not None])
        title = default.format(field=fed.heading if fed else "")
        if function in ("count", "distinct"):
            kind = "integer"
        elif fed is None or function == "share":
            kind = "percent"
        else:
            middle = fed.type in ("integer", "number") and function in ("mean", "median", "p90")
            kind = "mean" if middle else fed.type
        return Column(measure.name, pick(measure.title) if measure.title else title, kind)

    def spread(
        self, rows: Iterable[list[Any]], groups: int, missing: dict[int, int]
    ) -> Iterator[Row]:
        """The rows, one with a list in its group once per element; counts values `missing`."""
        several = 0
        for row in rows:
            for place in missing:
                if row[place] is None or row[place] == []:
                    missing[place] += 1
            if not any(isinstance(value, (list, tuple)) for value in row[:groups]):
                yield row
                continue
            options = [_elements(value) for value in row[:groups]]
            keys = list(product(*options))
            several += len(keys) > 1
            for key in keys:
                yield [*key, *row[groups:]]
        if several:
            self.notes.append(
                ngettext(
                    "{count} record belongs to several groups and counts in each.",
                    "{count} records belong to several groups and count in each.",
                    several,
                ).format(count=several)
            )


def _masked(
    rows: Iterable[list[Any]], masks: Sequence[tuple[int | None, Set[Any]]]
) -> Iterator[list[Any]]:
    """Rows that end with an id, each with more cells: a value, or the id, where that is meant."""
    for row in rows:
        id = row[-1]
        more = [
            None if id not in meant else id if place is None else row[place]
            for place, meant in masks
        ]
        yield [*row, *more]


def _cut(value: Any, unit: str | None) -> Any:
    if unit is None or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [_cut(element, unit) for element in value]
    return _bucket(str(value)[:10], unit)


@lru_cache(maxsize=20_000)
def _bucket(text: str, unit: str) -> str | None:
    day = parse_date(text)
    # A birthday without its year is in no month of the calendar.
    return bucket(day, unit) if day else None


def _elements(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        return [value]
    return list(dict.fromkeys(value)) or [None]


def _left_out(column: Column, count: int) -> str:
    if column.type == "money":
        text = ngettext(
            "{field}: {count} record has no amount in the base currency and is left out.",
            "{field}: {count} records have no amount in the base currency and are left out.",
            count,
        )
    else:
        text = ngettext(
            "{field}: {count} record has no value and is left out.",
            "{field}: {count} records have no value and are left out.",
            count,
        )
    return text.format(field=column.heading, count=count)
