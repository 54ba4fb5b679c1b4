"""Reading schema trees: untyped text in, checked parts out, errors with the place of a fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.values.text import suggest

Tree = Any


class Place:
    """Where in a schema file something is: the keys that lead there, and how a message says it.

    Hundreds are made at the start of every command and hardly one is ever told, so what to tell
    is put together then.
    """

    __slots__ = ("_above", "_keys", "_said", "_shown", "path")

    def __init__(
        self,
        path: str,
        above: Place | None = None,
        keys: tuple[str | int, ...] = (),
        shown: str | None = None,
        said: bool = True,
    ) -> None:
        self.path = path
        self._above = above
        self._keys = keys
        self._shown = shown
        self._said = said

    def at(self, *keys: str | int, shown: str | None = None) -> Place:
        """The place below this one, said as `shown` or by its keys."""
        return Place(self.path, self, keys, shown)

    def within(self, *keys: str | int) -> Place:
        """The place below this one, said as this one is."""
        return Place(self.path, self, keys, said=False)

    @property
    def steps(self) -> tuple[str | int, ...]:
        """The keys and list indexes from the top of the file."""
        return (self._above.steps if self._above is not None else ()) + self._keys

    @property
    def shown(self) -> str:
        """What a message calls it; nothing for the file itself."""
        if self._shown is not None:
            return self._shown
        above = self._above.shown if self._above is not None else ""
        return ": ".join(filter(None, (above, *(map(str, self._keys) if self._said else ()))))

    def error(self, reason: str, hint: str | None = None) -> BadDefinition:
        """The error about this place."""
        return BadDefinition(self.path, self.shown, reason, hint, steps=self.steps)


def known(tree: Mapping[str, Tree], known: frozenset[str], where: Place) -> None:
    """Refuses a key that is none of `known`."""
    for key in tree:
        if key not in known:
            choices = sorted(known)
            raise where.within(key).error(
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


def texts(tree: Mapping[str, Tree], key: str, where: Place) -> list[str]:
    """The list of texts under a key; an empty one when there is none."""
    items = tree.get(key)
    if not items:
        return []
    if not isinstance(items, list):
        raise where.at(key).error(_("a list of texts is expected here"))
    if not all(isinstance(item, str) for item in items):
        for number, item in enumerate(items):
            text(item, where.at(key).within(number))
    return [*items]


def titles(tree: Tree, where: Place) -> dict[str, str]:
    """Titles by language."""
    titles = mapping(tree or {}, where)
    for language, title in titles.items():
        if not isinstance(title, str):
            text(title, where.at(language))
    return dict(titles)


def file_of(name: str) -> Place:
    """The whole schema file of a kind, as it is called in the book."""
    return Place(f"schemas/{name}.yaml")
