"""Reading schema trees: untyped text in, checked parts out, BadSchema with the place of a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.errors import BadSchema, did_you_mean
from crmctl.locale import _
from crmctl.values.text import suggest

Tree = Any


def known(tree: Mapping[str, Tree], known: frozenset[str], where: str) -> None:
    """Refuses a key that is none of `known`."""
    for key in tree:
        if key not in known:
            raise BadSchema(
                where,
                _("“{key}” is no keyword that crmctl knows").format(key=key),
                did_you_mean(suggest(key, sorted(known))),
            )


def mapping(tree: Tree, where: str) -> dict[str, Tree]:
    """The tree, which must be a mapping."""
    if not isinstance(tree, dict):
        raise BadSchema(where, _("fields with values are expected here"))
    return tree


def text(tree: Tree, where: str) -> str:
    """The tree, which must be a text."""
    if not isinstance(tree, str):
        raise BadSchema(where, _("a text is expected here"))
    return tree


def named(tree: Mapping[str, Tree], key: str, where: str) -> str | None:
    """The text under a key; None when there is none."""
    return text(tree[key], f"{where}: {key}") if tree.get(key) else None


def texts(tree: Tree, where: str) -> list[str]:
    """The tree, which must be a list of texts."""
    if not isinstance(tree, list):
        raise BadSchema(where, _("a list of texts is expected here"))
    return [text(item, where) for item in tree]


def titles(tree: Tree, where: str) -> dict[str, str]:
    """Titles by language."""
    titles = mapping(tree or {}, where)
    return {language: text(title, where) for language, title in titles.items()}
