"""Showing records: the lists, single records and embedded entries that commands print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmctl.cli.app import App
from crmctl.cli.options import split
from crmctl.errors import NotFound
from crmctl.refs import References
from crmctl.render.cells import field_column
from crmctl.render.formats import objects, render
from crmctl.render.record import record_lines, whole
from crmctl.schema.model import Field, Kind
from crmctl.selection import Selection, shown
from crmctl.values.text import suggest

WHOLE = ("json", "jsonl", "yaml")


def list_records(
    app: App,
    kind: Kind,
    query: str,
    *,
    format_: str = "table",
    columns: str | None = None,
    sort: str | None = None,
    limit: int = 0,
    all_: bool = False,
    as_of: str | None = None,
    ids: Sequence[str] | None = None,
) -> None:
    """The records of a kind that match a query, in the format asked for."""
    selection = Selection(app.workspace, kind, query, as_of=app.day(as_of), archived=all_, ids=ids)
    order = split(sort)
    app.warn_of_broken()
    if format_ == "ids":
        app.print(selection.ids(order, limit))
    elif format_ in WHOLE and not columns:
        found = selection.records(order, limit)
        app.print(objects(format_, (whole(kind, record, format_) for record in found)))
    else:
        names = split(columns) or list(kind.columns)
        chosen = [selection.column(name, label=format_ in ("table", "md")) for name in names]
        rows = [*selection.rows(chosen, order, limit)]
        app.print(render(format_, [shown(column) for column in chosen], rows, app.width))
        app.count(len(rows))


def show_record(app: App, kind: Kind, ref: str, format_: str, as_of: str | None = None) -> None:
    """One record with all its fields."""
    day = app.day(as_of)
    found_kind, id = References(app.workspace).find(ref, kind)
    app.workspace.index.as_of(day)
    record = app.workspace.index.get(found_kind, id)
    if record is None:
        raise NotFound(kind.noun(), ref)
    if format_ == "table":
        names = reference_names(app, found_kind, record)
        app.print(record_lines(found_kind, record, app.width, names))
    else:
        found = whole(found_kind, record, format_)
        app.print(objects("jsonl" if format_ == "json" else format_, [found]))


def reference_names(app: App, kind: Kind, record: Mapping[str, Any]) -> dict[str, str]:
    """The names of the records that a record's own references mean, by field."""
    names = {}
    for name, field in kind.fields.items():
        target = app.workspace.registry.kinds.get(field.ref or "")
        if target is not None and isinstance(record.get(name), str):
            found = app.workspace.index.get(target, record[name]) or {}
            label = found.get(target.label)
            if isinstance(label, str) and label != record[name]:
                names[name] = label
    return names


def list_embedded(app: App, kind: Kind, command: str, ref: str, format_: str) -> None:
    """The entries of a keyed list."""
    field, items, _ = _embedded(app, kind, command, ref)
    if format_ in WHOLE:
        app.print(objects(format_, items))
        return
    used = {name for item in items for name in item}
    names = [name for name in field.leaf.fields if name in used or name == field.key]
    columns = [field_column(name, field.leaf.fields[name]) for name in names]
    app.print(
        render(format_, columns, [[item.get(name) for name in names] for item in items], app.width)
    )


def show_embedded(app: App, kind: Kind, command: str, ref: str, key: str, format_: str) -> None:
    """One entry of a keyed list."""
    from crmctl.render.record import entry

    field, items, _ = _embedded(app, kind, command, ref)
    keys = [str(item.get(field.key or "id")) for item in items]
    item = next(
        (
            item
            for item in items
            if key in (item.get(field.key or "id"), item.get(field.label or ""))
        ),
        None,
    )
    if item is None:
        raise NotFound(field.titled(), key, suggest(key, keys))
    if format_ == "table":
        app.print([entry(field.leaf, item)])
    else:
        app.print(objects("jsonl" if format_ == "json" else format_, [item]))


def _embedded(
    app: App, kind: Kind, command: str, ref: str
) -> tuple[Field, list[dict[str, Any]], str]:
    field = kind.embedded[command]
    _kind, id = References(app.workspace).find(ref, kind)
    record = app.workspace.index.get(kind, id) or {}
    items: Iterable[Any] = record.get(field.name) or []
    return field, [item for item in items if isinstance(item, dict)], id
