"""Changing the entries of a list inside a record: what `contact add` and its like do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from crmctl.changes.assign import parse_assignment
from crmctl.cli.app import App
from crmctl.cli.editing import assign
from crmctl.cli.writing import builder, finish
from crmctl.errors import Exists, UsageError
from crmctl.locale import _
from crmctl.refs import References
from crmctl.schema.model import Field, Kind

STDIN = "-"


def add_entries(
    app: App,
    kind: Kind,
    command: str,
    ref: str,
    titles: Sequence[str],
    sets: Sequence[str],
    *,
    reason: str | None,
    **writing: Any,
) -> None:
    """New entries in a keyed list, one for each title (or one without); prints their keys."""
    built = builder(app, reason)
    field = kind.embedded[command]
    _kind, id = References(app.workspace).find(ref, kind)
    assigner = built.assigner(kind)
    values = built.read(kind, id).values
    items = list(values.get(field.name) or [])
    name = field.key or "id"
    taken = {str(item.get(name)) for item in items}
    around = {key: value for key, value in values.items() if key != field.name}
    keys = []
    for title in _words(titles) if titles else (None,):
        item: dict[str, Any] = {}
        if title is not None:
            if field.label is None:
                raise UsageError(_("These entries have no name; use --set."))
            item[field.label] = assigner.value(field.leaf.fields[field.label], title, values)
        new = assigner.keyed_item(field, item, items)
        key = str(new[name])
        if key in taken:
            raise Exists(field.titled(), key)
        texts = [f"{field.name}.{key}.{text}" for text in sets]
        # Alone in its list: copying all of them for each would take the square of their number.
        alone = assigner.apply({**around, field.name: [new]}, [*map(parse_assignment, texts)])
        items += alone[field.name]
        taken.add(key)
        keys.append(key)
    built.replace(kind, id, {**values, field.name: items})
    finish(app, built, print_ids=keys, **writing)


def set_entries(
    app: App, kind: Kind, command: str, ref: str, words: Sequence[str], **writing: Any
) -> None:
    """Assignments to the entries whose keys come first."""
    first = next((place for place, word in enumerate(words) if _assigns(word)), len(words))
    if not words[first:]:
        raise UsageError(_("Say what to change: FIELD=VALUE."))
    if not first:
        raise UsageError(_("Say which entries to change: KEY FIELD=VALUE."))
    field = kind.embedded[command]
    keys = [_key(app, field, word) for word in _words(words[:first])]
    texts = [f"{field.name}.{key}.{word}" for key in keys for word in words[first:]]
    assign(app, kind, ref, texts, **writing)


def remove_entries(
    app: App, kind: Kind, command: str, ref: str, keys: Sequence[str], **writing: Any
) -> None:
    """Takes entries out of a keyed list."""
    field = kind.embedded[command]
    texts = [f"{field.name}-={_key(app, field, word)}" for word in _words(keys)]
    assign(app, kind, ref, texts, **writing)


def _assigns(word: str) -> bool:
    return any(mark in word for mark in "=:：")


def _words(words: Sequence[str]) -> list[str]:
    """The words, and in place of “-” the lines on stdin."""
    found: list[str] = []
    for word in words:
        found += [line.strip() for line in sys.stdin if line.strip()] if word == STDIN else [word]
    return list(dict.fromkeys(found))


def _key(app: App, field: Field, word: str) -> str:
    """The key that a word means; where keys are references, any name of the record will do."""
    target = app.workspace.registry.kinds.get(field.leaf.fields[field.key or "id"].ref or "")
    return References(app.workspace).find(word, target)[1] if target is not None else word
