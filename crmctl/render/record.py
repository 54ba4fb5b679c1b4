"""One record as a person reads it: titles and values, lists below each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmctl.render.cells import NOTHING, cell, field_column
from crmctl.render.table import pairs
from crmctl.schema.access import amount_of, with_defaults
from crmctl.schema.model import Field, Kind
from crmctl.values.text import visible


def whole(kind: Kind, values: Mapping[str, Any], format_: str) -> dict[str, Any]:
    """A record as programs get it: in YAML as in its file, else with the defaults."""
    if format_ != "yaml":
        return with_defaults(kind, values)
    from crmctl.storage.rewriting import tree_of

    return tree_of(kind, values)


def record_lines(
    kind: Kind,
    values: Mapping[str, Any],
    columns_wide: int | None,
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Every field that has a value, in schema order; histories and unknown fields last.

    `names` are those of the records that reference fields refer to, by field.
    """
    items: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    for name, field in kind.fields.items():
        if name in (names or {}) and names is not None:
            items.append((field.titled(), f"{visible(names[name])} ({visible(values[name])})"))
        elif name != "uid" and (value := shown(field, values)) is not None:
            target = later if name.endswith("_history") else items
            target += _item(field, value)
    for name, value in values.items():
        if name not in kind.fields and not name.startswith("_"):
            later.append((visible(name), cell(value, field_column(name, None))))
    yield from pairs([*items, *later], columns_wide)


def shown(field: Field, values: Mapping[str, Any]) -> Any:
    """What a record holds in a field, or what its lines come to."""
    return amount_of(field, values) if field.lines else values.get(field.name)


def _item(field: Field, value: Any) -> Iterator[tuple[str, str]]:
    title = field.titled()
    if isinstance(value, list) and value and isinstance(value[0], dict):
        for item in value:
            yield title, entry(field.leaf, item)
            title = ""
    elif isinstance(value, dict):
        yield title, entry(field.leaf, value)
    elif field.type == "note":
        yield title, visible(str(value), keep_newlines=True)
    else:
        yield title, cell(value, field_column(field.name, field))


def entry(field: Field, values: Mapping[str, Any]) -> str:
    """A mapping in one line: its values in schema order, titled where they need it."""
    parts = []
    for name, value in values.items():
        child = field.fields.get(name)
        if (child is not None and child.type == "object") or isinstance(value, dict):
            parts.append(f"{child.titled() if child else name}: {entry(child or field, value)}")
            continue
        text = cell(value, field_column(name, child))
        if name in ("id", "value", "name", "at"):
            parts.append(text)
        elif text != NOTHING:
            parts.append(f"{child.titled() if child else visible(name)}: {text}")
    return " · ".join(parts)
