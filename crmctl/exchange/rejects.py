"""Rows that an import refused, as a file that can be mended and imported again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.exchange.mapping import OURS
from crmctl.exchange.outcomes import Outcome
from crmctl.exchange.tabular import JSONL, REST, Table
from crmctl.render.cells import machine
from crmctl.render.formats import csv_lines
from crmctl.values import jsontext


def reject_lines(table: Table, rejected: Sequence[Outcome], format_: str) -> Iterator[str]:
    """The rejected rows as they came in, with their lines and the reasons, as CSV or JSON lines.

    `_rest` is there when a row had text beyond its columns, or none that could be read.
    """
    if format_ == JSONL:
        return (jsontext.dumps(_object(table, outcome)) for outcome in rejected)
    kept = [place for place, name in enumerate(table.columns) if name not in OURS]
    with_rest = any(outcome.row.rest for outcome in rejected)
    names = [table.columns[place] for place in kept] + ([REST] if with_rest else [])
    columns = [Column(name, name, "text") for name in (*names, "_line", "_reason")]

    def cells(outcome: Outcome) -> list[str]:
        texts = [_raw(outcome.row.cells[place]) if outcome.row.cells else "" for place in kept]
        rest = [outcome.row.rest] if with_rest else []
        return [*texts, *rest, str(outcome.row.line), outcome.reason]

    return csv_lines(columns, map(cells, rejected))


def _object(table: Table, outcome: Outcome) -> dict[str, Any]:
    row = outcome.row
    named = zip(table.columns, row.cells, strict=True)
    kept = {name: node for name, node in named if node is not None and name not in OURS}
    rest = {REST: row.rest} if row.rest else {}
    return {**kept, **rest, "_line": row.line, "_reason": outcome.reason}


def _raw(node: Any) -> str:
    return jsontext.dumps(node) if isinstance(node, list | dict) else machine(node)
