"""A selection -> a table that other programs, and `crmctl import`, read back without loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.render.cells import machine
from crmctl.render.formats import csv_lines, markdown, objects
from crmctl.render.record import whole
from crmctl.schema.model import Field
from crmctl.selection import Selection, shown
from crmctl.values import jsontext

FORMATS = ("csv", "jsonl", "json", "tsv", "yaml", "md")

# What the import takes apart again at commas.
_JOINED = frozenset(("tag", "enum", "ref", "phone", "email"))
_SEPARATORS = frozenset(",，、[")


def export(
    selection: Selection, format_: str, names: Sequence[str], sort: Sequence[str], limit: int
) -> Iterator[str]:
    """The lines of a file in one of FORMATS.

    Without `names` all the fields of the kind, but in Markdown, which is for people, its columns.
    """
    kind = selection.kind
    names = names or (kind.columns if format_ == "md" else ())
    chosen = [selection.column(name, label=format_ == "md") for name in names or kind.fields]
    columns = [shown(column) for column in chosen]
    rows: Iterator[Sequence[Any]]
    if names:
        rows = selection.rows(chosen, sort, limit)
    else:
        keys = [column.name for column in columns]
        records = (whole(kind, record, format_) for record in selection.records(sort, limit))
        rows = ([record.get(key) for key in keys] for record in records)
    if format_ in ("csv", "tsv"):
        fields = [column.field for column in chosen]
        texts = (
            [cell_text(field, value) for field, value in zip(fields, row, strict=True)]
            for row in rows
        )
        yield from csv_lines(columns, texts, "\t" if format_ == "tsv" else ",")
    elif format_ == "md":
        yield from markdown(columns, [*rows])
    else:
        yield from objects(format_, (_object(columns, row) for row in rows))


def cell_text(field: Field, value: Any) -> str:
    """A value as the text that an import understands as the same value."""
    if isinstance(value, dict):
        return jsontext.dumps(value)
    if isinstance(value, list):
        texts = [machine(item) for item in value]
        plain = not any(isinstance(item, dict | list) for item in value)
        if plain and field.leaf.type in _JOINED and not any(_SEPARATORS & {*t} for t in texts):
            return ",".join(texts)
        return jsontext.dumps(value)
    return machine(value)


def _object(columns: Sequence[Column], row: Sequence[Any]) -> Mapping[str, Any]:
    return {
        column.name: value
        for column, value in zip(columns, row, strict=True)
        if value not in (None, "", [])
    }
