"""Reading schema trees: untyped text in, checked parts out, errors with the place of a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.values.text import suggest

Tree = Any


class Place:
    """Where in a schema file something is: the keys that lead there, and how a message says it."""

    __slots__ = ("path", "shown", "steps")

    def __init__(self, path: str, steps: tuple[str | int, ...] = (), shown: str = "") -> None:
        self.path = path
        self.steps = steps
        self.shown = shown

    def at(self, *steps: str | int, shown: str | None = None) -> Place:
        """The place below this one, said as `shown` or by its keys."""
        if shown is None:
            said = ": ".join(map(str, steps))
            shown = f"{self.shown}: {said}" if self.shown else said
        return Place(self.path, self.steps + steps, shown)

    def error(self, reason: str, hint: str | None = None) -> BadDefinition:
        """The error about this place."""
        return BadDefinition(self.path, self.shown, reason, hint, steps=self.steps)


def known(tree: Mapping[str, Tree], known: frozenset[str], where: Place) -> None:
    """Refuses a key that is none of `known`."""
    for key in tree:
        if key not in known:
            choices = sorted(known)
            raise where.at(key, shown=where.shown).error(
                _("“{key}” is no keyword that crmctl knows").format(key=key),
                did_you_mean(suggest(key, choices))
                or _("Possible: {choices}.").format(choices=", ".join(choices)),
            )


def mapping(tree: Tree, where: Place) -> dict[str, Tree]:
    """The tree, which must be a mapping."""
    if not isinstance(tree, dict):
        raise where.error(_("fields with values are expected here"))
    return tree


def text(tree: Tree, where: Place) -> str:
    """The tree, which must be a text."""
    if not isinstance(tree, str):
        raise where.error(_("a text is expected here"))
    return tree


def named(tree: Mapping[str, Tree], key: str, where: Place) -> str | None:
    """The text under a key; None when there is none."""
    return text(tree[key], where.at(key)) if tree.get(key) else None


def texts(tree: Tree, where: Place) -> list[str]:
    """The tree, which must be a list of texts."""
    if not isinstance(tree, list):
        raise where.error(_("a list of texts is expected here"))
    return [
        item if isinstance(item, str) else text(item, where.at(number, shown=where.shown))
        for number, item in enumerate(tree)
    ]


def titles(tree: Tree, where: Place) -> dict[str, str]:
    """Titles by language."""
    titles = mapping(tree or {}, where)
    return {language: text(title, where.at(language)) for language, title in titles.items()}
