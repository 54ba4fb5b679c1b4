"""Limits of a report, so that cron can tell by the exit code: `rows>0`, `breach>=150`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crmctl.errors import UsageError, did_you_mean
from crmctl.locale import _
from crmctl.reports.result import ReportResult
from crmctl.values.text import suggest

ROWS = "rows"
_LIMIT = re.compile(r"\s*([\w.]+?)\s*(>=|<=|!=|>|<|=)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


def passed(result: ReportResult, text: str) -> bool:
    """Whether a report is beyond a limit: its number of rows, or a number in any of its rows.

    UsageError for a text that is no limit and for a column that the report does not have.
    """
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise UsageError(
            _("“{text}” is no limit for --fail-if.").format(text=text),
            _("Write a column, a comparison and a number: “rows>0” or “breach>=150”."),
        )
    name, sign, number = found.groups()
    beyond, limit = _OPERATORS[sign], Decimal(number)
    if name == ROWS:
        return beyond(sum(len(section.rows) for section in result.sections), limit)
    known = [column.name for section in result.sections for column in section.columns]
    if name not in known:
        raise UsageError(
            _("The report has no column “{name}”.").format(name=name),
            did_you_mean(suggest(name, [ROWS, *known]))
            or _("Possible: {choices}.").format(choices=", ".join(dict.fromkeys([ROWS, *known]))),
        )
    return any(
        isinstance(value, int | Decimal) and beyond(Decimal(value), limit)
        for section in result.sections
        for place, column in enumerate(section.columns)
        if column.name == name
        for value in (row[place] for row in section.rows)
    )
