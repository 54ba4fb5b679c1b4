"""Trees of definitions -> typed values: classes, mappings and lists, strict about every key.

A tree is what a YAML file says, all scalars text. What a class annotates its fields with says how
they are read: text, whole numbers, decimals, truth, texts per language, classes of their own, and
mappings and lists of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import LANGUAGES, _
from crmctl.values.frozen import Frozen
from crmctl.values.money import parse_amount
from crmctl.values.text import suggest

Titles = NewType("Titles", dict[str, str])
"""A text for people, by language; given as one text it is the same in each."""

Shape = TypeVar("Shape")

# Settings name the same few classes over and over.
_hints = cache(get_type_hints)
_WHOLE = re.compile(r"-?[0-9]{1,9}")


def typed(shape: type[Shape], tree: Any, where: str, path: tuple[str, ...] = ()) -> Shape:
    """`tree` as a value of `shape`; BadDefinition names file, key and remedy.

    `path` are the keys that lead to the tree in the file `where`.
    """
    found: Shape = _value(shape, tree, where, path)
    return found


def _value(hint: Any, node: Any, where: str, path: tuple[str, ...]) -> Any:
    place = ".".join(path)
    if get_origin(hint) in (Union, UnionType):
        hint = get_args(hint)[0]  # the other one is None
    if is_part(hint):
        return _part(hint, node, where, path)
    if hint is Titles:
        return _titles(node, where, path)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is dict:
        if not isinstance(node, Mapping):
            raise BadDefinition(where, place, _("settings are expected here"))
        return {
            str(key): _value(inner[1], each, where, (*path, str(key))) for key, each in node.items()
        }
    if origin is tuple:
        return _list(inner[0], node, where, path)
    if not isinstance(node, str):
        raise BadDefinition(where, place, _("a single value is expected here"))
    return node if hint is str else _scalar(hint, node, where, place)


def _part(cls: Any, tree: Any, where: str, path: tuple[str, ...]) -> Any:
    if not isinstance(tree, Mapping):
        raise BadDefinition(where, ".".join(path), _("settings are expected here"))
    hints = _hints(cls)
    values = {}
    for key, node in tree.items():
        dotted = ".".join((*path, key))
        if key not in cls.names():
            nearest = suggest(key, names(cls))
            raise BadDefinition(
                where,
                dotted,
                _("there is no such setting"),
                did_you_mean(".".join((*path, nearest)) if nearest else None),
            )
        if node in (None, ""):
            continue
        values[key] = _value(hints[key], node, where, (*path, key))
    for key in cls.required():
        if key not in values:
            raise BadDefinition(where, ".".join((*path, key)), _("this is missing"))
    return cls(**values)


def _titles(node: Any, where: str, path: tuple[str, ...]) -> dict[str, str]:
    if isinstance(node, str):
        return {"en": node}
    if not isinstance(node, Mapping):
        raise BadDefinition(where, ".".join(path), _("a single value is expected here"))
    for key in node:
        if key not in LANGUAGES:
            reason = _("there is no such key")
            raise BadDefinition(where, ".".join((*path, key)), reason)
    return {key: _value(str, text, where, (*path, key)) for key, text in node.items()}


def _list(hint: Any, node: Any, where: str, path: tuple[str, ...]) -> tuple[Any, ...]:
    place = ".".join(path)
    if hint is str:
        if not isinstance(node, list) or not all(isinstance(item, str) for item in node):
            raise BadDefinition(where, place, _("a list of texts is expected here"))
        return tuple(node)
    if not isinstance(node, list):
        raise BadDefinition(where, place, _("a list is expected here"))
    return tuple(
        _value(hint, item, where, (*path, str(number))) for number, item in enumerate(node, 1)
    )


def _scalar(hint: Any, node: str, where: str, place: str) -> Any:
    value: Any = None
    if hint is bool:
        value = {"true": True, "false": False}.get(node)
    elif hint is int:
        value = int(node) if _WHOLE.fullmatch(node) else None
    elif hint is Decimal:
        value = parse_amount(node)
    if value is None:
        kind = {bool: _("true or false"), int: _("a whole number")}.get(hint, _("a number"))
        raise BadDefinition(where, place, _("must be {what}").format(what=kind))
    return value


def is_part(hint: Any) -> bool:
    """Whether an annotation is a class of settings."""
    return isinstance(hint, type) and issubclass(hint, Frozen)


def names(cls: Any, prefix: str = "") -> list[str]:
    """Every setting's dotted name."""
    found: list[str] = []
    hints = _hints(cls)
    for name in cls.names():
        if is_part(hints[name]):
            found += names(hints[name], f"{prefix}{name}.")
        else:
            found.append(prefix + name)
    return found


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with what `own` says instead, key by key; an empty value takes a key away."""
    found = dict(base)
    for key, node in own.items():
        old = found.get(key)
        if node in (None, ""):
            found.pop(key, None)
        elif isinstance(node, Mapping) and isinstance(old, Mapping):
            found[key] = merged(old, node)
        else:
            found[key] = node
    return found
